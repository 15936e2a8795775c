"""Crews: the same results from each, errors as such, and nothing that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.tournament import jobs
from wargame.errors import WargameError
from wargame.tournament.crew import Crew, Serial, crew
from wargame.tournament.process_crew import ProcessCrew


def gather(crew: Crew, count: int) -> list[tuple[Any, Any]]:
    """So many results; the crew may take half a minute for the next one."""
    found: list[tuple[Any, Any]] = []
    end = time.monotonic() + 30
    while len(found) < count and time.monotonic() < end:
        some = crew.ready(0.2)
        end = time.monotonic() + 30 if some else end
        found += some
    return found


def gather_into(found: list[tuple[Any, Any]], crew: Crew) -> None:
    """Results until an error is raised, or for 40 s."""
    for _ in range(200):
        found += crew.ready(0.2)


def no_more(paths: Callable[[], list[int]], seconds: float) -> bool:
    """Whether these processes are gone within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(pid) for pid in paths()):
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def two() -> Iterator[ProcessCrew]:
    with closing(ProcessCrew(2)) as found:
        yield found


@pytest.fixture(params=["serial", "two"])
def any_crew(request: pytest.FixtureRequest, two: ProcessCrew) -> Crew:
    return Serial() if request.param == "serial" else two


def test_results_are_the_same_from_all(any_crew: Crew) -> None:
    for number in range(20):
        any_crew.submit(jobs.double, number)
    assert sorted(gather(any_crew, 20)) == [(number, 2 * number) for number in range(20)]
    assert any_crew.ready(0) == []


def test_jobs_may_be_added_while_others_run(any_crew: Crew) -> None:
    any_crew.submit(jobs.sleep, 0.05)
    found: list[tuple[Any, Any]] = []
    later = iter([0.01, 0.02])
    while len(found) < 3:
        found += any_crew.ready(0.2)
        if (more := next(later, None)) is not None:
            any_crew.submit(jobs.sleep, more)
    assert sorted(found) == [(s, s) for s in (0.01, 0.02, 0.05)]


def test_an_error_comes_back_with_its_words_and_costs_no_result(any_crew: Crew) -> None:
    any_crew.submit(jobs.refuse, 7)
    for number in (1, 2):
        any_crew.submit(jobs.double, number)
    found: list[Any] = []
    with pytest.raises(WargameError, match=r"^job 7 was refused: ¬ü$"):
        gather_into(found, any_crew)
    found += gather(any_crew, 2 - len(found))
    assert sorted(found) == [(1, 2), (2, 4)]


def test_a_blunder_is_no_users_error(any_crew: Crew) -> None:
    any_crew.submit(jobs.blunder, 1)
    with pytest.raises((RuntimeError, ZeroDivisionError), match="division by zero"):
        gather(any_crew, 1)


def test_a_job_without_a_name_is_refused(two: ProcessCrew) -> None:
    with pytest.raises(ValueError, match="cannot be imported"):
        two.submit(lambda item: item, 1)
    assert two.ready(0) == []


def test_each_worker_has_one_thread(two: ProcessCrew) -> None:
    for number in range(2):
        two.submit(jobs.threads, number)
    for _, (pid, torch_threads, blas) in gather(two, 2):
        assert pid != os.getpid()
        assert torch_threads == 1
        assert blas
        assert set(blas) == {1}


def test_what_is_ready_is_waited_for_no_longer_than_told(two: ProcessCrew) -> None:
    two.submit(jobs.sleep, 1.0)
    start = time.monotonic()
    assert two.ready(0.1) == []
    assert 0.05 < time.monotonic() - start < 0.6
    assert gather(two, 1) == [(1.0, 1.0)]


def test_a_killed_worker_is_noticed_and_its_job_done_again(
    two: ProcessCrew, tmp_path: Path
) -> None:
    two.submit(jobs.suicide_once, str(tmp_path / "died"))
    for number in range(4):
        two.submit(jobs.double, number)
    found = dict(gather(two, 5))
    assert found.pop(str(tmp_path / "died")) == "survived"
    assert found == {number: 2 * number for number in range(4)}


def test_a_worker_killed_while_idle_costs_nothing(two: ProcessCrew) -> None:
    for number in range(2):
        two.submit(jobs.double, number)
    gather(two, 2)
    before = two.pids
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert no_more(lambda: before, 10)
    for number in range(4):
        two.submit(jobs.double, number)
    assert dict(gather(two, 4)) == {number: 2 * number for number in range(4)}


def test_a_job_that_kills_its_workers_is_named_and_the_others_are_done(two: ProcessCrew) -> None:
    two.submit(jobs.suicide, 1, name="001-tiny-a-b-0")
    for number in range(6):
        two.submit(jobs.double, number)
    found: list[Any] = []
    with pytest.raises(WargameError, match=r"2 workers were killed.*\(001-tiny-a-b-0\)"):
        gather_into(found, two)
    assert dict(found) == {number: 2 * number for number in range(6)}


def test_closing_stops_what_is_running_at_once(tmp_path: Path) -> None:
    found = ProcessCrew(2)
    for number in range(4):
        found.submit(jobs.announce, str(tmp_path / f"job{number}"))
    end = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    assert len(list(tmp_path.iterdir())) == 2
    pids, start = found.pids, time.monotonic()
    found.close()
    assert time.monotonic() - start < 2  # of the minutes that the jobs take; machines may be busy
    assert no_more(lambda: pids, 1)


_DRIVER = """
import sys
from contextlib import closing
from tests.tournament import jobs
from wargame.tournament.crew import crew

def main():
    with closing(crew(2)) as each:
        for number in range(4):
            each.submit(jobs.announce, sys.argv[1] + f"/job{number}")
        while True:
            each.ready(0.2)

main()
"""


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process with two workers that are at work, and their process ids."""
    process = subprocess.Popen(
        [sys.executable, "-c", _DRIVER, str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while len(found := list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    yield process, [int(path.name.rpartition("-")[2]) for path in found]
    process.kill()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()


def test_no_worker_outlives_a_killed_parent(
    driver: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, workers = driver
    assert [alive(pid) for pid in workers] == [True, True]
    process.kill()
    assert no_more(lambda: workers, 3)


def test_ctrl_c_stops_it_soon(driver: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, workers = driver
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    process.wait(timeout=5)
    assert time.monotonic() - start < 3
    assert no_more(lambda: workers, 1)
    assert process.stderr is not None
    told = process.stderr.read()
    assert told.count("Traceback") == 1
    assert told.rstrip().endswith("KeyboardInterrupt")


def test_one_worker_is_this_process() -> None:
    assert isinstance(crew(1), Serial)


def test_a_crew_on_this_machine_loads_no_ray() -> None:
    script = (
        "import sys\nimport wargame.tournament.crew, wargame.tournament.process_crew\n"
        "assert 'ray' not in sys.modules and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
