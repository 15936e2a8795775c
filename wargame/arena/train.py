"""Trains a policy for one side by MaskablePPO on measured effects, from a warm start or nothing.

An update plays one match in each of many games side by side, then improves the policy. Between
updates the exact state is kept, so a training that was stopped or killed goes on as if it had not
been. From time to time the greedy policy plays worlds apart, and the best one is kept.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sb3_contrib import MaskablePPO
from stable_baselines3.common.logger import Logger, TensorBoardOutputFormat

from wargame.arena import checkpoint
from wargame.arena.cloning import clone
from wargame.arena.fleet import Fixture, Fleet
from wargame.arena.graduation import FIRST_WORLD, LAST_WORLD, write
from wargame.arena.imitation import Climb, Say, School, unheard
from wargame.arena.run_folder import RunFolder
from wargame.arena.tree import Tree
from wargame.arena.update import Listener, Update, by_opponent
from wargame.arena.vector import WargameVecEnv
from wargame.arena.worlds import Worlds
from wargame.game.terms import Scenario
from wargame.pool import Pool, Progress, one_thread, silent
from wargame.stages import Side
from wargame.store import Store

SEARCH_SHARE = 0.6
"""Of a sitting's time, where it has a limit, that the warm start's search may take."""


def world_seeds(seed: int, purpose: int, count: int) -> tuple[int, ...]:
    """Seeds of worlds for a purpose: 0 for training, 1 for checks."""
    rng = np.random.default_rng([seed, purpose])
    return tuple(int(each) for each in rng.integers(FIRST_WORLD, LAST_WORLD, count))


class Training:
    """A training in its folder.

    Args:
        folder: of the run; its settings must have been written.
        scenario: the game, which must be the settings' own.
        command: what a reader would type to make the policy again.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where rounds are made.
        progress: told what is being made; raises Cancelled to stop.
        say: told in words how the warm start goes.
    """

    def __init__(
        self,
        folder: RunFolder,
        scenario: Scenario,
        *,
        command: str,
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        progress: Progress = silent,
        say: Say = unheard,
    ) -> None:
        self._say = say
        self.folder, self.scenario = folder, scenario
        self.settings = settings = folder.settings()
        self._command = command
        worlds = Worlds(
            scenario,
            fidelity=settings.fidelity,
            seeds=world_seeds(settings.seed, 0, settings.worlds),
            data=data,
            store=store,
            pool=pool,
            progress=progress,
        )
        self.tree = Tree(worlds)
        self.update, self._made, self._schooled, self._best = 0, 0, 0, 10.0  # above every loss
        self._school: School | None = None
        self._checked = True

    def run(
        self, steps: int, *, seconds: float = float("inf"), listener: Listener = lambda _: None
    ) -> None:
        """Trains until that many steps are done, or the time is over; then checks once more.

        Args:
            steps: in all, with those of earlier sittings.
            seconds: of this sitting; the update that would pass it is not begun.
            listener: told of every update.

        Raises:
            WargameError: the checkpoint is damaged, an opponent is unknown, or another process
                is training in the folder.
            Cancelled: by the progress; the last update is kept.
        """
        with self.folder.held(), one_thread():
            self._run(steps, seconds, listener)

    def _run(self, steps: int, seconds: float, listener: Listener) -> None:
        start = time.monotonic()
        model, env = self._model()
        model.set_logger(self._logger())
        self._made = self.tree.worlds.tally.made
        if self.folder.checkpoint.exists():
            self._resume(model, env)
        else:
            self.folder.keep_curve(-1)
            self._warm_start(model, start + SEARCH_SHARE * seconds)
            listener(self._close(model, env, start, learned=False))
        longest = 0.0
        while model.num_timesteps < steps:
            begun = time.monotonic()
            if begun - start + longest > seconds:
                break
            self.update += 1
            model.learn(
                env.num_envs * model.n_steps,
                reset_num_timesteps=False,
                log_interval=None,  # type: ignore[arg-type]
            )
            last = model.num_timesteps >= steps
            listener(self._close(model, env, begun, learned=True, check=last))
            longest = max(longest, time.monotonic() - begun)
        if not self._checked:
            self._check(model)
            self._keep(model)

    def _model(self) -> tuple[MaskablePPO, WargameVecEnv]:
        own = self.settings
        self._school = self._teach()
        env = WargameVecEnv(
            self.tree,
            own.side,
            own.faced,
            own.games,
            seed=own.seed,
            par=self._school.par if self._school else None,
        )
        model = MaskablePPO(
            "MlpPolicy",
            env,
            n_steps=self.scenario.rounds,
            batch_size=min(own.minibatch, own.games * self.scenario.rounds),
            n_epochs=own.epochs,
            learning_rate=own.learning_rate,
            ent_coef=own.entropy,
            gamma=own.discount,
            gae_lambda=own.trace,
            policy_kwargs={"net_arch": list(own.hidden)},
            seed=own.seed,
            device="cpu",
        )
        return model, env

    def _teach(self) -> School | None:
        own = self.settings
        if not own.teachers:
            return None
        return School(self.tree, own.side, own.teachers, own.faced, self._say)

    def _warm_start(self, model: MaskablePPO, end: float) -> None:
        own = self.settings
        if self._school is None:
            return
        climb = Climb(own.generations, own.children, own.seed, lambda: time.monotonic() > end)
        lessons = self._school.lessons(climb if own.generations else None)
        clone(model.policy, lessons, own.curiosity)
        self._schooled = self.tree.worlds.asked

    def _resume(self, model: MaskablePPO, env: WargameVecEnv) -> None:
        facts = checkpoint.load(self.folder.checkpoint, model)
        self.update, self._best = facts["update"], facts["best"]
        self._schooled = facts["schooled"]
        # One set of games an update; those that had begun after it begin again.
        env.begun = self.update
        self.folder.keep_curve(self.update)

    def _logger(self) -> Logger:
        place = str(self.folder.logs)
        return Logger(place, [TensorBoardOutputFormat(place)])

    def _close(
        self,
        model: MaskablePPO,
        env: WargameVecEnv,
        begun: float,
        *,
        learned: bool,
        check: bool = False,
    ) -> Update:
        """Ends an update: checks the policy where it is time, tells the curve, keeps the state."""
        rounds = env.num_envs * self.scenario.rounds
        made = self.tree.worlds.tally.made - self._made if learned else 0
        checked, best = None, False
        if check or self.update % self.settings.check_every == 0:
            checked, best = self._check(model)
        self._made = self.tree.worlds.tally.made
        missions = by_opponent(env.results)
        line = Update(
            update=self.update,
            steps=model.num_timesteps,
            mission=float(np.mean([each[2] for each in env.results])) if env.results else None,
            by_opponent=missions,
            checked=checked,
            best=best,
            entropy=_entropy(model) if learned else None,
            hits=1.0 - made / rounds,
            seconds=round(time.monotonic() - begun, 3),
        )
        env.results.clear()
        self._log(model, line)
        self.folder.tell(asdict(line))
        self._checked = checked is not None
        self._keep(model)
        return line

    def _keep(self, model: MaskablePPO) -> None:
        facts = {"update": self.update, "best": self._best, "schooled": self._schooled}
        checkpoint.save(self.folder.checkpoint, model, facts)

    def _log(self, model: MaskablePPO, line: Update) -> None:
        for name, value in line.drawn().items():
            model.logger.record(name, value)
        model.logger.dump(line.steps)

    def _graduate(self, model: MaskablePPO, place: Path) -> None:
        rounds = self._schooled + model.num_timesteps
        write(place, model, self.settings, self.scenario, rounds, self._command)

    def _check(self, model: MaskablePPO) -> tuple[float, bool]:
        """The greedy policy's mean mission value in worlds apart, and whether it is the best."""
        own = self.settings
        self._graduate(model, self.folder.latest)
        seeds = world_seeds(own.seed, 1, own.check_worlds)
        word = str(self.folder.latest)
        fixtures = [
            Fixture(word, other.word, seed)
            if own.side is Side.ATTACKER
            else Fixture(other.word, word, seed)
            for other in own.faced
            for seed in seeds
        ]
        played = Fleet.over(self.tree).play(fixtures)
        weights = np.repeat([other.weight for other in own.faced], len(seeds))
        mission = float(np.average([each.mission for each in played], weights=weights))
        loss = mission if own.side is Side.DEFENDER else -mission
        best = loss < self._best
        if best:
            self._best = loss
            self._graduate(model, self.folder.best)
        return mission, best


def _entropy(model: MaskablePPO) -> float | None:
    value: Any = model.logger.name_to_value.get("train/entropy_loss")
    return None if value is None else -float(value)
