"""Folders on the computer's own disk that a hostile program fills: weighed, removed.

Runs in the zygote, for jobs that have no disk in memory of their own.

Covered: links are never followed; nothing above the folder is ever touched; folders
that the program closed to us are opened; any depth and any number of files is removed
with a handful of descriptors and no recursion. Not covered: files that are kept only by
a mapping of them, which the limit on memory bounds.
"""

# Descriptors and bytes, not paths.
# ruff: noqa: PTH101, PTH102, PTH103, PTH106, PTH108, PTH110, PTH116, PTH118, PTH208

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile

_PREFIX = "assay-box-"
MOST = 4096
"""How many files and folders a program may have: as on a disk in memory."""
_MAX_DEPTH = 100
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NAME_ONLY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_TRIES = 20
_BLOCK = 512


def claim() -> tuple[str, int]:
    """Make a folder that is ours as long as the descriptor is open, and we live.

    Folders that a killed zygote of the same user left are removed first.
    """
    _sweep()
    while True:
        path = tempfile.mkdtemp(prefix=_PREFIX)
        claimed = os.open(path, _OPEN)
        fcntl.flock(claimed, fcntl.LOCK_EX)
        if os.path.exists(path):  # nobody took it for a dead one's
            return path, claimed
        os.close(claimed)


def _sweep() -> None:
    place = tempfile.gettempdir()
    for name in os.listdir(place):
        if not name.startswith(_PREFIX):
            continue
        path = os.path.join(place, name)
        with contextlib.suppress(OSError):
            if os.lstat(path).st_uid != os.geteuid():
                continue
            left = os.open(path, _OPEN)
            try:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(path)
            finally:
                os.close(left)


def weigh(path: str) -> tuple[int, int]:
    """The bytes on disk, and the number of files and folders, below a folder.

    Stops where there are more of them, or deeper ones, than a program may have; the
    number is then larger than `MOST`.
    """
    seen: set[tuple[int, int]] = set()
    n_bytes, n_entries = 0, 0
    stack = [_enter(path, None)]
    lists = [os.listdir(stack[0])]
    try:
        while stack:
            if not lists[-1]:
                os.close(stack.pop())
                lists.pop()
                continue
            name = lists[-1].pop()
            n_entries += 1
            if n_entries > MOST or len(stack) > _MAX_DEPTH:
                return n_bytes, MOST + 1
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                about = os.stat(name, dir_fd=stack[-1], follow_symlinks=False)
                if (about.st_dev, about.st_ino) not in seen:
                    n_bytes += about.st_blocks * _BLOCK
                if about.st_nlink > 1:
                    seen.add((about.st_dev, about.st_ino))
                if stat.S_ISDIR(about.st_mode):
                    child = _enter(name, stack[-1])
                    stack.append(child)
                    lists.append(os.listdir(child))
    finally:
        for fd in stack:
            os.close(fd)
    return n_bytes, n_entries


def weigh_unlinked(pid: int, path: str) -> int:
    """The bytes on disk of files that a process holds open and that have no name."""
    device = os.stat(path).st_dev
    sizes: dict[int, int] = {}
    folder = f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):  # it ended while we looked
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                about = os.stat(f"{folder}/{name}")
                if about.st_nlink == 0 and about.st_dev == device:
                    sizes[about.st_ino] = about.st_blocks * _BLOCK
    return sum(sizes.values())


def remove(path: str) -> None:
    """Remove a folder and all below it, whatever a program made of it.

    Raises:
        OSError: it cannot be removed: a fault of the computer.
    """
    for tries in range(_TRIES):
        try:
            _empty(path)
            os.rmdir(path)
        except FileNotFoundError:
            if not os.path.lexists(path):
                return
        except OSError:  # a process that is being killed may still make files
            if tries == _TRIES - 1:
                raise
        else:
            return


def _empty(path: str) -> None:
    """Go down, one open folder at a time, and up again by its `..`."""
    here = _enter(path, None)
    names: list[str] = []
    try:
        while True:
            child = _remove_files(here)
            if child is not None:
                below = _enter(child, here)
                os.close(here)
                here = below
                names.append(child)
            elif names:
                above = os.open("..", _OPEN, dir_fd=here)
                os.close(here)
                here = above
                os.rmdir(names.pop(), dir_fd=here)
            else:
                return
    finally:
        os.close(here)


def _remove_files(folder: int) -> str | None:
    """Remove what is no folder; give the name of the first folder, if there is one."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                return entry.name
            os.unlink(entry.name, dir_fd=folder)
    return None


def _enter(name: str, above: int | None) -> int:
    """Open a folder, and first make it one that we may list and change."""
    folder = os.open(name, _NAME_ONLY | os.O_DIRECTORY, dir_fd=above)
    try:
        if stat.S_IMODE(os.fstat(folder).st_mode) & 0o700 != 0o700:
            # By the descriptor: the name may be a link to another's folder by now.
            os.chmod(f"/proc/self/fd/{folder}", 0o700)
        return os.open(".", _OPEN, dir_fd=folder)
    finally:
        os.close(folder)
