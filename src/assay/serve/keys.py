"""Who may ask: a file of API keys, and what each has left of today's tokens.

SQLite and not JSON: tokens are charged by every answer of every server process, and
there an atomic replace needs a lock, and a copy of the whole file for each charge. No
write-ahead log, unlike in our other files: it would stay behind where another file is
put in this one's place, and bring the keys of the old one back.

A secret has 256 random bits, so nobody finds it by trying, however fast the digest is:
one keyed BLAKE2b is enough, and a slow password hash would only slow each request.

Covered: the file is made for its owner alone, and is refused, also later on, when it
belongs to somebody else or others can write to it. Each question reads the file, some
100 us, so that what another process changed holds from the next question on, also
where it put another file in its place. No charge that returned is lost by a kill or a
power cut. Not covered: a folder that others can write to, a file on a network share,
and requests in flight, which together may spend more than was left.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from assay.errors import ConfigError, EnvironmentFault, UsageError

FORMAT = 1
MOST_TOKENS = 1 << 61
"""Where a count stops: the sum of two still fits SQLite's integers."""

_APPLICATION_ID = 0x41534B59  # "ASKY"
_PREFIX = "assay-"
_SECRET_BYTES = 32
_LONGEST_SECRET = 256  # characters; what is longer is not even hashed
_BUSY_S = 5.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_SCHEMA = """
CREATE TABLE meta (salt BLOB NOT NULL);
CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  digest BLOB NOT NULL,
  name TEXT NOT NULL,
  created REAL NOT NULL,
  revoked REAL,
  tokens_a_day INTEGER
);
CREATE UNIQUE INDEX names ON keys (name) WHERE revoked IS NULL;
CREATE TABLE spent (
  name TEXT NOT NULL, day TEXT NOT NULL, tokens INTEGER NOT NULL,
  PRIMARY KEY (name, day)
) WITHOUT ROWID;
"""
_COLUMNS = "id, name, created, revoked, tokens_a_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key as it was when it was looked up. Its secret is not in it."""

    id: str = field(repr=False)  # of its digest, never used again
    name: str
    created: datetime  # UTC
    revoked: datetime | None = None
    tokens_a_day: int | None = None  # None: as many as it likes


class KeyFile:
    """The keys in one file, for any number of threads and processes.

    All methods but `close` raise `EnvironmentFault` where the file has gone, is no
    longer its owner's alone to write, or cannot be used: nobody is let in meanwhile.

    Args:
        path: The file.
        create: Make it if there is none, for its owner alone.
        clock: Seconds since 1970.

    Raises:
        ConfigError: there is none, others can write to it, or it is something else.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._database: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._salt = b""
        if create:
            _make(path)
        with self._lock:
            self._current()

    def close(self) -> None:
        """Close the file. The next question opens it again."""
        with self._lock:
            database, self._database = self._database, None
            if database is not None:
                with suppress(sqlite3.Error):
                    database.close()

    def create(self, name: str, tokens_a_day: int | None = None) -> str:
        """Make a key; its secret, which is nowhere else and cannot be had again.

        The name of a revoked key can be given anew; what the old one spent today
        still counts.

        Raises:
            UsageError: a key in use has that name, or name or number cannot be used.
        """
        _require_name(name)
        _require_tokens(tokens_a_day)
        secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        with self._using() as database:
            digest = self._digest(secret)
            row = (digest.hex()[:16], digest, name, self._clock(), None, tokens_a_day)
            try:
                database.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                raise UsageError(
                    f"a key named {name!r} is in use; revoke it first, or take "
                    "another name"
                ) from error
        return secret

    def check(self, secret: str) -> Key | None:
        """The key in use with that secret, or None, whatever was given."""
        if not secret.isascii() or not 0 < len(secret) <= _LONGEST_SECRET:
            return None
        with self._using() as database:
            digest = self._digest(secret)
            # How long the search takes tells of the digest, whose key nobody knows.
            row = database.execute(
                f"SELECT {_COLUMNS}, digest FROM keys WHERE id = ? AND revoked IS NULL",
                (digest.hex()[:16],),
            ).fetchone()
        if row is None or not hmac.compare_digest(row[-1], digest):
            return None
        return _key(row[:-1])

    def is_live(self, key: Key) -> bool:
        """Whether a key is still in use, as an answer that takes long has to ask."""
        with self._using() as database:
            row = database.execute(
                "SELECT 1 FROM keys WHERE id = ? AND revoked IS NULL", (key.id,)
            ).fetchone()
        return row is not None

    def list(self) -> tuple[Key, ...]:
        """All keys, the revoked ones too, oldest first."""
        with self._using() as database:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM keys ORDER BY created, rowid"
            ).fetchall()
        return tuple(_key(row) for row in rows)

    def revoke(self, name: str) -> None:
        """Let a key in no more; everywhere from the next question on.

        Raises:
            UsageError: no key in use has that name.
        """
        with self._using() as database:
            changed = database.execute(
                "UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL",
                (self._clock(), name),
            )
        if not changed.rowcount:
            raise UsageError(
                f"no key in use is named {name!r}; `assay keys list` names them"
            )

    def charge(self, key: Key, tokens: int) -> None:
        """Count tokens as spent today (UTC) under the key's name.

        It waits for the disk, some 10 ms, so an event loop leaves it to a thread.

        Raises:
            ValueError: less than none.
        """
        if tokens < 0:
            raise ValueError(f"{tokens} tokens cannot be charged")
        with self._using() as database:
            database.execute(
                "INSERT INTO spent VALUES (?, ?, min(?, ?)) ON CONFLICT (name, day) DO "
                "UPDATE SET tokens = min(tokens + excluded.tokens, ?)",
                (
                    *(key.name, self._today()),
                    *(min(tokens, MOST_TOKENS), MOST_TOKENS, MOST_TOKENS),
                ),
            )

    def spent_today(self, key: Key) -> int:
        """Tokens that were charged to the key's name since midnight, UTC."""
        with self._using() as database:
            row = database.execute(
                "SELECT tokens FROM spent WHERE name = ? AND day = ?",
                (key.name, self._today()),
            ).fetchone()
        return int(row[0]) if row else 0

    def left_today(self, key: Key) -> int | None:
        """Tokens that the key may still spend today, at least 0; None: no limit."""
        if key.tokens_a_day is None:
            return None
        return max(0, key.tokens_a_day - self.spent_today(key))

    def _today(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).date().isoformat()

    def _digest(self, secret: str) -> bytes:
        return hashlib.blake2b(
            secret.encode("ascii"), key=self._salt, digest_size=32
        ).digest()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """The file, for one thread at a time."""
        with self._lock:
            try:
                database = self._current()
            except ConfigError as error:
                raise EnvironmentFault(str(error)) from error
            try:
                yield database
            except sqlite3.Error as error:
                raise EnvironmentFault(
                    f"the keys in {str(self._path)!r} cannot be used ({error}); make "
                    "room, or see who else holds the file"
                ) from error

    def _current(self) -> sqlite3.Connection:
        """The file that has this name now, which may not be the one of a moment ago."""
        file = _require_own(self._path)
        if self._database is None or file != self._file:
            self.close()
            self._database, self._salt = _opened(self._path)
            self._file = file
        return self._database


