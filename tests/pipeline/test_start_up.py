"""A first round waits for no import that it does not need."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import tempfile
from pathlib import Path

from wargame.game.agent import make
from wargame.stages import Side
from wargame.tournament.rehearsal import rehearsal

with tempfile.TemporaryDirectory() as folder:
    match = rehearsal(make("random"), Side.DEFENDER, Path(folder), rival="random")
    match.open()
print(*{"torch", "opacus", "sympy"} & set(sys.modules))
"""


def test_training_in_the_open_imports_neither_opacus_nor_sympy() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert told.stdout.split() == ["torch"], told.stdout + told.stderr
