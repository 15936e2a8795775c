"""A wargame of attack and defence on the security of machine-learning pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wargame._gymnasium import register_when_loaded

if TYPE_CHECKING:
    from wargame.arena.parallel_env import WargameParallelEnv

__all__ = ["__version__", "parallel_env"]
__version__ = "0.1.0"


def parallel_env(name: str, **options: Any) -> WargameParallelEnv:
    """Make the PettingZoo environment of a scenario, agents ``attacker`` and ``defender``.

    Args:
        name: the scenario, for example ``mapengine``.
        options: ``fidelity``, ``worlds``, ``data`` and whatever else the environment takes.
    """
    from wargame.arena.parallel_env import parallel_env as make

    return make(name, **options)


register_when_loaded()
