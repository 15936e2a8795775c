"""How guests are kept apart from the host here."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from functools import cache

from wargame.errors import WargameError
from wargame.sandbox import bubblewrap, view
from wargame.sandbox.limits import Limits, Stopped

_WAIT = 30.0
_SAID = b"here"
_INSTALL = (
    "strangers' agents run only where Linux namespaces or bubblewrap keep them apart from your "
    "files and your network, and neither works here{why}; install bubblewrap (Debian, Ubuntu: "
    "apt install bubblewrap; Fedora: dnf install bubblewrap) or allow user namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1, or "
    "kernel.apparmor_restrict_unprivileged_userns=0). "
    "--no-isolation runs them all the same, with all your rights: they could then read and "
    "change your files and use your network"
)


class Method(StrEnum):
    """A way to keep guests apart."""

    NAMESPACES = "namespaces"
    """Linux namespaces of our own making."""
    BUBBLEWRAP = "bubblewrap"
    """Linux namespaces of bubblewrap's making."""
    NONE = "none"
    """None: only time, memory and number of processes are limited, and a guest that wants to can
    escape even that. It can read and change all that its user can, and use the network."""


_APART = (Method.NAMESPACES, Method.BUBBLEWRAP)


def methods() -> list[Method]:
    """Those that really work here, best first; `NONE` is the last wherever guests run at all."""
    return [method for method in Method if works(method)]


def choose(unsafe: bool) -> Method:
    """The best way that works here.

    Args:
        unsafe: whether the user has asked for none by name.

    Raises:
        WargameError: only none would work, and nobody asked for it; says what to install.
    """
    if not sys.platform.startswith("linux"):
        raise WargameError("strangers' agents run on Linux only; use a virtual machine with it")
    if unsafe:
        return Method.NONE
    for method in _APART:
        if works(method):
            return method
    why = "; ".join(filter(None, map(trouble, _APART)))
    raise WargameError(_INSTALL.format(why=f" ({why})" if why else ""))


def works(method: Method) -> bool:
    """Whether a guest could be started and heard by it."""
    return not trouble(method)


@cache
def trouble(method: Method) -> str:
    """Why it does not work here; empty where it does. Tried once a process."""
    if not sys.platform.startswith("linux"):
        return "strangers' agents run on Linux only"
    if method is Method.NONE:
        return ""
    if method is Method.BUBBLEWRAP and bubblewrap.found() is None:
        return f"{bubblewrap.PROGRAM} is not installed"
    from wargame.sandbox.warden import Program, Warden

    probe = Program(view.PACKAGE, (sys.executable, "-S", "-c", f"print({_SAID.decode()!r})"))
    try:
        with Warden(method) as warden:
            cell = warden.open(probe, Limits())
            said = cell.receive(time.monotonic() + _WAIT)
    except (WargameError, Stopped, OSError) as error:
        return str(error) or type(error).__name__
    return "" if said == _SAID else f"{method}: an agent cannot be heard"
