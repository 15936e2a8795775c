"""A player's own agent: one file of theirs, or a policy's folder, named by its path.

The file runs in this process with all rights, so only a path that the user typed is ever loaded.
What a record names is looked for among the ready agents alone: a record may come from anybody.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

from wargame.errors import WargameError
from wargame.game.agent import Agent, agent_class, agent_names

_FACTS = ("title", "character")


def named(word: str) -> type[Agent]:
    """The class of the agent that a user names.

    Args:
        word: a ready one's name, a file that ends in .py, or a policy's folder (or the
            policy.json in it). A ready one's name wins over a folder here that is called so.

    Raises:
        WargameError: there is none, or the file is wrong; says where in it.
    """
    if word.endswith(".py"):
        return load(Path(word))
    if word not in agent_names() and (os.sep in word or Path(word).exists()):
        from wargame.game import policy

        return policy.load(Path(word))
    return agent_class(word)


def load(path: Path) -> type[Agent]:
    """The one agent of a file. Its `name` becomes the file's, which no ready agent can have.

    Raises:
        WargameError: the file cannot be run, or holds no complete agent; says where in it.
    """
    module = _run(path)
    found: list[type[Agent]] = [each for each in vars(module).values() if _is_agent(each, module)]
    if len(found) != 1:
        many = " and ".join(item.__name__ for item in found)
        raise WargameError(
            f"{path}: write one subclass of wargame.game.agent.Agent in it; found {many or 'none'}"
        )
    lacking = [fact for fact in _FACTS if not isinstance(getattr(found[0], fact, None), str)]
    lacking += sorted(getattr(found[0], "__abstractmethods__", ()))
    if lacking:
        line = inspect.getsourcelines(found[0])[1]
        raise WargameError(
            f"{path}:{line}: {found[0].__name__} has no {' and no '.join(lacking)}; "
            f"write in the class: {', '.join(_written(fact) for fact in lacking)}"
        )
    found[0].name = path.name
    return found[0]


def _written(fact: str) -> str:
    return f'{fact} = "..."' if fact in _FACTS else f"def {fact}(self, view): ..."


def blame(error: BaseException, file: str | None, called: str) -> str:
    """What went wrong, after the last line of `file` (here `called` so) that led to it."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"{called}:{error.lineno}: {type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f"{called}:{lines[-1]}: {said}" if lines else f"{called}: {said}"


def _run(path: Path) -> ModuleType:
    if not path.is_file():
        raise WargameError(f"there is no agent file {path}")
    # Registered, since dataclasses and inspect look a class's module up.
    name = f"wargame_own_agent_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WargameError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise WargameError(blame(error, spec.origin, str(path))) from error
    return module


def _is_agent(item: object, module: ModuleType) -> bool:
    return isinstance(item, type) and issubclass(item, Agent) and item.__module__ == module.__name__
