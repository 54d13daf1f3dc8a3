"""Celery's own tools, as a program: prints what they see of all workers of a broker, as JSON."""

import json
import sys
from celery import Celery

uri, queue = sys.argv[1:3]
app = Celery("remote", broker=uri)
app.conf.task_default_queue = queue


@app.task(name="py.add")
def add(x, y):
    return x + y


def look():
    workers = sys.argv[4:]
    inspect = app.control.inspect(destination=workers, timeout=10, limit=len(workers))
    asked = ("ping", "active", "reserved", "scheduled", "stats", "registered", "revoked",
             "active_queues", "conf", "clock", "report")
    seen = {name: getattr(inspect, name)() for name in asked}
    seen["query_task"] = inspect.query_task(["nobody"])
    print(json.dumps(seen, default=str))


def watch():
    """Ends when it has seen a task of the worker succeed; prints the worker's and the task's state."""
    state = app.events.State()
    with app.connection_for_read() as connection:

        def on_event(event):
            state.event(event)
            if event["type"] == "task-succeeded" and event["hostname"] == sys.argv[4]:
                task = state.tasks[event["uuid"]]
                print(json.dumps({
                    "alive": state.workers[event["hostname"]].alive,
                    "software": state.workers[event["hostname"]].sw_ident,
                    "name": task.name, "args": task.args, "state": task.state,
                    "result": task.result, "runtime": task.runtime,
                }), flush=True)
                receiver.should_stop = True

        receiver = app.events.Receiver(connection, handlers={"*": on_event})
        print("watching", flush=True)
        receiver.capture(limit=None, timeout=None, wakeup=True)


if __name__ == "__main__":
    {"look": look, "watch": watch,
     "work": lambda: app.worker_main(["worker", "-P", "solo", "-n", sys.argv[4], "-l", "INFO"])}[sys.argv[3]]()
