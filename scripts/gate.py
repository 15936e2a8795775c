"""The whole gate: format, lint, types, layers, tests, then the wheel in a clean environment.

``python scripts/gate.py`` runs every step and stops at the first failure;
``python scripts/gate.py types tests`` runs just these, in the gate's order.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
DIST = ROOT / "build" / "gate"
CLEAN = ROOT / "build" / "clean-venv"
SHIPPED = ("wargame", "agents", "models", "scenarios")
TYPED = ("wargame", "agents", "models", "tests", "scripts", "benchmarks")
PLAYERS = "--attacker random --defender random"
ROUND = f"watch mapengine {PLAYERS} --seed 1 --fidelity drill --headless --json"


class StepError(Exception):
    """A step looked at its result and found it wrong."""


def run(*command: str | Path, cwd: Path = ROOT, **extra: str) -> None:
    """Run a command, its output on the screen; raise CalledProcessError if it fails."""
    subprocess.run(command, cwd=cwd, check=True, env={**os.environ, **extra})


def python(*arguments: str | Path) -> None:
    """Run this environment's interpreter on the checkout."""
    run(sys.executable, *arguments)


def check_format() -> None:
    python("-m", "ruff", "format", "--check", ".")


def check_lint() -> None:
    python("-m", "ruff", "check", ".")


def check_types() -> None:
    folders = [name for name in TYPED if any((ROOT / name).rglob("*.py"))]
    python("-m", "mypy", "--strict", *folders)


def check_layers() -> None:
    run(BIN / "lint-imports")


def run_tests() -> None:
    # One process a core, and one thread a process: sums depend on the number of threads.
    parallel = ("-n", "logical", "--dist", "loadfile")
    run(sys.executable, "-m", "pytest", "-q", *parallel, OMP_NUM_THREADS="1")


def sources() -> set[str]:
    """Name every file of the checkout that belongs in the wheel, as the wheel names it."""
    found = set()
    for top in SHIPPED:
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                found.add(name if top == "wargame" else f"wargame/{name}")
    return found


def build_wheel() -> None:
    shutil.rmtree(DIST, ignore_errors=True)
    # The wheel is made from the unpacked sdist, so that both are complete.
    python("-m", "build", "--no-isolation", "--outdir", DIST, ".")
    with zipfile.ZipFile(wheel()) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    if packed != sources():
        raise StepError(f"the wheel differs from the checkout: {sorted(packed ^ sources())}")


def wheel() -> Path:
    """Find the wheel that the step before built."""
    (path,) = DIST.glob("*.whl")
    return path


def install_wheel() -> None:
    """Install the wheel in an environment of its own.

    Its dependencies stay installed until a requirement or a pin changes; wargame itself is
    always taken out and installed again.
    """
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = CLEAN / "requirements.sha256"
    pip = (CLEAN / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    if not stamp.exists() or stamp.read_text() != digest:
        venv.create(CLEAN, clear=True, with_pip=True)
        run(*pip, "install", "-c", ROOT / "constraints.txt", wheel())
        stamp.write_text(digest)
    run(*pip, "install", "--force-reinstall", "--no-deps", wheel())
    run(*pip, "check")


def play_round() -> None:
    """Play a match with the installed wheel, from a folder that has nothing to do with it."""
    command = CLEAN / "bin" / "wargame"
    with tempfile.TemporaryDirectory() as folder:
        home = {"HOME": folder, "XDG_CACHE_HOME": folder, "XDG_DATA_HOME": folder}
        for arguments in ("--version", "scenarios"):
            run(command, *arguments.split(), cwd=Path(folder), **home)
        answer = subprocess.run(
            [command, *ROUND.split()],
            cwd=folder,
            check=True,
            env={**os.environ, **home},
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    print(answer[-2000:])
    if not documents(answer):
        raise StepError("the match printed no JSON")


def documents(text: str) -> list[object]:
    """Read JSON documents that stand one after the other."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while rest := text[position:].lstrip():
        document, length = decoder.raw_decode(rest)
        found.append(document)
        position = len(text) - len(rest) + length
    return found


STEPS: dict[str, Callable[[], None]] = {
    "format": check_format,
    "lint": check_lint,
    "types": check_types,
    "layers": check_layers,
    "tests": run_tests,
    "wheel": build_wheel,
    "install": install_wheel,
    "round": play_round,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="*", help=f"one of {', '.join(STEPS)}; all when left out")
    chosen = parser.parse_args().step
    if unknown := set(chosen) - set(STEPS):
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    for name, step in STEPS.items():
        if chosen and name not in chosen:
            continue
        print(f"--- {name}", flush=True)
        begun = time.monotonic()
        try:
            step()
        except (subprocess.CalledProcessError, StepError, ValueError) as error:
            print(f"--- {name}: FAILED after {time.monotonic() - begun:.1f} s: {error}")
            return 1
        print(f"--- {name}: passed in {time.monotonic() - begun:.1f} s", flush=True)
    print(f"--- gate passed in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
