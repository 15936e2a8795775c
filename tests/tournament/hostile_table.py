"""Every hostile entrant, and what must come of it.

The entrants lie in hostile/; their names end in .txt, so that no tool of ours ever reads them as
code. `@WORDS@` in them are replaced by the places and numbers that they are to attack.
"""

from __future__ import annotations

from typing import NamedTuple

from wargame.sandbox.limits import Status

OK, ERROR, TIMEOUT, MEMORY, ILLEGAL = Status


class Hostile(NamedTuple):
    """One entrant."""

    file: str
    """In hostile/, without .txt."""
    status: Status
    """How it ends its match; OK where all that it tries is in vain."""
    words: str
    """In its fault; or, where it is OK, in its output."""
    command: tuple[str, ...] = ()
    """What starts it, where it is no Python agent."""


def _said(file: str, status: Status, words: str) -> Hostile:
    return Hostile(f"{file}.py", status, words, ("python3", f"{file}.py"))


HOSTILE: tuple[Hostile, ...] = (
    Hostile("no_class.py", ERROR, "found none"),
    Hostile("wrong_class.py", ERROR, "found none"),
    Hostile("two_classes.py", ERROR, "found One and Two"),
    Hostile("no_title.py", ERROR, "no_title.py:4: Mine has no title"),
    Hostile("no_act.py", ERROR, "Mine has no act"),
    Hostile("wrong_signature.py", ERROR, "TypeError"),
    Hostile("import_error.py", ERROR, "import_error.py:1: ModuleNotFoundError"),
    Hostile("raises_import.py", ERROR, "raises_import.py:3: ValueError: at import"),
    Hostile("raises_init.py", ERROR, "raises_init.py:9: ValueError: at init"),
    Hostile("raises_begin.py", ERROR, "raises_begin.py:9: ValueError: at begin"),
    Hostile("raises_act.py", ERROR, "raises_act.py:9: ZeroDivisionError"),
    Hostile("raises_late.py", ERROR, "raises_late.py:10: KeyError: 'second round'"),
    Hostile("raises_end.py", OK, "at end"),
    Hostile("raises_evil.py", ERROR, "ended by itself"),
    Hostile("sleeps_import.py", TIMEOUT, "was not ready within"),
    Hostile("sleeps_act.py", TIMEOUT, "answered later than"),
    Hostile("sleeps_end.py", OK, ""),
    Hostile("spins.py", TIMEOUT, "answered later than"),
    Hostile("spins_deaf.py", TIMEOUT, "answered later than"),
    Hostile("stops_itself.py", TIMEOUT, "answered later than"),
    Hostile("fork_bomb.py", ERROR, "processes"),
    Hostile("thread_bomb.py", ERROR, "thread"),
    Hostile("memory_hog.py", MEMORY, "memory"),
    Hostile("memory_children.py", MEMORY, "memory"),
    Hostile("memory_shared.py", MEMORY, "memory"),
    Hostile("memory_import.py", MEMORY, "memory"),
    Hostile("memory_array.py", MEMORY, "memory"),
    Hostile("memory_caught.py", MEMORY, "memory"),
    Hostile("memory_thread.py", MEMORY, "memory"),
    Hostile("memory_child.py", MEMORY, "memory"),
    Hostile("memory_private.py", MEMORY, "memory"),
    Hostile("sleeps_child.py", TIMEOUT, "answered later than"),
    Hostile("regex.py", TIMEOUT, "answered later than"),
    Hostile("deadlock.py", TIMEOUT, "answered later than"),
    Hostile("fork_runs.py", TIMEOUT, "answered later than"),
    Hostile("fork_twins.py", ILLEGAL, "answered for round 1 when it was asked for round 2"),
    Hostile("becomes_other.py", ERROR, "closed its standard output"),
    Hostile("reads_stdin.py", ERROR, "reads_stdin.py:9: EOFError"),
    Hostile("quits.py", ERROR, "ended by itself"),
    Hostile("raises_group.py", ERROR, "raises_group.py:9: ExceptionGroup"),
    Hostile("import_flood.py", ERROR, "flooded its standard error"),
    Hostile("scratch_fill.py", ERROR, "No space left"),
    Hostile("huge_file.py", ERROR, "File too large"),
    Hostile("print_flood.py", ERROR, "flooded its standard error"),
    Hostile("stderr_flood.py", ERROR, "flooded its standard error"),
    Hostile("prints_much.py", OK, "xxx"),
    Hostile("exits_at_once.py", ERROR, "ended"),
    Hostile("exits_politely.py", ERROR, "ended"),
    Hostile("exits_import.py", ERROR, "ended"),
    Hostile("claims_memory.py", MEMORY, "memory"),
    Hostile("crashes.py", ERROR, "SIGSEGV"),
    Hostile("recursion.py", ERROR, "RecursionError"),
    Hostile("recursion_deep.py", ERROR, "SIGSEGV"),
    Hostile("kills_parent.py", ERROR, ""),
    Hostile("kills_all.py", ERROR, ""),
    Hostile("daemonises.py", OK, ""),
    Hostile("busy_between.py", OK, ""),
    Hostile("writes_outside.py", OK, "blocked @CANARY@/results.db"),
    Hostile("writes_itself.py", OK, "blocked"),
    Hostile("reads_others.py", OK, "blocked @CANARY@"),
    Hostile("opens_sockets.py", OK, "blocked"),
    Hostile("gains_rights.py", OK, ""),
    Hostile("answers_string.py", ILLEGAL, "pass"),
    Hostile("answers_float.py", ILLEGAL, "1.0"),
    Hostile("answers_none.py", ILLEGAL, "None"),
    Hostile("answers_nan.py", ILLEGAL, "nan"),
    Hostile("answers_list.py", ILLEGAL, "a list"),
    Hostile("answers_array.py", ILLEGAL, "a ndarray"),
    Hostile("answers_class.py", ILLEGAL, r"\u001b[2J<script>"),
    Hostile("answers_generator.py", ILLEGAL, "a generator"),
    Hostile("answers_object_evil.py", ERROR, "ValueError: no number"),
    Hostile("answers_minus.py", ILLEGAL, "there is no action -1"),
    Hostile("answers_beyond.py", ILLEGAL, "there is no action"),
    Hostile("answers_googol.py", ILLEGAL, "beyond all actions"),
    Hostile("answers_illegal.py", ILLEGAL, "cannot be played"),
    Hostile("answers_object.py", ILLEGAL, "there is no action 1000000"),
    Hostile("changes_view.py", ILLEGAL, "cannot be played"),
    Hostile("patches_game.py", ILLEGAL, "cannot be played"),
    Hostile("closes_all.py", ERROR, ""),
    Hostile("forges.py", ILLEGAL, "answered for round 2 when it was asked for round 1"),
    _said("says_other_round", ILLEGAL, "answered for round 2"),
    _said("says_twice", ILLEGAL, "answered for round 1 when it was asked for round 2"),
    _said("says_true", ILLEGAL, "no message"),
    _said("says_nan", ILLEGAL, "no message"),
    _said("says_nothing", TIMEOUT, "answered later than"),
    _said("says_late", TIMEOUT, "answered later than"),
    _said("says_deep", ILLEGAL, "no message"),
    _said("says_digits", ILLEGAL, "no message"),
    _said("says_version", ILLEGAL, "version 2"),
    _said("says_hello", ILLEGAL, "no message"),
    _said("says_pickle", ILLEGAL, "no message"),
    _said("says_bytes", ILLEGAL, "not UTF-8"),
    _said("says_closed", ERROR, ""),
    _said("says_on", ILLEGAL, "64 kB"),
    _said("says_float", ILLEGAL, "0.0"),
    _said("says_more", ILLEGAL, 'field "won"'),
    _said("says_round_string", ILLEGAL, 'field "round"'),
    _said("says_surrogate", ILLEGAL, r"\ud800"),
    _said("says_wide", ILLEGAL, "not UTF-8"),
    _said("says_ready_again", ILLEGAL, 'answered with "ready"'),
    _said("says_escapes", ILLEGAL, r"\x1b[2J"),
    _said("says_half", ERROR, "ended by itself"),
    _said("says_slowly", TIMEOUT, "answered later than"),
    _said("says_no_memory", MEMORY, "memory"),
    Hostile("floods.sh", ILLEGAL, "no message", ("sh", "floods.sh")),
    Hostile("bomb.sh", ERROR, "", ("sh", "bomb.sh")),
    Hostile("gone.sh", ERROR, "ended", ("sh", "gone.sh")),
    Hostile("gone.sh", ERROR, "", ("./gone.sh",)),
    Hostile("gone.sh", ERROR, "", ("no-such-program",)),
    Hostile("gone.sh", ERROR, "", ("/bin/sh", "../../no/such.sh")),
)

