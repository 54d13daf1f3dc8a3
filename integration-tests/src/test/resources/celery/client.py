"""A Celery client: runs one of its cases for each line of its input, and says how that went.

Each case is what a user of Celery writes. Its docstring is the sentence that it shows.
"""

import base64
import datetime
import json
import os
import sys
import time
import traceback
import uuid

import kombu
from celery import Celery, chain, chunks, group, signature
from celery.exceptions import (
    NotRegistered,
    SoftTimeLimitExceeded,
    TaskRevokedError,
    TimeLimitExceeded,
    TimeoutError,
)
from celery.result import AsyncResult

QUEUE = os.environ["QUEUE"]
JOURNAL = os.environ["JOURNAL"]
LIMIT = 60


def application(**settings):
    app = Celery("client", broker=os.environ["BROKER"], backend="rpc://")
    app.conf.update(
        task_default_queue=QUEUE,
        # The queue is Warren's: it is taken as it is, and not declared with other arguments.
        task_queues=[kombu.Queue(QUEUE, exchange="", routing_key=QUEUE, no_declare=True)],
        broker_transport_options={"confirm_publish": True},
        **settings,
    )
    return app


app = application()
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def task(name):
    return app.signature(name)


def add(*args, **kwargs):
    return app.signature("t.add", args=args, kwargs=kwargs)


def get(result):
    return result.get(timeout=LIMIT)


def fails(result, kind):
    """The exception that the result ends with."""
    try:
        value = get(result)
    except TimeoutError:
        raise
    except Exception as e:
        assert type(e).__name__ == kind, f"{type(e).__name__}: {e}"
        return e
    raise AssertionError(f"no {kind}, but {value!r}")


def noted():
    try:
        with open(JOURNAL) as file:
            return [line.split()[1] for line in file]
    except FileNotFoundError:
        return []


def await_note(key):
    deadline = time.monotonic() + LIMIT
    while key not in noted():
        assert time.monotonic() < deadline, f"no {key} in {noted()}"
        time.sleep(0.05)


# ------------------------------------------------------------------------------- one task


@case
def send_task():
    """send_task with arguments gives the result"""
    assert get(app.send_task("t.add", args=[2, 3])) == 5


@case
def keyword_arguments():
    """keyword arguments are bound by name"""
    assert get(app.send_task("t.add", kwargs={"b": 3, "a": 2})) == 5


@case
def mixed_arguments():
    """positional and keyword arguments mix"""
    assert get(add(2).apply_async(kwargs={"b": 40})) == 42


@case
def delay():
    """delay of a signature gives the result"""
    assert get(add(2, 3).delay()) == 5


@case
def values():
    """text, numbers, null and nested values come back as they were sent"""
    for value in [
        "größer als €, 😀",
        2**62,
        -0.1,
        None,
        True,
        {"a": [1, {"b": None}], "": []},
        "x" * 100_000,
    ]:
        result = get(app.send_task("t.echo", args=[value]))
        assert result == value, (result, value)


@case
def integers_beyond_64_bits():
    """an integer of any length keeps its digits"""
    assert get(app.send_task("t.echo", args=[10**40 + 1])) == 10**40 + 1


@case
def dates():
    """a datetime arrives as a moment"""
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    args = [moment, str(uuid.UUID(int=7)), 1.5, base64.b64encode(b"hi").decode()]
    assert get(app.send_task("t.typed", args=args))[0] == "2026-01-02T03:04:05Z"


@case
def many():
    """200 tasks at once are all answered, each with its own result"""
    results = [app.send_task("t.add", args=[i, 1]) for i in range(200)]
    assert [get(result) for result in results] == list(range(1, 201))


@case
def countdown():
    """a task with a countdown does not run early"""
    began = time.monotonic()
    assert get(app.send_task("t.add", args=[1, 1], countdown=2)) == 2
    assert time.monotonic() - began >= 1.9


@case
def eta():
    """a task with an eta does not run early"""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    assert get(app.send_task("t.add", args=[1, 1], eta=moment)) == 2
    assert datetime.datetime.now(datetime.timezone.utc) >= moment


