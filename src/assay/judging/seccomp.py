"""The filter of system calls, as the small program that the kernel runs on each.

Covered: calls outside the tables of `syscalls` answer ENOSYS; calls of another
processor mode, or that make namespaces, end the program. Not covered: the arguments of
other calls, which the namespaces, the mounts and the empty capabilities bound.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from itertools import pairwise

from assay.judging import linux
from assay.judging.syscalls import ALLOWED, FATAL, REFUSED, numbers

_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_ENOSYS = 0x00050000 | errno.ENOSYS
_EACCES = 0x00050000 | errno.EACCES

_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_AF_UNIX, _TIOCSTI, _TIOCLINUX = 1, 0x5412, 0x541C

_Code = list[tuple[int, int, int, int]]  # operation, jump if true, if false, operand


def program(machine: str | None = None) -> bytes:
    """The filter for a processor, in the form that the kernel takes.

    Raises:
        NotImplementedError: we have no table for this processor.
    """
    machine = machine or platform.machine()
    if machine not in _ARCHES:
        raise NotImplementedError(f"no table of system calls for {machine}")
    allowed = numbers(ALLOWED, machine)
    code: _Code = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCHES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL)]
    code += _on_argument(
        allowed.pop("clone"), 0, [(_ANY_BIT, 0, 1, _NEW_NAMESPACES)], _KILL
    )
    code += _on_argument(
        allowed.pop("ioctl"),
        1,
        [(_EQUAL, 1, 0, _TIOCSTI), (_EQUAL, 0, 1, _TIOCLINUX)],
        _EACCES,
    )
    code += _on_argument(
        allowed.pop("socketpair"), 0, [(_EQUAL, 1, 0, _AF_UNIX)], _EACCES
    )
    actions = dict.fromkeys(allowed.values(), _ALLOW)
    actions |= dict.fromkeys(numbers(FATAL, machine).values(), _KILL)
    actions |= dict.fromkeys(numbers(REFUSED, machine).values(), _EACCES)
    code += _tree(_intervals(actions))
    return b"".join(struct.pack("HBBI", *step) for step in code)


def install(filter_: bytes) -> None:
    """Put this process and all it will make under the filter, for good."""
    steps = ctypes.create_string_buffer(filter_, len(filter_))
    header = struct.pack("HxxxxxxQ", len(filter_) // 8, ctypes.addressof(steps))
    buffer = ctypes.create_string_buffer(header, len(header))
    linux.prctl(linux.PR_SET_SECCOMP, 2, "seccomp", ctypes.addressof(buffer))


def _on_argument(number: int, argument: int, test: _Code, action: int) -> _Code:
    """For one call: `action` where the test holds of an argument, else allow.

    A test falls through to the action, and jumps over it to allow.
    """
    body: _Code = [
        (_LOAD, 0, 0, _ARGS + 8 * argument),
        *test,
        (_RETURN, 0, 0, action),
        (_RETURN, 0, 0, _ALLOW),
    ]
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
