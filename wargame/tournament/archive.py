"""Reads archives of strangers: zip and tar, in memory and within bounds; nothing is extracted.

Headers are never believed: sizes are counted while reading, and only plain files are taken.
"""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path

from wargame.tournament.bundle import (
    MOST_ALL,
    MOST_ENTRIES,
    MOST_FILES,
    Bundle,
    Refused,
    check_member,
    left_out,
    shown,
)

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MOST_PACKED = MOST_ALL + 16 * 2**20
"""Bytes of an archive, and of a tar once it is unzipped."""
_MOST_LISTED = 4 * 2**20
"""Bytes of a zip's list of contents."""
_CHUNK = 2**20
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    RecursionError,
    OverflowError,
    LookupError,
)


def is_archive(path: Path) -> bool:
    """Whether a file is called like an archive that can be read."""
    return path.name.lower().endswith(SUFFIXES)


def unpack(name: str, blob: bytes) -> dict[str, bytes]:
    """The files of an archive.

    Args:
        name: the archive's file name; its end says which kind it is.
        blob: its content.

    Raises:
        Refused: it is damaged, or something in it is not let in; names the member.
    """
    lowered = name.lower()
    try:
        if lowered.endswith(".zip"):
            return _zip(blob)
        if lowered.endswith((".gz", ".tgz")):
            blob = _gunzip(blob)
        return _tar(blob)
    except UnicodeDecodeError:
        raise Refused("it holds a name that is not UTF-8") from None
    except _DAMAGED as error:
        said = " ".join(str(error).split())[:100] or type(error).__name__
        raise Refused(f"it is damaged, or no such archive: {said}") from error


def _zip(blob: bytes) -> dict[str, bytes]:
    _check_list(blob)
    bundle = Bundle()
    with zipfile.ZipFile(io.BytesIO(blob)) as source:
        entries = source.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Refused(f"there are more than {MOST_FILES} files")
        for entry in entries:
            name = _zip_name(entry)
            if not _wanted_zip(entry, name):
                continue
            bundle.check(name)
            with source.open(entry) as stream:
                bundle.add(name, stream.read(bundle.room() + 1))
    return bundle.files()


def _check_list(blob: bytes) -> None:
    """The list of contents is read into memory whole, so its size is looked at before."""
    mark = b"PK\x05\x06"
    at = len(blob) - 22
    if not (blob[at : at + 4] == mark and blob.endswith(b"\0\0")):
        at = blob.rfind(mark, max(0, len(blob) - 22 - 65535))
    if at < 0 or len(blob) < at + 22:
        raise Refused("it is damaged, or no such archive: a zip's end is missing")
    if blob[max(0, at - 20) : at][:4] == b"PK\x06\x07":
        raise Refused("it is a zip64 archive, which only very large ones need to be")
    if int.from_bytes(blob[at + 12 : at + 16], "little") > _MOST_LISTED:
        raise Refused(f"there are more than {MOST_FILES} files")


def _zip_name(entry: zipfile.ZipInfo) -> str:
    # The name as it is written: `filename` is already cut at a NUL byte.
    name = entry.orig_filename
    if not entry.flag_bits & 0x800:
        name = name.encode("cp437").decode("utf-8", "surrogateescape")
    return name


def _wanted_zip(entry: zipfile.ZipInfo, name: str) -> bool:
    folder = name.endswith("/")
    check_member(name.removesuffix("/"))
    if left_out(name):
        return False
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(f"{shown(name)} is {_mode(mode)}, and only plain files are taken")
    if entry.flag_bits & 0x41:
        raise Refused(f"{shown(name)} is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(f"{shown(name)} is packed in an unusual way; use zip's usual one")
    return not folder


def _mode(mode: int) -> str:
    return "a symbolic link" if stat.S_ISLNK(mode) else "a device, pipe or socket"


def _gunzip(blob: bytes) -> bytes:
    found = io.BytesIO()
    member, rest = zlib.decompressobj(31), blob
    while rest:
        chunk = member.decompress(rest, _CHUNK)
        found.write(chunk)
        if found.tell() > MOST_PACKED:
            raise Refused(f"the files are larger than {MOST_ALL // 2**20} MB together")
        rest = member.unconsumed_tail
        if member.eof:
            # Archives may lie one after the other, and be filled up with zeros.
            rest = member.unused_data.lstrip(b"\0")
            member = zlib.decompressobj(31) if rest else member
    if not member.eof:
        raise EOFError("it is cut short")
    return found.getvalue()


def _tar(blob: bytes) -> dict[str, bytes]:
    bundle = Bundle()
    with tarfile.open(
        fileobj=io.BytesIO(blob), mode="r:", encoding="utf-8", errors="surrogateescape"
    ) as source:
        for number, entry in enumerate(source):
            if number == MOST_ENTRIES:
                raise Refused(f"there are more than {MOST_FILES} files")
            # Some tars name the folder itself, and begin every name with ./
            name = entry.name.removeprefix("./")
            if entry.isdir() and name in ("", "."):
                continue
            if not _wanted_tar(entry, name):
                continue
            bundle.check(name)
            stream = source.extractfile(entry)
            if stream is None:
                raise Refused(f"{shown(name)} cannot be read")
            bundle.add(name, stream.read(bundle.room() + 1))
    return bundle.files()


def _wanted_tar(entry: tarfile.TarInfo, name: str) -> bool:
    check_member(name.removesuffix("/"))
    if left_out(name) or entry.isdir():
        return False
    if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or entry.issparse():
        raise Refused(f"{shown(name)} is {_type(entry)}, and only plain files are taken")
    return True


def _type(entry: tarfile.TarInfo) -> str:
    if entry.issym():
        return "a symbolic link"
    if entry.islnk():
        return "a hard link"
    if entry.issparse():
        return "a sparse file"
    return "a device, pipe or socket"
