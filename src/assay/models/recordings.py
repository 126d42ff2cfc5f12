"""A store of completions in one SQLite file, so that no call need be paid for twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assay.database import use_write_ahead_log
from assay.errors import ConfigError, EnvironmentFault
from assay.types import Completion, FinishReason, ModelIdentity, Request, Usage

FORMAT = 2
_APPLICATION_ID = 0x41535259  # "ASRY": tells our files from any other SQLite file
_BUSY_S = 30.0  # another process's commit takes milliseconds
_SCHEMA = """
CREATE TABLE completions (
  key TEXT PRIMARY KEY NOT NULL,
  model TEXT NOT NULL,
  request TEXT NOT NULL,
  prompt TEXT NOT NULL,
  prompt_sha256 TEXT NOT NULL,
  text TEXT NOT NULL,
  finish_reason TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  cached_prompt_tokens INTEGER NOT NULL,
  seconds REAL NOT NULL,
  retries INTEGER NOT NULL,
  engine TEXT NOT NULL,
  created REAL NOT NULL,
  logprobs TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID
"""
_FROM_1 = "ALTER TABLE completions ADD COLUMN logprobs TEXT NOT NULL DEFAULT '[]'"


def request_json(request: Request) -> str:
    """Write the fields of a request that its text depends on, always alike.

    Equal requests give equal texts; the prompt file's name and hash are not in it.

    >>> request_json(Request(messages=(), seed=7))[:50]
    '{"max_tokens":1024,"messages":[],"seed":7,"stop":['
    >>> a = Request(messages=(), temperature=0, prompt="a")
    >>> request_json(a) == request_json(Request(messages=(), temperature=0.0))
    True
    """
    names = [field.name for field in dataclasses.fields(request) if field.compare]
    whole = dataclasses.asdict(request)
    fields = {name: whole[name] for name in names}
    # 0, 0.0 and -0.0 are equal, so they must be one recording
    fields |= {name: float(fields[name]) + 0.0 for name in ("temperature", "top_p")}
    return _canonical(fields)


def model_json(identity: ModelIdentity) -> str:
    """Write what of a model's identity its recordings depend on.

    The file's SHA-256 where it is known, so that recordings outlive a change of
    engine or port, else the name and the endpoint. The engine's build is stored with
    each completion but not compared: a new build that writes other text is no reason
    to lose what was paid for, and the row says which build wrote it.
    """
    if identity.sha256 is not None:
        return _canonical({"sha256": identity.sha256})
    return _canonical({"engine": identity.engine, "name": identity.name})


def recording_key(request: Request, identity: ModelIdentity) -> str:
    """Return the SHA-256 that a completion is stored under."""
    both = f"{model_json(identity)}\n{request_json(request)}"
    return hashlib.sha256(both.encode()).hexdigest()


class RecordingStore:
    """Completions by request and model, each kept from the moment it is put.

    A commit per completion in SQLite's write-ahead log: a killed process loses
    nothing, a power cut at most the last moments. Many processes may read and write
    at once. The calls block, for some 0.1 ms each, and are not moved to a thread: a
    call has taken seconds of the model, and between its end and its storing there
    must be no point at which it could be cancelled.

    Args:
        path: The file; made, with its folder, unless `read_only`.
        read_only: Never write: for recordings that are shipped.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._logprobs = "logprobs"  # as a column or, in format 1, as nothing
        with self._faults():
            self._db = self._connect()
        try:
            with self._faults():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many completions are stored, of all models."""
        with self._faults():
            row = self._db.execute("SELECT count(*) FROM completions").fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file; what was put is in it already."""
        self._db.close()

    def get(self, request: Request, identity: ModelIdentity) -> Completion | None:
        """Return the stored completion, marked as recorded, or None."""
        with self._faults():
            row = self._db.execute(
                "SELECT text, finish_reason, prompt_tokens, completion_tokens,"
                f" cached_prompt_tokens, seconds, retries, {self._logprobs}"
                " FROM completions WHERE key = ?",
                (recording_key(request, identity),),
            ).fetchone()
        return None if row is None else _completion(row)

    def put(
        self, request: Request, identity: ModelIdentity, completion: Completion
    ) -> None:
        """Store a completion. The first of a key stays, whoever else puts one."""
        usage = completion.usage
        row = (
            recording_key(request, identity),
            model_json(identity),
            request_json(request),
            request.prompt,
            request.prompt_sha256,
            completion.text,
            completion.finish_reason.value,
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.cached_prompt_tokens,
            completion.seconds,
            completion.retries,
            identity.engine,
            time.time(),
            _canonical(completion.logprobs),
        )
        marks = ", ".join("?" * len(row))
        with self._faults():
            self._db.execute(f"INSERT OR IGNORE INTO completions VALUES ({marks})", row)

    def models(self) -> tuple[str, ...]:
        """Return what `model_json` says of each model with recordings here."""
        with self._faults():
            rows = self._db.execute(
                "SELECT DISTINCT model FROM completions ORDER BY model"
            ).fetchall()
        return tuple(row[0] for row in rows)

    def _connect(self) -> sqlite3.Connection:
        if self.read_only:
            if not self.path.is_file():
                raise ConfigError(
                    f"there are no recordings at {self.path}; name a store that exists"
                )
            return self._open(f"{self._uri}?{self._how_to_read()}")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self._open(self._uri)

    @property
    def _uri(self) -> str:
        return self.path.absolute().as_uri()

    def _how_to_read(self) -> str:
        # a log needs a writable folder even to read; without a log nothing changes
        log = self.path.with_name(f"{self.path.name}-wal")
        if os.access(self.path.parent, os.W_OK) or log.exists():
            return "mode=ro"
        return "immutable=1"

    def _open(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous = NORMAL")  # per connection
        with self._transaction("BEGIN"):
            found = self._format()
        if found == FORMAT:
            return
        if self.read_only:
            if not found:
                raise self._unusable("it holds no recordings")
            self._logprobs = "'[]'"
            return
        use_write_ahead_log(self._db, _BUSY_S)
        with self._transaction("BEGIN IMMEDIATE"):  # one process makes the tables
            found = self._format()
            if found == 0:
                self._create()
            elif found < FORMAT:
                self._db.execute(_FROM_1)
                self._db.execute(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._db.execute(begin)
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # some errors end it themselves
                self._db.execute("ROLLBACK")
            raise

    def _create(self) -> None:
        self._db.execute(_SCHEMA)
        self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _format(self) -> int:
        """Return the format of the file, 0 for a new one.

        Raises:
            ConfigError: it is of a later format, or not a store of recordings.
        """
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        owner = int(self._db.execute("PRAGMA application_id").fetchone()[0])
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != _APPLICATION_ID and (tables or version):
            raise self._unusable("it is a database of something else")
        if version > FORMAT:
            raise ConfigError(
                f"the recordings {self.path} have format {version}, and this assay "
                f"reads {FORMAT}; update assay or name another store"
            )
        return version

    def _unusable(self, why: str) -> ConfigError:
        return ConfigError(
            f"{self.path} is no store of recordings: {why}; name another file"
        )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what SQLite says into one sentence with the file's name."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise EnvironmentFault(
                f"the recordings {self.path} cannot be used ({error}); check that the "
                f"folder is writable and its disk has room"
            ) from error
        except sqlite3.DatabaseError as error:
            raise EnvironmentFault(
                f"the recordings {self.path} are damaged ({error}); move the file away "
                f"to record anew"
            ) from error
        except OSError as error:
            raise EnvironmentFault(
                f"no recordings can be kept at {self.path} ({error.strerror}); name "
                f"another place"
            ) from error


def _completion(row: tuple[Any, ...]) -> Completion:
    text, finish_reason, prompt, completion, cached, seconds, retries, logprobs = row
    return Completion(
        text=text,
        finish_reason=FinishReason(finish_reason),
        usage=Usage(
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_prompt_tokens=cached,
        ),
        seconds=seconds,
        from_recording=True,
        retries=retries,
        logprobs=tuple(json.loads(logprobs)),
    )


def _canonical(value: object) -> str:
    # ASCII: a lone surrogate in a message can be hashed and stored
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
