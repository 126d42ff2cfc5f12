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
where it put another file in its place. No `charge` that returned is lost by a kill or a
power cut; one that is left to a thread may be. Not covered: a folder that others can
write to, a file on a network share, and requests in flight, which together may spend
more than was left.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from assay.errors import ConfigError, EnvironmentFault, UsageError
from assay.serve.key_files import make_key_file, opened_key_file, require_own

MOST_TOKENS = 1 << 61
"""Where a count stops: the sum of two still fits SQLite's integers."""

_PREFIX = "assay-"
_SECRET_BYTES = 32
_LONGEST_SECRET = 256  # characters; what is longer is not even hashed
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_COLUMNS = "id, name, created, revoked, tokens_a_day"
_log = logging.getLogger(__name__)


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

    All methods but `close` and `charge_soon` raise `EnvironmentFault` where the file
    has gone, is no longer its owner's alone to write, or cannot be used: nobody is let
    in meanwhile. They wait for the disk, and up to 5 s for another process that holds
    the file, so an event loop leaves them to a thread.

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
        self._owing = threading.Lock()  # held for a moment only, unlike the other
        self._owed: dict[str, int] = {}  # tokens that are not in the file yet, by name
        self._payer: ThreadPoolExecutor | None = None
        if create:
            make_key_file(path)
        with self._lock:
            self._current()

    def close(self) -> None:
        """Write what is owed and close the file. The next question opens it again."""
        with self._owing:
            payer, self._payer = self._payer, None
        if payer is not None:
            payer.shutdown()
        self._disconnect()

    def _disconnect(self) -> None:
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

        Raises:
            ValueError: less than none.
        """
        _require_spent(tokens)
        with self._using() as database:
            database.execute(
                "INSERT INTO spent VALUES (?, ?, min(?, ?)) ON CONFLICT (name, day) DO "
                "UPDATE SET tokens = min(tokens + excluded.tokens, ?)",
                (
                    *(key.name, self._today()),
                    *(min(tokens, MOST_TOKENS), MOST_TOKENS, MOST_TOKENS),
                ),
            )

    def charge_soon(self, key: Key, tokens: int) -> None:
        """Do as `charge` does, in a thread of its own; it counts here at once.

        A fault is logged and not raised: an answer is not lost where what it cost
        cannot be booked.

        Raises:
            ValueError: less than none.
        """
        _require_spent(tokens)
        with self._owing:
            is_being_paid = key.name in self._owed
            self._owed[key.name] = self._owed.get(key.name, 0) + tokens
            if not is_being_paid:
                self._payer = self._payer or ThreadPoolExecutor(1, "assay-keys")
                self._payer.submit(self._pay, key)

    def _pay(self, key: Key) -> None:
        """Charge what a name owes, also what is added meanwhile."""
        owed = -1
        while owed:
            with self._lock:  # so that nobody counts the same tokens twice
                with self._owing:
                    paid = self._owed[key.name]
                try:
                    self.charge(key, paid)
                except EnvironmentFault as fault:
                    _log.error("%d tokens were not booked: %s", paid, fault)
                with self._owing:
                    owed = self._owed.pop(key.name) - paid
                    if owed:
                        self._owed[key.name] = owed

    def spent_today(self, key: Key) -> int:
        """Tokens that were charged to the key's name since midnight, UTC."""
        with self._using() as database:
            row = database.execute(
                "SELECT tokens FROM spent WHERE name = ? AND day = ?",
                (key.name, self._today()),
            ).fetchone()
            with self._owing:
                owed = self._owed.get(key.name, 0)
        return min(MOST_TOKENS, (int(row[0]) if row else 0) + owed)

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
        file = require_own(self._path)
        if self._database is None or file != self._file:
            self._disconnect()
            self._database, self._salt = opened_key_file(self._path)
            self._file = file
        return self._database


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a key cannot be named {name!r}; give at most 64 letters, digits and "
            ". _ @ -, of which the first is a letter or a digit"
        )


def _require_spent(tokens: int) -> None:
    if tokens < 0:
        raise ValueError(f"{tokens} tokens cannot be charged")


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
