"""What keeping a stranger's agent apart costs: a match of one agent, and one question to it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import markdown, seconds, spread
from wargame.sandbox.limits import Limits
from wargame.sandbox.method import methods
from wargame.sandbox.warden import Guest, Program, Script, Warden

ECHO = "import sys\nfor line in sys.stdin:\n    print(line.strip(), flush=True)\n"
RUNNER = "wargame.protocol.runner:main"


def main() -> str:
    """Runs it; returns the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=21)
    args = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "agent.py").write_text(ECHO)
        guests: tuple[tuple[str, Guest], ...] = (
            ("Python agent", Script(folder, "agent.py", "runpy:run_path")),
            ("program", Program(folder, (sys.executable, "-S", "agent.py"))),
        )
        for method in methods():
            with Warden(method) as warden:
                # Everything that agents need is loaded once an evening.
                warden.open(Script(folder, "agent.py", RUNNER), Limits()).close()
                for title, guest in guests:
                    rows.append((f"{method}, {title}", *_costs(warden, guest, args.runs)))
    head = ("guest", "open", "until its first answer", "close", "a question and its answer")
    return markdown("Isolation", head, rows)


def _costs(warden: Warden, guest: Guest, runs: int) -> tuple[str, ...]:
    opening, first, closing, asking = [], [], [], []
    for _ in range(runs):
        began = time.perf_counter()
        cell = warden.open(guest, Limits())
        opened = time.perf_counter()

        cell.send(b"?")
        cell.receive(time.monotonic() + 60)
        opening.append(opened - began)
        first.append(time.perf_counter() - opened)
        for _ in range(10):
            began = time.perf_counter()
            cell.send(b"?")
            cell.receive(time.monotonic() + 60)
            asking.append(time.perf_counter() - began)
        closing.append(seconds(cell.close))
    return tuple(spread(each, "ms", 1000) for each in (opening, first, closing, asking))


if __name__ == "__main__":
    print(main())
