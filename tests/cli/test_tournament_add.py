"""Who comes and goes, as the command says it: no tournament has to run for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tournament.simulated import result
from wargame.cli import main
from wargame.cli.tournament.place import results
from wargame.stages import Side
from wargame.tournament.entrant import Entrant, Kind
from wargame.tournament.outcome import Fixture, Kept
from wargame.tournament.results import Results
from wargame.tournament.roster import take
from wargame.tournament.terms import load

AGENT = "from wargame.game.agent import Agent\n\n\nclass Late(Agent):\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a tournament that has begun; its file says where results are."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.chdir(room)
    monkeypatch.setenv("WARGAME_HOME", str(tmp_path / "home"))
    address = f"sqlite:///{room / 'kept.db'}"
    Path("spring.yaml").write_text(f"entrants: [random, vigilant]\nresults: {address}\n")
    with Results(address, "spring") as begun:
        begun.begin(load("spring.yaml"))
    return room


def _coming(folder: Path) -> dict[str, Entrant]:
    with Results(f"sqlite:///{folder / 'kept.db'}", "spring") as begun:
        begun.settle(1)
        return {entry.name: entry.entrant for entry in begun.entrants()}


def _tournament(*words: str) -> int:
    return main(["tournament", *words])


def test_a_program_joins_with_its_command(folder: Path) -> None:
    (folder / "bot").mkdir()
    (folder / "bot" / "go").write_text("#!/bin/sh\n")
    assert _tournament("add", "spring.yaml", "bot", "--name", "zoe", "--command", "./go -x") == 0
    (only,) = set(_coming(folder)["zoe"].by.values())
    assert (only.kind, only.command) == (Kind.PROGRAM, ("./go", "-x"))


def test_a_file_joins_under_its_own_name_and_leaves(folder: Path) -> None:
    (folder.parent / "late.py").write_text(AGENT)
    assert _tournament("add", "spring.yaml", "../late.py", "--title", "Late one") == 0
    assert _tournament("remove", "spring.yaml", "lat") == 2
    assert _coming(folder)["late"].title == "Late one"
    assert _tournament("remove", "spring.yaml", "late") == 0
    assert _tournament("remove", "spring.yaml", "late") == 2


@pytest.mark.parametrize("name", ["what?", "50%41", "a#b", "Übung 1"])
def test_results_lie_in_the_folder_whatever_it_is_called(folder: Path, name: str) -> None:
    Path("spring.yaml").write_text("entrants: [random, vigilant]\n")
    terms, out = load("spring.yaml"), Path(name)
    with results(terms, out, new=True) as made:
        made.begin(terms)
    assert [path.name for path in out.iterdir()] == ["results.db"]
    assert {path.name for path in folder.iterdir()} == {"spring.yaml", "kept.db", name}
    assert _tournament("add", "spring.yaml", "random", "--out", name) == 0


def test_paths_start_from_the_tournaments_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("spring.yaml").write_text(
        "entrants: [random, vigilant]\nresults: sqlite:///kept.db\nstore: made\n"
    )
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert _tournament("add", "../spring.yaml", "evader") == 0
    assert list(Path().iterdir()) == []
    assert set(_coming(folder)) == {"evader"}
    store = load("../spring.yaml").store
    assert store is not None
    assert Path(store).resolve() == (folder / "made").resolve()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("../none.py",), "error: ../none.py: there is no such file"),
        (("random", "--name", "Zoë!"), "cannot be an entrant's name"),
        (("random", "--name", "x" * 41), "cannot be an entrant's name"),
        (("random", "--name", "zoe", "--title", "a\nb"), "a title is one line"),
        (("random", "--name", "zoe", "--title", "x" * 61), "a title is one line"),
        (("random", "--name", "zoe", "--command", '"'), "--command: No closing quotation"),
        (("x" * 1001, "--name", "zoe"), "agent: String should have at most 1000"),
        (("human",), "error: human: a person cannot enter"),
    ],
)
def test_what_cannot_join_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert _tournament("add", "spring.yaml", *words) == 2
    assert told in capsys.readouterr().err
    assert _coming(folder) == {}


def test_a_file_in_the_way_of_the_page_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "spring").write_text("")
    assert _tournament("page", "spring.yaml") == 2
    assert "spring cannot be written" in capsys.readouterr().err


def test_nobody_joins_what_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARGAME_HOME", str(tmp_path / "home"))
    address = f"sqlite:///{tmp_path / 'kept.db'}"
    both = "[{name: a, agent: random}, {name: b, agent: random}]"
    told = f"entrants: {both}\nformat: swiss\nrounds: 1\nresults: {address}\n"
    Path("spring.yaml").write_text(told)
    terms = load("spring.yaml")
    fixtures = [Fixture(1, terms.scenarios[0], *pair, 3) for pair in (("a", "b"), ("b", "a"))]
    with Results(address, "spring") as results:
        results.begin(terms)
        for entry in terms.entrants:
            results.add(take(entry, tmp_path).entrant, first_round=1)
        results.plan(1, fixtures)
    assert _tournament("add", "spring.yaml", "random", "--name", "early") == 0
    with Results(address, "spring") as results:
        for fixture in fixtures:
            results.keep(result(fixture, Side.ATTACKER), Kept(b"", {}, 0.0))
    assert _tournament("add", "spring.yaml", "random", "--name", "late") == 2
    assert "late comes too late: all rounds" in capsys.readouterr().err
