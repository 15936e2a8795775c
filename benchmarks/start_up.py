"""How long the command takes to answer: whole processes, start to end."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.common import markdown, parser, seconds, spread

COMMANDS = (
    ("--help",),
    ("watch", "--help"),
    ("cards",),
    ("agents", "--json"),
    ("scenarios",),
)


def main() -> str:
    """Runs it; returns the table."""
    options = parser(__doc__)
    options.add_argument("--runs", type=int, default=11)
    args = options.parse_args()
    rows = []
    for words in COMMANDS:

        def work(words: tuple[str, ...] = words) -> None:
            subprocess.run(
                [sys.executable, "-m", "wargame", *words], check=True, stdout=subprocess.DEVNULL
            )

        work()
        rows.append(
            (f"`wargame {' '.join(words)}`", spread([seconds(work) for _ in range(args.runs)]))
        )
    return markdown("Start", ("command", "whole process"), rows)


if __name__ == "__main__":
    print(main())
