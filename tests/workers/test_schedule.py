"""A worker keeps its own schedule, from the moment it is ready until it stops."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from workers import tasks
from workers.celery import SCHEDULE, SWEEP, Schedule


@dataclass
class HandTimer:
    """Stands where the worker's timer stands; time passes when the test says so."""

    entries: list = field(default_factory=list)

    def call_repeatedly(self, seconds, call, args):
        entry = SimpleNamespace(seconds=seconds, call=lambda: call(*args), is_cancelled=False)
        entry.cancel = lambda: setattr(entry, "is_cancelled", True)
        self.entries.append(entry)
        return entry

    def pass_seconds(self, seconds):
        for entry in self.entries:
            times = 0 if entry.is_cancelled else seconds // entry.seconds
            for _ in range(times):
                entry.call()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def consumer(sent, redis_url):
    app = SimpleNamespace(
        conf=SimpleNamespace(task_default_queue="nobody-listens"),
        send_task=lambda task, **_how: sent.append(task),
    )
    return SimpleNamespace(app=app, timer=HandTimer())


def test_a_worker_sweeps_as_soon_as_it_is_ready(consumer, sent):
    Schedule(consumer).start(consumer)

    assert sent == [SWEEP]


def test_a_worker_sweeps_three_times_a_minute_and_tends_indexes_every_ten(consumer, sent):
    Schedule(consumer).start(consumer)
    sent.clear()

    consumer.timer.pass_seconds(600)

    assert {task: sent.count(task) for task in SCHEDULE} == {
        tasks.sweep.name: 30,
        tasks.tend_indexes.name: 1,
    }


def test_a_worker_that_has_stopped_sends_nothing(consumer, sent):
    schedule = Schedule(consumer)
    schedule.start(consumer)
    sent.clear()

    schedule.stop(consumer)
    consumer.timer.pass_seconds(600)

    assert sent == []


def test_a_broker_that_is_gone_ends_no_worker(consumer, caplog):
    def lost(_task, **_how):
        raise OperationalError("refused")

    consumer.app.send_task = lost

    Schedule(consumer).start(consumer)

    assert "workers.tasks.sweep could not be sent (refused)" in caplog.text
    assert len(consumer.timer.entries) == len(SCHEDULE)
