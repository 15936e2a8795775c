"""YAML read with the place of every value, so that an error can point at its own line.

Anchors, aliases, tags and merge keys are refused: our files need none, and they are how a small
file becomes a large or an endless one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wargame.errors import WargameError

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_NODES = 20_000
MAX_DIGITS = 40
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}
_TREES = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}

Where = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(slots=True)
class Located:
    """Plain data, and where each key and value of it stands in the file."""

    file: str
    data: Any = None
    values: dict[Where, Place] = field(default_factory=dict)
    keys: dict[Where, Place] = field(default_factory=dict)

    def place(self, path: Where, *, key: bool = False) -> Place:
        """Line and column of the value (or key) at a path, or of the nearest thing around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def error(self, path: Where, message: str, *, key: bool = False) -> WargameError:
        """The error `file:line:column: message` at a path."""
        line, column = self.place(path, key=key)
        return fault(self.file, line, column, message)


def fault(file: str, line: int, column: int, message: str) -> WargameError:
    """The error `file:line:column: message`."""
    return WargameError(f"{file}:{line}:{column}: {message}")


def read_text(path: Path, what: str = "a scenario") -> str:
    """The text of a file that holds `what`.

    Raises:
        WargameError: it is missing, no file, unreadable, too large, or not UTF-8.
    """
    try:
        if not path.is_file():
            missing = "is no file" if path.exists() else "does not exist"
            missing = "is a folder" if path.is_dir() else missing
            raise fault(str(path), 1, 1, f"{missing}; {what} is one YAML file")
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise fault(str(path), 1, 1, f"cannot be read: {error}") from error
    if len(raw) > MAX_BYTES:
        raise fault(str(path), 1, 1, f"is larger than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        found = f"byte 0x{raw[error.start]:02x} is not UTF-8 text"
        raise fault(str(path), line, column, found) from error


def parse(text: str, file: str, what: str = "a scenario") -> Located:
    """The data in a YAML text that holds `what`, and where each part stands.

    Raises:
        WargameError: not YAML, or YAML that our files may not use.
    """
    located = Located(file)
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise fault(file, 1, 1, f"the file is empty; {what} is a mapping of fields")
        located.data = _Reader(loader, located).value(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = _one_line(error.problem or error.context or "not YAML")
        raise fault(file, line, column, what) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        raise fault(file, line, column, f"character {error.character!r} is not allowed") from error
    except (ValueError, OverflowError) as error:
        # PyYAML lets some bad escapes and version numbers through to chr() and int().
        line, column = (loader.line + 1, loader.column + 1) if loader else (1, 1)
        raise fault(file, line, column, f"not YAML: {_one_line(str(error))}") from error
    finally:
        if loader is not None:
            loader.dispose()
    return located


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


class _Loader(yaml.SafeLoader):
    """Composes nodes within bounds of depth and number, and without aliases."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _problem("anchors (&) and aliases (*) are not used here", event.start_mark)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _problem(f"more than {MAX_NODES:,} values", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise _problem(f"nested more than {MAX_DEPTH} deep", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _problem(message: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=message, problem_mark=mark)


class _Reader:
    """Turns nodes into plain data and notes where each stood."""

    def __init__(self, loader: _Loader, located: Located) -> None:
        self._loader = loader
        self._located = located

    def value(self, node: yaml.Node, path: Where) -> Any:
        self._located.values[path] = _place(node)
        if node.tag not in (_PLAIN if isinstance(node, yaml.ScalarNode) else _TREES):
            raise _problem(f"a value of kind {node.tag!r} is not used here", node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Where) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag != "tag:yaml.org,2002:str":
                raise _problem(f"found {_shown(key_node)}, but a key is text", key_node.start_mark)
            key = self._scalar(key_node)
            if key in data:
                raise _problem(f"the key {key!r} stands here twice", key_node.start_mark)
            self._located.keys[(*path, key)] = _place(key_node)
            data[key] = self.value(value_node, (*path, key))
        return data

    def _scalar(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise _problem(f"found {_shown(node)}, but one value is needed", node.start_mark)
        if node.tag == "tag:yaml.org,2002:str":
            return _printable(str(node.value), node.start_mark)
        if len(node.value) > MAX_DIGITS:
            raise _problem(f"a number of more than {MAX_DIGITS} characters", node.start_mark)
        try:
            value = self._loader.construct_object(node)
        except (ValueError, OverflowError, KeyError) as error:
            raise _problem(f"found {_shown(node)}, which is no value", node.start_mark) from error
        if isinstance(value, float) and not math.isfinite(value):
            raise _problem(f"found {node.value}, but a number is finite", node.start_mark)
        return value


def _printable(text: str, mark: yaml.Mark) -> str:
    # Such characters could steer the terminal that shows them, or cannot be written as UTF-8.
    bad = next((c for c in text if not c.isprintable() and c not in "\n\t\xa0"), None)
    if bad is not None:
        raise _problem(f"the unprintable character {bad!r} is not allowed", mark)
    return text


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value[:60])
    return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
