"""The SQLite file of one run, its lock and its log: opening, and what they hold."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from assay.database import use_write_ahead_log
from assay.errors import UsageError

FORMAT = 1
_APPLICATION_ID = 0x41534252  # "ASBR"
_BUSY_S = 30.0
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE tasks (
  task TEXT PRIMARY KEY, position INTEGER NOT NULL, title TEXT NOT NULL,
  statement TEXT NOT NULL, date TEXT, difficulty TEXT, limits TEXT
) STRICT;
CREATE TABLE sealed (
  task TEXT NOT NULL, arm TEXT NOT NULL, seed INTEGER NOT NULL,
  answer TEXT, answer_sha256 TEXT, candidates TEXT NOT NULL, record TEXT NOT NULL,
  trace BLOB NOT NULL, sealed_at REAL NOT NULL,
  PRIMARY KEY (task, arm, seed)
) STRICT;
CREATE TABLE grades (
  task TEXT NOT NULL, arm TEXT NOT NULL, seed INTEGER NOT NULL,
  outcome TEXT NOT NULL, reason TEXT NOT NULL, n_right INTEGER, grade TEXT NOT NULL,
  leaks TEXT NOT NULL, graded_at REAL NOT NULL,
  PRIMARY KEY (task, arm, seed)
) STRICT;
CREATE TABLE faults (
  task TEXT NOT NULL, arm TEXT NOT NULL, seed INTEGER NOT NULL,
  at REAL NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TRIGGER sealed_stays BEFORE UPDATE ON sealed
  BEGIN SELECT RAISE(ABORT, 'a sealed answer is never changed'); END;
CREATE TRIGGER sealed_is_kept BEFORE DELETE ON sealed
  BEGIN SELECT RAISE(ABORT, 'a sealed answer is never removed'); END;
CREATE TRIGGER sealed_once BEFORE INSERT ON sealed
  WHEN EXISTS (SELECT 1 FROM sealed AS old WHERE old.task = NEW.task
    AND old.arm = NEW.arm AND old.seed = NEW.seed)
  BEGIN SELECT RAISE(ABORT, 'an attempt is sealed once'); END;
CREATE TRIGGER graded_once BEFORE UPDATE ON grades
  BEGIN SELECT RAISE(ABORT, 'an answer is graded once'); END;
CREATE TRIGGER grade_is_kept BEFORE DELETE ON grades
  BEGIN SELECT RAISE(ABORT, 'a grade is never removed'); END;
CREATE TRIGGER grade_is_first BEFORE INSERT ON grades
  WHEN EXISTS (SELECT 1 FROM grades AS old WHERE old.task = NEW.task
    AND old.arm = NEW.arm AND old.seed = NEW.seed)
  BEGIN SELECT RAISE(ABORT, 'an answer is graded once'); END;
"""


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a run's file, and make its tables if it is new.

    Raises:
        UsageError: it is no run, or one of a newer format.
    """
    db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    use_write_ahead_log(db, _BUSY_S)
    db.execute("PRAGMA synchronous = FULL")  # a seal is on the disk, or is not
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        db.executescript(
            f"BEGIN; {_SCHEMA} PRAGMA application_id = {_APPLICATION_ID}; "
            f"PRAGMA user_version = {FORMAT}; COMMIT;"
        )
    _require_format(db, path)
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a run's file to look at it, while another process may be writing.

    Raises:
        UsageError: there is none, it is no run, or one of a newer format.
    """
    if not path.is_file():
        raise UsageError(
            f"{str(path.parent)!r} is no run; `assay bench list` names them"
        )
    log = path.with_name("run.sqlite-wal")
    can_write = os.access(path.parent, os.W_OK) or log.exists()
    how = "mode=ro" if can_write else "immutable=1"  # a log needs a writable folder
    uri = f"{path.absolute().as_uri()}?{how}"
    db = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
    _require_format(db, path)
    return db


def take_lock(folder: Path) -> int:
    """Take a run for this process; the kernel lets go of it when the process ends.

    Raises:
        UsageError: another process has it.
    """
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 40, 0).decode("ascii", "replace").strip() or "?"
        os.close(lock)
        raise UsageError(
            f"the run {folder.name!r} is being run by process {holder}; wait for it, "
            "or stop it first"
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def is_unbegun(folder: Path) -> bool:
    """Whether a folder is empty, or holds a run that was cut off before its settings.

    Raises:
        OSError: it cannot be read.
    """
    files = {"run.sqlite", *(f"run.sqlite-{end}" for end in ("wal", "shm", "journal"))}
    if not {entry.name for entry in folder.iterdir()} <= files | {"lock"}:
        return False
    path = folder / "run.sqlite"
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        with closing(open_to_read(path)) as db:
            return not db.execute("SELECT count(*) FROM meta").fetchone()[0]
    except (UsageError, sqlite3.Error):
        return False


def is_cut_off(path: Path) -> bool:
    """Whether a log's last line has no end, as a kill leaves it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return False
        file.seek(size - 1)
        return file.read(1) != b"\n"


def _require_format(db: sqlite3.Connection, path: Path) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    owner = int(db.execute("PRAGMA application_id").fetchone()[0])
    if owner != _APPLICATION_ID:
        db.close()
        raise UsageError(
            f"{str(path)!r} is no run of assay; `assay bench list` names them"
        )
    if version > FORMAT:
        db.close()
        raise UsageError(
            f"{str(path)!r} has run format {version}, this version reads {FORMAT}; use "
            "the version of assay that wrote it"
        )
