"""Landlock: what files a program may touch, held by the kernel beside the mounts.

A second wall: the read-only root already shows little. Where the kernel has no
Landlock the sandbox stands without it, and says so.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

from assay.judging import linux

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every processor
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_TRUNCATE = 1 << 14
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}


def version() -> int:
    """The kernel's version of Landlock, 0 where it has none."""
    try:
        return linux.syscall("landlock", _CREATE, None, 0, 1)
    except OSError:
        return 0


def restrict(abi: int, writable: Sequence[str]) -> None:
    """Read anywhere in view, write only below the named paths, signal only our own."""
    rights = _FILE_RIGHTS.get(abi, (1 << 16) - 1)
    attributes = struct.pack("Q", rights)
    if abi >= 4:
        attributes += struct.pack("Q", 3)  # no TCP port may be bound or connected to
    if abi >= 6:
        attributes += struct.pack("Q", 3)  # no signals and abstract sockets outwards
    ruleset = linux.syscall(
        "landlock_create_ruleset", _CREATE, attributes, len(attributes), 0
    )
    _allow(ruleset, "/", _READ)
    for path in writable:
        is_folder = os.path.isdir(path)  # noqa: PTH112  the zygote loads no pathlib
        files_only = _WRITE | _READ_FILE | (_TRUNCATE if abi >= 3 else 0)
        _allow(ruleset, path, rights if is_folder else files_only)
    linux.syscall("landlock_restrict_self", _RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
    linux.syscall("landlock_add_rule", _ADD, ruleset, 1, rule, 0)
    os.close(fd)
