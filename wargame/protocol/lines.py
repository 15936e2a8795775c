"""Lines of the protocol: written by one end, read by the other.

What an agent says may be anything at all; whatever it is, reading it gives a message or `Nonsense`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from wargame.errors import WargameError
from wargame.protocol.messages import AGENT, HOST, End, Hello, Move, Ready, Turn

EXCERPT = 80
"""Characters of a line that an error repeats."""


class Nonsense(WargameError):  # noqa: N818  (it tells what was said)
    """A line that is no message; holds a short excerpt of it."""


def line(message: BaseModel | dict[str, Any]) -> bytes:
    """A message as a line, without its end.

    In ASCII alone: some readers of lines also end one at U+2028 or misread what is not ASCII.

    Raises:
        ValueError: a number is not finite.
    """
    plain = message.model_dump(mode="json") if isinstance(message, BaseModel) else message
    return json.dumps(plain, separators=(",", ":"), allow_nan=False).encode()


def read_host(raw: bytes) -> Hello | Turn | End:
    """What the host says.

    Raises:
        Nonsense: it is no message of the protocol.
    """
    try:
        return HOST.validate_json(raw)
    except ValidationError as error:
        raise Nonsense(f"{_first(error)}: {excerpt(raw)}") from None


def read_agent(raw: bytes) -> Ready | Move:
    """What an agent says.

    Raises:
        Nonsense: it is no message of the protocol, or not quite JSON: NaN, a field twice.
    """
    try:
        data = json.loads(
            raw.decode(), parse_constant=_no_number, object_pairs_hook=_without_doubles
        )
        return AGENT.validate_python(data)
    except UnicodeDecodeError:
        raise Nonsense(f"not UTF-8: {excerpt(raw)}") from None
    except ValidationError as error:
        raise Nonsense(f"{_first(error)}: {excerpt(raw)}") from None
    except json.JSONDecodeError as error:
        raise Nonsense(f"not JSON ({error.msg}): {excerpt(raw)}") from None
    except RecursionError:
        raise Nonsense(f"nested too deeply: {excerpt(raw)}") from None
    except ValueError as error:
        # A field twice, NaN, or a whole number of thousands of digits.
        raise Nonsense(f"{excerpt(str(error).encode())}: {excerpt(raw)}") from None


def excerpt(raw: bytes, most: int = EXCERPT) -> str:
    """The start of a stranger's text in printable ASCII, at most `most` characters long."""
    text = raw[: most + 1].decode("utf-8", "backslashreplace")
    shown = "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= most else f"{shown[: most - 3]}..."


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a field stands twice in one object")
    return made


def _first(error: ValidationError) -> str:
    """The first thing wrong, in words that hold nothing of the line but a field's escaped name."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if found["type"] in ("union_tag_not_found", "model_attributes_type", "dict_type"):
        return "no object with a kind"
    if found["type"] == "union_tag_invalid":
        return "no known kind"
    if found["type"] == "json_invalid":
        return "not JSON"
    where = ".".join(str(part) for part in found["loc"][1:])
    return f'field "{excerpt(where.encode("utf-8", "surrogatepass"), 40)}": {found["msg"]}'