@case
def expired():
    """a task that has expired is revoked"""
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
    # Without the message's own expiry, by which the broker would drop it on the way.
    result = app.send_task("t.add", args=[1, 1], headers={"expires": past.isoformat()})
    assert "expired" in str(fails(result, "TaskRevokedError"))


@case
def not_expired():
    """a task that expires later runs"""
    assert get(app.send_task("t.add", args=[1, 1], expires=300)) == 2


@case
def time_limit():
    """a hard time limit ends the task with Celery's exception"""
    result = app.send_task("t.sleep", args=[600], time_limit=1)
    assert isinstance(fails(result, "TimeLimitExceeded"), TimeLimitExceeded)


@case
def soft_time_limit():
    """a soft time limit ends the task with Celery's exception"""
    result = app.send_task("t.sleep", args=[600], soft_time_limit=0.5)
    assert isinstance(fails(result, "SoftTimeLimitExceeded"), SoftTimeLimitExceeded)


@case
def priority():
    """a task with a priority runs"""
    assert get(app.send_task("t.add", args=[1, 1], priority=9)) == 2


@case
def ignore_result():
    """a task whose result is ignored runs and is not answered"""
    key = str(uuid.uuid4())
    result = app.send_task("t.noteOnly", args=[JOURNAL, key], ignore_result=True)
    await_note(key)
    try:
        AsyncResult(result.id, app=app).get(timeout=1)
        raise AssertionError("it was answered")
    except TimeoutError:
        pass


@case
def failure():
    """a Java exception has its name, its message and its stack trace in Python"""
    result = app.send_task("t.fail", args=["no luck"])
    assert fails(result, "IllegalStateException").args == ("no luck",)
    assert result.state == "FAILURE"
    assert "InteropTasks.fail" in result.traceback, result.traceback


@case
def wrong_arguments():
    """arguments that do not fit are a failure that says which"""
    assert "'b'" in str(fails(app.send_task("t.add", args=[1]), "TaskArgumentException"))


@case
def unknown_task():
    """a task that no worker knows fails as NotRegistered"""
    result = app.send_task("t.unheard_of", args=[1])
    assert isinstance(fails(result, "NotRegistered"), NotRegistered)


@case
def retried():
    """a task that a worker retries is answered when it has succeeded"""
    assert get(app.send_task("t.flaky")) == 2


@case
def gone_client():
    """a client that has gone does not keep the worker from the next task"""
    with app.connection_for_write() as connection:
        queue = kombu.Queue(str(uuid.uuid4()), durable=False, auto_delete=True)
        bound = queue.bind(connection.default_channel)
        bound.declare()
        app.send_task("t.sleep", args=[0.5], reply_to=queue.name)
        bound.delete()
    assert get(add(1, 1).delay()) == 2


# ------------------------------------------------------------------------------- canvas


@case
def a_group():
    """a group gives all results in order"""
    assert get(group(add(i, i) for i in range(50)).apply_async()) == [2 * i for i in range(50)]


@case
def a_group_with_a_failure():
    """a group with a failing task raises its exception"""
    fails(group(add(1, 1), task("t.fail").clone(args=["x"])).apply_async(), "IllegalStateException")


@case
def a_chain():
    """a chain hands each result to the next task"""
    assert get(chain(add(1, 2), add(10), add(100)).apply_async()) == 113


@case
def an_immutable_chain():
    """an immutable signature in a chain gets its own arguments only"""
    only = app.signature("t.add", args=(5, 6), immutable=True)
    assert get(chain(add(1, 2), only, add(1)).apply_async()) == 12


@case
def the_steps_of_a_chain():
    """every step of a chain has its result"""
    result = chain(add(1, 2), add(10), add(100)).apply_async()
    assert get(result) == 113
    assert (get(result.parent), get(result.parent.parent)) == (13, 3)


@case
def a_chain_that_fails():
    """a chain ends with the exception of the step that failed, and the steps after it do not run"""
    key = str(uuid.uuid4())
    note = app.signature("t.note", args=(JOURNAL, key))
    fails(chain(task("t.echo").clone(args=["x"]), task("t.fail"), note).apply_async(), "IllegalStateException")
    assert key not in noted()


@case
def a_chain_into_a_group():
    """a group at the end of a chain gets the result before it"""
    result = chain(add(1, 2), group(add(10), add(20))).apply_async()
    assert get(result) == [13, 23]


