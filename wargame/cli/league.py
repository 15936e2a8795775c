"""Sets a league up from the command line, and runs it."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wargame.arena.imitation import teachers
from wargame.arena.update import Update
from wargame.cli import league_words, options
from wargame.cli.output import Progress, print_line
from wargame.data.sources import load
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.terms import Scenario
from wargame.home import data_home
from wargame.league.league import League, Standing
from wargame.league.league_folder import LeagueFolder
from wargame.league.terms import LeagueSettings, payoff_seeds
from wargame.pipeline.source import check_size, offer
from wargame.stages import SIDES, Side
from wargame.store import canonical
from wargame.theory.entrants import Entrant, entrants, header


def league_train(args: argparse.Namespace) -> int:
    """Runs the league that the arguments ask for; returns the exit code."""
    rules = scenario.load(args.scenario)
    folder = LeagueFolder(_place(args, rules))
    kept = folder.settings() if args.resume else None
    asked = _settings(args, rules, kept)
    if kept is None:
        folder.begin(asked)
    elif told := kept.changed(asked):
        raise WargameError(f"{folder.settings_file}: {told}")
    print(f"self-play in {folder.root}", file=sys.stderr)
    workers = args.workers
    with options.pool(workers) as pool, Progress() as progress:
        teller = _Teller(args, asked, folder, progress)
        league = League(
            folder,
            rules,
            command=shlex.join(["wargame", *sys.argv[1:]])[:2000],
            data=args.data,
            pool=pool,
            progress=progress,
            trained=teller.trained,
        )
        try:
            ended = league.run(
                args.iterations,
                seconds=60 * args.minutes if args.minutes else float("inf"),
                listener=teller.turn,
            )
        except KeyboardInterrupt as error:
            error.add_note(_onward(args, folder))
            raise
        progress.clear()
    if not ended:
        print(f"the time is over; {_onward(args, folder)}", file=sys.stderr)
    if not args.json and teller.last is not None:
        league_words.show_end(teller.last, rules, folder, ended)
    return 0


def _onward(args: argparse.Namespace, folder: LeagueFolder) -> str:
    return (
        f"all that was finished is kept. Go on with: wargame league-train {args.scenario} "
        f"--iterations {args.iterations} --out {folder.root} --resume"
    )


def _place(args: argparse.Namespace, rules: Scenario) -> Path:
    if args.out is not None:
        return Path(args.out)
    return data_home() / "leagues" / f"{rules.name}-{args.seed or 0}"


def _settings(
    args: argparse.Namespace, rules: Scenario, kept: LeagueSettings | None
) -> LeagueSettings:
    """What is asked for; on a resume, what is not named is as it was."""
    first = kept.model_dump() if kept else {"seed": 0, "fidelity": rules.cheapest}
    named = ("seed", "fidelity", "steps", "worlds", "games", "generations")
    given: dict[str, Any] = {
        name: getattr(args, name, None) if getattr(args, name, None) is not None else first[name]
        for name in named
        if getattr(args, name, None) is not None or name in first
    }
    if kept:
        given |= {name: first[name] for name in ("children", "check_every", "check_worlds")}
    seeds = _seeds(args, given["seed"], kept)
    rules.sizes(given["fidelity"])
    tiles = load(rules.data, location=args.data)
    offer(tiles)
    check_size(rules.world(0, given["fidelity"], tiles.digest))
    pools = [_pool(args, side, kept) for side in SIDES]
    try:
        return LeagueSettings(
            game=header(rules, given["fidelity"], tiles, pools[0], pools[1], seeds[0]),
            attackers=tuple(each.word for each in pools[0]),
            defenders=tuple(each.word for each in pools[1]),
            seeds=seeds,
            **given,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]).replace("_", "-")
        told = problem["msg"].removeprefix("Value error, ")
        raise WargameError(f"--{where}: {told}" if where else told) from error


def _seeds(args: argparse.Namespace, seed: int, kept: LeagueSettings | None) -> tuple[int, ...]:
    if args.seeds is not None:
        return tuple(args.seeds)
    if kept is not None:
        return kept.seeds
    if seed < 0:
        raise WargameError(f"a seed is a whole number from 0 on, not {seed}")
    return payoff_seeds(seed)


def _pool(args: argparse.Namespace, side: Side, kept: LeagueSettings | None) -> list[Entrant]:
    words = getattr(args, f"{side.value}s")
    if words is not None:
        names = [name.strip() for name in words.split(",") if name.strip()]
        return entrants(side, [_absolute(name) for name in names])
    if kept is not None:
        return entrants(side, list(kept.words[side].values()))
    return entrants(side, teachers(side))


def _absolute(name: str) -> str:
    return str(Path(name).resolve()) if "/" in name or name.endswith(".py") else name


class _Teller:
    """Says how it goes: a line for each response and table by iteration, or JSON."""

    def __init__(
        self,
        args: argparse.Namespace,
        settings: LeagueSettings,
        folder: LeagueFolder,
        progress: Progress,
    ) -> None:
        self.last: Standing | None = None
        self._json, self._steps = args.json, settings.steps
        self._par = settings.game.content["mission"]["par"]
        self._done = len(folder.turns()) if folder.settings_file.exists() else 0
        self._progress = progress
        self._progress.head = f"iteration {self._done + 1}, payoffs: "

    def trained(self, iteration: int, side: Side, update: Update) -> None:
        """Tells the progress line."""
        steps = min(update.steps, self._steps)
        self._progress.head = (
            f"iteration {iteration}, {side.value}'s response {steps}/{self._steps}: "
        )

    def turn(self, standing: Standing) -> None:
        """Tells an iteration that was made now."""
        self.last = standing
        number = standing.turn.iteration.number
        self._progress.head = f"iteration {number + 1}, payoffs: "
        self._progress.clear()
        if number <= self._done:
            return
        if self._json:
            print_line(canonical(standing.turn.to_json()) + b"\n")
        else:
            league_words.show_turn(standing.turn, self._par)
            sys.stdout.flush()
