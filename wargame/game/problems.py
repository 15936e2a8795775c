"""What is wrong with the data of a file, each problem at its own line."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.located import Located, Where
from wargame.store import canonical

MOST = 8
"""Problems shown at once."""
_ModelT = TypeVar("_ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, and where."""

    path: Where
    message: str
    on_key: bool = False


def modelled(model: type[_ModelT], data: Any, located: Located, whole: str) -> _ModelT:
    """The model that plain data describe.

    Args:
        model: what the data should be.
        data: as read; may have been completed with what the file may leave out.
        located: where everything stands in the file.
        whole: as `report` takes it.

    Raises:
        WargameError: one line `file:line:column: field: what` for each problem, in file order.
    """
    try:
        # JSON mode is strict about types yet takes text for an enum and a list for a tuple.
        return model.model_validate_json(canonical(data), strict=True)
    except ValidationError as error:
        problems = [_structural(item, data, model) for item in error.errors()]
        raise report(located, problems, whole) from None
    except (ValueError, TypeError) as error:
        raise located.error((), f"not plain data: {error}") from None


def report(located: Located, problems: Sequence[Problem], whole: str) -> WargameError:
    """The error that tells the first problems, in file order.

    Args:
        located: where everything stands.
        problems: at least one.
        whole: what to call the file's content where a problem is not in one field of it.
    """
    lines = {}
    for problem in problems:
        line, column = located.place(problem.path, key=problem.on_key)
        field = ".".join(str(part)[:60] for part in problem.path) or whole
        lines[f"{located.file}:{line}:{column}: {field}: {problem.message}"] = (line, column)
    told = sorted(lines, key=lambda text: lines[text])
    more = len(told) - MOST
    return WargameError("\n".join(told[:MOST] + ([f"and {more} more"] if more > 0 else [])))


def _structural(item: Mapping[str, Any], data: Any, model: type[BaseModel]) -> Problem:
    kind = item["type"]
    path: Where = item["loc"]
    # Pydantic marks a wrong key by one more part; a file may have a field of that very name.
    marked = kind != "extra_forbidden" and len(path) > 1 and path[-1] == "[key]"
    path = path[:-1] if marked else path
    on_key = kind == "extra_forbidden" or marked
    if on_key:
        known = _fields(model, path[:-1])
        return Problem(path, f"unknown field; {catalog.suggest(str(path[-1])[:60], known)}", True)
    if kind == "missing":
        return Problem(path, "this field is missing")
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    found = shown(_at(data, path))
    allowed = item.get("ctx", {}).get("expected")
    if kind in ("enum", "literal_error") and allowed:
        choices = tuple(part.strip(" '") for part in allowed.replace(" or ", ",").split(","))
        message = catalog.suggest(found.strip("'"), choices)
    return Problem(path, f"found {found}; {message}")


def _at(data: Any, path: Where) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return data
    return data


def shown(value: Any) -> str:
    """A value found in a file, short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fields(model: type[BaseModel], path: Where) -> tuple[str, ...]:
    """Names allowed as keys at a path."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            info = current.model_fields.get(str(part))
            current = info.annotation if info else None
        else:
            inner = [each for each in get_args(current) if each is not Ellipsis]
            current = inner[-1] if inner else None
        if get_origin(current) in (Union, types.UnionType):
            current = get_args(current)[0]
    if isinstance(current, type) and issubclass(current, BaseModel):
        return tuple(current.model_fields)
    first = next(iter(get_args(current)), None)
    return tuple(get_args(first)) if get_origin(first) is Literal else ()
