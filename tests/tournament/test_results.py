"""Results in a database: what is kept is there, whole, once, whoever else is at it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy

from tests.tournament import keeper
from tests.tournament.draws import BOTH, entrant, judged
from tests.tournament.postgres import PASSWORD, Server
from tests.worlds import ROOT
from wargame.errors import WargameError
from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament import formats, terms
from wargame.tournament.entrant import Entrant, Entry, Kind, Submission
from wargame.tournament.outcome import Fixture, Kept, MatchResult
from wargame.tournament.pairing import Setting
from wargame.tournament.results import Results
from wargame.tournament.terms import Terms

OWN = Submission(Kind.PYTHON, main="agent.py", package=bytes(range(256)) * 40)
FORFEIT = MatchResult(
    fixture=Fixture(1, "plains", "ann", "bob", 3),
    winner=None,
    mission=0.25,
    par=0.25,
    missions=(0.1, 0.2),
    plays=((1, 2), (3, 4)),
    status={Side.ATTACKER: Status.MEMORY, Side.DEFENDER: Status.ERROR},
    faults={Side.ATTACKER: "ate \x00 ünd", Side.DEFENDER: "exit 3"},
    decided_by=None,
    words="both\n",
)
KEPT = Kept(b"record\n\x00\xff", {Side.ATTACKER: "x\x00\ud7ff", Side.DEFENDER: ""}, 1.5)


def said(folder: Path, text: str = "", name: str = "spring") -> Terms:
    """Terms as a file says them."""
    path = folder / f"{name}.yaml"
    path.write_text(f"entrants: [random, vigilant]\n{text}")
    return terms.load(path)


def begun(address: str, folder: Path, name: str = "spring") -> Results:
    """An empty tournament."""
    results = Results(address, name)
    results.begin(said(folder, name=name))
    return results


def test_everything_comes_back_as_it_went_in(database: str, tmp_path: Path) -> None:
    ann = Entrant("ann", "Änn", {Side.ATTACKER: OWN, Side.DEFENDER: OWN})
    bob = Entrant("bob", "Bob", {Side.DEFENDER: Submission(Kind.READY, word="vigilant")})
    eve = Entrant("eve", "Eve", {Side.ATTACKER: OWN})
    first = [FORFEIT.fixture, FORFEIT.fixture._replace(seed=4)]
    with begun(database, tmp_path) as results:
        results.add(ann, first_round=1)
        results.add(bob, first_round=1)
        results.plan(1, first)
        results.keep(FORFEIT, KEPT)
        results.add(eve, first_round=2)
    with Results(database, "spring") as again:
        assert again.entrants() == [Entry(ann), Entry(bob), Entry(eve, joined=2)]
        assert again.rounds() == {1: sorted(first)}
        assert again.results() == [FORFEIT]
        assert again.kept(FORFEIT.fixture.key) == KEPT
        with pytest.raises(WargameError, match="no result of a match"):
            again.kept(first[1].key)
        with pytest.raises(WargameError, match="an entrant called bob already"):
            again.add(bob, first_round=3)


def test_results_come_sorted_and_once(database: str, tmp_path: Path) -> None:
    fixtures = keeper.drawn(1) + keeper.drawn(2)
    with begun(database, tmp_path) as results:
        results.plan(1, keeper.drawn(1))
        results.plan(2, keeper.drawn(2))
        shuffled = random.Random(5).sample(fixtures, len(fixtures))
        for fixture in shuffled:
            results.keep(*keeper.played(fixture))
        assert [each.fixture for each in results.results()] == sorted(fixtures)
        before = results.results()
        with pytest.raises(WargameError, match="was played already; its result stands"):
            results.keep(judged(fixtures[0], 0.125), KEPT)
        with pytest.raises(WargameError, match="was never drawn"):
            results.keep(judged(fixtures[0]._replace(round=3), 0.125), KEPT)
        assert results.results() == before


def test_plain_columns_tell_the_same_as_the_result(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as results:
        results.plan(1, [FORFEIT.fixture])
        results.keep(FORFEIT, KEPT)
    engine = sqlalchemy.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    query = "SELECT attacker, defender, winner, mission, attacker_status, defender_status FROM"
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text(f"{query} wargame_matches")).all()
    engine.dispose()
    assert found == [("ann", "bob", None, 0.25, "MEMORY", "ERROR")]


def test_a_round_is_drawn_once(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as results:
        results.plan(1, keeper.drawn(1))
        results.plan(1, list(reversed(keeper.drawn(1))))
        for number, fixtures in ((1, keeper.drawn(1)[1:]), (3, keeper.drawn(3)), (2, [])):
            if number == 2:
                results.plan(number, fixtures)
                continue
            with pytest.raises(WargameError, match=f"round {number} cannot be drawn now"):
                results.plan(number, fixtures)
        with pytest.raises(WargameError, match="not all of these are fixtures of round 3"):
            results.plan(3, keeper.drawn(4))
        assert results.rounds() == {1: keeper.drawn(1), 2: []}


def test_a_tournament_goes_on_with_its_own_terms_only(database: str, tmp_path: Path) -> None:
    begun(database, tmp_path).close()
    with Results(database, "spring") as results:
        results.begin(said(tmp_path, "title: Another\nstore: s3://elsewhere"))
        for text, told in {
            "seeds: 2": "seeds was 1 and is 2",
            "fidelity: sketch": "fidelity was drill and is sketch",
            "limits: {move: 3.5}": "limits.move was 2.0 and is 3.5",
        }.items():
            with pytest.raises(WargameError, match=f"with other terms: {told}"):
                results.begin(said(tmp_path, text))


def test_tournaments_share_a_database(database: str, tmp_path: Path) -> None:
    ann = Entrant("ann", "Ann", dict.fromkeys(SIDES, OWN))
    with begun(database, tmp_path) as one, begun(database, tmp_path, "autumn") as other:
        one.add(ann, first_round=1)
        other.add(ann, first_round=1)
        one.plan(1, keeper.drawn(1))
        other.plan(1, keeper.drawn(1))
        one.keep(*keeper.played(keeper.drawn(1)[0]))
        assert len(one.results()) == 1
        assert other.results() == []
        assert other.entrants() == [Entry(ann)]
    with (
        Results(database, "sprig") as none,
        pytest.raises(WargameError, match=r"no results of a tournament 'sprig'.*mean spring"),
    ):
        none.results()


def test_nothing_begun_is_told(database: str) -> None:
    with Results(database, "spring") as results, pytest.raises(WargameError, match="no results"):
        results.entrants()


def test_who_comes_and_goes_waits_for_the_next_round(database: str, tmp_path: Path) -> None:
    ann, bob, eve, joe = (Entrant(n, n, dict.fromkeys(SIDES, OWN)) for n in keeper.NAMES[:4])
    with begun(database, tmp_path) as playing, Results(database, "spring") as other:
        playing.add(ann, first_round=1)
        playing.add(bob, first_round=1)
        assert playing.settle(1) == []
        other.ask_in(eve)
        other.ask_in(joe)
        other.ask_out("bob")
        other.ask_out("joe")
        with pytest.raises(WargameError, match="eve has asked to come already"):
            other.ask_in(eve)
        with pytest.raises(WargameError, match="bob has left already, or has asked to"):
            other.ask_out("bob")
        with pytest.raises(WargameError, match="no entrant called 'anne'; did you mean ann"):
            other.ask_out("anne")
        assert playing.entrants() == [Entry(ann), Entry(bob)]
        assert len(playing.settle(3)) == 4
        assert playing.settle(4) == []
        wanted = [Entry(ann), Entry(bob, 1, 3), Entry(eve, 3), Entry(joe, 3, 3)]
        assert playing.entrants() == wanted
        with pytest.raises(WargameError, match="called bob already, though it has left"):
            other.ask_in(bob)
        with pytest.raises(WargameError, match="joe has left already"):
            other.ask_out("joe")


def test_a_format_may_refuse_newcomers(database: str, tmp_path: Path) -> None:
    form = formats.make("knock-out", Setting(("plains",), (1,)))
    with begun(database, tmp_path) as results:
        results.ask_in(entrant("ann"))
        results.ask_in(entrant("bob", BOTH - {Side.DEFENDER}))
        words = results.settle(1, form.admit)
        assert words[0] == "ann joins with round 1"
        assert "bob was not let in: " in words[1]
        results.ask_in(entrant("eve"))
        assert "comes too late" in results.settle(2, form.admit)[0]
        assert [each.name for each in results.entrants()] == ["ann"]


def test_one_process_plays(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as playing, Results(database, "spring") as other:
        playing.claim()
        with pytest.raises(WargameError, match="another process plays the tournament"):
            other.claim()
        other.ask_in(entrant("ann"))
        assert playing.settle(1) == ["ann joins with round 1"]
        playing.close()
        other.claim()
        other.plan(1, keeper.drawn(1))


def test_threads_may_share_results(database: str, tmp_path: Path) -> None:
    fixtures = keeper.drawn(1)
    problems: list[BaseException] = []
    with begun(database, tmp_path) as results:
        results.claim()
        results.plan(1, fixtures)

        def keep(fixture: Fixture) -> None:
            try:
                results.keep(*keeper.played(fixture))
                results.results()
            except BaseException as error:
                problems.append(error)

        threads = [threading.Thread(target=keep, args=(each,)) for each in fixtures]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert len(results.results()) == len(fixtures)


def _started(database: str, name: str, folder: Path) -> subprocess.Popen[str]:
    said(folder, name=name)
    command = [sys.executable, "-m", "tests.tournament.keeper"]
    run = subprocess.Popen(
        [*command, database, name, str(folder / f"{name}.yaml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stdout is not None
    first = run.stdout.readline()
    assert first == "claimed\n", first + run.communicate()[1]
    return run


def test_killed_between_results_nothing_is_half_there_or_twice(
    database: str, tmp_path: Path
) -> None:
    rng = random.Random(8)
    told: list[str] = []
    for _ in range(2):
        run = _started(database, "spring", tmp_path)
        time.sleep(rng.uniform(0.01, 0.12))
        run.send_signal(signal.SIGKILL)
        told += run.communicate()[0].splitlines()
        with Results(database, "spring") as results:
            found = results.results()
            kept = {each.fixture.key for each in found}
            assert set(told) <= kept
            assert len(found) == len(kept)
            told = sorted(kept)
            for each in found:
                result, beside = keeper.played(each.fixture)
                assert each == result
                assert results.kept(each.fixture.key) == beside
    last = _started(database, "spring", tmp_path)
    out, problems = last.communicate(timeout=60)
    assert last.returncode == 0, problems
    assert set(told).isdisjoint(out.splitlines())
    with Results(database, "spring") as results:
        every = [f for number in range(1, keeper.ROUNDS + 1) for f in keeper.drawn(number)]
        assert [each.fixture for each in results.results()] == every
        assert len(told) + len(out.splitlines()) == len(every)


def test_two_tournaments_are_played_into_one_server_at_once(
    postgres: Server, tmp_path: Path
) -> None:
    address = postgres.fresh()
    runs = [_started(address, name, tmp_path) for name in ("spring", "autumn")]
    for run in runs:
        _, problems = run.communicate(timeout=60)
        assert run.returncode == 0, problems
    for name in ("spring", "autumn"):
        with Results(address, name) as results:
            assert len(results.results()) == keeper.ROUNDS * keeper.EACH


def test_tables_are_made_once_by_many_at_once(postgres: Server, tmp_path: Path) -> None:
    address = postgres.fresh()
    ours = [said(tmp_path, name=f"t{number}") for number in range(6)]
    problems: list[BaseException] = []

    def begin(one: Terms) -> None:
        try:
            with Results(address, one.name) as results:
                results.begin(one)
                results.add(Entrant("ann", "Ann", dict.fromkeys(SIDES, OWN)), first_round=1)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=begin, args=(each,)) for each in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_lost_server_is_told_and_nothing_is_written_without_the_claim(
    postgres: Server, tmp_path: Path
) -> None:
    address = postgres.fresh()
    with begun(address, tmp_path) as results:
        results.claim()
        results.plan(1, keeper.drawn(1))
        results.keep(*keeper.played(keeper.drawn(1)[0]))
        postgres.stop()
        try:
            for _ in range(2):
                with pytest.raises(WargameError) as caught:
                    results.keep(*keeper.played(keeper.drawn(1)[1]))
                assert PASSWORD not in str(caught.value)
                assert "lost" in str(caught.value)
        finally:
            postgres.start()
        # The claim went with the server; only a new run may go on.
        with pytest.raises(WargameError, match="lost"):
            results.keep(*keeper.played(keeper.drawn(1)[1]))
    with Results(address, "spring") as again:
        again.claim()
        again.keep(*keeper.played(keeper.drawn(1)[1]))
        assert len(again.results()) == 2
