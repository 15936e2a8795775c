"""What the code imports is declared, and what is declared is pinned."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN = {"wargame", "agents", "models", "tests", "scripts"}


def imported(folder: str) -> Iterator[tuple[str, Path]]:
    """Top-level names a folder's modules import absolutely, at the top or inside functions."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], path) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                yield node.module.split(".")[0], path


def declared(*requirements: str) -> set[str]:
    """Canonical names of the distributions that requirement strings ask for."""
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def undeclared(folders: tuple[str, ...], allowed: set[str]) -> set[str]:
    """Imports of the folders that no allowed distribution provides."""
    provided = packages_distributions()
    return {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in folders
        for name, path in imported(folder)
        if name not in sys.stdlib_module_names | OWN
        and not allowed & {canonicalize_name(d) for d in provided.get(name, [])}
    }


EXTRA = PROJECT["optional-dependencies"]["cluster"]


def test_shipped_code_imports_only_dependencies() -> None:
    allowed = declared(*PROJECT["dependencies"], *EXTRA)
    assert undeclared(("wargame", "agents", "models"), allowed) == set()


def test_what_only_an_extra_brings_is_imported_where_it_is_asked_for() -> None:
    extra = declared(*EXTRA) - declared(*PROJECT["dependencies"])
    provided = packages_distributions()
    for path in (ROOT / "wargame").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            for name in names:
                found = provided.get(name.split(".")[0], [])
                assert not extra & {canonicalize_name(each) for each in found}, path


def test_tests_import_only_dependencies_and_the_dev_extra() -> None:
    everything = declared(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])
    assert undeclared(("tests", "scripts"), everything) == set()


def test_every_requirement_has_one_exact_pin() -> None:
    pins = [Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines()]
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins}
    assert len(pinned) == len(pins)
    assert all(str(specifier).startswith("==") for specifier in pinned.values())
    for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]):
        wanted = Requirement(text)
        (pin,) = pinned[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(pin.version), text