@case
def a_group_of_chains():
    """a group of chains gives the last result of each"""
    assert get(group(chain(add(1, 2), add(3)), chain(add(4, 5), add(6))).apply_async()) == [6, 15]


@case
def a_chain_over_two_clients_settings():
    """a step of a chain may have a countdown and limits of its own"""
    later = add(10).set(countdown=1, time_limit=30, expires=60)
    began = time.monotonic()
    assert get(chain(add(1, 2), later).apply_async()) == 13
    assert time.monotonic() - began >= 0.9


@case
def link():
    """a link is called with the result"""
    key = str(uuid.uuid4())
    note = app.signature("t.note", args=(JOURNAL, key))
    assert get(task("t.echo").clone(args=["value"]).apply_async(link=note)) == "value"
    await_note(key)


@case
def links():
    """all of several links are called"""
    keys = [str(uuid.uuid4()) for _ in range(3)]
    notes = [app.signature("t.note", args=(JOURNAL, key)) for key in keys]
    get(task("t.echo").clone(args=["value"]).apply_async(link=notes))
    for key in keys:
        await_note(key)


@case
def link_error():
    """a link_error is called with the id of the task that failed"""
    key = str(uuid.uuid4())
    note = app.signature("t.note", args=(JOURNAL, key))
    fails(task("t.fail").clone(args=["x"]).apply_async(link_error=note), "IllegalStateException")
    await_note(key)


@case
def no_link_after_a_failure():
    """a link is not called after a failure, nor a link_error after a success"""
    never, then = str(uuid.uuid4()), str(uuid.uuid4())
    bad = app.signature("t.noteOnly", args=(JOURNAL, never), immutable=True)
    good = app.signature("t.noteOnly", args=(JOURNAL, then), immutable=True)
    fails(task("t.fail").clone(args=["x"]).apply_async(link=bad, link_error=good), "IllegalStateException")
    get(add(1, 1).apply_async(link_error=bad))
    await_note(then)
    assert never not in noted()


@case
def a_map():
    """map runs a task for each item"""
    add_one = app.signature("t.echo")
    assert get(app.send_task("celery.map", kwargs={"task": add_one, "it": [1, "b", None]})) == [1, "b", None]


@case
def a_starmap():
    """starmap runs a task for each list of arguments"""
    result = app.send_task("celery.starmap", kwargs={"task": add(), "it": [[1, 2], [3, 4]]})
    assert get(result) == [3, 7]


@case
def some_chunks():
    """chunks give the results in parts"""
    result = chunks(add(), [(i, i) for i in range(10)], 4, app=app).apply_async()
    assert get(result) == [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]


# ------------------------------------------------------------------------------- revoke


@case
def revoke_before_it_runs():
    """a task that is revoked before it runs never runs"""
    key = str(uuid.uuid4())
    result = app.send_task("t.noteOnly", args=[JOURNAL, key], countdown=2)
    result.revoke()
    assert isinstance(fails(result, "TaskRevokedError"), TaskRevokedError)
    assert key not in noted()


@case
def revoke_while_it_runs():
    """a task that is revoked with terminate while it runs ends"""
    key = str(uuid.uuid4())
    result = app.send_task("t.noteAndSleep", args=[JOURNAL, key, 600])
    await_note(key)
    result.revoke(terminate=True)
    assert "terminated" in str(fails(result, "TaskRevokedError"))


@case
def revoke_without_terminate():
    """a task that is revoked without terminate while it runs goes on"""
    key = str(uuid.uuid4())
    result = app.send_task("t.noteAndSleep", args=[JOURNAL, key, 1.5])
    await_note(key)
    result.revoke()
    assert get(result) == 1.5


# ------------------------------------------------------------------------------- a queue with a bound


def bounded(confirms=True, declares=False):
    """An application whose queue is Warren's, with room for two tasks, and without a worker."""
    name = os.environ["BOUNDED_QUEUE"]
    app = Celery("bounded", broker=os.environ["BROKER"], backend="rpc://", set_as_current=False)
    app.conf.task_default_queue = name
    if not declares:
        app.conf.task_queues = [kombu.Queue(name, no_declare=True)]
    # A name for each: applications with the same options share a connection, and what it has declared.
    named = {"client_properties": {"connection_name": f"bounded-{confirms}-{declares}"}}
    app.conf.broker_transport_options = {"confirm_publish": True, **named} if confirms else named
    return app


