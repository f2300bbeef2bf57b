"""Two imports at once: the second waits."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection

from fashionshop.importing import turn as module
from fashionshop.importing.turn import turn
from recommender.locks import is_locked


@pytest.mark.django_db(transaction=True)
def test_the_second_import_says_once_that_it_waits_and_runs_when_the_first_has_ended(monkeypatch):
    order, asked = [], threading.Semaphore(0)
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=lambda _seconds: asked.release()))

    def second():
        with turn(lambda: order.append("second waits")):
            order.append("second")
        connection.close()

    thread = threading.Thread(target=second)
    with turn(lambda: order.append("waited")):
        thread.start()
        assert all(asked.acquire(timeout=5) for _time in range(3))
        order.append("first")
    thread.join(5)

    assert order == ["second waits", "first", "second"]
    assert not is_locked(module.LOCK)


@pytest.mark.django_db
def test_an_import_that_fails_lets_the_next_one_in():
    with pytest.raises(KeyError), turn(lambda: None):
        raise KeyError

    assert not is_locked(module.LOCK)
