"""Register the environments with Gymnasium whichever of the two packages is imported first.

Gymnasium 1 reads no entry points, so registration must come from here; but importing Gymnasium
here would cost every command a quarter of a second.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def register_when_loaded() -> None:
    """Register now if Gymnasium is loaded, else as soon as it is."""
    if "gymnasium" in sys.modules:
        _register()
    elif not any(isinstance(finder, _AfterGymnasium) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterGymnasium())


def _register() -> None:
    from wargame.arena.registration import register

    register()


class _AfterGymnasium(MetaPathFinder):
    """Finds Gymnasium where the other finders do, and registers once it has been executed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "gymnasium":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                # Looking for the package alone must not use the finder up; only loading it does.
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
                _register()

            vars(spec.loader)["exec_module"] = exec_module
        return spec
