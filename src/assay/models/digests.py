"""Digests of files, and the memory of those that were taken before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assay.models.partial import write_atomically

_CHUNK_BYTES = 4 * 2**20
_MAX_REMEMBERED = 100


def sha256_of(path: Path, on_bytes: Callable[[int], None] = lambda done: None) -> str:
    """The digest of a file, reading all of it."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_bytes(done)
    return digest.hexdigest()


def remembered_sha256(path: Path, memory: Path) -> str:
    """The digest of a file; read only if its size or time of change is new.

    `memory` is a JSON file that is made, kept short, and done without where it cannot
    be written.
    """
    found = path.stat()
    seen = [found.st_size, found.st_mtime_ns]
    entries = _read(memory)
    known = entries.get(str(path))
    if isinstance(known, list) and known[:2] == seen and len(known) == 3:
        return str(known[2])
    digest = sha256_of(path)
    entries.pop(str(path), None)
    entries[str(path)] = [*seen, digest]
    kept = dict(list(entries.items())[-_MAX_REMEMBERED:])
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(memory, json.dumps(kept).encode())
    return digest


def _read(memory: Path) -> dict[str, object]:
    try:
        entries = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}
