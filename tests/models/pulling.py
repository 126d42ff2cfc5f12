"""What the tests of pulling share: an entry for made-up bytes, and a pull of it."""

from __future__ import annotations

import socket
from functools import partial
from hashlib import sha256
from pathlib import Path

import anyio

from assay.models.catalog import CatalogEntry, HuggingFaceFile, Source
from assay.models.download import Patience
from assay.models.partial import PullProgress
from assay.models.pull import PullSettings, pull
from assay.models.store import ModelStore, StoredModel

HUB = HuggingFaceFile(repository="org/repo", file="model.gguf")
QUICK = Patience(tries=3, backoff_s=0.01, connect_s=5, idle_s=5)


def entry_for(
    data: bytes,
    *sources: Source,
    size_bytes: int | None = None,
    digest: str | None = None,
) -> CatalogEntry:
    return CatalogEntry(
        name="tiny",
        title="Tiny",
        size_bytes=len(data) if size_bytes is None else size_bytes,
        sha256=digest or sha256(data).hexdigest(),
        sources=sources or (HUB,),
    )


def pull_from(
    url: str,
    folder: Path,
    entry: CatalogEntry,
    *,
    pip_args: tuple[str, ...] = (),
    offline: bool = False,
    seen: list[PullProgress] | None = None,
) -> StoredModel:
    settings = PullSettings(
        hf_endpoint=url, pip_args=pip_args, offline=offline, patience=QUICK
    )
    log: list[PullProgress] = [] if seen is None else seen
    store = ModelStore(folder / "models")
    call = partial(pull, store, entry, settings=settings, on_progress=log.append)
    return anyio.run(call)


def left_in(folder: Path) -> set[str]:
    """What lies in the models folder, without the lock."""
    names = {path.name for path in (folder / "models").iterdir()}
    return {name for name in names if not name.endswith(".lock")}


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
