"""The bell: one per transaction, after the commit, and never the reason for a lost sale."""

import logging

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from recommender import dispatch


def test_a_bell_rings_after_the_commit_and_carries_nothing(
    db, broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        dispatch.ring(dispatch.EMBED)
        assert broker.rung == []

    ((name, options),) = broker.rung
    assert (name, options["queue"], options["retry"]) == (dispatch.EMBED, "embed", False)
    assert "args" not in options
    assert "kwargs" not in options


def test_a_transaction_rings_each_bell_once(db, broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for bell in (dispatch.EMBED, dispatch.PAIR, dispatch.EMBED, dispatch.EMBED):
            dispatch.ring(bell)

    assert [name for name, _options in broker.rung] == [dispatch.EMBED, dispatch.PAIR]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_when_the_transaction_rolls_back(broker):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        dispatch.ring(dispatch.EMBED)
        raise ZeroDivisionError

    assert broker.rung == []


@pytest.mark.django_db(transaction=True)
def test_a_bell_of_a_rolled_back_savepoint_rings_when_asked_again(broker):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            dispatch.ring(dispatch.EMBED)
            raise ZeroDivisionError
        dispatch.ring(dispatch.EMBED)

    assert len(broker.rung) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_hook_of_the_host_does_not_silence_the_bell(broker, caplog):
    def fail():
        raise ZeroDivisionError

    with transaction.atomic():
        transaction.on_commit(fail, robust=True)
        dispatch.ring(dispatch.EMBED)

    assert len(broker.rung) == 1


@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError(111)])
def test_a_dead_broker_costs_one_line_in_the_log(broker, caplog, error):
    broker.error = error

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            dispatch._send(dispatch.EMBED)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "find the work by themselves" in caplog.text


def test_photo_search_says_so_when_the_broker_is_down(broker):
    broker.error = OperationalError("refused")

    with pytest.raises(dispatch.NoWorker, match="try again"):
        dispatch.encoded_photo(b"jpeg")


def test_regions_are_asked_for_where_photos_are(broker):
    broker.error = OperationalError("refused")

    with pytest.raises(dispatch.NoWorker):
        dispatch.found_regions(pictures=[1, 2])
    assert dispatch.QUEUES[dispatch.FIND_REGIONS] == dispatch.QUEUES[dispatch.ENCODE_PHOTO]


def test_a_broker_that_is_not_there_is_given_up_quickly(settings, tmp_path, caplog):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": f"unix://{tmp_path}/none.sock"}
    dispatch._producer.cache_clear()
    dispatch._warn_once.cache_clear()

    dispatch._send(dispatch.EMBED)

    dispatch._producer.cache_clear()
    assert "cannot be woken" in caplog.text


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
    ],
)
def test_addresses_are_spelled_as_celery_reads_them(given, spelled):
    assert dispatch.broker_url(given) == spelled
