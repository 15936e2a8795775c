"""Results that cannot be used: no address, no server, no database, damaged, or too new."""

from __future__ import annotations

import random
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.tournament import keeper
from tests.tournament.draws import judged
from tests.tournament.postgres import PASSWORD, Server
from tests.tournament.test_results import OWN, begun, said
from wargame.errors import WargameError
from wargame.stages import SIDES
from wargame.tournament.entrant import Entrant
from wargame.tournament.outcome import Kept
from wargame.tournament.results import Results


def test_no_password_is_ever_shown(postgres: Server) -> None:
    wrong = postgres.url("none")
    for address in (
        wrong,
        wrong.replace(PASSWORD, "wrong-password"),
        wrong.replace(str(postgres.port), "1"),
        wrong.replace("127.0.0.1", "nowhere.invalid"),
        f"postgresql://127.0.0.1:{postgres.port}/x?user=wargame&password={PASSWORD}",
        wrong.replace("127.0.0.1", "127.0.0.1:port"),
        f"mysql://me:{PASSWORD}@host/x",
    ):
        with pytest.raises(WargameError) as caught, Results(address, "spring") as results:
            results.results()
        assert PASSWORD not in str(caught.value)
        assert "wrong-password" not in str(caught.value)


def test_without_psycopg_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WargameError, match=r"pip install wargame\[cluster\]"):
        Results("postgres://ann@host/db", "spring")


@pytest.mark.parametrize(
    "address", ["", "results.db", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(WargameError, match="sqlite:///FILE"):
        Results(address, "spring")


def test_a_newer_programs_results_are_left_alone(database: str, tmp_path: Path) -> None:
    begun(database, tmp_path).close()
    engine = sqlalchemy.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE wargame_schema SET version = 99"))
    engine.dispose()
    with Results(database, "spring") as results:
        for attempt in (results.results, lambda: results.begin(said(tmp_path))):
            with pytest.raises(WargameError, match="version 99, and this program reads up to 1"):
                attempt()


def _everything(results: Results, folder: Path) -> list[Any]:
    results.begin(said(folder))
    return [
        results.entrants(),
        results.rounds(),
        results.results(),
        [results.kept(each.fixture.key) for each in results.results()],
        results.settle(9),
    ]


def test_a_damaged_file_is_told_and_never_believed(tmp_path: Path) -> None:
    file = tmp_path / "results.db"
    with begun(f"sqlite:///{file}", tmp_path) as results:
        results.add(Entrant("ann", "Ann", dict.fromkeys(SIDES, OWN)), first_round=1)
        results.plan(1, keeper.drawn(1))
        for fixture in keeper.drawn(1):
            results.keep(judged(fixture, 0.75), Kept(b"x" * 20_000, {}, 0.0))
        whole = _everything(results, tmp_path)
    raw = file.read_bytes()
    told = 0
    for number in range(60):
        rng = random.Random(number)
        damaged = bytearray(raw)
        at = rng.randrange(len(raw))
        damaged[at : at + rng.choice([1, 20, 5000])] = rng.randbytes(rng.choice([1, 20, 5000]))
        file.write_bytes(damaged if number % 10 else raw[:at])
        with Results(f"sqlite:///{file}", "spring") as results:
            try:
                found = _everything(results, tmp_path)
            except WargameError:
                told += 1
            else:
                assert found[2] == whole[2] or len(found[2]) < len(whole[2])
    assert told > 20


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM wargame_rounds",
        "DELETE FROM wargame_packages",
        "UPDATE wargame_fixtures SET seed = 'x'",
        "UPDATE wargame_fixtures SET attacker = 'eve'",
        "UPDATE wargame_entrants SET joined = 'soon'",
        "UPDATE wargame_entrants SET entrant = '{}'",
        "UPDATE wargame_matches SET result = replace(result, '0.75', '0.25')",
        "UPDATE wargame_matches SET record = x'00'",
        "UPDATE wargame_tournaments SET facts = '{'",
        "DROP TABLE wargame_requests",
    ],
)
def test_rows_that_were_edited_are_told(tmp_path: Path, change: str) -> None:
    file = tmp_path / "results.db"
    with begun(f"sqlite:///{file}", tmp_path) as results:
        results.add(Entrant("ann", "Ann", dict.fromkeys(SIDES, OWN)), first_round=1)
        results.plan(1, keeper.drawn(1))
        results.keep(judged(keeper.drawn(1)[0], 0.75), Kept(b"x", {}, 0.0))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(change)
        connection.commit()
    with Results(f"sqlite:///{file}", "spring") as results, pytest.raises(WargameError):
        _everything(results, tmp_path)


def test_a_file_that_is_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / "results.db"
    file.write_bytes(b"This is no database at all.\n" * 100)
    with (
        Results(f"sqlite:///{file}", "spring") as results,
        pytest.raises(WargameError, match=r"results.db is damaged, or no database"),
    ):
        results.begin(said(tmp_path))
    assert file.read_bytes().startswith(b"This is no database")
    with (
        Results(f"sqlite:///{tmp_path}/none/results.db", "spring") as results,
        pytest.raises(WargameError, match="unable to open"),
    ):
        results.begin(said(tmp_path))
