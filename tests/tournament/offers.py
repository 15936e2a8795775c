"""What strangers send: folders and archives, good ones and those that are not let in."""

from __future__ import annotations

import io
import os
import socket
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from wargame.game import scenario
from wargame.game.policy import Made, describe, save
from wargame.stages import Side

AGENT = b"""\
from wargame.game.agent import Agent
from wargame.stages import Side


class Mine(Agent):
    title = "Mine"
    character = "passes"

    def act(self, view):
        return 0

"""
MANY = {f"lib/{number}.py": b"x = 1\n" * number for number in range(40)} | {"agent.py": AGENT}


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def packed(kind: str, files: Mapping[str, bytes]) -> bytes:
    """An archive of files: zip, tar or tar.gz."""
    found = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in files.items():
                target.writestr(name, content)
        return found.getvalue()
    with tarfile.open(fileobj=found, mode="w" if kind == "tar" else "w:gz") as out:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    return found.getvalue()


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of files."""
    path.write_bytes(packed("zip", files))
    return path


def tarred(path: Path, files: Mapping[str, bytes]) -> Path:
    """A tar of files; zipped where its name says so."""
    path.write_bytes(packed("tar" if path.suffix == ".tar" else "tar.gz", files))
    return path


def policy(folder: Path) -> dict[str, bytes]:
    """An untrained policy that plays MapEngine's attacker; its files."""
    settings = describe(
        scenario.load("mapengine"),
        Side.ATTACKER,
        name="mine",
        title="Mine",
        character="untrained",
        hidden=(4,),
        activation="tanh",
        play="greedy",
        made=Made(command="test", steps=0, seed=0, fidelity="sketch", opponents=()),
    )
    rng = np.random.default_rng(0)
    shapes = settings.shapes.items()
    save(folder, settings, {n: rng.normal(size=s).astype(np.float32) for n, s in shapes})
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _symlink(folder: Path) -> None:
    (folder / "data.txt").symlink_to("/etc/passwd")


def _folder_link(folder: Path) -> None:
    (folder / "up").symlink_to("..")


def _hard_link(folder: Path) -> None:
    secret = folder.parent / "secret.txt"
    secret.write_text("secret")
    os.link(secret, folder / "mine.txt")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def _socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s")
    finally:
        os.chdir(here)


def _bytes_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"")


def _huge(folder: Path) -> None:
    with (folder / "huge.bin").open("wb") as handle:
        handle.truncate(2**40)


def _deep(folder: Path) -> None:
    lay(folder, {"/".join("abcdefgh") + "/x": b""})


def _many(folder: Path) -> None:
    lay(folder, {f"{number}.txt": b"" for number in range(501)})


def _case(folder: Path) -> None:
    lay(folder, {"AGENT.py": AGENT})


def _empty(folder: Path) -> None:
    (folder / "agent.py").unlink()


def _together(folder: Path) -> None:
    for number in range(3):
        with (folder / f"{number}.bin").open("wb") as handle:
            handle.truncate(12 * 2**20)


def _backslash(folder: Path) -> None:
    lay(folder, {"a\\b": b""})


def _escape(folder: Path) -> None:
    lay(folder, {"\x1b[31m.txt": b""})


FOLDERS: tuple[tuple[str, str, Callable[[Path], None]], ...] = (
    ("link", "'data.txt' is a symbolic link", _symlink),
    ("loop", "'up' is a symbolic link", _folder_link),
    ("hard link", "'mine.txt' is a hard link", _hard_link),
    ("pipe", "'pipe' is a device, pipe or socket", _pipe),
    ("socket", "'s' cannot be read", _socket),
    ("bytes", "is not UTF-8", _bytes_name),
    ("huge", "'huge.bin' is larger than 16 MB", _huge),
    ("deep", "more than 8 folders deep", _deep),
    ("many", "more than 500 files", _many),
    ("case", "the same but for case", _case),
    ("empty", "there is no file in it", _empty),
    ("together", "larger than 32 MB together", _together),
    ("backslash", "a backslash", _backslash),
    ("escape", "an unprintable character", _escape),
)


def _zip_of(name: str, content: bytes = b"", *, mode: int = 0o100644, flags: int = 0) -> bytes:
    found = io.BytesIO()
    entry = zipfile.ZipInfo("agent.py" if flags else name)
    entry.external_attr = mode << 16
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(entry, content)
    blob = bytearray(found.getvalue())
    if flags:
        blob[6] |= flags
        at = blob.index(b"PK\x01\x02")
        blob[at + 8] |= flags
    return bytes(blob)


def _doubled(*names: str) -> bytes:
    import warnings

    found = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(found, "w") as target:
        warnings.simplefilter("ignore")
        for name in names:
            target.writestr(name, AGENT)
    return found.getvalue()


def _patched(old: bytes, new: bytes) -> bytes:
    """A zip whose names are other bytes than zipfile itself would write."""
    assert len(old) == len(new)
    return packed("zip", {old.decode(): AGENT}).replace(old, new)


def _tar_of(name: str, kind: bytes, *, link: str = "", size: int = 0) -> bytes:
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w") as target:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname, entry.size = kind, link, size
        target.addfile(entry, io.BytesIO(bytes(size)))
    return found.getvalue()


def _lying_zip() -> bytes:
    """Says that its file has 10 bytes, and unpacks to 40 MB."""
    blob = bytearray(packed("zip", {"agent.py": bytes(40 * 2**20)}))
    at = blob.index(b"PK\x01\x02")
    blob[at + 24 : at + 28] = struct.pack("<I", 10)
    blob[22:26] = struct.pack("<I", 10)
    return bytes(blob)


