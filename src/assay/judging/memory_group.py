"""A control group of one slot: the kernel's own limit on the memory of a whole tree.

Where none may be made, the judge's look every 10 ms is all there is. Root may make them
nearly everywhere; others where systemd gave them a part of the tree (version 2).

Covered: all memory of all processes of a slot, also between two looks, and what their
files in memory take. Not covered: swap, where version 1 does not count it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"assay-(\d+)-\d+")
_SPARE = 48 << 20  # the kernel's own structures, and files that are being read
_REMOVAL_S = 2.0
_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class _Version:
    """What the files of a version of control groups are called."""

    limit: str
    counter: str  # the file with a line "oom_kill N"
    no_swap: str


_VERSIONS = {
    1: _Version("memory.limit_in_bytes", "memory.oom_control", "memory.swappiness"),
    2: _Version("memory.max", "memory.events", "memory.swap.max"),
}


class MemoryGroup:
    """A group that was made for one slot. Its limit only grows."""

    def __init__(self, folder: Path, version: _Version) -> None:
        self.folder = folder
        self._version = version
        self._limit = 0
        self._counter = os.open(folder / version.counter, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            (folder / version.no_swap).write_text("0", "ascii")

    @classmethod
    def make(cls) -> MemoryGroup | None:
        """Make a group, and remove those of judges that are gone.

        Returns:
            None where this computer lets us make none.
        """
        for parent, version in _parents():
            _sweep(parent)
            folder = parent / f"assay-{os.getpid()}-{next(_counter)}"
            try:
                folder.mkdir()
            except OSError:
                continue
            try:
                return cls(folder, version)
            except OSError:  # no memory is counted there
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return None

    def admit(self, pid: int) -> bool:
        """Put a process and all it will start into the group, if we may."""
        try:
            (self.folder / "cgroup.procs").write_text(str(pid), "ascii")
        except OSError:
            return False
        return True

    def allow(self, n_bytes: int) -> None:
        """Let all of them together use at least so much memory."""
        if n_bytes + _SPARE > self._limit:
            path = self.folder / self._version.limit
            path.write_text(str(n_bytes + _SPARE), "ascii")
            self._limit = n_bytes + _SPARE

    def n_killed(self) -> int:
        """How many processes the kernel has ended for want of memory."""
        for line in os.pread(self._counter, 4096, 0).splitlines():
            name, _, count = line.partition(b" ")
            if name == b"oom_kill":
                return int(count)
        return 0

    def close(self) -> None:
        """Remove the group, as soon as the last of its processes is gone."""
        if self._counter < 0:
            return
        os.close(self._counter)
        self._counter = -1
        until = time.monotonic() + _REMOVAL_S
        while time.monotonic() < until:
            try:
                self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:  # its last process is being ended
                time.sleep(0.001)
            else:
                return


def _parents() -> list[tuple[Path, _Version]]:
    """Where a group might be made, the most likely first."""
    found: list[tuple[Path, _Version]] = []
    try:
        mounts = _lines("/proc/self/mountinfo")
        own = _lines("/proc/self/cgroup")
    except OSError:  # a kernel that has no control groups
        return found
    for _, controllers, path in (line.split(":", 2) for line in own):
        if controllers and "memory" not in controllers.split(","):
            continue
        version = 2 if not controllers else 1
        folder = _folder(mounts, version, path)
        if folder is not None:
            found.append((folder, _VERSIONS[version]))
            if version == 2:  # a group that has processes gives its own no limits
                found.append((folder.parent, _VERSIONS[version]))
    return found


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8", "surrogateescape").splitlines()


def _folder(mounts: list[str], version: int, path: str) -> Path | None:
    """The folder of a group, given its path and the table of mounts."""
    for line in mounts:
        fields, _, kind = line.partition(" - ")
        root, place = fields.split()[3:5]
        name, _, options = kind.split(" ", 2)
        is_it = name == "cgroup2"
        if version == 1:
            is_it = name == "cgroup" and "memory" in re.split(r"[ ,]", options)
        if is_it:
            below = os.path.relpath(path, root)
            folder = Path(place) if below.startswith("..") else Path(place, below)
            if os.access(folder, os.F_OK):
                return folder
    return None


def _sweep(parent: Path) -> None:
    """Remove groups of judges that were killed. One with processes stays."""
    with contextlib.suppress(OSError):
        for folder in parent.iterdir():
            name = _NAME.fullmatch(folder.name)
            if name and not Path("/proc", name[1]).exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
