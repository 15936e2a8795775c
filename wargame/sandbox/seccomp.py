"""A filter of system calls that no agent needs and that reach beyond what namespaces part.

Refused: new namespaces and mounts, looking into other processes, kernel keys, memory that no
process maps (it would escape the watch), changing others' priority or limits, and sockets of
families that network namespaces do not part (such as those to a virtual machine's host).
"""

from __future__ import annotations

import ctypes
import errno
import os

from wargame.sandbox import syscalls

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6

# Call: (its number on x86_64, on aarch64).
_DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "vmsplice": (278, 75),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "quotactl": (179, 60),
    "syslog": (103, 116),
}
# These must seem to be missing, so that libraries take another way.
_MISSING = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "clone3": (435, 435),
}
_CLONE = (56, 220)
_SOCKET = (41, 198)
_PRLIMIT = (302, 261)
_NAMESPACES = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWCGROUP
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
)


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction)))


Step = tuple[int, int, int, int]


def _answer(number: int) -> Step:
    return (_RETURN, 0, 0, _ERRNO | number)


def _argument(index: int) -> Step:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)  # its low half, on little-endian machines


def steps(machine: str) -> list[Step]:
    """The filter's instructions on a machine; a call's number stays loaded throughout."""
    which = list(_ARCHITECTURES).index(machine)
    rules: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        rules += [(_AT_LEAST, 0, 1, _X32), _answer(errno.ENOSYS)]
    for calls, answer in ((_DENIED, errno.EPERM), (_MISSING, errno.ENOSYS)):
        for numbers in calls.values():
            rules += [(_EQUAL, 0, 1, numbers[which]), _answer(answer)]
    allow: Step = (_RETURN, 0, 0, _ALLOW)
    refuse = _answer(errno.EPERM)
    clone = [_argument(0), (_ANY_BIT, 0, 1, _NAMESPACES), refuse, allow]
    prlimit = [_argument(0), (_EQUAL, 1, 0, 0), refuse, allow]
    families: list[Step] = [_argument(0)]
    for index, family in enumerate(_FAMILIES):
        families.append((_EQUAL, len(_FAMILIES) - index, 0, family))
    families += [_answer(errno.EAFNOSUPPORT), allow]
    for numbers, block in ((_CLONE, clone), (_PRLIMIT, prlimit), (_SOCKET, families)):
        rules += [(_EQUAL, 0, len(block), numbers[which]), *block]
    return [*rules, allow]


def install() -> bool:
    """Puts the filter on this process and all it starts; False where its machine is unknown.

    Needs no rights once new privileges are given up (see `syscalls.PR_SET_NO_NEW_PRIVS`).
    """
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        return False
    rules = steps(machine)
    held = (_Instruction * len(rules))(*(_Instruction(*rule) for rule in rules))
    syscalls.seccomp(_Program(len(rules), held))
    return True
