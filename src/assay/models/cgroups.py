"""What a container leaves this process of memory and processors (cgroup v2, v1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_UNLIMITED = 2**60  # v1 writes a huge number for "none"


def memory_room(root: Path = _ROOT, own: Path = _OWN) -> int | None:
    """Bytes that the tightest limit leaves, or None without a limit.

    What is used counts without the page cache, which gives way.
    """
    rooms = []
    for folder in _folders("memory", root, own):
        limit = _number(folder / "memory.max")
        if limit is None:
            limit = _number(folder / "memory.limit_in_bytes")
        if limit is not None and limit < _UNLIMITED:
            rooms.append(max(0, limit - _used(folder)))
    return min(rooms, default=None)


def cpu_quota(root: Path = _ROOT, own: Path = _OWN) -> float | None:
    """Processors' worth of time that the tightest limit gives, or None."""
    quotas = []
    for folder in _folders("cpu", root, own):
        words = _text(folder / "cpu.max").split()
        if not words:
            words = [
                _text(folder / "cpu.cfs_quota_us"),
                _text(folder / "cpu.cfs_period_us"),
            ]
        if all(word.isdigit() for word in words) and int(words[1]):
            quotas.append(int(words[0]) / int(words[1]))
    return min(quotas, default=None)


def _folders(controller: str, root: Path, own: Path) -> Iterator[Path]:
    """The folder of a controller that holds us, and all above it."""
    for line in _text(own).splitlines():
        _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        if controllers and controller not in controllers.split(","):
            continue
        base = root / controller if controllers else root
        folder = base / path.lstrip("/")
        while True:
            if folder.is_dir():  # a container may see another path than its own
                yield folder
            if folder in (base, folder.parent):
                break
            folder = folder.parent


def _used(folder: Path) -> int:
    for line in _text(folder / "memory.stat").splitlines():
        key, _, value = line.partition(" ")
        if key in ("anon", "total_rss") and value.isdigit():
            return int(value)
    return 0


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
