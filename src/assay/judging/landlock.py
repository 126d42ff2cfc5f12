"""Landlock: what files a program may touch, held by the kernel.

Beside namespaces it is a second wall: the read-only root already shows little, and
where the kernel has no Landlock the sandbox stands without it, and says so. Where there
are no namespaces it is the only wall around files, and nothing goes without it.

Not covered: the names, sizes and times of files, which `stat` and `access` tell of any
file whose folder the user may pass through.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from assay.judging import linux

CREATE, ADD, RESTRICT = 444, 445, 446  # the same on every processor
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
READ = _EXECUTE | _READ_FILE | _READ_DIR
_TRUNCATE = 1 << 14
_NEVER = _EXECUTE | 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15  # devices, sockets, ioctls
_HANDLE = os.O_PATH | os.O_CLOEXEC
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}


def version() -> int:
    """The kernel's version of Landlock, 0 where it has none."""
    try:
        return linux.syscall("landlock", CREATE, None, 0, 1)
    except OSError:
        return 0


def file_rights(abi: int) -> int:
    """All that may be done below a folder."""
    return _FILE_RIGHTS.get(abi, (1 << 16) - 1)


def device_rights(abi: int) -> int:
    """What may be done with a file that is no folder."""
    return _WRITE | _READ_FILE | (_TRUNCATE if abi >= 3 else 0)


def attributes(abi: int) -> bytes:
    """What is shut unless a rule opens it, in the kernel's form."""
    words = struct.pack("Q", file_rights(abi))
    if abi >= 4:
        words += struct.pack("Q", 3)  # no TCP port may be bound or connected to
    if abi >= 6:
        words += struct.pack("Q", 3)  # no signals and abstract sockets outwards
    return words


class Confinement:
    """Read the named things, write in one folder and to named files: no more.

    Made once in the zygote, which opens what each job is to find; used in its forks.
    """

    def __init__(
        self, abi: int, readable: Iterable[str], devices: Iterable[str]
    ) -> None:
        """Open what is there of these.

        Args:
            abi: The version of Landlock.
            readable: Folders, with all below them, and files.
            devices: Files that may be written to, too.
        """
        self._abi = abi
        self._rules = [
            (os.open(path, _HANDLE), _readable(path)) for path in _existing(readable)
        ]
        self._rules += [
            (os.open(each, _HANDLE), device_rights(abi)) for each in devices
        ]

    def restrict(self, folder: str, own: Iterable[str]) -> None:
        """Shut all else, for good.

        Args:
            folder: Where files may be made, of every kind but devices and sockets.
            own: More to read: files, and folders to list without what is below.
        """
        head = attributes(self._abi)
        ruleset = linux.syscall("landlock_create_ruleset", CREATE, head, len(head), 0)
        for fd, rights in self._rules:
            _add(ruleset, fd, rights)
        for path in _existing(own):
            fd = os.open(path, _HANDLE)
            _add(ruleset, fd, _readable(path) & ~_READ_FILE or _READ_FILE)
            os.close(fd)
        fd = os.open(folder, _HANDLE)
        _add(ruleset, fd, file_rights(self._abi) & ~_NEVER)
        linux.syscall("landlock_restrict_self", RESTRICT, ruleset, 0)
        os.close(fd)
        os.close(ruleset)


def _existing(paths: Iterable[str]) -> Iterable[str]:
    return filter(os.path.exists, paths)  # what is not on this computer is not shown


def _readable(path: str) -> int:
    return _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)  # noqa: PTH112


def _add(ruleset: int, fd: int, rights: int) -> None:
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
    linux.syscall("landlock_add_rule", ADD, ruleset, 1, rule, 0)
