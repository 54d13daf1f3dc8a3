"""A Celery worker's application, which Java calls.

It ends with its standard input, and its processes with it: it does not outlive tests that are killed.
"""

import ctypes
import os
import signal
import threading
import time

import kombu
from celery import Celery, signals

JAVA_QUEUE = os.environ["JAVA_QUEUE"]

app = Celery("worker", broker=os.environ["BROKER"], backend="rpc://")
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    # The default exchange, and a queue without arguments: Warren takes it as it is.
    task_queues=[
        kombu.Queue(os.environ["QUEUE"], exchange="", routing_key=os.environ["QUEUE"]),
        # Warren's, for steps of chains that go there: known, so that it is not declared otherwise.
        kombu.Queue(JAVA_QUEUE, exchange="", routing_key=JAVA_QUEUE, no_declare=True),
    ],
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)


@signals.worker_init.connect
def end_with_the_tests(**_):
    def end():
        # Not sys.stdin: this thread would hold its lock, which the forked processes need to close it.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end, daemon=True).start()


@signals.worker_process_init.connect
def end_with_the_worker(**_):
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


@app.task(name="p.add")
def add(a, b):
    return a + b


@app.task(name="p.echo")
def echo(value):
    return value


@app.task(name="p.who", bind=True)
def who(self, seconds):
    """Java's workers have a task of this name, too."""
    time.sleep(seconds)
    return self.request.hostname


@app.task(name="p.fail")
def fail(*args):
    raise ValueError("bad", 42)


@app.task(name="p.odd")
def odd(value):
    if value % 2 == 0:
        raise ValueError(f"{value} is even")
    return value


@app.task(name="p.note")
def note(file, key):
    with open(file, "a") as journal:
        journal.write(f"begin {key} {os.getpid()}\n")
    return key


@app.task(name="p.sleep", track_started=True)
def sleep(file, key, seconds):
    note(file, key)
    time.sleep(seconds)
    return key


@app.task(name="p.sleep_late", acks_late=True, reject_on_worker_lost=True)
def sleep_late(file, key, seconds):
    note(file, key)
    time.sleep(seconds)
    return key


@app.task(name="p.flaky", bind=True, max_retries=3)
def flaky(self):
    if self.request.retries == 0:
        raise self.retry(countdown=1, exc=RuntimeError("once more"))
    return self.request.retries
