"""Two imports at once: the second waits."""

import threading

import pytest
from django.db import connection

from fashionshop.importing import turn as module
from fashionshop.importing.turn import turn
from recommender.locks import is_locked


@pytest.mark.django_db(transaction=True)
def test_the_second_import_says_that_it_waits_and_runs_when_the_first_has_ended(monkeypatch):
    monkeypatch.setattr(module, "ASK_EVERY_SECONDS", 0.01)
    order, waits = [], threading.Event()

    def second():
        with turn(waits.set):
            order.append("second")
        connection.close()

    thread = threading.Thread(target=second)
    with turn(lambda: order.append("waited")):
        thread.start()
        assert waits.wait(5)
        order.append("first")
    thread.join(5)

    assert order == ["first", "second"]
    assert not is_locked(module.LOCK)


@pytest.mark.django_db
def test_an_import_that_fails_lets_the_next_one_in():
    with pytest.raises(KeyError), turn(lambda: None):
        raise KeyError

    assert not is_locked(module.LOCK)