def waiting():
    with app.connection_for_read() as connection:
        declared = connection.default_channel.queue_declare(os.environ["BOUNDED_QUEUE"], passive=True)
        return declared.message_count


def fill():
    """What ends it, at the latest with the third task."""
    for _ in range(3):
        try:
            bounded().send_task("t.add", args=[1, 1])
        except Exception as e:
            return e
    return None


@case
def full_queue():
    """a full queue refuses the task of a client that waits for confirms"""
    assert type(fill()).__name__ == "MessageNacked"
    assert waiting() == 2


@case
def full_queue_of_a_stock_client():
    """a full queue drops the tasks of a client that does not wait for confirms, in silence"""
    fill()
    stock = bounded(confirms=False)
    for _ in range(3):
        stock.send_task("t.add", args=[1, 1])
    stock.close()
    assert waiting() == 2


@case
def declared_otherwise():
    """a client that declares Warren's queue in its own way is told which argument differs"""
    try:
        bounded(declares=True).send_task("t.add", args=[1, 1])
    except Exception as e:
        assert type(e).__name__ == "PreconditionFailed" and "inequivalent arg" in str(e), repr(e)
    else:
        raise AssertionError("it was not told")


# ------------------------------------------------------------------------------- on the wire


@case
def compressed():
    """a zlib-compressed message is read"""
    value = "the quick brown fox " * 1000
    assert get(app.send_task("t.echo", args=[value], compression="zlib")) == value


@case
def unknown_compression():
    """a message that is compressed otherwise is refused by name"""
    result = app.send_task("t.echo", args=["a"], compression="bzip2")
    assert "bz2" in str(fails(result, "InvalidTaskError"))


@case
def pickled():
    """a pickle is refused, and never read"""
    result = app.send_task("t.echo", args=["a"], serializer="pickle")
    assert "content type" in str(fails(result, "InvalidTaskError"))


@case
def protocol_one():
    """message protocol 1 is understood"""
    old = application(task_protocol=1)
    assert get(old.send_task("t.add", args=[2], kwargs={"b": 3})) == 5


@case
def protocol_one_with_a_link():
    """a link of message protocol 1 is called"""
    key = str(uuid.uuid4())
    old = application(task_protocol=1)
    note = app.signature("t.note", args=(JOURNAL, key))
    assert get(old.send_task("t.echo", args=["v"], link=note)) == "v"
    await_note(key)


@case
def typed_json():
    """kombu's typed JSON arrives as Java's types"""
    def typed(kind, value):
        return {"__type__": kind, "__value__": value}

    args = [
        typed("datetime", "2026-01-02T03:04:05+00:00"),
        typed("uuid", {"hex": "0123456789abcdef0123456789abcdef"}),
        typed("decimal", "1.50"),
        typed("bytes", "hi"),
    ]
    assert get(app.send_task("t.typed", args=args)) == [
        "2026-01-02T03:04:05Z",
        "01234567-89ab-cdef-0123-456789abcdef",
        "1.50",
        "hi",
    ]


@case
def two_elements():
    """a body that stops Celery's own workers is answered, and the worker goes on"""
    id = str(uuid.uuid4())
    result = AsyncResult(id, app=app)
    with app.producer_or_acquire() as producer:
        app.backend.on_task_call(producer, id)
        producer.publish(
            [[], {}],
            routing_key=QUEUE,
            exchange="",
            serializer="json",
            headers={"task": "t.add", "id": id},
            reply_to=app.thread_oid,
            correlation_id=id,
        )
    assert "embed" in str(fails(result, "InvalidTaskError"))
    assert get(add(1, 1).delay()) == 2


# ------------------------------------------------------------------------------- main


def main():
    if sys.argv[1:] == ["list"]:
        print(json.dumps({name: function.__doc__ for name, function in CASES.items()}))
        return
    for line in sys.stdin:
        name = line.strip()
        try:
            CASES[name]()
            answer = None
        except BaseException:
            answer = traceback.format_exc()
        print(json.dumps({"case": name, "failure": answer}), flush=True)


main()
