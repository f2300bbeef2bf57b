"""The bell: one per transaction, after the commit, and never the reason for a lost sale."""

import json
import logging
import threading
import time
import uuid
from unittest.mock import patch

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from recommender import broker
from recommender.photos import BadPhoto


def test_a_bell_rings_after_the_commit_and_carries_nothing(
    db, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        broker.ring(broker.EMBED)
        assert bells.rung == []

    ((name, options),) = bells.rung
    assert (name, options["queue"], options["retry"]) == (broker.EMBED, "embed", False)
    assert "args" not in options
    assert "kwargs" not in options


def test_a_bell_does_not_expire_by_the_clock_of_whoever_hears_it(bells):
    broker._send(broker.EMBED)

    ((_name, options),) = bells.rung
    assert not {"expires", "eta", "countdown"} & options.keys()


def test_bells_that_nobody_hears_do_not_pile_up(redis_url):
    queue = broker.redis_connection()
    queue.delete("embed")

    for _ in range(broker.MOST_BELLS + 5):
        broker._send(broker.EMBED)

    assert queue.llen("embed") == broker.MOST_BELLS
    queue.delete("embed")


def test_a_transaction_rings_each_bell_once(db, bells, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for bell in (broker.EMBED, broker.PAIR, broker.EMBED, broker.EMBED):
            broker.ring(bell)

    assert [name for name, _options in bells.rung] == [broker.EMBED, broker.PAIR]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_when_the_transaction_rolls_back(bells):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        broker.ring(broker.EMBED)
        raise ZeroDivisionError

    assert bells.rung == []


@pytest.mark.django_db(transaction=True)
def test_a_bell_of_a_rolled_back_savepoint_rings_when_asked_again(bells):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            broker.ring(broker.EMBED)
            raise ZeroDivisionError
        broker.ring(broker.EMBED)

    assert len(bells.rung) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_hook_of_the_host_does_not_silence_the_bell(bells, caplog):
    def fail():
        raise ZeroDivisionError

    with transaction.atomic():
        transaction.on_commit(fail, robust=True)
        broker.ring(broker.EMBED)

    assert len(bells.rung) == 1


@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError(111)])
def test_a_dead_broker_costs_one_line_in_the_log(bells, caplog, error):
    bells.error = error

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            broker._send(broker.EMBED)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "find the work by themselves" in caplog.text


def test_photo_search_says_so_when_the_broker_is_down(bells):
    bells.error = OperationalError("refused")

    with pytest.raises(broker.NoWorker, match="try again"):
        broker.ask_photo_features(b"jpeg")


def test_a_broker_that_is_not_there_is_given_up_quickly(settings, tmp_path, caplog):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": f"unix://{tmp_path}/none.sock"}
    broker._producer.cache_clear()
    broker._warn_once.cache_clear()

    broker._send(broker.EMBED)

    broker._producer.cache_clear()
    assert "cannot be woken" in caplog.text


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
    ],
)
def test_addresses_are_spelled_as_celery_reads_them(given, spelled):
    assert broker.broker_url(given) == spelled


@pytest.fixture
def reply(redis_url):
    """Answer a question of this name, after so many seconds; returns the name."""
    name = f"recommender.reply.{uuid.uuid4()}"
    threads = []

    def send(payload, *, after=0.0):
        threads.append(threading.Timer(after, broker.send_reply, [name, payload]))
        threads[-1].start()
        return name

    yield send
    for thread in threads:
        thread.join()


def heard(name, *, timeout):
    found = broker._wait_for_reply(name, timeout=timeout)
    return None if found is None else json.loads(found[1])


@pytest.mark.parametrize("after", [0.0, 0.3])
def test_an_answer_is_heard_whether_it_is_there_or_comes_while_one_waits(reply, after):
    assert heard(reply({"seen": 1}, after=after), timeout=5) == {"seen": 1}


def test_who_waits_longer_than_a_connection_may_be_silent_listens_again(reply, monkeypatch):
    monkeypatch.setattr(broker, "LISTEN_SECONDS", 0.1)

    assert heard(reply({"seen": 1}, after=0.5), timeout=5) == {"seen": 1}


def test_nobody_waits_longer_than_asked_to(redis_url):
    started = time.monotonic()

    assert heard("recommender.reply.nobody", timeout=0.3) is None
    assert 0.3 <= time.monotonic() - started < 2


def test_an_answer_is_heard_once_and_not_kept_for_ever(redis_url):
    name = f"recommender.reply.{uuid.uuid4()}"
    for number in range(3):
        broker.send_reply(name, {"seen": number})

    assert [heard(name, timeout=5)["seen"] for _time in range(2)] == [0, 1]
    assert 0 < broker.redis_connection().ttl(name) <= broker.REPLY_KEPT_SECONDS


@pytest.fixture
def photo_waits(bells, redis_url, settings):
    """Show a photo to nobody; returns what lay in the broker meanwhile, and what was sent."""
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTO_TIMEOUT_SECONDS": 0.1}
    seen = {}
    send = broker._send_question

    def look(task, *, photo, reply_to):
        client = broker.redis_connection()
        seen[photo] = (client.get(photo), client.pttl(photo))
        send(task, photo=photo, reply_to=reply_to)

    def ask(data):
        with patch.object(broker, "_send_question", look), pytest.raises(broker.NoWorker):
            broker.ask_photo_features(data)
        return seen

    return ask


def test_a_photo_waits_beside_the_queue_and_not_in_it(photo_waits, bells):
    ((key, (data, milliseconds)),) = photo_waits(b"jpeg").items()

    assert data == b"jpeg"
    assert 0 < milliseconds <= 100
    ((_name, options),) = bells.rung
    assert options["kwargs"].keys() == {"photo", "reply_to"}
    assert options["kwargs"]["photo"] == key


def test_who_stops_waiting_takes_the_photo_away(photo_waits):
    (key,) = photo_waits(b"jpeg")

    assert not broker.redis_connection().exists(key)


def test_a_question_has_no_expiry_by_a_workers_clock(photo_waits, bells):
    photo_waits(b"jpeg")

    assert "expires" not in bells.rung[0][1]


def test_a_photo_is_taken_once(redis_url):
    broker.redis_connection().set("recommender.photo.mine", b"jpeg", px=5_000)

    assert broker.take_photo("recommender.photo.mine") == b"jpeg"
    assert broker.take_photo("recommender.photo.mine") is None


def test_a_workers_refusal_is_the_photos_fault_or_the_workers():
    with pytest.raises(BadPhoto, match="too small"):
        broker._read_reply({"error": {"code": "too_small", "message": "It is too small."}})
    with pytest.raises(broker.NoWorker, match="cannot make anything of this photo"):
        broker._read_reply({"error": {"code": "worker_failed", "message": ""}})


def test_a_photo_is_never_answered_with_what_another_asked(bells, redis_url, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTO_TIMEOUT_SECONDS": 0.1}
    for _time in range(2):
        with pytest.raises(broker.NoWorker):
            broker.ask_photo_features(b"jpeg")

    first, second = (options["kwargs"]["reply_to"] for _name, options in bells.rung)
    assert first != second
