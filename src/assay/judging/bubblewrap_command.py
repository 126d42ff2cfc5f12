"""The words with which bubblewrap is told what to show and what to shut."""

# Paths here are words for bubblewrap.
# ruff: noqa: PTH114, PTH115

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from assay.judging.namespaces import ETC, SYSTEM, package_folders

PASSWD, GROUP = 10, 11
"""Descriptors of what a job finds as its accounts."""

DISK = "/work"
"""The one disk of a job."""

_COVERED = ("/work/", "/tmp/", "/dev/shm/")
_MEGABYTE = 1 << 20
_DEVICES = ("null", "zero", "full", "random", "urandom")
_ROOMS = (
    *("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1"),
    *("--hostname", "sandbox", "--proc", "/proc"),
    *(word for name in _DEVICES for word in ("--dev-bind", *(f"/dev/{name}",) * 2)),
    *("--symlink", "/proc/self/fd", "/dev/fd"),
    *("--symlink", "/proc/self/fd/0", "/dev/stdin"),
    *("--symlink", "/proc/self/fd/1", "/dev/stdout"),
    *("--symlink", "/proc/self/fd/2", "/dev/stderr"),
    *("--ro-bind-data", str(PASSWD), "/etc/passwd"),
    *("--ro-bind-data", str(GROUP), "/etc/group"),
)
_PRIVATE = (  # one disk, so that one number bounds all that is kept
    *("--tmpfs", DISK, "--chdir", DISK),
    *("--perms", "0700", "--dir", f"{DISK}/.tmp"),
    *("--perms", "0700", "--dir", f"{DISK}/.shm"),
    *("--symlink", "work/.tmp", "/tmp", "--symlink", "../work/.shm", "/dev/shm"),
)


class Command:
    """The command for a job of a slot, of which only the size of the disk changes."""

    def __init__(
        self,
        program: str,
        python: str,
        folders: Sequence[str],
        packages: Sequence[str],
    ) -> None:
        """Look for what is to be shown.

        Args:
            program: Bubblewrap itself.
            python: What runs in it; its text is to be added.
            folders: What is shown besides the system, where it is.
            packages: Import paths to show; `package_folders` says where.
        """
        self._program = program
        self._shown = _shown(folders, packages)
        self._python = ["--", python, "-s", "-S", "-P", "-c"]

    def __call__(self, disk_mb: int) -> list[str]:
        """The words for a disk of that size."""
        size = ["--size", str(disk_mb * _MEGABYTE)]
        rooms = [*_ROOMS, *size, *_PRIVATE]
        return [self._program, *rooms, *self._shown, *self._python]


def _shown(folders: Sequence[str], packages: Sequence[str]) -> list[str]:
    """The words that show what a job may read, where it is; packages by number."""
    words: list[str] = []
    seen: list[str] = []
    passages: dict[str, None] = {}
    for path in (*SYSTEM, *ETC, *folders):
        if not os.path.lexists(path) or f"{path}/".startswith((*_COVERED, *seen)):
            continue
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        else:
            words += ["--ro-bind", path, path]
            seen.append(f"{path}/")
        passages |= dict.fromkeys(map(str, list(Path(path).parents)[:-1]))
    places = package_folders(packages)
    for path, place in zip(packages, places, strict=True):
        words += ["--ro-bind", path, place]
    for passage in passages:  # to pass through, not to look around in
        words += ["--chmod", "0111", passage]
    return [*words, "--remount-ro", "/"]
