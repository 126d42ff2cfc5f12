"""Observations kept on disk, so that a run that was made is not made again.

Covered: an entry that is damaged, or was written for another key, is none; a file that
cannot be read or written is warned of once and costs nothing else. Several processes
may share one file, and any of them may be killed at any time. No program in a sandbox
can reach it. Not covered: what `recall.py` takes for equal runs and is not.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from assay.database import use_write_ahead_log
from assay.judging.wire import Opaque, WireError, pack, unpack
from assay.types import Observation, Status

MAX_BYTES = 512 << 20
"""Bytes of all entries; the oldest leave first."""

_FIELDS = tuple(field.name for field in fields(Observation))
_CHECK = 16  # bytes of an entry's own digest
_BUSY_S = 5.0
_log = logging.getLogger(__name__)


class ObservationCache:
    """Observations by key, in one file. Its methods raise nothing."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.n_hits = self.n_misses = 0
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        with self._lock:
            self._try(self._open)

    def close(self) -> None:
        """Close the file. What was put in stays."""
        with self._lock:
            self._close()

    def get(self, key: bytes) -> tuple[Observation, ...] | None:
        """What was seen under that key, or None."""
        with self._lock:
            found = self._try(lambda: self._read(key))
            seen = None if found is None else _decoded(key, found)
            self.n_hits += seen is not None
            self.n_misses += seen is None
        return seen

    def put(self, key: bytes, seen: Sequence[Observation]) -> None:
        """Keep what was seen. What cannot be kept whole is not kept."""
        entry = _encoded(key, seen)
        if entry is None or len(entry) > self._max_bytes // 8:
            return
        with self._lock:
            self._try(lambda: self._write(key, entry))

    def _try(self, work: Callable[[], Any]) -> Any:
        """Do it if the file can be used; the first failure closes it for good."""
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            if "is locked" in str(error) and self._database is not None:
                return None  # another process is at it: this once without
            _log.warning(
                "the cache of observations %s cannot be used (%s), so programs are run "
                "again; make room, or delete the file if it is damaged",
                self._path,
                error,
            )
            self._close()
            return None

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _require_own(os.fstat(descriptor))
        finally:
            os.close(descriptor)
        database = sqlite3.connect(
            self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(database)
        except BaseException:
            database.close()
            raise
        self._database = database

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with suppress(sqlite3.Error):
                database.close()

    def _read(self, key: bytes) -> Any:
        if self._database is None:
            return None
        with closing(self._database.cursor()) as cursor:
            cursor.execute("SELECT entry FROM entries WHERE key = ?", (key,))
            row = cursor.fetchone()
        return None if row is None else row[0]

    def _write(self, key: bytes, entry: bytes) -> None:
        database = self._database
        if database is None:
            return
        while self._is_full(database, len(entry)):
            gone = database.execute(
                "DELETE FROM entries WHERE age <= (SELECT min(age) + "
                "(max(age) - min(age)) / 10 FROM entries)"
            )
            if not gone.rowcount:
                return
        database.execute(
            "INSERT OR REPLACE INTO entries (key, entry) VALUES (?, ?)", (key, entry)
        )

    def _is_full(self, database: sqlite3.Connection, more: int) -> bool:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (unused,) = database.execute("PRAGMA freelist_count").fetchone()
        return bool((pages - unused) * size + more > self._max_bytes)


def _prepare(database: sqlite3.Connection) -> None:
    """Make the file what it must be. Others may be doing the same at this moment."""
    use_write_ahead_log(database, _BUSY_S)
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS entries "
        "(age INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, entry BLOB NOT NULL)"
    )


def _require_own(found: os.stat_result) -> None:
    """Refuse a file that somebody else could write verdicts into."""
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is not a file")
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise OSError("others can write to it")


def _encoded(key: bytes, seen: Sequence[Observation]) -> bytes | None:
    rows = [tuple(_plain(getattr(each, n)) for n in _FIELDS) for each in seen]
    if any(_has_opaque(part) for row in rows for part in row):
        return None
    try:
        payload = pack(rows)
    except WireError:
        return None
    return _check(key, payload) + payload


def _decoded(key: bytes, entry: Any) -> tuple[Observation, ...] | None:
    """Read an entry; None if it is not just what was written under this key."""
    if type(entry) is not bytes or entry[:_CHECK] != _check(key, entry[_CHECK:]):
        return None
    try:
        rows = unpack(entry[_CHECK:])
        named = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
        return tuple(
            Observation(**{**each, "status": Status(each["status"])}) for each in named
        )
    except (WireError, ValueError, TypeError):  # of another version's fields
        return None


def _check(key: bytes, payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECK, key=key).digest()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Status) else value


def _has_opaque(value: Any) -> bool:
    """Whether a part is no plain value, which would lose its name on the way."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if type(part) is Opaque:
            return True
        if type(part) in (list, tuple, set, frozenset):
            waiting += part
        elif type(part) is dict:
            waiting += [*part, *part.values()]
    return False
