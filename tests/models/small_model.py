"""The small model of the engine's tests: fetched once into the user's own store."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

import anyio
import pytest

from assay.config import cache_home
from assay.errors import AssayError
from assay.models.catalog import catalog_entry
from assay.models.embedded import EmbeddedModel
from assay.models.engine import engine_version
from assay.models.pull import pull
from assay.models.store import ModelStore, StoredModel
from assay.types import Message, Request

NAME = "smollm2-135m"


@cache
def _small_model() -> StoredModel | str:
    if engine_version() is None:
        return "the engine is not installed: pip install 'assay[local]'"
    setting = os.environ.get("ASSAY_MODELS_DIR")
    root = Path(setting) if setting else cache_home(os.environ) / "models"
    try:
        call = partial(pull, ModelStore(root), catalog_entry(NAME))
        with ThreadPoolExecutor(1) as threads:  # a test's own loop may be running
            return threads.submit(anyio.run, call).result()
    except AssayError as error:
        return str(error)


def small_model() -> StoredModel:
    """The model, or the test is skipped with the reason."""
    model = _small_model()
    if isinstance(model, str):
        pytest.skip(model)
    return model


def embedded(
    log_folder: Path, *, context_length: int = 512, slots: int = 1
) -> EmbeddedModel:
    return EmbeddedModel(
        small_model(),
        context_length=context_length,
        slots=slots,
        threads=1,
        log_path=log_folder / "engine.log",
    )


def about_process(model: EmbeddedModel, name: str) -> bytes:
    """A file of the kernel's about the engine's process."""
    return Path(f"/proc/{model.engine.pid}/{name}").read_bytes()


def ask(text: str, *, max_tokens: int = 8, seed: int = 0) -> Request:
    return Request(
        messages=(Message(role="user", content=text),), max_tokens=max_tokens, seed=seed
    )
