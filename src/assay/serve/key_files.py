"""The file of the API keys: made for its owner alone, and opened only if it is so."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path

from assay.errors import ConfigError

FORMAT = 1

_APPLICATION_ID = 0x41534B59  # "ASKY"
_BUSY_S = 5.0
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


def make_key_file(path: Path) -> None:
    """Make the file if there is none.

    Raises:
        ConfigError: it cannot be made.
    """
    # One that is there is not opened: to close it again would end SQLite's locks on it.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ConfigError(f"cannot make {str(path)!r}: {error.strerror}") from error


def require_own(path: Path) -> tuple[int, int]:
    """Which file it is; refuse one into which somebody else could write a key.

    Raises:
        ConfigError: it is such a one, there is none, or it is no file.
    """
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


def opened_key_file(path: Path) -> tuple[sqlite3.Connection, bytes]:
    """A connection to the file and its salt; its tables are made if it is new.

    Raises:
        ConfigError: it is no file of keys that this version reads.
    """
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
