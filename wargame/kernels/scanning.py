"""Artifact scan: refuses model files that carry code, without ever loading them.

Whoever unpickles a file runs what its author wrote (MITRE ATLAS AML.T0011.000), so the scan only
walks the opcodes and takes what it cannot fully account for as a refusal.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from wargame.kernels.opcodes import Walk, walk

Verdict = Literal["accept", "refuse"]
Format = Literal["safetensors", "npz", "torch", "pickle", "unknown"]

_HEADER_LIMIT = 100_000_000
_UNPACKED_LIMIT = 2**31
_ITEM_BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}


@dataclass(frozen=True)
class ScanReport:
    """`findings` are plain sentences; an accepted file may have some."""

    verdict: Verdict
    format: Format
    findings: tuple[str, ...]


def scan(blob: bytes) -> ScanReport:
    """Judge a serialized model by its bytes; never raises and never loads it."""
    try:
        return _scan(blob)
    except Exception as error:  # hostile input may break any parser; that is a refusal
        return ScanReport("refuse", "unknown", (f"unreadable: {type(error).__name__}",))


def _scan(blob: bytes) -> ScanReport:
    if blob.startswith(b"PK\x03\x04"):
        return _scan_zip(blob)
    opcodes = walk(blob)
    problem = _safetensors_problem(blob)
    if problem is None:
        # A file may be valid both ways, and the careless loader reads it as a pickle.
        double = tuple(f"also a pickle that {call}" for call in opcodes.foreign)
        return ScanReport("refuse" if double else "accept", "safetensors", double)
    if opcodes.complete or opcodes.foreign or blob[:1] == b"\x80":
        return _pickle_report(opcodes, "pickle", persistent=False)
    return ScanReport("refuse", "unknown", (f"no known format; not safetensors: {problem}",))


def _pickle_report(opcodes: Walk, form: Format, *, persistent: bool) -> ScanReport:
    findings = [*opcodes.foreign]
    if opcodes.persistent and not persistent:
        findings.append("asks the loader for outside objects")
    if not opcodes.complete:
        findings.append("broken or with data after its end")
    if findings:
        return ScanReport("refuse", form, tuple(findings))
    known = tuple(f"names {name}, which only rebuilds tensors" for name in opcodes.known)
    return ScanReport("accept", form, known)


def _scan_zip(blob: bytes) -> ScanReport:
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > _UNPACKED_LIMIT:
            return ScanReport("refuse", "unknown", ("unpacks to more than 2 GiB",))
        if len({member.filename for member in members}) < len(members):
            return ScanReport("refuse", "unknown", ("has two members of one name",))
        if members and all(member.filename.endswith(".npy") for member in members):
            return _npz_report(archive)
        return _torch_report(archive)


def _npz_report(archive: zipfile.ZipFile) -> ScanReport:
    findings = []
    for name in archive.namelist():
        with archive.open(name) as member:
            version = np.lib.format.read_magic(member)
            readers: dict[tuple[int, int], Any] = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }
            dtype = readers[version](member)[2]
        if dtype.hasobject:
            findings.append(f"{name} holds Python objects, which are pickled")
    return ScanReport("refuse" if findings else "accept", "npz", tuple(findings))


def _torch_report(archive: zipfile.ZipFile) -> ScanReport:
    names = archive.namelist()
    if not any(name.rsplit("/", 1)[-1] == "data.pkl" for name in names):
        return ScanReport("refuse", "unknown", ("a zip without arrays or a data.pkl",))
    findings: list[str] = []
    for name in names:
        leaf = name.rsplit("/", 1)[-1]
        if leaf.endswith((".pkl", ".pickle")):
            report = _pickle_report(walk(archive.read(name)), "torch", persistent=True)
            if report.verdict == "refuse":
                findings += [f"{name}: {finding}" for finding in report.findings]
        elif leaf.endswith((".py", ".pyc", ".so", ".dll")) or "/code/" in f"/{name}":
            findings.append(f"{name} is code")
    return ScanReport("refuse" if findings else "accept", "torch", tuple(findings))


def _safetensors_problem(blob: bytes) -> str | None:
    """Why this is not a valid safetensors file, or None if it is one."""
    if len(blob) < 8:
        return "shorter than its length field"
    (length,) = struct.unpack_from("<Q", blob)
    if length > min(_HEADER_LIMIT, len(blob) - 8):
        return "header longer than the file"
    try:
        header = json.loads(blob[8 : 8 + length].decode())
    except (ValueError, RecursionError):
        return "header is no JSON"
    if not isinstance(header, dict) or blob[8:9] != b"{":
        return "header is no object"
    header.pop("__metadata__", None)
    return _layout_problem(header, len(blob) - 8 - length)


def _layout_problem(header: dict[str, Any], size: int) -> str | None:
    """Tensors must fill the data exactly, without gaps where something could hide."""
    position = 0
    for entry in sorted(header.values(), key=lambda entry: tuple(entry["data_offsets"])):
        begin, end = entry["data_offsets"]
        bits = _ITEM_BITS.get(entry["dtype"])
        shape = entry["shape"]
        if bits is None or not all(type(side) is int and side >= 0 for side in shape):
            return "unknown dtype or shape"
        items = 1
        for side in shape:
            items *= side
        if begin != position or (end - begin) * 8 != items * bits:
            return "tensors do not fill the data"
        position = end
    return None if position == size else "data after the last tensor"
