"""The short form of the long tests beside it: one kill, and the checker after it."""

import pytest

from recommender.models import EmbeddingJob
from tests.chaos.shop import is_done, kill, sell, wait_until
from tests.chaos.test_workers import assert_each_once

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_what_a_killed_worker_held_is_done_once_by_the_next(make_shop, findings):
    shop = make_shop(LEASE_SECONDS=1)
    sell(24)
    worker = shop.start_worker()
    leased = EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED)
    wait_until(leased.exists, seconds=30)
    kill(worker)
    assert not is_done()

    shop.start_worker()
    wait_until(is_done, seconds=60)

    assert_each_once(24)
    assert findings() == ""
