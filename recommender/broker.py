"""The only door to Celery: rings a bell by task name once the transaction has committed.

A bell carries nothing. The rows in the database say what is due; whoever hears the bell looks
there. So a lost bell costs seconds (the sweep rings again) and a doubled one costs nothing.
"""

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from celery import Celery
from django.db import transaction
from django.utils.translation import gettext
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from recommender import conf
from recommender.photos import BadPhoto
from recommender.timing import timed

log = logging.getLogger(__name__)

EMBED = "workers.tasks.embed_pictures"
PAIR = "workers.tasks.refresh_pairings"
ENCODE_PHOTO = "workers.tasks.encode_waiting_photo"
ENCODE_BOXES = "workers.tasks.encode_waiting_photo_in_boxes"
FIND_REGIONS = "workers.tasks.find_regions"
COMPARE = "workers.tasks.compare_checkpoints"
QUEUES = {
    EMBED: "embed",
    PAIR: "pair",
    ENCODE_PHOTO: "interactive",
    ENCODE_BOXES: "interactive",
    FIND_REGIONS: "interactive",
    COMPARE: "pair",
}
WORKER_FAILED = "worker_failed"
PING_SECONDS = 0.5
REPLY_KEPT_SECONDS = 30
LISTEN_SECONDS = 3  # at a time; redis-py gives up on a silent connection after SILENT_SECONDS
SILENT_SECONDS = 5
MOST_BELLS = 10  # in a queue; whoever hears one of them finds all that is due


class NoWorker(RuntimeError):  # noqa: N818 -- reads as what happened
    """Photo search is busy. Your photo was not kept; please try again in a minute."""

    def __str__(self) -> str:
        return super().__str__() or gettext(
            "Photo search is busy. Your photo was not kept; please try again in a minute."
        )


class NoBroker(RuntimeError):  # noqa: N818 -- reads as what happened
    """The broker does not answer. The shop goes on; new pictures wait, photo search does not work."""


def ring(bell: str) -> None:
    """Wake the workers after the commit; at most once per transaction and bell."""
    hook = _ring_now(bell)
    waiting = (entry[1] for entry in transaction.get_connection().run_on_commit)
    if hook not in waiting:
        transaction.on_commit(hook, robust=True)


def ask_photo_features(jpeg: bytes) -> dict[str, Any]:
    """Have a worker encode a shopper's photo and wait for it, a bounded time.

    The bytes live in the broker's memory until a worker takes them or the wait is over, the reply
    until it is read here.

    Raises:
        BadPhoto: a worker can make nothing of it.
        NoWorker: none answered within `PHOTO_TIMEOUT_SECONDS`, or the broker is down.
    """
    return _ask(ENCODE_PHOTO, jpeg)


def ask_garment_features(jpeg: bytes) -> dict[str, Any]:
    """Have a worker encode a shopper's photo and the pieces it may hold, `boxes` in the reply.

    Raises:
        BadPhoto: a worker can make nothing of it.
        NoWorker: none answered within `PHOTO_TIMEOUT_SECONDS`, or the broker is down.
    """
    return _ask(ENCODE_BOXES, jpeg)


@timed("photo_wait")
def _ask(task: str, photo: bytes) -> dict[str, Any]:
    """Show a photo to the workers and wait for the reply, `PHOTO_TIMEOUT_SECONDS` at most.

    The message names the photo; the photo itself lies beside the queue under a key of its own, so
    that it is gone with the wait whoever ends it: a worker, this process, or the broker by its own
    clock. The reply travels through a list of its own: Celery's result store keeps one connection
    for all threads of a process and gives up for good when Redis was away for a while.
    """
    timeout, question = conf.get("PHOTO_TIMEOUT_SECONDS"), uuid.uuid4()
    key, reply_to = f"recommender.photo.{question}", f"recommender.reply.{question}"
    try:
        redis_connection().set(key, photo, px=round(1000 * timeout))
        try:
            _send_question(task, photo=key, reply_to=reply_to)
            reply = _wait_for_reply(reply_to, timeout=timeout)
        finally:
            redis_connection().delete(key)
    except (OperationalError, RedisError, OSError) as error:
        raise NoWorker() from error
    if reply is None:
        raise NoWorker()
    return _read_reply(json.loads(reply[1]))