REFUSED: tuple[tuple[str, str], ...] = (
    ("syntax_error.py", "syntax_error.py:4: SyntaxError"),
    ("latin.py", "latin.py:2: this is not UTF-8 text"),
    ("long.py", "larger than 500,000 bytes"),
    ("dots.py", "dots.py:2: a name with more than 100 dots"),
    ("dots_wide.py", "dots_wide.py:1: a name with more than 100 dots"),
    ("command_surrogate", "not UTF-8 text"),
    ("command_long", "longer than 16,000 bytes"),
    ("about_deep", "agent.json:1: not JSON"),
    ("linked.py", "a symbolic link"),
    ("holds_link", "'data.txt' is a symbolic link"),
    ("holds_loop", "'up' is a symbolic link"),
    ("holds_pipe", "a device, pipe or socket"),
    ("holds_huge", "larger than 16 MB"),
    ("up.zip", "leads out of the agent's folder"),
    ("link.tar", "a symbolic link"),
    ("bomb.tar.gz", "larger than 32 MB"),
    ("lying.zip", "damaged"),
    ("policy_shapes", "weight"),
    ("policy_nan", "not finite"),
    ("policy_huge", "larger than 16 MB"),
    ("policy_pickle", "no safetensors file"),
    ("policy_command", "policy.json"),
)
"""Entrants that are not let in at all, and what is said."""
