"""A reading of pickle opcodes that names what loading would call, and calls nothing."""

from __future__ import annotations

import io
import pickletools
from dataclasses import dataclass, field
from typing import Any

STORAGES = frozenset(
    f"torch {kind}Storage"
    for kind in ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte")
) | {"torch BoolStorage"}
ALLOWED = STORAGES | {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
}

_STRINGS = frozenset(
    {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "STRING"}
    | {"BINSTRING", "SHORT_BINSTRING"}
)
_MEMO_WRITE = frozenset({"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"})
_MEMO_READ = frozenset({"GET", "BINGET", "LONG_BINGET"})
_EXTENSIONS = frozenset({"EXT1", "EXT2", "EXT4"})
_PERSISTENT = frozenset({"PERSID", "BINPERSID"})
_CALLS = frozenset({"REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "BUILD"})
_SILENT = frozenset({"PROTO", "FRAME"})


@dataclass
class Walk:
    """What the opcodes name. `foreign` are findings that forbid loading, `known` allowed names.

    `complete`: a single pickle from the first to the last byte. `persistent`: it refers to
    objects that the loader must supply.
    """

    foreign: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    complete: bool = False
    persistent: bool = False


@dataclass
class _Tail:
    """The last two values pushed, as far as they are plainly strings, and the memo.

    Pickle has no jumps, so following pushes and memo writes in order is exact; whatever else
    touches the stack empties the tail, and a name that cannot be read off it is foreign.
    """

    values: list[str | None] = field(default_factory=lambda: [None, None])
    memo: dict[int, str | None] = field(default_factory=dict)

    def follow(self, opcode: str, argument: Any) -> None:
        if opcode in _STRINGS:
            self.push(argument if isinstance(argument, str) else None)
        elif opcode in _MEMO_WRITE:
            slot = len(self.memo) if opcode == "MEMOIZE" else int(argument)
            self.memo[slot] = self.values[1]
        elif opcode in _MEMO_READ:
            self.push(self.memo.get(int(argument)))
        elif opcode not in _SILENT:
            self.values = [None, None]

    def push(self, value: str | None) -> None:
        self.values = [self.values[1], value]


def walk(blob: bytes, allowed: frozenset[str] = ALLOWED) -> Walk:
    """Read the pickle that starts at the first byte, as far as it goes; never raises."""
    found = Walk()
    tail = _Tail()
    calls: list[str] = []
    stream = io.BytesIO(blob)
    try:
        for opcode, argument, place in pickletools.genops(stream):
            position = place or 0
            name = _named(opcode.name, argument, tail)
            if name is not None:
                _file(name, position, found, allowed)
            elif opcode.name in _CALLS:
                calls.append(f"calls by {opcode.name} at byte {position}")
            elif opcode.name in _EXTENSIONS:
                found.foreign.append(f"uses the extension registry at byte {position}")
            found.persistent |= opcode.name in _PERSISTENT
            tail.follow(opcode.name, argument)
        found.complete = stream.tell() == len(blob)
    except Exception:  # pickletools raises many kinds on hostile bytes; `complete` stays False
        found.complete = False
    # Calls of allowed names alone are how tensors are rebuilt; any other call is reported.
    if calls and (found.foreign or not found.known):
        found.foreign += calls
    return found


def _named(opcode: str, argument: Any, tail: _Tail) -> str | None:
    """The global that this opcode loads, None if it loads none."""
    if opcode in ("GLOBAL", "INST"):
        return str(argument)
    if opcode == "STACK_GLOBAL":
        module, attribute = tail.values
        if module is None or attribute is None:
            return "something under a hidden name"
        return f"{module} {attribute}"
    return None


def _file(name: str, position: int, found: Walk, allowed: frozenset[str]) -> None:
    if name in allowed:
        found.known.append(name)
    else:
        found.foreign.append(f"loads {name} at byte {position}")
