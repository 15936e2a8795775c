"""Download data sets with a checked hash: the whole file, or nothing."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from wargame.data.registry import check_name
from wargame.errors import WargameError
from wargame.home import data_home

Progress = Callable[[int, int], None]
"""Called with the bytes so far and the bytes in all (0 where the server does not say)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A download: the publisher's address, hash and size."""

    url: str
    hash: str
    bytes: int
    licence: str


SOURCES: Final = {
    "eurosat": Source(
        url="https://zenodo.org/records/7711810/files/EuroSAT_RGB.zip",
        hash="md5:f46e308c4d50d4bf32fedad2d3d62f3b",
        bytes=94_658_721,
        licence="MIT; Sentinel data are free and open under EU law (Helber et al. 2019)",
    )
}

_CHUNK: Final = 1 << 16
_PATIENCE: Final = 30.0
"""Seconds of silence after which the line counts as dead."""
_STALE: Final = 24 * 3600


def fetch(
    name: str,
    *,
    url: str | None = None,
    sha256: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download a data set into the data home, or find it there already.

    Args:
        name: a name in ``SOURCES``, or a new one with `url` and `sha256`.
        url: another address for it, such as a mirror; the hash still has to match.
        sha256: another hash, 64 hex digits.
        progress: is told how far the download is.

    Raises:
        WargameError: the name or address is not usable, the server fails, the line is cut, the
            hash differs, or the disk is full. No part of a file is left, also after Ctrl-C.
    """
    source = _source(name, url, sha256)
    file = Path(unquote(urlsplit(source.url).path)).name or f"{name}.zip"
    target = data_home() / "fetched" / name / file
    try:
        if _matches(target, source.hash):
            return target
        _check_space(source)
        _sweep()
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=data_home()) as folder:
            part = _download(source, Path(folder), file, progress)
            target.parent.mkdir(parents=True, exist_ok=True)
            return part.replace(target)
    except OSError as error:
        raise WargameError(f"cannot store {name} in {data_home()}: {error}") from error


def _source(name: str, url: str | None, sha256: str | None) -> Source:
    known = SOURCES.get(check_name(name))
    if sha256 is not None and (len(sha256) != 64 or set(sha256.lower()) - set("0123456789abcdef")):
        raise WargameError(f"{sha256!r} is not a SHA-256 hash; expected 64 hex digits")
    if known is None and (url is None or sha256 is None):
        raise WargameError(
            f"no download is known for {name!r}; known are {', '.join(SOURCES)}; "
            "others need an address and a SHA-256 hash"
        )
    address = url if url is not None else known.url if known else ""
    if urlsplit(address).scheme not in ("http", "https"):
        raise WargameError(f"{address!r} is not an http or https address")
    known_hash = f"sha256:{sha256.lower()}" if sha256 else known.hash if known else ""
    size = known.bytes if known and url is None else 0
    return Source(address, known_hash, size, known.licence if known else "")


def _download(source: Source, folder: Path, file: str, progress: Progress | None) -> Path:
    import pooch
    import requests

    def downloader(url: str, path: str, _: object) -> None:
        _stream(url, path, source.bytes, progress)

    # Its remarks would be written across the screen.
    pooch.get_logger().setLevel("WARNING")
    try:
        return Path(pooch.retrieve(source.url, source.hash, file, folder, downloader=downloader))
    except requests.HTTPError as error:
        answer = error.response
        said = f"{answer.status_code} {answer.reason}" if answer is not None else str(error)
        raise WargameError(f"{source.url}: the server answered {said}") from error
    except requests.RequestException as error:
        raise WargameError(
            f"{source.url}: the download broke off ({type(error).__name__}); "
            "nothing was kept, try again"
        ) from error
    except ValueError as error:
        raise WargameError(
            f"{source.url}: the file is not the expected one (its hash differs from "
            f"{source.hash}); nothing was kept"
        ) from error


def _stream(url: str, path: str, expected: int, progress: Progress | None) -> None:
    """Write an address to a file; unlike pooch's own, it closes the line when it fails."""
    import requests

    with requests.get(url, stream=True, timeout=_PATIENCE) as response:
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", expected))
        done = 0
        with Path(path).open("wb") as file:
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)


def _matches(path: Path, known_hash: str) -> bool:
    import pooch

    algorithm, _, value = known_hash.partition(":")
    return path.is_file() and pooch.file_hash(str(path), alg=algorithm) == value


def _check_space(source: Source) -> None:
    home = data_home()
    home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free
    if free < source.bytes:
        raise WargameError(
            f"{home} has {free / 1e6:.0f} MB free, the download needs {source.bytes / 1e6:.0f} MB"
        )


def _sweep() -> None:
    """Remove what downloads left that were killed outright more than a day ago."""
    for folder in data_home().glob(".fetch-*"):
        if time.time() - folder.stat().st_mtime > _STALE:
            shutil.rmtree(folder, ignore_errors=True)
