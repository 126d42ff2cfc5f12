"""The filter of system calls, as the small program that the kernel runs on each.

Covered: calls outside the tables of `syscalls` answer ENOSYS; calls of another
processor mode, or that make namespaces, end the program. For a program of one process,
which no namespace holds, also: making processes, starting programs, changing the
limits of other processes, and what Landlock does not see. Not covered: the arguments
of other calls, which the namespaces, the mounts, Landlock and the empty capabilities
bound.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from assay.judging import linux
from assay.judging.syscalls import (
    ALLOWED,
    FATAL,
    REFUSED,
    REFUSED_TO_ONE_PROCESS,
    WITHOUT_ATTRIBUTES,
    numbers,
)

_KILL, _ALLOW, _ERROR = 0x80000000, 0x7FFF0000, 0x00050000
_ENOSYS = _ERROR | errno.ENOSYS
_EACCES = _ERROR | errno.EACCES
_ENOTTY = _ERROR | errno.ENOTTY
_ENOTSUP = _ERROR | errno.ENOTSUP

_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_CLONE_THREAD = 0x10000
_AF_UNIX, _SOCK_STREAM, _OTHER_SOCKETS = 1, 1, 0xE
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_RLIMIT_CORE = 4
_F_SETLEASE, _F_NOTIFY = 1024, 1026
_PR_SET_PTRACER = 0x59616D61
# Of a terminal: is it one, its size. Of any file: bytes to read, blocking, closing.
_HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)

_Code = list[tuple[int, int, int, int]]  # operation, jump if true, if false, operand


class _When(NamedTuple):
    """An action for a call, where an argument compares as said."""

    argument: int  # its lower 32 bits, all that the kernel takes of these
    comparison: int
    operand: int
    action: int
    holds: bool = True  # False: where it does not compare so
    is_upper: bool = False  # the upper 32 bits, of a pointer


# A crash must not start the machine's core dump program: a limit of one byte prevents
# it, nought would not, so it can be read and not set.
_KEEP_CORE_LIMIT = (
    _When(1, _EQUAL, _RLIMIT_CORE, _ALLOW, holds=False),
    _When(2, _EQUAL, 0, _EACCES, holds=False),
    _When(2, _EQUAL, 0, _EACCES, holds=False, is_upper=True),
)
_ARGUMENTS: dict[str, tuple[_When, ...]] = {
    "clone": (_When(0, _ANY_BIT, _NEW_NAMESPACES, _KILL),),
    "ioctl": (
        _When(1, _EQUAL, _TIOCSTI, _EACCES),
        _When(1, _EQUAL, _TIOCLINUX, _EACCES),
    ),
    "socketpair": (_When(0, _EQUAL, _AF_UNIX, _EACCES, holds=False),),
    "setrlimit": (_When(0, _EQUAL, _RLIMIT_CORE, _EACCES),),
    "prlimit64": _KEEP_CORE_LIMIT,
}
# A job that dies with its launcher by a signal must not call that signal off.
_ARGUMENTS_OF_TIED = {
    **_ARGUMENTS,
    "prctl": (_When(0, _EQUAL, linux.PR_SET_PDEATHSIG, _EACCES),),
}
_ARGUMENTS_OF_ONE_PROCESS: dict[str, tuple[_When, ...]] = {
    **_ARGUMENTS,
    "clone": (
        *_ARGUMENTS["clone"],
        _When(0, _ANY_BIT, _CLONE_THREAD, _EACCES, holds=False),
    ),
    # Others could reach a file's inode through its descriptor: flags, verity.
    "ioctl": (
        *(_When(1, _EQUAL, request, _ALLOW) for request in _HARMLESS_IOCTLS),
        _When(1, _AT_LEAST, 0, _ENOTTY),
    ),
    # A pair of datagram sockets could send to any socket that has a path.
    "socketpair": (
        *_ARGUMENTS["socketpair"],
        _When(1, _ANY_BIT, _SOCK_STREAM, _EACCES, holds=False),
        _When(1, _ANY_BIT, _OTHER_SOCKETS, _EACCES),
    ),
    "prlimit64": (_When(0, _EQUAL, 0, _EACCES, holds=False), *_KEEP_CORE_LIMIT),
    "prctl": tuple(
        _When(0, _EQUAL, option, _EACCES)
        for option in (linux.PR_SET_PDEATHSIG, linux.PR_SET_DUMPABLE, _PR_SET_PTRACER)
    ),
    "fcntl": tuple(
        _When(1, _EQUAL, command, _EACCES) for command in (_F_SETLEASE, _F_NOTIFY)
    ),
}


def program(
    machine: str | None = None, *, one_process: bool = False, tied: bool = False
) -> bytes:
    """The filter for a processor, in the form that the kernel takes.

    Args:
        machine: As `uname -m` says it; this computer's unless given.
        one_process: For a program that no namespace holds: it starts no other.
        tied: For one whose end is a signal at its parent's death: it keeps that.

    Raises:
        NotImplementedError: we have no table for this processor.
    """
    machine = machine or os.uname().machine
    if machine not in _ARCHES:
        raise NotImplementedError(f"no table of system calls for {machine}")
    actions = _actions(machine, one_process)
    arguments = _ARGUMENTS_OF_TIED if tied else _ARGUMENTS
    if one_process:
        arguments = _ARGUMENTS_OF_ONE_PROCESS
    code: _Code = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCHES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL)]
    allowed = numbers(ALLOWED, machine)
    for name, conditions in arguments.items():
        code += _on_arguments(allowed[name], conditions)
    code += _tree(_intervals(actions))
    return b"".join(struct.pack("HBBI", *step) for step in code)


def install(filter_: bytes) -> None:
    """Put this process and all it will make under the filter, for good."""
    steps = ctypes.create_string_buffer(filter_, len(filter_))
    header = struct.pack("HxxxxxxQ", len(filter_) // 8, ctypes.addressof(steps))
    buffer = ctypes.create_string_buffer(header, len(header))
    linux.prctl(linux.PR_SET_SECCOMP, 2, "seccomp", ctypes.addressof(buffer))


def _actions(machine: str, one_process: bool) -> dict[int, int]:
    """What each call gets that has no say in its arguments."""
    tables = [(ALLOWED, _ALLOW), (FATAL, _KILL), (REFUSED, _EACCES)]
    if one_process:
        tables += [(REFUSED_TO_ONE_PROCESS, _EACCES), (WITHOUT_ATTRIBUTES, _ENOTSUP)]
    actions: dict[int, int] = {}
    for table, action in tables:
        actions |= dict.fromkeys(numbers(table, machine).values(), action)
    return actions


def _on_arguments(number: int, conditions: Sequence[_When]) -> _Code:
    """For one call: the action of the first condition that is met, else allow."""
    body: _Code = []
    for when in conditions:
        skip = (0, 1) if when.holds else (1, 0)
        body += [
            (_LOAD, 0, 0, _ARGS + 8 * when.argument + 4 * when.is_upper),
            (when.comparison, *skip, when.operand),
            (_RETURN, 0, 0, when.action),
        ]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), number), *body]


def _intervals(actions: dict[int, int]) -> list[tuple[int, int]]:
    """Where each run of one action starts: the table with its repeats left out."""
    starts = [(0, actions.get(0, _ENOSYS))]
    for number in range(1, max(actions) + 2):
        action = actions.get(number, _ENOSYS)
        if action != starts[-1][1]:
            starts.append((number, action))
    assert all(one[1] != two[1] for one, two in pairwise(starts))
    return starts


def _tree(starts: list[tuple[int, int]]) -> _Code:
    """A binary search: eight comparisons where a list would take two hundred."""
    if len(starts) == 1:
        return [(_RETURN, 0, 0, starts[0][1])]
    middle = len(starts) // 2
    low, high = _tree(starts[:middle]), _tree(starts[middle:])
    at_least: _Code = [(_AT_LEAST, 0, 1, starts[middle][0]), (_JUMP, 0, 0, len(low))]
    return [*at_least, *low, *high]
