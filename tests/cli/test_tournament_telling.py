"""A tournament told without a screen."""

from __future__ import annotations

import json

import pytest

from tests.tui.tournament.cup import NAMES, events, played, result
from wargame.cli.output import Progress
from wargame.cli.tournament.telling import InJson, InWords, match_line
from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.events import Changed, Event, Opened, Planned, Played
from wargame.tournament.match_words import visible
from wargame.tournament.outcome import MatchResult

FOUR = NAMES[:4]


def told(capsys: pytest.CaptureFixture[str], *happened: Event) -> str:
    tell = InWords(1, Progress())
    for event in happened:
        tell(event)
    return capsys.readouterr().out


def test_a_line_a_match_the_standings_a_round_and_intervals_at_the_end_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = played(FOUR, faulty=True)
    text = told(capsys, *events(FOUR, made))
    lines = text.splitlines()
    assert lines[0] == "Spring cup 2026: 4 entrants, 16 matches"
    assert [line for line in lines if " > " in line] == [match_line(each) for each in made]
    rounds = [line for line in lines if line.startswith("after round")]
    assert rounds == ["after round 1", "after round 2", "after round 3"]
    between, _, end = text.rpartition("after round 3")[2].partition("\n\n")
    assert "[" not in between
    assert "[" in end
    assert all(len(line) <= 80 for line in between.splitlines())


def test_what_is_played_already_is_neither_told_again_nor_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = played(FOUR)
    text = told(capsys, *events(FOUR, made, before=6, over=False))
    assert "6 of them are played already" in text
    assert text.count(" > ") == 10
    assert "after round 2\n" in text  # of its four matches two were left


def test_who_won_and_who_offended_stand_in_a_match_s_line() -> None:
    assert "attacker won   0.500 over par 0.320" in match_line(result("ada", "bo", 0.5))
    assert "defender held  0.100 under par 0.320" in match_line(result("ada", "bo", 0.1))
    assert "defender held  0.320 at par 0.320" in match_line(result("ada", "bo", 0.32))
    late = match_line(result("ada", "bo", 0.0, faults={Side.DEFENDER: Status.TIMEOUT}))
    assert late.endswith("bo TIMEOUT: answered later than 2 s and the bank of 10 s")
    faults = {Side.ATTACKER: Status.MEMORY, Side.DEFENDER: Status.ILLEGAL}
    both = match_line(result("ada", "bo", 0.0, faults=faults))
    assert "ada MEMORY: took more than 512 MB; bo ILLEGAL: " in both
    assert both.isprintable()


def test_the_world_is_told_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = result("ada", "bo", 0.5, seed=4), result("bo", "ada", 0.5, seed=5)
    begun = Opened("cup", ("ada", "bo"), (), 2)
    alone = told(capsys, begun, Planned(1, (one.fixture,), 1), Played(one, 1.0))
    assert "seed" not in alone
    both = Planned(1, (one.fixture, two.fixture), 2)
    assert "mapengine seed 4\n" in told(capsys, begun, both, Played(one, 1.0))


def test_changes_are_told_harmlessly(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, Changed(("ada",), ("bo\x1b[2J has left\n",)))
    assert text == "bo [2J has left\n"


@pytest.mark.parametrize(
    ("wild", "seen"),
    [
        ("a\nb\r\tc", "a b c"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\u202egnp.exe", "?gnp.exe"),
        ("\u2028x\u200b", "x?"),
        ("\ud800", "?"),
        ("Ünïcode ✓", "Ünïcode ✓"),
    ],
)
def test_strangers_text_is_one_harmless_line(wild: str, seen: str) -> None:
    assert visible(wild) == seen


def test_json_lines_hold_everything_and_no_clock_but_the_seconds(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    made = played(FOUR, faulty=True)
    tell = InJson()
    for event in events(FOUR, made, before=4):
        tell(event)
    out = capsysbinary.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    kinds = [line["event"] for line in lines]
    assert kinds == ["opened", *(["planned"] + ["played"] * 4) * 3, "over"]
    results = lines[0]["results"] + [line["result"] for line in lines if "result" in line]
    assert [MatchResult.from_json(each) for each in results] == made
    assert all(line["seconds"] == 1.5 for line in lines if line["event"] == "played")
    assert {row["name"] for row in lines[-1]["standings"]["rows"]} == set(FOUR)
    canonical = [json.dumps(line, sort_keys=True, separators=(",", ":")) for line in lines]
    assert out.decode().splitlines() == canonical
