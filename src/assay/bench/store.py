"""Runs on disk: one folder each, with a SQLite file and an append-only log of events.

    RUN/run.sqlite    settings, tasks, sealed answers, grades, faults
    RUN/events.jsonl  what happened, a line each; for people and for lost spend
    RUN/lock          held by the process that runs it, let go by the kernel at its end

An attempt is one row, written in one transaction when it is finished. A sealed answer
is never changed: the file itself refuses it. A process that is killed loses the
attempts that were being made, and nothing else.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assay.bench import run_file
from assay.bench.messages import plain
from assay.bench.settings import RunSettings, read_settings
from assay.errors import EnvironmentFault, UsageError

Key = tuple[str, str, int]  # task, arm, seed


class RunNotKept(EnvironmentFault):
    """The run itself cannot be written or read: nothing is gained by going on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An answer as it was before anything graded it."""

    key: Key
    answer: str | None
    answer_sha256: str | None
    candidates: tuple[tuple[str, int], ...]  # code, copies
    record: dict[str, Any]  # claim, spend and the rest, plain data
    sealed_at: float


def digest(code: str | None) -> str | None:
    """The seal of an answer: its SHA-256. None where there is no answer."""
    if code is None:
        return None
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


class RunStore:
    """One run's files. Calls block for a moment, and are not moved to a thread.

    Args:
        folder: The run's own.
        read_only: For looking at a run, perhaps while another process runs it.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        self._lock: int | None = None
        self._events: Any = None
        try:
            with self._faults():
                self._db = self._open()
        except BaseException:
            self._let_go()
            raise

    @classmethod
    def create(cls, folder: Path) -> RunStore:
        """Make a run's folder and its files, and hold its lock.

        What a kill left of a run before it had its settings is taken over.

        Raises:
            UsageError: there is such a run, or the folder holds something else.
            EnvironmentFault: it cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not run_file.is_unbegun(folder):
                raise UsageError(
                    f"the run {folder.name!r} is there already; go on with `assay "
                    f"bench resume {folder.name}`, or choose another --name"
                )
        except OSError as error:
            raise EnvironmentFault(
                f"the folder of runs {str(folder.parent)!r} cannot be written to "
                f"({error.strerror}); choose another with --runs"
            ) from error
        store = cls(folder)
        if store.meta():  # begun by another process between the look and the lock
            store.close()
            raise UsageError(f"the run {folder.name!r} is there already")
        return store

    def _open(self) -> sqlite3.Connection:
        path = self.folder / "run.sqlite"
        if self.read_only:
            return run_file.open_to_read(path)
        self._lock = run_file.take_lock(self.folder)
        return run_file.open_to_write(path)

    def close(self) -> None:
        """Close the files, and let go of the run."""
        self._db.close()
        self._close_events()
        self._let_go()

    def _close_events(self) -> None:
        if self._events is not None:
            self._events.close()
            self._events = None

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def event(self, kind: str, **data: Any) -> None:
        """Add a line to the log of events."""
        line = json.dumps({"at": round(time.time(), 3), "event": kind, **data})
        try:
            if self._events is None:
                path = self.folder / "events.jsonl"
                self._events = path.open("ab", buffering=0)
                if run_file.is_cut_off(path):  # by a kill: the next line is its own
                    self._events.write(b"\n")
            whole = line.encode() + b"\n"
            if self._events.write(whole) < len(whole):  # the disk took a part
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._close_events()  # the next line looks whether this one has an end
            raise self._full(error.strerror or str(error)) from error

    def log(self, name: str) -> BinaryIO:
        """What another process of the run prints, to be appended to and closed."""
        with self._faults():
            return (self.folder / name).open("ab")

    def events(self) -> Iterator[dict[str, Any]]:
        """The log, without lines that a kill cut off."""
        path = self.folder / "events.jsonl"
        if not path.exists():
            return
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def set_meta(self, **values: Any) -> None:
        """Keep settings of the run."""
        with self._faults(), self._transaction():
            self._put_meta(values)

    def _put_meta(self, values: Mapping[str, Any]) -> None:
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def meta(self) -> dict[str, Any]:
        """All settings of the run."""
        with self._faults():
            rows = self._db.execute("SELECT name, value FROM meta").fetchall()
        return {name: json.loads(value) for name, value in rows}

    def settings(self) -> RunSettings:
        """What the run is.

        Raises:
            UsageError: it was cut off before it had settings, or a newer version of
                assay wrote them.
        """
        told = self.meta().get("settings")
        if told is None:
            name = self.folder.name
            raise UsageError(
                f"the run {name!r} was cut off before it had begun; begin it again "
                f"with `assay bench run --name {name} ...`"
            )
        return read_settings(told)

    def add_tasks(self, tasks: Sequence[Mapping[str, Any]], **about: Any) -> None:
        """Keep what is public of the tasks, in their order, and what the dataset is."""
        rows = [
            (t["id"], i, plain(t["title"]), plain(t["statement"]), t["date"],
             t["difficulty"], None)
            for i, t in enumerate(tasks)
        ]  # fmt: skip
        with self._faults(), self._transaction():
            self._db.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._put_meta(about)

    def set_limits(self, task: str, limits: Mapping[str, Any]) -> None:
        """Keep a task's calibrated limits: a resumed run grades by the same."""
        with self._faults():
            self._db.execute(
                "UPDATE tasks SET limits = ? WHERE task = ? AND limits IS NULL",
                (json.dumps(dict(limits)), task),
            )

    def tasks(self) -> list[dict[str, Any]]:
        """What is public of the tasks, in their order."""
        names = ("task", "title", "statement", "date", "difficulty", "limits")
        with self._faults():
            rows = self._db.execute(
                f"SELECT {', '.join(names)} FROM tasks ORDER BY position"
            ).fetchall()
        found = [dict(zip(names, row, strict=True)) for row in rows]
        for each in found:
            each["limits"] = json.loads(each["limits"]) if each["limits"] else None
        return found

    def seal(self, sealed: Sealed, trace: Sequence[Mapping[str, Any]]) -> None:
        """Store an answer for good, before anything has graded it."""
        packed = zlib.compress(json.dumps(list(trace)).encode(), 6)
        row = (
            *sealed.key,
            sealed.answer,
            sealed.answer_sha256,
            json.dumps(sealed.candidates),
            json.dumps(sealed.record),
            packed,
            sealed.sealed_at,
        )
        with self._faults(), self._transaction():
            self._db.execute(
                "INSERT INTO sealed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )

    def sealed(self) -> list[Sealed]:
        """All sealed answers, each checked against its seal.

        Raises:
            UsageError: one was changed in the file.
        """
        with self._faults():
            rows = self._db.execute(
                "SELECT task, arm, seed, answer, answer_sha256, candidates, record,"
                " sealed_at FROM sealed ORDER BY rowid"
            ).fetchall()
        return [self._sealed(row) for row in rows]

    def _sealed(self, row: Sequence[Any]) -> Sealed:
        key = (row[0], row[1], row[2])
        if digest(row[3]) != row[4]:
            raise UsageError(
                f"the answer of {key[1]} to {key[0]!r} in {str(self.folder)!r} is not "
                "the one that was sealed; this run shows nothing any more"
            )
        candidates = tuple((code, copies) for code, copies in json.loads(row[5]))
        return Sealed(
            key=key,
            answer=row[3],
            answer_sha256=row[4],
            candidates=candidates,
            record=json.loads(row[6]),
            sealed_at=row[7],
        )

    def record_of(self, key: Key) -> dict[str, Any]:
        """What one sealed attempt cost and claimed; empty where there is none."""
        with self._faults():
            row = self._db.execute(
                "SELECT record FROM sealed WHERE task = ? AND arm = ? AND seed = ?", key
            ).fetchone()
        found: dict[str, Any] = json.loads(row[0]) if row else {}
        return found

    def trace(self, key: Key) -> list[dict[str, Any]]:
        """The trace of one attempt: prompts, programs, verdicts, decisions."""
        with self._faults():
            row = self._db.execute(
                "SELECT trace FROM sealed WHERE task = ? AND arm = ? AND seed = ?", key
            ).fetchone()
        found: list[dict[str, Any]] = json.loads(zlib.decompress(row[0])) if row else []
        return found

    def add_grade(
        self, key: Key, grade: Mapping[str, Any], n_right: int | None, leaks: Any
    ) -> None:
        """Store the one grade of an answer, and what the scan of it found."""
        row = (
            *key,
            grade["outcome"],
            grade["reason"],
            n_right,
            json.dumps(dict(grade)),
            json.dumps(leaks),
            time.time(),
        )
        with self._faults(), self._transaction():
            self._db.execute(
                "INSERT INTO grades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )

    def grades(self) -> dict[Key, dict[str, Any]]:
        """All grades, by attempt."""
        with self._faults():
            rows = self._db.execute(
                "SELECT task, arm, seed, outcome, reason, n_right, grade, leaks"
                " FROM grades"
            ).fetchall()
        return {
            (row[0], row[1], row[2]): {
                "outcome": row[3],
                "reason": row[4],
                "n_right": row[5],
                "grade": json.loads(row[6]),
                "leaks": json.loads(row[7]),
            }
            for row in rows
        }

    def add_fault(self, key: Key, stage: str, reason: str) -> None:
        """Note that the machine failed an attempt: it is pending until rerun."""
        with self._faults():
            self._db.execute(
                "INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?)",
                (*key, time.time(), stage, plain(reason[:2000])),
            )

    def faults(self) -> list[tuple[Key, str, str]]:
        """All faults of the machine, oldest first: attempt, stage, reason."""
        with self._faults():
            rows = self._db.execute(
                "SELECT task, arm, seed, stage, reason FROM faults ORDER BY rowid"
            ).fetchall()
        return [((row[0], row[1], row[2]), row[3], row[4]) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._full(str(error)) from error
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error

    def _full(self, why: str) -> RunNotKept:
        if self.read_only:
            return RunNotKept(f"the run in {str(self.folder)!r} cannot be read ({why})")
        return RunNotKept(
            f"the run in {str(self.folder)!r} cannot be kept ({why}); all that was "
            "finished is there: make room, then "
            f"`assay bench resume {self.folder.name}`"
        )
