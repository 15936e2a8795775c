"""What a second worker brings a tournament, from an empty store and from a full one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import markdown, parser

STUDENTS = {
    "ada": ("label_flip", "gold_set"),
    "bo": ("pgd", "adversarial_training"),
    "cy": ("backdoor", "activation_clustering"),
    "dee": ("model_extraction", "rate_limit"),
    "eve": ("square", "feature_squeezing"),
    "fay": ("membership_inference", "output_perturbation"),
}
"""What each attacks and defends with."""
AGENT = """\
from wargame.game.agent import Agent, strongest
from wargame.stages import Side


class Student(Agent):
    name = "{name}"
    title = "{name}"
    character = "Plays one card a side"

    def act(self, view):
        return strongest(view, ["{attack}"] if view.side is Side.ATTACKER else ["{defence}"])
"""


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__, fidelity="sketch").parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for student, (attack, defence) in STUDENTS.items():
            text = AGENT.format(name=student, attack=attack, defence=defence)
            (folder / f"{student}.py").write_text(text)
        entrants = "".join(f"  - {student}.py\n" for student in STUDENTS)
        file = folder / "class.yaml"
        rows = []
        for store, seeds in (("empty", 1), ("full", 4)):
            file.write_text(f"fidelity: {args.fidelity}\nseeds: {seeds}\nentrants:\n{entrants}")
            if store == "full":
                played(folder, file, "warming", 2, "2", args.data)
            took = {}
            for workers in (1, 2):
                own = "2" if store == "full" else f"{store}{workers}"
                matches, took[workers] = played(
                    folder, file, f"{store}-{workers}", workers, own, args.data
                )
                each = f"{1000 * took[workers] / matches:.0f} ms"
                rows.append((store, f"{workers}", f"{matches}", f"{took[workers]:.1f} s", each))
            gain = took[1] / took[2]
            rows.append((store, "2 against 1", "", f"{gain:.2f} times as fast", f"{gain / 2:.0%}"))
    head = ("store", "workers", "matches", "took", "a match")
    return markdown(f"Tournament of {len(STUDENTS)} isolated agents, {args.fidelity}", head, rows)


def played(
    folder: Path, file: Path, out: str, workers: int, store: str, data: Path | None
) -> tuple[int, float]:
    """Matches, and the seconds they took; the first fifth, while workers start, is left out."""
    home = folder / "home"
    more = {"WARGAME_HOME": str(home), "WARGAME_STORE": str(folder / "stores" / store)}
    command = [sys.executable, "-m", "wargame", "tournament", "run", str(file), "--json"]
    command += ["--workers", str(workers), "--out", str(folder / out)]
    if data is not None:
        command += ["--data", str(data)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **more}
    )
    assert process.stdout is not None
    times = []
    for line in process.stdout:
        if json.loads(line)["event"] == "played":
            times.append(time.perf_counter())
    if process.wait():
        raise RuntimeError("the tournament failed")
    skipped = len(times) // 5
    return len(times) - skipped, times[-1] - times[skipped - 1]


if __name__ == "__main__":
    print(main())
