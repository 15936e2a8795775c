"""Sets a training up from the command line, and tells how it goes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from wargame.arena.imitation import teachers
from wargame.arena.pool_folder import mixture
from wargame.arena.run_folder import RunFolder, TrainSettings
from wargame.arena.train import Training
from wargame.arena.update import Update
from wargame.cli import options
from wargame.cli.output import Progress
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.agent_file import named
from wargame.game.asking import seated
from wargame.game.terms import Scenario
from wargame.home import data_home
from wargame.stages import Side
from wargame.store import canonical

STEPS = 20_000
_POOL = "pool:"


def train(args: argparse.Namespace) -> int:
    """Trains as the arguments say; returns the exit code."""
    rules = scenario.load(args.scenario)
    folder = RunFolder(_place(args, rules))
    if args.resume:
        _same(folder.settings(), rules, args)
    else:
        folder.begin(_settings(args, rules))
    print(f"training in {folder.root}", file=sys.stderr)
    workers = args.workers
    with options.pool(workers) as pool, Progress() as progress:
        training = Training(
            folder,
            rules,
            command=_command(),
            data=args.data,
            pool=pool,
            progress=progress,
            say=partial(_say, progress),
        )
        teller = _Teller(args, progress, folder.settings())
        try:
            training.run(
                args.steps or STEPS,
                seconds=60 * args.minutes if args.minutes else float("inf"),
                listener=teller.tell,
            )
        except KeyboardInterrupt:
            progress.clear()
            print(
                f"stopped; {training.update} updates are kept. Go on with: wargame train "
                f"{args.scenario} --side {args.side} --out {folder.root} --resume",
                file=sys.stderr,
            )
            raise
    if not args.json:
        _end(folder, rules, args.side)
    return 0


def _say(progress: Progress, words: str) -> None:
    progress.clear()
    print(f"warm start: {words}", file=sys.stderr, flush=True)


def _place(args: argparse.Namespace, rules: Scenario) -> Path:
    if args.out is not None:
        return Path(args.out)
    return data_home() / "training" / f"{rules.name}-{args.side}-{args.seed or 0}"


def _settings(args: argparse.Namespace, rules: Scenario) -> TrainSettings:
    side = Side(args.side)
    chosen = {
        "seed": args.seed,
        "worlds": args.worlds,
        "games": args.games,
        "generations": args.generations,
    }
    fidelity = args.fidelity or rules.cheapest
    rules.sizes(fidelity)
    given = {name: value for name, value in chosen.items() if value is not None}
    from pydantic import ValidationError

    try:
        return TrainSettings(
            scenario=rules.name,
            digest=rules.digest,
            side=side,
            fidelity=fidelity,
            opponents=_opponents(args.opponent, side.other),
            teachers=_teachers(args.teachers, side),
            **given,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WargameError(f"--{where}: {first['msg']}, not {first['input']!r}") from error


def _opponents(words: Sequence[str] | None, side: Side) -> tuple[tuple[str, float], ...]:
    names = [name for word in words or [] for name in word.split(",") if name]
    if not names:
        names = list(teachers(side))
    found: list[tuple[str, float]] = []
    for name in names:
        if name.startswith(_POOL):
            found += mixture(Path(name.removeprefix(_POOL)), side)
        else:
            seated(named(name)(), side)
            found.append((_absolute(name), 1.0))
    return tuple(found)


def _absolute(name: str) -> str:
    return str(Path(name).resolve()) if "/" in name or name.endswith(".py") else name


def _teachers(words: str | None, side: Side) -> tuple[str, ...]:
    if words is None:
        return teachers(side)
    if words == "none":
        return ()
    names = [name for name in words.split(",") if name]
    for name in names:
        seated(named(name)(), side)
    return tuple(_absolute(name) for name in names)


def _same(settings: TrainSettings, rules: Scenario, args: argparse.Namespace) -> None:
    """Refuses what would make the rest of the training another one."""
    asked = {
        "scenario": rules.name,
        "digest": rules.digest,
        "side": Side(args.side),
        "seed": args.seed,
        "fidelity": args.fidelity,
        "worlds": args.worlds,
        "games": args.games,
        "generations": args.generations,
        "opponents": _opponents(args.opponent, Side(args.side).other) if args.opponent else None,
        "teachers": _teachers(args.teachers, Side(args.side)) if args.teachers else None,
    }
    for name, value in asked.items():
        had = getattr(settings, name)
        if value is not None and value != had:
            what = "the scenario has changed" if name == "digest" else f"--{name} was {had}"
            raise WargameError(f"this is not the training that was begun: {what}")


def _command() -> str:
    import shlex

    return shlex.join(["wargame", *sys.argv[1:]])[:2000]


class _Teller:
    """One line an update."""

    def __init__(
        self, args: argparse.Namespace, progress: Progress, settings: TrainSettings
    ) -> None:
        self._json, self._progress = args.json, progress
        self._steps = args.steps or STEPS
        self._limit = 60 * args.minutes if args.minutes else float("inf")
        self._begun = self._start = time.monotonic()
        self._first: int | None = None
        self._settings = settings
        self._headed = False

    def tell(self, line: Update) -> None:
        """Says how an update went."""
        self._progress.clear()
        if self._json:
            sys.stdout.buffer.write(canonical(asdict(line)) + b"\n")
            sys.stdout.flush()
            return
        if not self._headed:
            self._headed = True
            print("update   steps  mission  greedy   hits  entropy  left")
        best = "*" if line.best else " "
        told = (
            f"{line.update:6d} {line.steps:7d}  {_number(line.mission)}   {_number(line.checked)}"
            f"{best} {line.hits:5.0%}   {_number(line.entropy)}  {self._left(line.steps)}"
        )
        print(told, flush=True)
        self._progress.head = f"update {line.update + 1}: "

    def _left(self, steps: int) -> str:
        now = time.monotonic()
        limit = self._limit - (now - self._begun)
        if self._first is None:
            self._first, self._start = steps, now
            return _minutes(limit) if limit < float("inf") else "-"
        done = steps - self._first
        rest = (now - self._start) * (self._steps - steps) / max(1, done)
        return _minutes(max(0.0, min(rest, limit)))


def _number(value: float | None) -> str:
    return "    -" if value is None else f"{value:5.3f}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _end(folder: RunFolder, rules: Scenario, side: str) -> None:
    other = Side(side).other.value
    print(f"\nthe best policy lies in {folder.best}")
    print(f"play against it: wargame play {rules.name} --{side} {folder.best}")
    ready = ",".join(teachers(Side(side)))
    rivals = ",".join(teachers(Side(side).other))
    print(
        f"measure it:      wargame evaluate {rules.name} --{side} {folder.best},{ready} "
        f"--{other} {rivals} --fidelity drill --seeds 100:110"
    )
