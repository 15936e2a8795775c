"""Which measurements a round needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wargame.pipeline.attack_roles import EvasionAttack, QueryAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import HeldOutTest, ServeGuard
from wargame.pipeline.loot import opens_white_box
from wargame.pipeline.measuring.job import Job, Task
from wargame.pipeline.outcome import InForce


def due(context: Context, plain: Job, triggers: Iterable[InForce]) -> list[Job]:
    """The jobs of this round, made from a `plain` one; `triggers` may still sleep in the model."""
    tasks = [Task.EVALUATION, Task.TRAFFIC, Task.PROBE]
    if any(guard.watches_callers() for _, guard in context.playing(ServeGuard)):
        tasks.append(Task.CLIENTS)
    if context.playing(HeldOutTest):
        tasks.append(Task.HELD_OUT)
    attacks = [(Task.TRIGGER, play) for play in triggers]
    attacks += [
        (Task.EVASION, held.play)
        for held, attack in context.playing(EvasionAttack)
        if attack.needs != "white-box" or opens_white_box(plain.loot)
    ]
    attacks += [(Task.QUERY, held.play) for held, _ in context.playing(QueryAttack)]
    return [
        *(replace(plain, task=task) for task in tasks),
        *(replace(plain, task=task, card=card) for task, card in attacks),
    ]
