"""The guest's end of the protocol for a Python file with one `Agent` in it.

Runs inside the sandbox, in the agent's own folder: by `main` in a fork of a process that called
`preload`, or as `python -m wargame.protocol.runner FILE`. Whatever the agent prints goes to
standard error; what it reads from standard input is empty.
"""

from __future__ import annotations

import operator
import os
import sys
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np

from wargame.game.agent_file import load
from wargame.game.asking import seated
from wargame.protocol import lines, rebuilding
from wargame.protocol.messages import SEEDS, VERSION, End, Hello, Turn
from wargame.protocol.mishap import out_of_memory, tell
from wargame.sandbox.order import OUT_OF_MEMORY

_INTERRUPTED = 130


def preload() -> None:
    """Imports what agents need, for a process that is going to fork: NumPy and every card."""
    import wargame.game.policy
    import wargame.game.scenario  # noqa: F401
    from wargame import catalog

    for name in catalog.card_names():
        catalog.card(name)
    np.random.default_rng(0).integers(2)


def main(file: str) -> int:
    """Plays one match with the agent of a file; the exit status of the process.

    Takes file descriptors 0 and 1 for the protocol; out of memory, it ends the process at once.
    """
    ear, mouth = _taken()
    # Closed last: what went wrong must be told before the host sees the end.
    with ear, mouth:
        try:
            _play(Path(file), ear, mouth)
        except SystemExit as left:
            return _left(left)
        except KeyboardInterrupt:
            return _INTERRUPTED
        except BaseException as error:
            return _failed(error, file)
    return 0


def _taken() -> tuple[BinaryIO, BinaryIO]:
    """The protocol's two ends; the usual ones can harm nothing any more."""
    ear, mouth = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr = open(  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )
    return os.fdopen(ear, "rb"), os.fdopen(mouth, "wb", buffering=0)


def _play(file: Path, ear: BinaryIO, mouth: BinaryIO) -> None:
    sys.path.insert(0, str(file.resolve().parent))
    agent = load(file)()
    hello = _heard(ear)
    if not isinstance(hello, Hello):
        return
    seated(agent, hello.side)
    game = rebuilding.scenario(hello)
    deck = rebuilding.deck(hello, game)
    agent.begin(hello.side, game, np.random.default_rng(hello.seed))
    _say(mouth, {"kind": "ready", "version": VERSION})
    while isinstance(message := _heard(ear), Turn):
        answer = agent.act(rebuilding.view(message.view, deck))
        _say(mouth, {"kind": "move", "round": message.round, "action": _number(answer)})
    if isinstance(message, End):
        agent.end(rebuilding.view(message.view, deck))


def _heard(ear: BinaryIO) -> Hello | Turn | End | None:
    """The next message; None where the host has gone."""
    raw = ear.readline()
    return lines.read_host(raw) if raw.endswith(b"\n") else None


def _say(mouth: BinaryIO, message: dict[str, object]) -> None:
    said = lines.line(message) + b"\n"
    while said:
        said = said[mouth.write(said) :]


def _number(answer: object) -> int | str:
    """An action as the host takes it; what is none is named, for the host to refuse."""
    try:
        number = operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        plain = answer is None or isinstance(answer, float | str)
        # Any other may show its address, which changes from run to run.
        return lines.excerpt(repr(answer).encode()) if plain else f"a {type(answer).__name__}"
    return number if abs(number) <= SEEDS else "a number beyond all actions"


def _left(left: SystemExit) -> int:
    """The exit status that Python itself would give."""
    if left.code is None or isinstance(left.code, int):
        return (left.code or 0) & 0xFF
    print(left.code, file=sys.stderr)
    return 1


def _failed(error: BaseException, file: str) -> int:
    try:
        if not out_of_memory(error):
            tell(error, file)
            return 1
    except MemoryError:
        pass
    os._exit(OUT_OF_MEMORY)


def _end_at_once(status: int) -> NoReturn:
    """Ends the process though threads of the agent's may still run."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _end_at_once(main(sys.argv[1]))
