"""What a guest sees of the host: programs and libraries, Python, the game; nothing of anybody's."""

from __future__ import annotations

import os
import site
import sys
from functools import cache
from pathlib import Path

DEVICES = ("null", "zero", "full", "random", "urandom")
PACKAGE = Path(__file__).resolve().parent.parent

_LIBRARIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SYSTEM = ("/usr", "/nix/store", "/gnu/store")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime")
_GAME = ("wargame", "agents", "models", "scenarios")


def free(place: str) -> str:
    """A place like this one, below which nothing of the host is shown."""
    # On a cluster, Python and the game may well be installed below the host's own /scratch.
    while any(Path(folder).is_relative_to(place) for folder in folders()):
        place += "_"
    return place


@cache
def folders() -> tuple[str, ...]:
    """Folders and files of the host that are shown where they are, read-only; no links."""
    top = [f"/{name}" for name in _LIBRARIES if not Path("/", name).is_symlink()]
    etc = [f"/etc/{name}" for name in _ETC]
    places = [*_SYSTEM, *top, *etc, *_python(), *_game()]
    real = (os.path.realpath(place) for place in places if os.path.exists(place))  # noqa: PTH110
    shown: list[str] = []
    # Sorted, a folder comes before what lies in it.
    for place in sorted(set(real)):
        if place != "/" and not any(Path(place).is_relative_to(other) for other in shown):
            shown.append(place)
    return tuple(shown)


@cache
def links() -> dict[str, str]:
    """Symbolic links to make: where to what; none hides or replaces what is shown."""
    top = (f"/{name}" for name in _LIBRARIES if Path("/", name).is_symlink())
    made = {place: str(Path(place).readlink()) for place in top}
    for place in (*_python(), *_game(), "/etc/localtime"):
        real = os.path.realpath(place)
        if os.path.exists(place) and real != place:  # noqa: PTH110
            made[place] = real
    made |= {"/tmp": SCRATCH, "/dev/shm": SCRATCH, "/dev/fd": "/proc/self/fd"}  # noqa: S108
    made |= {f"/dev/{name}": f"/proc/self/fd/{n}" for n, name in enumerate(_STANDARD)}
    return {
        where: to
        for where, to in made.items()
        if not any(_overlap(Path(where), Path(folder)) for folder in folders())
    }


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


_STANDARD = ("stdin", "stdout", "stderr")


def accounts(user: int) -> dict[str, str]:
    """Small files of /etc that name nobody but the guest."""
    return {
        "/etc/passwd": f"agent:x:{user}:{user}:agent:{SCRATCH}:/bin/sh\n",
        "/etc/group": f"agent:x:{user}:\n",
    }


def environment(home: str) -> dict[str, str]:
    """All of a guest's environment; nothing of the host's is in it."""
    path = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
    return {
        "HOME": home,
        "TMPDIR": home,
        "PATH": ":".join(dict.fromkeys(path)),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def trusted_environment() -> dict[str, str]:
    """The environment of our own process that starts guests."""
    return environment("/") | {"PYTHONPATH": str(PACKAGE.parent)}


def _python() -> list[str]:
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    packages = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [place for place in (*prefixes, *packages, *own) if place != "/"]


def _game() -> list[str]:
    return [str(PACKAGE.parent / name) for name in _GAME]


AGENT = free("/agent")
"""Where a guest finds its own folder."""
SCRATCH = free("/scratch")
"""The one place where it can write."""