def _overlapping() -> bytes:
    """Many names for the same compressed bytes: the newer kind of bomb."""
    one = packed("zip", {"000.bin": bytes(8 * 2**20)})
    at = one.index(b"PK\x01\x02")
    entry, end = one[at : one.index(b"PK\x05\x06")], bytearray(one[-22:])
    listed = b"".join(entry.replace(b"000.bin", b"00%d.bin" % n) for n in range(9))
    end[8:12] = struct.pack("<HH", 9, 9)
    end[12:16] = struct.pack("<I", len(listed))
    return one[:at] + listed + bytes(end)


def _endless_list() -> bytes:
    """A list of contents of a hundred thousand names."""
    one = packed("zip", {"a": b""})
    at = one.index(b"PK\x01\x02")
    entry, end = one[at : one.index(b"PK\x05\x06")], bytearray(one[-22:])
    end[12:16] = struct.pack("<I", len(entry) * 100_000)
    return one[:at] + entry * 100_000 + bytes(end)


def _bomb_gz() -> bytes:
    import gzip

    return gzip.compress(bytes(100 * 2**20), 1)


def _deep_long_names() -> bytes:
    """A long name for a long name for a long name, as deep as it goes."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 512
    return (entry.tobuf() + b"a" * 512) * 5000


_ARCHIVES: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("up.zip", "leads out of the agent's folder with ..", lambda: _zip_of("../evil.py")),
    ("inner_up.zip", "leads out", lambda: _zip_of("a/../../evil.py")),
    ("absolute.zip", "is absolute", lambda: _zip_of("/etc/cron.d/evil")),
    ("drive.zip", "is absolute", lambda: _zip_of("C:/evil.py")),
    ("backslash.zip", "a backslash", lambda: _patched(b"..x.evil.py", b"..\\xxevil.py"[:11])),
    ("nul.zip", "a NUL byte", lambda: _patched(b"agent.pyXevil", b"agent.py\0evil")),
    ("bytes.zip", "is not UTF-8", lambda: _patched(b"agent.py", b"agent\xff\xfey")),
    ("utf8.zip", "not UTF-8", lambda: _patched("é.py".encode(), b"\xc3\xff.py")),
    ("link.zip", "a symbolic link", lambda: _zip_of("l", b"/etc/passwd", mode=0o120777)),
    ("pipe.zip", "a device, pipe or socket", lambda: _zip_of("p", mode=0o010644)),
    ("encrypted.zip", "'agent.py' is encrypted", lambda: _zip_of("agent.py", AGENT, flags=1)),
    ("twice.zip", "is there twice", lambda: _doubled("agent.py", "agent.py")),
    ("case.zip", "the same but for case", lambda: _doubled("agent.py", "Agent.py")),
    ("below.zip", "a file itself", lambda: _doubled("agent.py", "agent.py/x.py")),
    ("deep.zip", "more than 8 folders deep", lambda: _zip_of("a/" * 9 + "x")),
    ("long.zip", "longer than 200 characters", lambda: _zip_of("a" * 201)),
    ("huge.zip", "'huge' is larger than 16 MB", lambda: packed("zip", {"huge": bytes(2**24 + 1)})),
    ("lying.zip", "it is damaged", _lying_zip),
    ("overlap.zip", "it is damaged", _overlapping),
    ("listed.zip", "more than 500 files", _endless_list),
    (
        "many.zip",
        "more than 500 files",
        lambda: packed("zip", {f"{number}": b"" for number in range(501)}),
    ),
    (
        "together.zip",
        "larger than 32 MB together",
        lambda: packed("zip", {f"{number}": bytes(2**23) for number in range(5)}),
    ),
    ("empty.zip", "there is no file in it", lambda: packed("zip", {})),
    ("none.zip", "it is damaged", lambda: b""),
    ("text.zip", "it is damaged", lambda: b"hello" * 100),
    ("cut.zip", "it is damaged", lambda: packed("zip", {"agent.py": AGENT})[:60]),
    ("up.tar", "leads out", lambda: packed("tar", {"../evil.py": b""})),
    ("absolute.tar", "is absolute", lambda: packed("tar", {"/evil.py": b""})),
    ("link.tar", "a symbolic link", lambda: _tar_of("l", tarfile.SYMTYPE, link="/etc/passwd")),
    ("hard.tar", "a hard link", lambda: _tar_of("l", tarfile.LNKTYPE, link="/etc/passwd")),
    ("device.tar", "a device", lambda: _tar_of("d", tarfile.CHRTYPE)),
    ("pipe.tar", "a device, pipe or socket", lambda: _tar_of("p", tarfile.FIFOTYPE)),
    ("sparse.tar", "a sparse file", lambda: _tar_of("s", tarfile.GNUTYPE_SPARSE, size=2**20)[:600]),
    ("names.tar", "it is damaged", _deep_long_names),
    ("huge.tar", "larger than 16 MB", lambda: packed("tar", {"huge": bytes(2**24 + 1)})),
    ("empty.tar", "there is no file in it", lambda: packed("tar", {})),
    ("text.tar", "it is damaged", lambda: b"hello" * 200),
    ("cut.tar", "it is damaged", lambda: packed("tar", {"agent.py": AGENT})[:600]),
    ("bomb.tar.gz", "larger than 32 MB together", _bomb_gz),
    ("cut.tgz", "it is cut short", lambda: packed("tar.gz", {"agent.py": AGENT})[:60]),
    ("text.tgz", "it is damaged", lambda: b"hello" * 100),
)


def _writer(name: str, make: Callable[[], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(make())
        return path

    return write


ARCHIVES = tuple((name, words, _writer(name, make)) for name, words, make in _ARCHIVES)
