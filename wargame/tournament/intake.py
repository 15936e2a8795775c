"""Takes a stranger's agent in: a file, folder or archive becomes a `Submission`, or is refused.

Nothing of a stranger is run here: Python is parsed, policies are read as numbers.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.agent import agent_class, agent_names
from wargame.game.policy_file import MOST_SETTINGS, SETTINGS, WEIGHTS, read
from wargame.game.setup import HUMAN
from wargame.stages import SIDES, Side
from wargame.tournament import source
from wargame.tournament.archive import MOST_PACKED, SUFFIXES, is_archive, unpack
from wargame.tournament.bundle import MOST_FILE, Bundle, Refused, shown, without_top
from wargame.tournament.entrant import Kind, Submission
from wargame.tournament.package import contents, pack, read_file, read_folder

MAIN = "agent.py"
"""The file of a Python agent in a folder."""
ABOUT = "agent.json"
"""The file in which a program says how it is started, and what it plays."""
MOST_WORDS = 64
"""Words of a command."""
LONGEST_WORD = 1000
"""Characters of a command's word."""
MOST_COMMAND = 16_000
"""Bytes of a command: it goes to whoever starts the program as one message."""


def submit(word: str, *, base: Path, command: Sequence[str] = ()) -> Submission:
    """What plays under a word: a ready agent, or a stranger's, taken in complete.

    Args:
        word: a ready agent's or policy's name, or a path relative to `base`: a Python file, a
            folder with `agent.py`, `agent.json` or `policy.json`, or a zip or tar of such a
            folder. A ready one's name wins over a folder that is called so.
        base: where relative paths begin.
        command: starts a program, in its folder; given, nothing else is looked for there.

    Raises:
        WargameError: it is not let in; one sentence says why, and names the file.
    """
    if not command and word == HUMAN:
        raise WargameError("human: a person cannot enter a tournament")
    if not command and word in agent_names():
        agent_class(word)
        return Submission(Kind.READY, word=word)
    if not word or "\0" in word:
        raise WargameError(f"an agent is a name or a path, not {shown(word)}")
    path = base / word
    if not command and os.sep not in word and not path.suffix and not os.path.lexists(path):
        raise catalog.unknown("agent, file or folder", word, agent_names())
    try:
        return _from_files(_files(path), path.name, tuple(command))
    except Refused as error:
        raise WargameError(f"{path}: {error}") from error


def sides_of(submission: Submission) -> tuple[Side, ...]:
    """The sides that a submission says it plays; both where it says nothing.

    Raises:
        WargameError: it says so in a way that nobody understands.
    """
    if submission.kind is Kind.READY:
        return agent_class(submission.word).sides
    files = contents(submission)
    if submission.kind is Kind.POLICY:
        return (Side(json.loads(files[SETTINGS])["side"]),)
    if submission.kind is Kind.PYTHON:
        return source.sides(files[submission.main])
    return _sides_in(_about(files)) if ABOUT in files else SIDES


def title_of(submission: Submission) -> str:
    """The title that a submission gives itself, or nothing; not checked in any way."""
    if submission.kind is Kind.READY:
        return agent_class(submission.word).title
    files = contents(submission)
    if submission.kind is Kind.POLICY:
        return str(json.loads(files[SETTINGS])["title"])
    if submission.kind is Kind.PYTHON:
        return source.title(files[submission.main])
    return str(_about(files).get("title", "")) if ABOUT in files else ""


def _files(path: Path) -> dict[str, bytes]:
    try:
        facts = path.lstat()
    except FileNotFoundError:
        raise Refused("there is no such file or folder") from None
    except (OSError, ValueError) as error:
        raise Refused(f"it cannot be looked at: {error}") from error
    if stat.S_ISLNK(facts.st_mode):
        raise Refused("it is a symbolic link; give what it points to")
    if stat.S_ISDIR(facts.st_mode):
        return read_folder(path)
    if is_archive(path):
        blob = read_file(path, MOST_PACKED)
        if len(blob) > MOST_PACKED:
            raise Refused(f"it is larger than {MOST_PACKED // 2**20} MB")
        return without_top(unpack(path.name, blob))
    bundle = Bundle()
    bundle.add(path.name, read_file(path, MOST_FILE))
    return bundle.files()


