"""Where observations are made: what of a computer can change how a program ends."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from assay import __version__
from assay.types import Isolation


def place(isolation: Isolation) -> tuple[Any, ...]:
    """Name this host, its kernel, this interpreter, this sandbox and its tier.

    Two places with equal names run a deterministic program alike. The judge's own
    files are in the name, so that a sandbox that was changed is another one.
    """
    return (
        _host(),
        tuple(platform.uname()),
        sys.version,
        _executable(),
        installed(sys.path),
        __version__,
        _own_files(),
        isolation.tier,
        tuple(sorted(isolation.guarantees)),
        isolation.detail,
        os.geteuid(),
    )


def file_name(path: str) -> tuple[Any, ...]:
    """Name a file as it is now: a new version of it has another name."""
    real = os.path.realpath(path)
    try:
        found = os.stat(real)  # noqa: PTH116  beside realpath
    except OSError:
        return (real,)
    return (real, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def installed(folders: Iterable[str]) -> tuple[str, ...]:
    """Name what is installed in folders, each thing with its version."""
    found: list[str] = []
    for folder in folders:
        with suppress(OSError):
            names = os.listdir(folder)  # noqa: PTH208
            found += [n for n in names if n.endswith((".dist-info", ".egg-info"))]
    return tuple(sorted(found))


def _host() -> str:
    try:
        return Path("/etc/machine-id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return platform.node()


def _executable() -> tuple[Any, ...]:
    return file_name(sys.executable)


def _own_files() -> str:
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
