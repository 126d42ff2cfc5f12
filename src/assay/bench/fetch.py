"""Fetch a dataset's file: resumed, checked, and under its name only when it is whole.

The partial file, its journal and the patience are those of model files. The loop is its
own, since a dataset is no GGUF file and its publishers state no digest in a header.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2

from assay.bench.catalog import DatasetEntry
from assay.errors import DownloadError
from assay.models.download import Patience
from assay.models.partial import (
    MOVE_IT,
    Partial,
    Phase,
    PullProgress,
    SourceFailed,
    write_atomically,
)

OnProgress = Callable[[PullProgress], None]
_PATIENCE = Patience()
_CHUNK_BYTES = 2**16
_LOCK_POLL_S = 0.1
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Broken(Exception):
    """Worth another try, from the byte where it broke."""


async def fetch(
    entry: DatasetEntry,
    folder: Path,
    *,
    patience: Patience = _PATIENCE,
    offline: bool = False,
    on_progress: OnProgress = lambda progress: None,
) -> Path:
    """The path of an entry's file in `folder`, fetched if it is not there.

    Continues what an earlier fetch left, and waits while another process fetches the
    same. The digest stands beside the file (`NAME.sha256`); a file that is here is
    hashed and held to it, and a deleted one that is fetched again too.

    Raises:
        DownloadError: offline; the source gives no such file; another digest than the
            pinned one or than that of the first fetch; the disk does not take it.
    """
    job = _Fetch(entry, folder, patience, on_progress)
    if job.path.is_file():
        return await anyio.to_thread.run_sync(job.check_here)
    if offline:
        raise DownloadError(
            f"dataset {entry.name!r} is not in {str(folder)!r} and offline is set; run "
            f"assay bench fetch {entry.name} without it, or put the file there as "
            f"{entry.file!r}"
        )
    try:
        await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
        async with job.lock():
            return await job.run()
    except OSError as error:
        raise DownloadError(
            f"cannot write to {str(folder)!r} ({error.strerror}); give another folder"
        ) from error


class _Fetch:
    """One fetch. Its state is the partial file."""

    def __init__(
        self,
        entry: DatasetEntry,
        folder: Path,
        patience: Patience,
        on_progress: OnProgress,
    ) -> None:
        self.entry, self.patience, self.on_progress = entry, patience, on_progress
        self.path = folder / entry.file
        self.pin_path = folder / f"{entry.file}.sha256"
        self.partial = Partial(folder, entry.file)
        self.total = entry.size_bytes

    def say(self, phase: Phase, *, done: int | None = None, note: str = "") -> None:
        self.on_progress(
            PullProgress(
                name=self.entry.name,
                phase=phase,
                done_bytes=self.partial.done_bytes if done is None else done,
                total_bytes=self.total,
                source=httpx2.URL(self.entry.url).host,
                note=note,
            )
        )

    @property
    def pin(self) -> str | None:
        """The digest to hold to: the catalog's, else that of the first fetch."""
        if self.entry.sha256 is not None or not self.pin_path.is_file():
            return self.entry.sha256
        found = _SHA256.match(
            self.pin_path.read_text(encoding="ascii", errors="replace")
        )
        return found.group() if found else None

    def check_here(self) -> Path:
        """Hash the file that is here, and hold it to its digest."""
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self.pin not in (None, digest):
            raise DownloadError(
                f"{str(self.path)!r} has the sha256 {digest}, but {self._whose()} is "
                f"{self.pin}; it was changed: delete it and fetch it again"
            )
        self._remember(digest)
        self.say(Phase.READY, done=self.path.stat().st_size)
        return self.path

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold the entry's lock; it goes with the process that holds it."""
        name = self.path.with_name(f"{self.path.name}.lock")
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            while not _is_locked(descriptor):
                self.say(Phase.WAITING, note="another process is fetching it")
                await anyio.sleep(_LOCK_POLL_S)
            yield
        finally:
            os.close(descriptor)

    async def run(self) -> Path:
        """Fetch, check, rename; what was fetched is kept where that fails half-way."""
        if self.path.is_file():  # another process was faster
            return await anyio.to_thread.run_sync(self.check_here)
        try:
            await anyio.to_thread.run_sync(self.partial.open)
            await self.receive_all()
            return await anyio.to_thread.run_sync(self.finish)
        except SourceFailed as failure:
            raise DownloadError(
                f"dataset {self.entry.name!r} could not be fetched from "
                f"{self.entry.url}: {failure}; fetch again to continue, or put the "
                f"file into {str(self.path.parent)!r} as {self.path.name!r}"
            ) from failure
        except DownloadError as error:
            words = str(error).replace(MOVE_IT, "or give another folder")
            raise DownloadError(words) from error
        finally:
            self.partial.close()

    async def receive_all(self) -> None:
        """Receive to the end, mending the connection from the byte it broke at."""
        limit = httpx2.Timeout(self.patience.idle_s, connect=self.patience.connect_s)
        failures = 0
        async with httpx2.AsyncClient(timeout=limit, follow_redirects=True) as client:
            while True:
                before = self.partial.done_bytes
                try:
                    return await self.attempt(client)
                except (httpx2.TransportError, _Broken) as error:
                    failures = 1 if self.partial.done_bytes > before else failures + 1
                    away = isinstance(
                        error, httpx2.ConnectError | httpx2.ConnectTimeout
                    )
                    hopeless = isinstance(error, httpx2.UnsupportedProtocol) or away
                    if hopeless or failures >= self.patience.tries:
                        words = str(error) or type(error).__name__
                        raise SourceFailed(f"{words} ({failures} tries)") from error
                except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                    raise SourceFailed(str(error) or type(error).__name__) from error
                await anyio.sleep(self.patience.backoff_s * 2 ** (failures - 1))

    async def attempt(self, client: httpx2.AsyncClient) -> None:
        """Ask once for what is missing, and append it."""
        headers = self._headers()
        async with client.stream("GET", self.entry.url, headers=headers) as response:
            if self._is_whole_already(response):
                return
            _check_answer(response, self.partial.done_bytes)
            if response.status_code == 200 and self.partial.done_bytes:
                self.partial.restart()  # the server does not resume, or it changed
            self.total = self._told_size(response) or self.total
            etag = response.headers.get("etag", "")
            self.partial.note(source=self.entry.url, etag=etag)
            async for chunk in response.aiter_raw(_CHUNK_BYTES):
                self.partial.append(chunk)
                self.say(Phase.FETCHING)
        if self.total is not None and self.partial.done_bytes < self.total:
            raise _Broken(f"cut off at {self.partial.done_bytes:,} bytes")

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.partial.done_bytes:
            headers["Range"] = f"bytes={self.partial.done_bytes}-"
            etag = self.partial.journal.etag
            if etag and not etag.startswith("W/"):
                headers["If-Range"] = etag  # RFC 9110, 13.1.5: strong ones only
        return headers

    def _is_whole_already(self, response: httpx2.Response) -> bool:
        """Asked for what is beyond the end: all is here, or too much is."""
        if response.status_code != 416:
            return False
        if self.partial.done_bytes == self._told_size(response):
            return True
        self.partial.restart()
        raise _Broken("HTTP 416")

    @staticmethod
    def _told_size(response: httpx2.Response) -> int | None:
        text = response.headers.get("content-range", "").rpartition("/")[2]
        if response.status_code == 200:
            text = response.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def finish(self) -> Path:
        """Check the digest, write it beside the file, give the file its name."""
        self.say(Phase.VERIFYING)
        self.partial.checkpoint()
        digest = self.partial.sha256
        if self.pin not in (None, digest):
            pin, whose = self.pin, self._whose()
            self.partial.discard()
            raise DownloadError(
                f"{self.entry.url} gave a file of sha256 {digest}, but {whose} is "
                f"{pin}; the bytes were deleted: the publisher has changed the file, "
                "or somebody between has"
            )
        self._remember(digest)
        note = f"sha256 {digest}"
        if self.entry.trust_on_first_use:
            note += ", pinned from now on"
        self.partial.become(self.path)
        self.say(Phase.READY, note=note)
        return self.path

    def _whose(self) -> str:
        return "the pinned one" if self.entry.sha256 else "that of the first fetch"

    def _remember(self, digest: str) -> None:
        if self.pin is None or not self.pin_path.is_file():
            line = f"{digest}  {self.path.name}\n"
            write_atomically(self.pin_path, line.encode("ascii", "replace"))


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check_answer(response: httpx2.Response, done_bytes: int) -> None:
    status = response.status_code
    if status in _TRANSIENT:
        raise _Broken(f"HTTP {status}")
    if status not in (200, 206):
        raise SourceFailed(f"HTTP {status} {response.reason_phrase}".rstrip())
    given = response.headers.get("content-range", "")
    if status == 206 and not given.startswith(f"bytes {done_bytes}-"):
        raise SourceFailed("it answered with another range than the one asked for")
    kind = response.headers.get("content-type", "")
    if kind.startswith("text/html"):
        raise SourceFailed(f"it answered with a web page ({kind}), not a file")
