"""So many photos at once, in all web processes together."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from recommender import bulkhead
from recommender.broker import NoWorker, redis_connection
from recommender.bulkhead import NoRoom, photo_in_flight


@pytest.fixture(autouse=True)
def nobody_is_there(redis_url, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTOS_IN_FLIGHT": 2}
    redis_connection().delete(bulkhead.PLACES)


def test_the_last_place_is_given_once():
    with photo_in_flight(), photo_in_flight(), pytest.raises(NoRoom, match="try again"):
        photo_in_flight().__enter__()


def test_a_place_is_free_again_after_the_photo_even_if_it_failed():
    for _time in range(5):
        with pytest.raises(ZeroDivisionError), photo_in_flight():
            raise ZeroDivisionError

    assert redis_connection().zcard(bulkhead.PLACES) == 0


def test_a_hundred_at_once_take_two_places():
    everybody_has_asked = threading.Barrier(100)

    def ask(_number):
        with ExitStack() as stack:
            try:
                stack.enter_context(photo_in_flight())
            except NoRoom:
                return False
            finally:
                everybody_has_asked.wait(20)
            return True

    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(ask, range(100))).count(True) == 2


def test_the_place_of_a_process_that_died_is_free_in_time():
    redis_connection().zadd(bulkhead.PLACES, {"dead": 1, "dead too": 1})

    with photo_in_flight():
        assert redis_connection().zcard(bulkhead.PLACES) == 1
        assert 0 < redis_connection().ttl(bulkhead.PLACES) <= 8 + bulkhead.ANSWER_SECONDS


def test_without_a_broker_there_is_no_worker_either(settings, tmp_path):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": f"unix://{tmp_path}/none.sock"}
    redis_connection.cache_clear()
    try:
        with pytest.raises(NoWorker), photo_in_flight():
            pass
    finally:
        redis_connection.cache_clear()
