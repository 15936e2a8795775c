"""The starter folder: its agent plays, its own test runs, and nothing is written over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import ROOT, environment
from wargame.errors import WargameError
from wargame.game.agent_file import load as load_agent
from wargame.stages import Side
from wargame.tournament import terms
from wargame.tournament.rehearsal import rehearsal
from wargame.tournament.roster import take
from wargame.tournament.starter import new

FILES = {"README.md", "agent.py", "test_agent.py", "tournament.yaml"}


def test_it_writes_four_files_and_never_over_one(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "friday"
    assert {path.name for path in new(folder)} == FILES == {p.name for p in folder.iterdir()}
    before = {path: path.read_bytes() for path in folder.iterdir()}
    (folder / "README.md").unlink()
    with pytest.raises(WargameError, match=r"agent\.py is there already"):
        new(folder)
    assert {p.name for p in folder.iterdir()} == FILES - {"README.md"}
    assert all(path.read_bytes() == before[path] for path in folder.iterdir())


def test_it_writes_beside_other_files_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    new(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "agent.py").symlink_to(tmp_path / "gone.py")
    with pytest.raises(WargameError, match="is there already"):
        new(other)
    assert not (tmp_path / "gone.py").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(WargameError, match="cannot be written"):
        new(tmp_path / "file")


def test_each_tournament_has_a_seed_that_no_agent_guesses(tmp_path: Path) -> None:
    seeds = set()
    for name in ("monday", "friday"):
        new(tmp_path / name)
        seeds.add(terms.load(tmp_path / name / "tournament.yaml").seed)
    assert len(seeds) == 2


def test_its_tournament_is_valid_and_its_entrants_are_taken_in(tmp_path: Path) -> None:
    new(tmp_path)
    found = terms.load(tmp_path / "tournament.yaml")
    taken = [take(entrant, found.base) for entrant in found.entrants]
    assert [each.refused for each in taken] == [None] * 4
    assert {each.entrant.name: len(each.entrant.sides) for each in taken} == {
        "random": 2,
        "poisoner": 1,
        "vigilant": 1,
        "mine": 2,
    }
    commented = (tmp_path / "tournament.yaml").read_text()
    for option in ("entrants", "format", "scenarios", "seeds", "fidelity", "seed", "limits"):
        assert f"\n{option}:" in commented


@pytest.mark.parametrize("side", Side)
def test_its_agent_does_something_sensible_on_each_side(tmp_path: Path, side: Side) -> None:
    """It plays a card in most rounds, and never one that works already."""
    new(tmp_path)
    match = rehearsal(load_agent(tmp_path / "agent.py")(), side, tmp_path / "store")
    running: set[str] = set()
    for line in match:
        card = line.plays[side].card
        assert card is None or card not in running
        left = {held.card for held in match.position.in_force[side is Side.DEFENDER]}
        running = {match.board.deck(side).names[number] for number in left}
    assert sum(line.plays[side].card is not None for line in match.lines) >= 4


def test_its_own_test_passes_and_fails_where_the_agent_is_wrong(tmp_path: Path) -> None:
    new(tmp_path)

    def tested(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(Path(os.environ["WARGAME_HOME"])),
            timeout=120,
        )

    done = tested()
    assert "3 passed" in done.stdout, done.stdout
    agent = tmp_path / "agent.py"
    agent.write_text(agent.read_text().replace("return strongest(", "return 1000 + strongest("))
    done = tested("-k", "rules")
    assert "2 failed" in done.stdout, done.stdout
    assert "there is no action" in done.stdout


def test_the_readme_names_only_what_there_is() -> None:
    text = (ROOT / "wargame" / "tournament" / "templates" / "README.md.txt").read_text()
    from wargame.cli.parser import COMMANDS

    named = [line.split()[1] for line in text.splitlines() if line.startswith("    wargame ")]
    assert len(named) >= 5
    assert set(named) <= set(COMMANDS)