def _make(path: Path) -> None:
    # One that is there is not opened: to close it again would end SQLite's locks on it.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ConfigError(f"cannot make {str(path)!r}: {error.strerror}") from error


def _require_own(path: Path) -> tuple[int, int]:
    """Which file it is; refuse one into which somebody else could write a key."""
    try:
        found = path.stat()
    except OSError as error:
        raise ConfigError(
            f"there are no keys in {str(path)!r} ({error.strerror}); `assay keys "
            "create NAME --api-keys FILE` makes the file"
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{str(path)!r} is not a file, so it holds no keys")
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(
            f"others can write keys into {str(path)!r}; make it yours (chown) and "
            "yours alone (chmod 600)"
        )
    return found.st_dev, found.st_ino


def _opened(path: Path) -> tuple[sqlite3.Connection, bytes]:
    """A connection to the file and its salt; its tables are made if it is new."""
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",  # not made, if it goes just now
            uri=True,
            timeout=_BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            return database, _prepared(database, path)
        except BaseException:
            database.close()
            raise
    except sqlite3.Error as error:
        raise ConfigError(
            f"{str(path)!r} cannot be read as a file of keys ({error}); name one that "
            "`assay keys create` made"
        ) from error


def _prepared(database: sqlite3.Connection, path: Path) -> bytes:
    _require_keys(database, path)
    database.execute("BEGIN IMMEDIATE")  # others may be doing the same at this moment
    try:
        if not _n_tables(database):
            _make_tables(database)
        (salt,) = database.execute("SELECT salt FROM meta").fetchone()
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
    return bytes(salt)


def _make_tables(database: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";")[:-1]:
        database.execute(statement)
    database.execute("INSERT INTO meta VALUES (?)", (secrets.token_bytes(32),))
    database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {FORMAT}")


def _n_tables(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _require_keys(database: sqlite3.Connection, path: Path) -> None:
    """Refuse somebody else's database before anything in it is changed."""
    if not _n_tables(database):
        return
    (owner,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if owner != _APPLICATION_ID:
        raise ConfigError(
            f"{str(path)!r} is a database of something else; name a file that `assay "
            "keys create` made"
        )
    if version > FORMAT:
        raise ConfigError(
            f"{str(path)!r} has key format {version}, this version reads {FORMAT}; use "
            "the version of assay that wrote it"
        )


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a key cannot be named {name!r}; give at most 64 letters, digits and "
            ". _ @ -, of which the first is a letter or a digit"
        )


def _require_tokens(tokens_a_day: int | None) -> None:
    if tokens_a_day is not None and not 0 <= tokens_a_day <= MOST_TOKENS:
        raise UsageError(
            f"a key cannot have {tokens_a_day:,} tokens a day; give at least 0, or "
            "nothing for no limit"
        )


def _key(row: tuple[str, str, float, float | None, int | None]) -> Key:
    id_, name, created, revoked, tokens_a_day = row
    return Key(
        id=id_,
        name=name,
        created=datetime.fromtimestamp(created, UTC),
        revoked=None if revoked is None else datetime.fromtimestamp(revoked, UTC),
        tokens_a_day=tokens_a_day,
    )
