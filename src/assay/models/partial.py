"""A model file while it is being fetched: its bytes, its journal, and its progress.

What survives a kill at any moment: the journal says how many bytes are on disk for
certain and what their digest is. Everything after them is thrown away and fetched
again; everything before them is checked before it is built upon.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from assay.errors import DownloadError

CHECKPOINT_BYTES = 32 * 2**20
CHUNK_BYTES = 2**20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MOVE_IT = "another folder is set by --models-dir or ASSAY_MODELS_DIR"


class SourceFailed(Exception):
    """One source did not give the file; the next is tried. Never reaches a user."""


class Phase(StrEnum):
    """What a pull is doing."""

    WAITING = "waiting"  # another process is fetching the same model
    CHECKING = "checking"  # hashing what an earlier pull left
    FETCHING = "fetching"
    SOURCE_FAILED = "source failed"  # `note` says why; the next source follows
    VERIFYING = "verifying"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullProgress:
    """Where a pull stands. `total_bytes` is None until somebody has said it."""

    name: str
    phase: Phase
    done_bytes: int
    total_bytes: int | None
    source: str = ""
    note: str = ""


OnProgress = Callable[[PullProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What is certain of a partial file. `part_ends` are the ends of whole parts."""

    done_bytes: int = 0
    prefix_sha256: str = ""
    source: str = ""
    etag: str = ""
    sha256: str | None = None  # of the whole file, where a server said it
    part_ends: tuple[int, ...] = ()
    format: int = 1


def gib(n: int) -> str:
    """A size in words: `1.04 GiB`, or MiB below a tenth of one.

    >>> gib(1_117_320_768)
    '1.04 GiB'
    """
    return f"{n / 2**30:.2f} GiB" if n >= 2**30 / 10 else f"{n / 2**20:.1f} MiB"


def disk_fault(error: OSError, path: Path, *, done_bytes: int = 0) -> DownloadError:
    """The sentence for a file that could not be written."""
    if error.errno in _FULL:
        return DownloadError(
            f"no space left in {str(path.parent)!r} ({error.strerror}); the "
            f"{gib(done_bytes)} fetched so far are kept: free some and pull again, or "
            f"move the folder: {MOVE_IT}"
        )
    reason = error.strerror or str(error)
    return DownloadError(f"cannot write {str(path)!r} ({reason}); {MOVE_IT}")


def write_atomically(path: Path, data: bytes) -> None:
    """Write a small file so that a reader sees the old bytes or the new, never half."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Partial:
    """`NAME.partial` and its journal. One process at a time holds it, by a lock."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.partial"
        self.journal_path = folder / f"{name}.partial.json"
        self.journal = Journal()
        self.done_bytes = 0
        self._hash = hashlib.sha256()
        self._file = -1

    @property
    def mtime_ns(self) -> int:
        """The time of the file's last change; a rename keeps it."""
        return os.fstat(self._file).st_mtime_ns

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far."""
        return self._hash.hexdigest()

    def open(self, on_checked: Callable[[int], None] = lambda done: None) -> None:
        """Take up what an earlier pull left, after checking it; else start empty."""
        try:
            self._file = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
            )
            self.journal = self._read_journal()
            self._rehash(self.journal.done_bytes, on_checked)
            if self.journal.done_bytes and self.sha256 != self.journal.prefix_sha256:
                self.restart()
        except OSError as error:
            raise disk_fault(error, self.path) from error

    def close(self) -> None:
        """Let go of the file; bytes since the last checkpoint are recorded first."""
        if self._file < 0:
            return
        with suppress(OSError):  # a full disk: the older journal still holds
            self._checkpoint()
        os.close(self._file)
        self._file = -1
        if not self.done_bytes:
            self.path.unlink(missing_ok=True)
            self.journal_path.unlink(missing_ok=True)

    def append(self, data: bytes) -> None:
        """Add bytes at the end.

        Raises:
            DownloadError: they cannot be written; all earlier ones are kept.
        """
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise disk_fault(error, self.path, done_bytes=self.done_bytes) from error
        self._hash.update(data)
        self.done_bytes += len(data)
        if self.done_bytes - self.journal.done_bytes >= CHECKPOINT_BYTES:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Put everything so far on disk for certain, and say so in the journal."""
        try:
            self._checkpoint()
        except OSError as error:
            raise disk_fault(error, self.path, done_bytes=self.done_bytes) from error

    def note(self, *, source: str, etag: str = "", sha256: str | None = None) -> None:
        """Remember whose bytes follow."""
        self.journal = replace(self.journal, source=source, etag=etag, sha256=sha256)

    def end_part(self) -> None:
        """Everything so far is whole parts."""
        ends = (*self.journal.part_ends, self.done_bytes)
        self.journal = replace(self.journal, part_ends=ends)
        self.checkpoint()

    def cut_to_whole_parts(self) -> int:
        """Throw away what is beyond the last whole part; the number of parts left."""
        ends = self.journal.part_ends
        if self.done_bytes != (ends[-1] if ends else 0):
            self._rehash(ends[-1] if ends else 0, lambda done: None)
            self.checkpoint()
        return len(ends)

    def restart(self) -> None:
        """Throw all bytes away and start empty."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self._hash, self.done_bytes = hashlib.sha256(), 0
        self.journal = Journal()
        self.journal_path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete the file and its journal, and start empty."""
        os.close(self._file)
        self._file = -1
        self.path.unlink(missing_ok=True)
        self.journal_path.unlink(missing_ok=True)
        self.open()

    def become(self, path: Path) -> None:
        """Give the file its final name, in one step; the journal goes."""
        try:
            self.path.replace(path)
            sync_folder(path.parent)
            self.journal_path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_fault(error, path, done_bytes=self.done_bytes) from error
        os.close(self._file)
        self._file = -1

    def _checkpoint(self) -> None:
        os.fsync(self._file)
        self.journal = replace(
            self.journal, done_bytes=self.done_bytes, prefix_sha256=self.sha256
        )
        text = json.dumps(asdict(self.journal), indent=1)
        write_atomically(self.journal_path, text.encode())

    def _read_journal(self) -> Journal:
        try:
            found = json.loads(self.journal_path.read_bytes())
            found["part_ends"] = tuple(found["part_ends"])
            journal = Journal(**found)
            usable = journal.format == 1 and journal.done_bytes >= 0
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return Journal()
        on_disk = os.fstat(self._file).st_size
        return journal if usable and journal.done_bytes <= on_disk else Journal()

    def _rehash(self, n: int, on_checked: Callable[[int], None]) -> None:
        """Keep the first `n` bytes, and bring the digest in line with them."""
        os.ftruncate(self._file, n)
        os.lseek(self._file, 0, os.SEEK_SET)
        self._hash, self.done_bytes = hashlib.sha256(), 0
        while chunk := os.read(self._file, CHUNK_BYTES):
            self._hash.update(chunk)
            self.done_bytes += len(chunk)
            on_checked(self.done_bytes)
