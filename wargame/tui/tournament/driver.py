"""The thread in which a tournament runs while the screen shows it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from wargame.errors import Cancelled
from wargame.tournament.events import Event, Tell


class Driver:
    """Runs the tournament and collects what it tells.

    Args:
        start: plays the tournament; returns when all is played, or after `stop`.
        stop: asks it to end; from any thread, any number of times.
    """

    def __init__(self, start: Callable[[Tell], None], stop: Callable[[], None]) -> None:
        self._start, self._stop = start, stop
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tournament", daemon=True)
        self._ended = threading.Event()
        self.stopping = False
        """Whether it was asked to end."""
        self.error: BaseException | None = None
        """What it failed with; to be looked at once it has ended."""

    def begin(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def _run(self) -> None:
        try:
            self._start(self._events.put)
        except Cancelled as error:
            if not self.stopping:
                self.error = error
        except BaseException as error:
            # It goes on in the main thread, where the command's guard tells it.
            self.error = error
        finally:
            self._ended.set()

    def events(self) -> Iterator[Event]:
        """What was told since the last time."""
        while True:
            try:
                yield self._events.get_nowait()
            except queue.Empty:
                return

    @property
    def ended(self) -> bool:
        """Whether the thread is through; read it before `events`, so that none is missed."""
        return self._ended.is_set()

    def stop(self) -> None:
        """Asks the tournament to end."""
        if not self.stopping:
            self.stopping = True
            self._stop()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, so that what is kept is closed; whether it came in time."""
        return self._ended.wait(seconds)
