"""Submissions and entrants: what they must hold, and that they survive being written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament.entrant import Entrant, Kind, Submission, check_name

READY = Submission(Kind.READY, word="random")
PYTHON = Submission(Kind.PYTHON, main="agent.py", package=b"tar")
PROGRAM = Submission(Kind.PROGRAM, command=("node", "agent.js"), package=b"tar")
POLICY = Submission(Kind.POLICY, package=b"weights")


@pytest.mark.parametrize("submission", [READY, PYTHON, PROGRAM, POLICY])
def test_a_submission_survives_json(submission: Submission) -> None:
    text = json.dumps(submission.to_json())
    assert Submission.from_json(json.loads(text), submission.package) == submission


def test_each_part_counts_in_the_digest() -> None:
    others = [
        PYTHON,
        Submission(Kind.PYTHON, main="other.py", package=b"tar"),
        Submission(Kind.PYTHON, main="agent.py", package=b"rat"),
        Submission(Kind.PROGRAM, command=("agent.py",), package=b"tar"),
        Submission(Kind.PROGRAM, command=("agent", ".py"), package=b"tar"),
        Submission(Kind.POLICY, package=b"tar"),
        Submission(Kind.POLICY, package=b""),
        READY,
    ]
    assert len({each.digest for each in others}) == len(others)
    assert all(len(each.digest) == 64 for each in others)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Kind.READY, {}),
        (Kind.READY, {"word": "random", "package": b""}),
        (Kind.POLICY, {"package": b"", "main": "agent.py"}),
        (Kind.PYTHON, {"main": "agent.py"}),
        (Kind.PYTHON, {"package": b""}),
        (Kind.PROGRAM, {"package": b""}),
        (Kind.PROGRAM, {"package": b"", "command": ("a",), "word": "random"}),
    ],
)
def test_parts_missing_or_too_many_are_refused(kind: Kind, parts: dict[str, Any]) -> None:
    with pytest.raises(WargameError, match=f"of kind {kind.value}"):
        Submission(kind, **parts)


def test_a_changed_package_is_refused() -> None:
    with pytest.raises(WargameError, match="was changed"):
        Submission.from_json(PYTHON.to_json(), b"another")


@pytest.mark.parametrize("bad", [{}, {"kind": "virus"}, {**READY.to_json(), "word": 3}])
def test_what_is_no_submission_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WargameError, match="no submission"):
        Submission.from_json(bad, None)


def test_an_entrant_survives_json_and_shares_its_submission() -> None:
    usual = Entrant("ann", "Ann", {Side.DEFENDER: PYTHON, Side.ATTACKER: PYTHON})
    assert usual.sides == (Side.ATTACKER, Side.DEFENDER)
    again = Entrant.from_json(json.loads(json.dumps(usual.to_json())), {PYTHON.digest: b"tar"})
    assert again == usual
    assert again.by[Side.ATTACKER] is again.by[Side.DEFENDER]
    one = Entrant("bob", "Bob", {Side.DEFENDER: READY})
    assert Entrant.from_json(one.to_json(), {}) == one
    assert not one.two_sided


def test_an_entrant_without_its_package_is_refused() -> None:
    with pytest.raises(WargameError, match="lacks a package"):
        Entrant.from_json(Entrant("ann", "Ann", {Side.ATTACKER: PYTHON}).to_json(), {})


def test_an_entrant_plays_a_side_and_has_a_title_of_one_line() -> None:
    with pytest.raises(WargameError, match="neither side"):
        Entrant("ann", "Ann", {})
    for title in ("", "  ", "two\nlines", "x" * 61, "\x1b[2J"):
        with pytest.raises(WargameError, match="title"):
            Entrant("ann", title, {Side.ATTACKER: READY})


@given(st.text(max_size=45))
def test_names_are_exactly_what_fits_everywhere(name: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    good = 1 <= len(name) <= 40 and set(name) <= allowed and name[0] not in "_-"
    try:
        check_name(name)
    except WargameError:
        assert not good
    else:
        assert good