def _from_files(files: Mapping[str, bytes], name: str, command: tuple[str, ...]) -> Submission:
    if command:
        return _program(files, command)
    known = [each for each in (ABOUT, MAIN, SETTINGS) if each in files]
    if SETTINGS in known and len(known) > 1:
        raise Refused(f"it holds {' and '.join(known)}: give a policy or a program, not both")
    if SETTINGS in known:
        return _policy(files)
    if ABOUT in known:
        about = _about(files)
        if "command" in about:
            return _program(files, _command(about["command"]))
    if MAIN in known:
        return _python(files, MAIN)
    if len(files) == 1 and name.endswith(".py") and name in files:
        return _python(files, name)
    raise Refused(
        f"nothing says how it plays: an agent is a Python file, a folder with {MAIN}, {ABOUT} or "
        f"{SETTINGS}, an archive of one ({', '.join(SUFFIXES)}), or has a command"
    )


def _program(files: Mapping[str, bytes], command: tuple[str, ...]) -> Submission:
    _command(list(command))
    return Submission(Kind.PROGRAM, command=command, package=pack(files))


def _python(files: Mapping[str, bytes], main: str) -> Submission:
    source.parsed(files[main], main)
    return Submission(Kind.PYTHON, main=main, package=pack(files))


def _policy(files: Mapping[str, bytes]) -> Submission:
    if WEIGHTS not in files:
        raise Refused(f"it holds {SETTINGS} and no {WEIGHTS}")
    if len(files[SETTINGS]) > MOST_SETTINGS:
        raise Refused(f"{SETTINGS} is larger than {MOST_SETTINGS:,} bytes")
    kept = {name: files[name] for name in (SETTINGS, WEIGHTS)}
    with tempfile.TemporaryDirectory(prefix="wargame-") as folder:
        for name, content in kept.items():
            Path(folder, name).write_bytes(content)
        try:
            read(Path(folder))
        except WargameError as error:
            # The policy's own folder is what the user knows, and not the one it is read from.
            raise Refused(str(error).replace(f"{folder}{os.sep}", "")) from error
    return Submission(Kind.POLICY, package=pack(kept))


def _about(files: Mapping[str, bytes]) -> dict[str, Any]:
    blob = files[ABOUT]
    try:
        if len(blob) > MOST_SETTINGS:
            raise ValueError(f"larger than {MOST_SETTINGS:,} bytes")
        found = json.loads(blob.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise Refused(f"{ABOUT}:{error.lineno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"{ABOUT}:1: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Refused(f'{ABOUT}:1: it holds {{"command": ["node", "agent.js"]}} or the like')
    return found


def _command(words: object) -> tuple[str, ...]:
    right = isinstance(words, list) and 1 <= len(words) <= MOST_WORDS
    if not right or not all(type(word) is str for word in words):  # type: ignore[attr-defined]
        raise Refused(f"a command is a list of 1 to {MOST_WORDS} words, the program first")
    found = tuple(str(word) for word in words)  # type: ignore[attr-defined]
    if not found[0] or any("\0" in word or len(word) > LONGEST_WORD for word in found):
        raise Refused(f"a word of the command is empty, longer than {LONGEST_WORD} or has a NUL")
    try:
        size = sum(len(word.encode()) for word in found)
    except UnicodeEncodeError:
        raise Refused("a word of the command is not UTF-8 text") from None
    if size > MOST_COMMAND:
        raise Refused(f"the command is longer than {MOST_COMMAND:,} bytes")
    return found


def _sides_in(about: Mapping[str, Any]) -> tuple[Side, ...]:
    said = about.get("sides", [side.value for side in SIDES])
    known = [side.value for side in SIDES]
    if not isinstance(said, list) or not said or any(each not in known for each in said):
        raise WargameError(f'{ABOUT}: "sides" is a list of "attacker" and "defender"')
    return tuple(side for side in SIDES if side.value in said)
