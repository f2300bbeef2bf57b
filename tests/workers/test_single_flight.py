from threading import Event, Thread

import pytest

from workers.single_flight import SingleFlight


def test_a_call_during_a_run_makes_it_run_once_more_in_the_same_thread():
    started, go, runs = Event(), Event(), []

    def work():
        runs.append(1)
        started.set()
        go.wait(5)

    flight = SingleFlight(work)
    first = Thread(target=flight)
    first.start()
    started.wait(5)
    flight()  # returns at once
    flight()
    go.set()
    first.join(5)

    assert len(runs) == 2


def test_every_call_on_its_own_runs():
    runs = []
    flight = SingleFlight(lambda: runs.append(1))

    flight()
    flight()

    assert len(runs) == 2


def test_a_run_that_fails_does_not_block_the_next():
    flight = SingleFlight(lambda: 1 / 0)

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            flight()
