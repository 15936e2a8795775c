from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.game.players import Dice, Script
from wargame.errors import WargameError
from wargame.game.agent import Fault
from wargame.game.board import Board
from wargame.game.view import View, view
from wargame.protocol.guest_agent import LEAVE, GuestAgent
from wargame.protocol.lines import read_host
from wargame.protocol.messages import SEEDS
from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.stages import Side

from .cells import Answer, Clock, Scripted
from .matches import match, scenario

LIMITS = Limits.model_validate({"start": 10, "move": 2, "bank": 5})
READY = b'{"kind":"ready","version":1}'


def move(action: int, round_: int | None = None) -> Answer:
    """Answers the turn that was asked, or another."""

    def said(heard: bytes) -> bytes:
        number = json.loads(heard)["round"] if round_ is None else round_
        return json.dumps({"kind": "move", "round": number, "action": action}).encode()

    return said


class Seat:
    """A guest that answers from a list."""

    def __init__(self, *answers: tuple[float, Answer], output: str = "", limits: Limits = LIMITS):
        self.clock = Clock()
        self.cell = Scripted(self.clock, *answers, output=output)
        self.agent = GuestAgent("ada", lambda: self.cell, limits, clock=self.clock)

    def begin(self, seed: int = 1) -> Seat:
        self.agent.begin(Side.DEFENDER, scenario(), np.random.default_rng(seed))
        return self

    def fault(self, *, begun: bool = True) -> tuple[Status, str]:
        """What comes of a match's first turn."""
        with pytest.raises(Fault) as caught:
            self.begin().agent.act(first())
        assert caught.value.side is Side.DEFENDER
        assert self.cell.closed
        assert len(self.cell.heard) == 1 + begun
        return caught.value.status, str(caught.value)


def first() -> View:
    board = Board(scenario())
    return view(board.start(), Side.DEFENDER, (), board.deck(Side.DEFENDER))


def test_it_plays_a_match_as_the_same_moves_in_process(tmp_path: Path) -> None:
    actions = [1, 0, 4, 0, 0, 7]
    seat = Seat((0.5, READY), *[(0.1, move(action)) for action in actions + [0] * 6])
    guest = match(tmp_path, Dice(), seat.agent)
    assert [line.plays for line in guest] == [
        line.plays for line in match(tmp_path, Dice(), Script(*actions))
    ]
    kinds = [read_host(line).kind for line in seat.cell.heard]
    assert kinds == ["hello", *["turn"] * 12, "end"]
    assert seat.cell.closed == 1
    assert (seat.agent.started, seat.agent.slowest) == pytest.approx((0.5, 0.1))
    assert (seat.agent.spent, seat.agent.peak_memory) == (0, 4096)


def test_the_seed_is_its_own_and_follows_from_its_generator() -> None:
    seeds = [json.loads(Seat((0, READY)).begin(seed).cell.heard[0])["seed"] for seed in (1, 1, 2)]
    assert seeds[0] == seeds[1] != seeds[2]
    assert seeds[0] == np.random.default_rng(1).integers(SEEDS)
    assert 0 <= min(seeds) <= max(seeds) < 2**53


def test_names_are_each_guests_own() -> None:
    def never() -> Scripted:
        raise AssertionError("no match has begun")

    one = GuestAgent("one", never, LIMITS, title="The one")
    two = GuestAgent("two", never, LIMITS)
    assert (one.name, one.title, two.name, two.title) == ("one", "The one", "two", "two")
    assert one.character


def test_the_bank_pays_for_what_goes_beyond_a_move() -> None:
    seat = Seat((0, READY), (2.0, move(0)), (4.5, move(0)), (1.0, move(0)), (4.5, move(0)))
    seat.begin()
    for bank in (5.0, 5.0, 2.5, 2.5):
        seat.agent.act(first())
        assert json.loads(seat.cell.heard[-1])["bank"] == bank
    assert seat.agent.slowest == pytest.approx(4.5)
    assert seat.agent.spent == pytest.approx(5.0)
    seat.cell._answers.append((2.1, move(0)))
    with pytest.raises(Fault, match="answered later than 2 s and the bank of 5 s") as caught:
        seat.agent.act(first())
    assert caught.value.status is Status.TIMEOUT
    assert json.loads(seat.cell.heard[-1])["bank"] == 0


LATE = {
    "not ready": (((10.5, READY),), LIMITS, "was not ready within 10 s"),
    "late": (((0, READY), (7.5, move(0))), LIMITS, "answered later than 2 s and the bank of 5 s"),
    "no bank": (
        ((0, READY), (2.5, move(0))),
        LIMITS.model_copy(update={"bank": 0}),
        "answered later than 2 s",
    ),
}


@pytest.mark.parametrize("name", LATE)
def test_late_is_a_timeout_in_words_without_the_clock(name: str) -> None:
    answers, limits, words = LATE[name]
    seat = Seat(*answers, limits=limits)
    assert seat.fault(begun=len(answers) > 1) == (Status.TIMEOUT, f"ada: {words}")


def test_a_timeout_before_its_time_is_told_in_the_cells_own_words() -> None:
    end = Stopped(Status.TIMEOUT, "it used more processor time than all its moves may take")
    words = "ada: used more processor time than all its moves may take"
    assert Seat((0, READY), (1, end)).fault() == (Status.TIMEOUT, words)


