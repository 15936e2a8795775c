"""Shows whether a careless loader would run a model file's payload, in a throw-away process.

Only payloads of the form that `build_payload` makes are ever detonated, and the process that does
it may create files in its own temporary folder and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Literal

from wargame.kernels.opcodes import ALLOWED, walk

Container = Literal["pickle", "torch"]

_TRIGGER = "builtins open"
_MARKER = re.compile(r"[A-Za-z0-9_-]{1,64}")

# The loader of the victim, written as carelessly as they come, behind limits and an audit hook.
# The hook is no general sandbox; that only files opened by `open` can be asked for is checked
# before, on the opcodes.
_CHILD = """
import io, os, pickle, sys, zipfile
try:
    import resource
except ImportError:
    pass
else:
    for name, limit in (("CPU", 5), ("AS", 2**30), ("FSIZE", 65536), ("CORE", 0), ("NOFILE", 32)):
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (limit, limit))
blob = sys.stdin.buffer.read()
home = os.path.realpath(os.getcwd())

class Careless(pickle.Unpickler):
    def persistent_load(self, reference):
        return None

def guard(event, arguments):
    if event == "open":
        path, _, flags = arguments
        inside = isinstance(path, str) and os.path.dirname(os.path.realpath(path)) == home
        if not inside and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            os._exit(3)
    elif event.split(".")[0] in ("os", "subprocess", "socket", "ctypes", "shutil", "pty"):
        os._exit(3)

if blob.startswith(b"PK"):
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        pickles = [archive.read(n) for n in archive.namelist() if n.endswith("data.pkl")]
else:
    pickles = [blob]
sys.addaudithook(guard)
for data in pickles:
    Careless(io.BytesIO(data)).load()
"""


def build_payload(marker_name: str, weights: bytes = b"", container: Container = "pickle") -> bytes:
    """A malicious serialized model: loading it carelessly creates the file `marker_name`.

    A dict {"weights": weights, "hook": open(marker_name, "x")} in protocol 3, raw or in the zip
    that torch.load takes. ValueError unless the marker is a plain file name without dots.
    """
    if not _MARKER.fullmatch(marker_name):
        raise ValueError(f"not a plain marker name: {marker_name!r}")
    call = b"cbuiltins\nopen\n" + _text(marker_name) + _text("x") + b"\x86R"
    stored = b"B" + len(weights).to_bytes(4, "little") + weights
    opcodes = b"\x80\x03}(" + _text("weights") + stored + _text("hook") + call + b"u."
    if container == "pickle":
        return opcodes
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (("model/data.pkl", opcodes), ("model/version", b"3\n")):
            # A fixed date keeps the bytes the same in every run.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def detonate(blob: bytes, timeout: float = 10.0) -> bool:
    """Whether loading `blob` the careless way really runs its payload (leaves a file).

    The load happens in an isolated interpreter without site packages or environment, with limits
    on time, memory and files, in a temporary folder that is deleted. What is no whole pickle is
    not run and counts as harmless. ValueError for a blob that could call anything but `open`, so
    that nothing foreign is ever run.
    """
    if not _known_harmless(blob):
        return False
    with tempfile.TemporaryDirectory(prefix="detonate-") as folder:
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603 - what it loads was read opcode by opcode above
                [sys.executable, "-I", "-S", "-c", _CHILD],
                input=blob,
                cwd=folder,
                env={},
                timeout=timeout,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        return any(Path(folder).iterdir())


def _known_harmless(blob: bytes) -> bool:
    """Whether all of the blob is read and none of it foreign; only then may it be loaded."""
    walks = [walk(data, ALLOWED | {_TRIGGER}) for data in _pickles(blob)]
    foreign = [finding for found in walks for finding in found.foreign]
    if foreign:
        raise ValueError(f"not detonated, it could do more than leave a mark: {foreign}")
    return all(found.complete for found in walks)


def _pickles(blob: bytes) -> list[bytes]:
    if not blob.startswith(b"PK"):
        return [blob]
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(blob)) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith("data.pkl")]
    return [b""]


def _text(value: str) -> bytes:
    data = value.encode()
    return b"X" + len(data).to_bytes(4, "little") + data
