"""Namespaces of our own making: a keeper that sees a new root, and neither host nor network.

Run by root of the host, the mounts are made with root's rights and the keeper then becomes a user
that nobody else is; run by anybody else, they are made inside a new user namespace, where the
keeper's user is mapped to itself under another number.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import NoReturn

from wargame.sandbox import syscalls, view
from wargame.sandbox.order import Order
from wargame.sandbox.syscalls import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC

_APART = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWCGROUP
)
USER = 1000
"""A guest's user inside of a user namespace."""
_FIRST_USER, _USERS = 61184, 4336  # the range that systemd gives users that come and go
_PLAIN = MS_NOSUID | MS_NODEV


def start(order: Order, inner: Callable[[], NoReturn]) -> None:
    """Forks a keeper, the first process of fresh namespaces, which runs `inner` in its new root.

    To be called in a process of one thread that ends right after.

    Raises:
        OSError: this machine does not allow it.
    """
    privileged = _leave(order.rootless)
    ready, told = os.pipe()
    child = os.fork()
    if child:
        os.close(told)
        trouble = os.read(ready, 4096)
        if trouble:
            raise OSError(trouble.decode(errors="replace"))
        return
    try:
        os.close(ready)
        # The old root's /proc tells a number that no other keeper has.
        number = int(str(Path("/proc/self").readlink()))
        user = _FIRST_USER + number % _USERS if privileged else USER
        os.umask(0o022)
        socket.sethostname("agent")
        _build(order, user, privileged)
        if privileged:
            syscalls.bound_capabilities()
            _become(user)
    except BaseException as error:
        os.write(told, str(error).encode()[:4096] or b"unknown")
        os._exit(1)
    os.close(told)
    inner()


def _leave(rootless: bool) -> bool:
    """Enters the namespaces; True with root's rights, False in a user namespace."""
    user, group = os.geteuid(), os.getegid()
    if user == 0 and not rootless:
        try:
            syscalls.unshare(_APART)
        except PermissionError:
            pass  # root of a container has no more rights than others
        else:
            return True
    syscalls.unshare(_APART | syscalls.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{USER} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{USER} {group} 1")
    return False


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _build(order: Order, user: int, privileged: bool) -> None:
    syscalls.mount("", "/", "", syscalls.MS_SLAVE | MS_REC)
    # Found before the new root hides a part of them.
    shown = {place: os.open(place, os.O_PATH) for place in view.folders()}
    devices = {f"/dev/{name}": os.open(f"/dev/{name}", os.O_PATH) for name in view.DEVICES}
    own = os.open(order.folder, os.O_PATH | os.O_DIRECTORY)
    root = next(place for place in ("/tmp", "/mnt", "/var") if Path(place).is_dir())  # noqa: S108
    syscalls.mount("tmpfs", root, "tmpfs", _PLAIN, "mode=755,size=256m")
    for place, handle in shown.items():
        _bind(handle, root + place)
        syscalls.shut(root + place)
    for place, handle in devices.items():
        _bind(handle, root + place)
    _own_folder(own, root + order.home, privileged)
    _furnish(root, user)
    Path(root + order.scratch).mkdir()
    owner = f"uid={user},gid={user}" if privileged else ""
    size = f"mode=700,size={order.space},nr_inodes=16384,{owner}".rstrip(",")
    syscalls.mount("tmpfs", root + order.scratch, "tmpfs", _PLAIN, size)
    Path(root + "/proc").mkdir()
    syscalls.mount("proc", root + "/proc", "proc", _PLAIN | MS_NOEXEC)
    if not privileged:
        Path(root + "/proc/sys/user/max_user_namespaces").write_text("0")
    closed = syscalls.MS_REMOUNT | MS_BIND | MS_RDONLY | _PLAIN
    syscalls.mount("", root + "/proc", "", closed | MS_NOEXEC)
    syscalls.mount("", root, "", closed)
    syscalls.enter_root(root)


def _bind(handle: int, target: str) -> None:
    source = f"/proc/self/fd/{handle}"
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        _made(target).touch()
    syscalls.mount(source, target, "", MS_BIND | MS_REC)
    os.close(handle)


def _own_folder(handle: int, target: str, privileged: bool) -> None:
    source = f"/proc/self/fd/{handle}/."  # by its name it may be hidden by now
    if not privileged or _readable(source):
        _bind(handle, target)
        syscalls.shut(target)
        return
    copytree(source, target, symlinks=True)
    for place in (Path(target), *Path(target).rglob("*")):
        if not place.is_symlink():
            place.chmod(0o755)


def _readable(folder: str) -> bool:
    """Whether everybody can read all of it."""
    for base, _, names in os.walk(folder):
        if os.lstat(base).st_mode & 0o5 != 0o5:
            return False
        if any(not os.lstat(f"{base}/{name}").st_mode & 0o4 for name in names):
            return False
    return True


def _furnish(root: str, user: int) -> None:
    for place, content in view.accounts(user).items():
        _made(root + place).write_text(content)
    for place, to in view.links().items():
        _made(root + place).symlink_to(to)


def _made(place: str) -> Path:
    """A path whose folder is there."""
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
