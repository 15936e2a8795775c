"""What a stranger's Python file says, read from its syntax: it is never run here."""

from __future__ import annotations

import ast
import re
import warnings

from wargame.stages import SIDES, Side
from wargame.tournament.bundle import Refused

MOST = 500_000
"""Bytes of a Python agent's file; to parse a larger one could take gigabytes."""
_CHAIN = re.compile(r"(?<![\w.])(?:\w++[\s\\]*+\.[\s\\]*+){100}")
"""A dotted name of so many parts; an `import` of one takes the square of that to parse."""


def parsed(source: bytes, name: str) -> ast.Module:
    """The syntax tree of a Python file, which is not run.

    Raises:
        Refused: `name:line: what is wrong`.
    """
    if len(source) > MOST:
        raise Refused(f"{name} is larger than {MOST:,} bytes")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise Refused(f"{name}:{line}: this is not UTF-8 text") from error
    if chain := _CHAIN.search(text):
        line = text[: chain.start()].count("\n") + 1
        raise Refused(f"{name}:{line}: a name with more than 100 dots")
    if "\0" in text:
        raise Refused(f"{name}:{text[: text.index(chr(0))].count(chr(10)) + 1}: a NUL byte")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, name)
            # Some errors, such as a return outside a function, show only when it is compiled.
            compile(tree, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Refused(f"{name}:{error.lineno or 1}: {type(error).__name__}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Refused(f"{name}: Python cannot read it: {type(error).__name__}: {error}") from error
    return tree


def sides(source: bytes) -> tuple[Side, ...]:
    """The sides that an agent says it plays, by `sides = (Side.ATTACKER,)` in its class.

    Both where that cannot be read: then the agent itself is asked, at the match.
    """
    found = _class_fact(source, "sides")
    if not isinstance(found, ast.Tuple | ast.List):
        return SIDES
    named = {each.attr for each in found.elts if isinstance(each, ast.Attribute)}
    return tuple(side for side in SIDES if side.name in named) or SIDES


def title(source: bytes) -> str:
    """The title that an agent gives itself, or nothing."""
    found = _class_fact(source, "title")
    return found.value if isinstance(found, ast.Constant) and type(found.value) is str else ""


def _class_fact(source: bytes, fact: str) -> ast.expr | None:
    tree = parsed(source, "agent.py")
    classes = [
        each
        for each in tree.body
        if isinstance(each, ast.ClassDef) and any(_called(base) == "Agent" for base in each.bases)
    ]
    for line in (line for each in classes for line in each.body):
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == fact for target in targets):
            value: ast.expr | None = getattr(line, "value", None)
            return value
    return None


def _called(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
