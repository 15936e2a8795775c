"""The pool of processes: jobs called off one by one, reports that never block."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from wargame.errors import Cancelled
from wargame.pool import Workers, worker_progress


def count(what: str, steps: int, seconds: float) -> str:
    for step in range(steps):
        worker_progress(what, step, steps)
        time.sleep(seconds)
    return what


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2)
    pool.warm()
    yield pool
    pool.close()


def test_results_come_back_in_order(workers: Workers) -> None:
    assert workers.map(abs, [-3, 2, -1]) == [3, 2, 1]


def test_all_but_one_are_called_off_and_younger_jobs_run(workers: Workers) -> None:
    kept = workers.start(count, "kept", 60, 0.01)
    lost = workers.start(count, "lost", 100_000, 0.01)
    waiting = workers.start(count, "waiting", 100_000, 0.01)
    while not {"kept", "lost"} <= {report.what for report in workers.reports()}:
        time.sleep(0.01)
    workers.cancel(keep=kept)
    young = workers.start(count, "young", 3, 0.01)
    for job in (lost, waiting):
        with pytest.raises(Cancelled):
            job.future.result(timeout=30)
    assert young.future.result(timeout=30) == "young"
    assert kept.future.result(timeout=30) == "kept"


def test_closing_waits_for_no_worker() -> None:
    pool = Workers(1)
    job = pool.start(time.sleep, 600)  # only a killed worker ends it
    while not pool.reports():
        time.sleep(0.01)
    pool.close()
    with pytest.raises(BrokenProcessPool):
        job.future.result(timeout=10)


def test_reports_tell_the_latest_step_of_each_worker_and_never_fill_up(workers: Workers) -> None:
    job = workers.start(count, "many steps", 200_000, 0)  # nobody listens meanwhile
    assert job.future.result(timeout=120) == "many steps"
    report = next(each for each in workers.reports() if each.ticket == job.ticket)
    assert (report.what, report.done, report.total) == ("many steps", 199_999, 200_000)