def _send_question(task: str, **question: str) -> None:
    """Needs no expiry by a worker's clock: where the photo is gone, there is nothing to do."""
    _producer().send_task(
        task, kwargs=question, queue=QUEUES[task], ignore_result=True, retry=False
    )


def _read_reply(reply: dict[str, Any]) -> dict[str, Any]:
    error = reply.get("error")
    if error is None:
        return reply
    if error["code"] == WORKER_FAILED:
        raise NoWorker(
            gettext(
                "Photo search cannot make anything of this photo. It was not kept; try another."
            )
        )
    raise BadPhoto(error["code"], error["message"])


def take_photo(key: str) -> bytes | None:
    """Take a photo that waits for a worker, so that it is nowhere else; None where nobody waits any more."""
    with redis_connection().pipeline() as pipe:
        pipe.get(key)
        pipe.delete(key)
        photo, _deleted = pipe.execute()
    return photo if photo is None else bytes(photo)


def _wait_for_reply(reply_to: str, *, timeout: float) -> Any:
    """The first entry of a list once there is one; None after the timeout."""
    deadline = time.monotonic() + timeout
    while (left := deadline - time.monotonic()) > 0:
        if reply := redis_connection().blpop([reply_to], timeout=min(left, LISTEN_SECONDS)):
            return reply
    return None


def send_refusal(reply_to: str, error: BadPhoto | None) -> None:
    """Tell whoever waits why a photo cannot be used; None where that is not the photo's fault."""
    code, message = (WORKER_FAILED, "") if error is None else (error.code, str(error))
    send_reply(reply_to, {"error": {"code": code, "message": message}})


def send_reply(reply_to: str, payload: Mapping[str, Any]) -> None:
    """Send what a worker saw to whoever waits for it."""
    with redis_connection().pipeline() as pipe:
        pipe.rpush(reply_to, json.dumps(payload))
        pipe.expire(reply_to, REPLY_KEPT_SECONDS)
        pipe.execute()


def has_room(queue: str) -> bool:
    """Whether one more bell would be of use, for they pile up while no worker is there.

    No bell expires: a message's time is compared with the clock of the machine that hears it.

    Raises:
        RedisError: the broker does not answer.
    """
    waiting: Any = redis_connection().llen(queue)
    return int(waiting) < MOST_BELLS


def has_worker() -> bool:
    """Whether any worker says that it is there; at once where one is, else after `PING_SECONDS`.

    Raises:
        NoBroker: nobody could be asked.
    """
    try:
        return bool(_producer().control.ping(timeout=PING_SECONDS, limit=1))
    except (OperationalError, RedisError, OSError) as error:
        raise NoBroker(NoBroker.__doc__) from error


@lru_cache
def _ring_now(bell: str) -> Callable[[], None]:
    return partial(_send, bell)


def _send(bell: str) -> None:
    """Ring; a broker that is down must never lose a sale, so it costs a log line and no more."""
    try:
        if has_room(QUEUES[bell]):
            _producer().send_task(bell, queue=QUEUES[bell], ignore_result=True, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _warn_once(f"The workers cannot be woken ({error}); they will find the work by themselves.")


@lru_cache
def _warn_once(message: str) -> None:
    log.warning(message)


@lru_cache
def _producer() -> Celery:
    """A client of the broker; the workers have their own app."""
    url = broker_url(conf.get("BROKER_URL"))
    app = Celery("recommender", broker=url, set_as_current=False)
    app.conf.update(
        broker_transport_options={"socket_connect_timeout": 1, "max_retries": 0},
    )
    return app


@lru_cache
def redis_connection() -> Redis:
    """A pool of connections to the broker itself, for what is no task: photos, replies, places."""
    return Redis.from_url(
        conf.get("BROKER_URL"), socket_connect_timeout=1, socket_timeout=SILENT_SECONDS
    )


def broker_url(url: str) -> str:
    """Spell a Redis address the way Celery does: `unix://` is `redis+socket://` there."""
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url
