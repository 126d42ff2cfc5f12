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
import stat
import struct
from collections.abc import Iterable

from assay.judging import linux

CREATE, ADD, RESTRICT = 444, 445, 446  # the same on every processor
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
READ = _EXECUTE | _READ_FILE | _READ_DIR
_TRUNCATE = 1 << 14
_NEVER = _EXECUTE | 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15  # devices, sockets, ioctls
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


def confine(
    abi: int,
    *,
    readable: Iterable[tuple[str, bool]],
    files: Iterable[str],
    folder: str,
) -> None:
    """Read the named things, write in one folder and to named files: all else is shut.

    Args:
        readable: Files and folders; and whether what is below a folder counts, too.
        files: Devices that may be written to.
        folder: Where files may be made, of every kind but devices and sockets.
    """
    head, every = attributes(abi), file_rights(abi)
    ruleset = linux.syscall("landlock_create_ruleset", CREATE, head, len(head), 0)
    for path, is_whole in readable:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
        except OSError:  # not on this computer: nothing to show
            continue
        rights = _READ_DIR if is_folder else _READ_FILE
        _allow(
            ruleset, path, _READ_DIR | _READ_FILE if is_folder & is_whole else rights
        )
    for path in files:
        _allow(ruleset, path, _READ_FILE | _WRITE | _TRUNCATE)
    _allow(ruleset, folder, every & ~_NEVER)
    linux.syscall("landlock_restrict_self", RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
    linux.syscall("landlock_add_rule", ADD, ruleset, 1, rule, 0)
    os.close(fd)
