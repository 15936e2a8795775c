"""Peak memory of a whole headless match in a process of its own, in an empty store."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.common import PAIRS, markdown, parser


def peak(words: list[str]) -> float:
    """Largest resident set of the process, in megabytes."""
    with tempfile.TemporaryDirectory(prefix="wargame-bench-") as folder:
        environment = {**os.environ, "WARGAME_STORE": folder}
        process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, words
    # Kilobytes on Linux, bytes on macOS.
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__, fidelity="standard").parse_args()
    rows = []
    for attacker, defender in PAIRS[:2]:
        words = [sys.executable, "-m", "wargame", "watch", "mapengine", "--headless"]
        words += ["--attacker", attacker, "--defender", defender, "--fidelity", args.fidelity]
        words += ["--data", str(args.data)] if args.data else []
        rows.append((f"{attacker} against {defender}", f"{peak(words):.0f} MB"))
    return markdown(f"Peak memory, {args.fidelity}", ("match", "peak"), rows)


if __name__ == "__main__":
    print(main())
