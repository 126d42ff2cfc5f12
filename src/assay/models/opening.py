"""The model that the settings name, opened: an endpoint, or the embedded engine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from assay.config import Config, ModelConfig, cache_home, state_home
from assay.errors import ConfigError
from assay.models.embedded import EmbeddedModel
from assay.models.fit import gpu_memories
from assay.models.openai_http import OpenAIModel
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.store import ModelStore
from assay.types import Model


def model_store(config: ModelConfig) -> ModelStore:
    """The folder of model files in force."""
    return ModelStore(config.models_dir or cache_home(os.environ) / "models")


@asynccontextmanager
async def open_model(config: Config) -> AsyncIterator[Model]:
    """Open the model, behind recordings if the settings name a store of them.

    In `replay-only` nothing is started and no file is needed.

    Raises:
        ModelUnavailable: no such model here, or it does not start or answer.
        ConfigError: the record mode is not known.
    """
    mode = _record_mode(config.solve.record_mode)
    recordings = config.solve.recordings
    async with AsyncExitStack() as stack:
        store = (
            stack.enter_context(
                RecordingStore(recordings, read_only=mode is RecordMode.REPLAY_ONLY)
            )
            if recordings
            else None
        )
        model: Model | None = None
        if store is None or mode is not RecordMode.REPLAY_ONLY:
            model = await stack.enter_async_context(_model(config))
        if store is None:
            assert model is not None
            yield model
        else:
            yield Recorded(model, store, mode)


def endpoint_model(config: Config, *, max_tries: int = 4) -> OpenAIModel:
    """The endpoint of the settings. Its own model, where nobody has named one."""
    chosen = config.model
    model = OpenAIModel(
        base_url=chosen.base_url or "",
        model=chosen.model if "model" in config.origins else "",
        api_key=chosen.api_key,
        idle_timeout_s=chosen.idle_timeout,
        max_tries=max_tries,
    )
    check_offline(chosen)  # of an address that was found to be one
    return model


def _model(config: Config) -> OpenAIModel | EmbeddedModel:
    chosen = config.model
    if chosen.base_url:
        return endpoint_model(config)
    return EmbeddedModel(
        model_store(chosen).resolve(chosen.model),
        context_length=chosen.context_length,
        slots=chosen.slots or default_slots(),
        threads=chosen.threads,
        log_path=engine_log(),
        idle_timeout_s=chosen.idle_timeout,
    )


def check_offline(config: ModelConfig) -> None:
    """Refuse an endpoint on another computer where offline is set."""
    host = urlsplit(config.base_url or "").hostname or ""
    if config.offline and not _is_loopback(host):
        raise ConfigError(
            f"offline is set, and {config.base_url} is on another computer; unset one"
        )


def _is_loopback(host: str) -> bool:
    """Whether a host is this computer by its very name; nothing is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def default_slots() -> int:
    """Requests in flight where nobody has set a number.

    A GPU gains from batches. On CPUs 6 samples of a problem took 39, 43 and 50 s with
    1, 2 and 4 slots (2 cores, the default model): generating is bound by arithmetic
    there, and each slot computed the shared prompt once more (decision 002).
    """
    return 8 if gpu_memories() else 1


def engine_log() -> Path:
    """Where the engine's own words are kept."""
    return state_home(os.environ) / "engine.log"


def _record_mode(text: str) -> RecordMode:
    try:
        return RecordMode(text)
    except ValueError:
        known = ", ".join(mode.value for mode in RecordMode)
        raise ConfigError(f"record_mode is {text!r}; it is one of {known}") from None
