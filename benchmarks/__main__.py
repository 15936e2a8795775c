"""Runs every benchmark and writes benchmarks/README.md.

``python -m benchmarks [--data DIR]``, with nothing else running on the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ALL = (
    ("start_up",),
    ("cold_round", "--fidelity", "drill"),
    ("cold_round", "--fidelity", "standard", "--pairs", "2"),
    ("warm_round", "--fidelity", "drill"),
    ("stepping",),
    ("gathering",),
    ("isolation",),
    ("tournament",),
    ("memory",),
)
INTRODUCTION = """\
# Benchmarks

`python -m benchmarks` runs all of them and writes this file; each also runs alone and prints its
table. Medians with the range in brackets. Artifacts are made with one torch thread.
"""


def main() -> None:
    """Runs them one after another."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, help="where the data lies; else it is looked for")
    args = options.parse_args()
    if args.data:
        os.environ["WARGAME_DATA"] = str(args.data)
    machine = (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, torch {version('torch')}, numpy {version('numpy')}.\n"
    )
    parts = [INTRODUCTION, machine]
    for name, *words in ALL:
        command = [sys.executable, "-m", f"benchmarks.{name}", *words]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        parts.append(done.stdout.strip() + "\n")
    Path(__file__).with_name("README.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
