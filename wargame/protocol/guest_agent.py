"""The host's end of the protocol: an `Agent` whose moves a guest in a cell is asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, Self, TypeVar

import numpy as np

from wargame.errors import WargameError
from wargame.game.agent import Agent, Fault
from wargame.game.deck import Deck
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.protocol import lines, telling
from wargame.protocol.cell import Cell
from wargame.protocol.messages import SEEDS, VERSION, Move, Ready
from wargame.protocol.shown import printable
from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.stages import Side

LEAVE = 0.25
"""Seconds that a guest has to leave by itself after the match."""
_QUOTED = 200
"""Characters of a guest's last words that a fault repeats."""
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
"""Of an object in memory: another one each time the same match is played."""
_Answer = TypeVar("_Answer", Ready, Move)


class GuestAgent(Agent):
    """An agent in a cell, which is opened when its match begins and closed at its end or fault.

    Nothing in the words of a fault depends on the clock, as long as the guest's own do not.

    Args:
        name: what the match calls it.
        open_cell: starts the guest.
        limits: what it may use.
        title: what the screen calls it; its name where it is not given.
        clock: in seconds, the same that the cell's deadlines are on.
    """

    character = "plays in a process of its own"

    def __init__(
        self,
        name: str,
        open_cell: Callable[[], Cell],
        limits: Limits,
        *,
        title: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Facts of the class elsewhere; each guest has its own.
        vars(self).update(name=name, title=title or name)
        self.limits = limits
        self._open, self._clock = open_cell, clock
        self._cell: Cell | None = None
        self._output, self._peak = "", 0
        self.started = 0.0
        """Seconds until it was ready."""
        self.slowest = 0.0
        """Seconds of its slowest answer to a turn."""
        self.spent = 0.0
        """Seconds taken from its time bank so far."""

    @property
    def output(self) -> str:
        """What the guest wrote to its standard error so far, cut at its limit."""
        return self._output if self._cell is None else self._cell.output

    @property
    def peak_memory(self) -> int:
        """Most memory that the guest was seen to use, in bytes."""
        return self._peak if self._cell is None else self._cell.peak_memory

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        """Starts the guest, and waits until it is ready.

        Raises:
            Fault: it is not, or what it says is wrong.
            WargameError: no cell can be opened here.
        """
        super().begin(side, scenario, rng)
        seed = int(rng.integers(SEEDS))
        self._start()
        said = lines.line(telling.hello(scenario, Deck.of(scenario, side), seed, self.limits))
        late = f"was not ready within {self.limits.start:g} s"
        ready, self.started = self._asked(said, Ready, self.limits.start, late)
        if ready.version != VERSION:
            words = f"speaks version {ready.version} of the protocol; this match speaks {VERSION}"
            self._fail(words, Status.ILLEGAL)

    def act(self, view: View) -> int:
        """The guest's answer to a turn; whether it is a legal action is for the match to say.

        Raises:
            Fault: the guest ended, was late, or said something else.
        """
        said = lines.line(telling.turn(view, self._bank))
        late = f"answered later than {self._allowed}"
        move, took = self._asked(said, Move, self.limits.move + self._bank, late)
        self.slowest = max(self.slowest, took)
        self.spent += max(0.0, took - self.limits.move)
        if move.round != view.round:
            words = f"answered for round {move.round} when it was asked for round {view.round}"
            self._fail(words, Status.ILLEGAL)
        return move.action

    def end(self, view: View) -> None:
        """Tells the guest that the match is over, lets it leave, and closes its cell."""
        if self._cell is not None:
            with suppress(Stopped):
                self._cell.send(lines.line(telling.end(view)))
                self._cell.receive(self._clock() + LEAVE)
        self.close()

    def close(self) -> None:
        """Ends the guest; may be called again."""
        cell, self._cell = self._cell, None
        if cell is not None:
            cell.close()
            self._output, self._peak = cell.output, cell.peak_memory

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _bank(self) -> float:
        return max(0.0, self.limits.bank - self.spent)

    @property
    def _allowed(self) -> str:
        move, bank = self.limits.move, self.limits.bank
        return f"{move:g} s and the bank of {bank:g} s" if bank else f"{move:g} s"

    def _start(self) -> None:
        self.close()
        self._output, self._peak = "", 0
        self.slowest = self.spent = 0.0
        try:
            self._cell = self._open()
        except Stopped as stopped:
            self._stopped(stopped)

    def _asked(
        self, said: bytes, kind: type[_Answer], seconds: float, late: str
    ) -> tuple[_Answer, float]:
        """What the guest answers, and the seconds that it took."""
        if self._cell is None:
            raise WargameError(f"{self.name} runs no more; a match begins it anew")
        began = self._clock()
        try:
            self._cell.send(said)
            raw = self._cell.receive(began + seconds)
        except Stopped as stopped:
            if stopped.status is Status.TIMEOUT and self._clock() >= began + seconds:
                self._fail(late, Status.TIMEOUT)
            self._stopped(stopped)
        took = self._clock() - began
        if took > seconds:
            self._fail(late, Status.TIMEOUT)
        return self._read(raw, kind), took

    def _read(self, raw: bytes, kind: type[_Answer]) -> _Answer:
        try:
            answer = lines.read_agent(raw)
        except lines.Nonsense as error:
            self._fail(f"answered what is no message of the protocol: {error}", Status.ILLEGAL)
        if not isinstance(answer, kind):
            wanted = kind.__name__.lower()
            words = f'answered with "{answer.kind}" where "{wanted}" was due'
            self._fail(words, Status.ILLEGAL)
        return answer

    def _stopped(self, stopped: Stopped) -> NoReturn:
        self.close()
        words = str(stopped).removeprefix("it ")
        if stopped.status is Status.ERROR:
            last = self._last_words()
            words = f"{words}: {last}" if last else words
        self._fail(words, stopped.status)

    def _last_words(self) -> str:
        """The last line of its standard error, unless that was cut: a traceback's is the reason."""
        text = self._output
        if len(text.encode()) >= 1024 * self.limits.output:
            return ""
        last = next((each for each in reversed(text.splitlines()) if each.strip()), "").strip()
        shown = printable(_ADDRESS.sub("0x...", last))
        return shown if len(shown) <= _QUOTED else f"{shown[: _QUOTED - 3]}..."

    def _fail(self, words: str, status: Status) -> NoReturn:
        self.close()
        raise Fault(self.side, f"{self.name}: {words}", status)