def test_an_answer_that_a_slow_cell_still_hands_over_is_late() -> None:
    seat = Seat((0, READY))

    def slow(heard: bytes) -> bytes:
        seat.clock.now += 8
        return b'{"kind":"move","round":1,"action":0}'

    seat.cell._answers.append((0, slow))
    assert seat.fault()[0] is Status.TIMEOUT


ILLEGAL = {
    "nonsense for a greeting": ((b"Hello!",), "no message of the protocol: not JSON"),
    "a move for a greeting": ((b'{"kind":"move","round":1,"action":0}',), 'answered with "move"'),
    "another version": ((b'{"kind":"ready","version":2}',), "speaks version 2"),
    "ready again": ((READY, READY), 'answered with "ready" where "move" was due'),
    "nonsense": ((READY, b"\xff\x00"), r"not UTF-8: \xff\x00"),
    "yesterday's round": ((READY, move(0, 0)), "for round 0 when it was asked for round 1"),
    "tomorrow's round": ((READY, move(0, 2)), "for round 2 when it was asked for round 1"),
    "an over-long line": (
        (READY, Stopped(Status.ILLEGAL, "answered with a line of more than 64 kB")),
        "more than 64 kB",
    ),
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_what_is_no_answer_is_illegal(name: str) -> None:
    answers, words = ILLEGAL[name]
    status, told = Seat(*[(0, answer) for answer in answers]).fault(begun=len(answers) > 1)
    assert status is Status.ILLEGAL
    assert words in told
    assert told.startswith("ada: ")


@pytest.mark.parametrize("action", [-1, 10**6])
def test_what_is_no_action_is_for_the_match_to_say(tmp_path: Path, action: int) -> None:
    seat = Seat((0, READY), (0, move(action)))
    with pytest.raises(Fault, match=f"ada: there is no action {action}; they go from 0") as caught:
        match(tmp_path, Dice(), seat.agent).step()
    assert (caught.value.status, caught.value.side) == (Status.ILLEGAL, Side.DEFENDER)


STOPPED = {
    "a traceback": (
        "thinking\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n\n",
        "ada: ended by itself with exit status 1: ZeroDivisionError: division by zero",
    ),
    "silence": ("", "ada: ended by itself with exit status 1"),
    "escapes": (
        "\x1b[2Jgone\u202e",
        "ada: ended by itself with exit status 1: \ufffd[2Jgone\ufffd",
    ),
    "a flood": ("no\n" * 30000, "ada: ended by itself with exit status 1"),
    "an address": (
        "KeyError: <object object at 0x7f3a5c0e4d10>",
        "ada: ended by itself with exit status 1: KeyError: <object object at 0x...>",
    ),
    "a long line": ("x" * 500, f"ada: ended by itself with exit status 1: {'x' * 197}..."),
}


@pytest.mark.parametrize("name", STOPPED)
@pytest.mark.parametrize("begun", [False, True])
def test_a_guest_that_ended_is_told_with_its_last_words(name: str, begun: bool) -> None:
    output, words = STOPPED[name]
    end = Stopped(Status.ERROR, "ended by itself with exit status 1")
    seat = Seat(*[(0, READY)] * begun, (0, end), output=output)
    assert seat.fault(begun=begun) == (Status.ERROR, words)
    assert seat.agent.output == output


def test_memory_keeps_its_status_and_says_nothing_of_the_output() -> None:
    end = Stopped(Status.MEMORY, "it took more than 512 MB of memory")
    seat = Seat((0, READY), (0, end), output="noise")
    assert seat.fault() == (Status.MEMORY, "ada: took more than 512 MB of memory")


def test_a_guest_that_cannot_be_started_is_at_fault_but_a_host_that_cannot_is_not() -> None:
    def dies() -> Scripted:
        raise Stopped(Status.ERROR, "ended by itself with exit status 127")

    def host() -> Scripted:
        raise WargameError("nothing here can isolate a stranger's code")

    for opens, kind in ((dies, Fault), (host, WargameError)):
        agent = GuestAgent("ada", opens, LIMITS)
        with pytest.raises(kind) as caught:
            agent.begin(Side.ATTACKER, scenario(), np.random.default_rng(1))
        assert type(caught.value) is kind


def test_after_a_fault_it_is_asked_no_more_and_a_new_match_begins_anew() -> None:
    seat = Seat((0, READY), (7, b"late"))
    seat.fault()
    with pytest.raises(WargameError, match="runs no more"):
        seat.agent.act(first())
    seat.agent.end(first())
    seat.cell = Scripted(seat.clock, (0, READY), (2.5, move(0)))
    seat.begin().agent.act(first())
    assert seat.agent.spent == pytest.approx(0.5)


def test_closing_is_for_always_and_may_be_said_twice() -> None:
    seat = Seat((0, READY), output="words")
    with seat.begin().agent as agent:
        assert agent.output == "words"
    agent.close()
    assert seat.cell.closed == 1
    assert (agent.output, agent.peak_memory) == ("words", 4096)


@pytest.mark.parametrize("last", [b"no answer is wanted", Stopped(Status.ERROR, "ended"), None])
def test_nothing_that_happens_after_the_last_round_is_a_fault(last: Answer | None) -> None:
    seat = Seat((0, READY)).begin()
    if last is None:
        seat.cell._answers.append((LEAVE + 1, b""))
    else:
        seat.cell._answers.append((0, last))
    before = seat.clock.now
    seat.agent.end(first())
    assert seat.cell.closed == 1
    assert seat.clock.now - before <= LEAVE
    assert read_host(seat.cell.heard[-1]).kind == "end"
