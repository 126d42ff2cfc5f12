"""The findings of `assay doctor`. Nothing is asked that can be tried."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import anyio

from assay import __version__
from assay.config import Config, cache_home, load_config, state_home
from assay.errors import AssayError, JudgeUnavailable
from assay.judging.judge import open_judge
from assay.models.engine import engine_version
from assay.models.fit import estimate, gpu_memories, largest_fit, main_memory
from assay.models.gguf import read_header
from assay.models.opening import default_slots, endpoint_model, model_store
from assay.models.partial import gib


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried.

    `state`: ok, warn (works worse), no (does not) or none (not here, nor needed).
    """

    name: str
    state: str
    found: str
    mend: str = ""  # the one thing to do about it
    group: str = ""  # what kind of thing it is, where there are several


def checkup() -> tuple[Finding, ...]:
    """Try everything that a solve needs. A failing part does not stop the others."""
    try:
        config = load_config()
    except AssayError as error:
        return (Finding(name="settings", state="no", found=str(error)),)
    return (
        Finding(
            name="assay",
            state="ok",
            found=f"{__version__}, Python {platform.python_version()}, "
            f"{platform.system()} {platform.release()} {platform.machine()}",
        ),
        *_model(config),
        _sandbox(),
        _memory(),
        _load(),
        *_folders(config),
        _network(config),
    )


def _model(config: Config) -> list[Finding]:
    if config.model.base_url:
        return [_endpoint(config)]
    version = engine_version()
    engine = Finding(name="engine", state="ok", found=version or "")
    if version is None:
        engine = Finding(
            name="engine",
            state="no",
            found="the embedded engine is not installed",
            mend="pip install 'assay[local]', or set ASSAY_BASE_URL to an endpoint",
        )
    return [engine, _model_file(config)]


def _model_file(config: Config) -> Finding:
    name = config.model.model
    try:
        stored = model_store(config.model).resolve(name)
        header = read_header(stored.path)
    except AssayError as error:
        found, _, mend = str(error).partition("; ")
        return Finding(name="model", state="no", found=found, mend=mend)
    length, memory = config.model.context_length, main_memory()
    slots = config.model.slots or default_slots()
    fit = estimate(header, context_length=length, slots=slots, memory=memory)
    smaller = largest_fit(header, context_length=length, slots=slots, memory=memory)
    mend = "choose a smaller model"
    if smaller.fits:
        mend = f"--slots {smaller.slots} --context-length {smaller.context_length} fits"
    return Finding(
        name="model",
        state="ok" if fit.fits else "warn",
        found=f"{name}, sha256 {stored.sha256[:12]}; {fit.sentence}",
        mend=""
        if fit.fits
        else "choose fewer --slots, a shorter --context-length or a smaller model",
    )


def _endpoint(config: Config) -> Finding:
    async def ask() -> str:
        async with endpoint_model(config, max_tries=1) as model:
            identity = model.identity
            length = identity.context_length
            shown = f"{length:,} tokens a request" if length else "context unknown"
            return f"{identity.name} by {identity.engine}, {shown}"

    try:
        return Finding(name="endpoint", state="ok", found=anyio.run(ask))
    except AssayError as error:
        return Finding(name="endpoint", state="no", found=str(error))


def _sandbox() -> Finding:
    async def ask() -> str:
        async with open_judge(slots=1) as judge:
            tier = judge.isolation
            shown = ", ".join(sorted(tier.guarantees))
            return f"{tier.tier}: {shown}" + (
                f" ({tier.detail})" if tier.detail else ""
            )

    try:
        return Finding(name="sandbox", state="ok", found=anyio.run(ask))
    except JudgeUnavailable as error:
        found, _, mend = str(error).partition("; ")
        return Finding(name="sandbox", state="no", found=found, mend=mend)


def _memory() -> Finding:
    gpus = gpu_memories()
    shown = ", ".join(f"{g.name} {gib(g.free_bytes)} free" for g in gpus) or "no GPU"
    return Finding(
        name="memory",
        state="ok",
        found=f"{gib(main_memory().free_bytes)} free, {os.cpu_count()} CPUs, {shown}",
    )


def _load() -> Finding:
    """The engine's threads wait for each other: another busy process costs dearly."""
    load, cpus = os.getloadavg()[0], os.cpu_count() or 1
    busy = load > cpus / 2
    return Finding(
        name="load",
        state="warn" if busy else "ok",
        found=f"{load:.2f} over the last minute on {cpus} CPUs",
        mend="stop other busy programs: beside one of them the engine can be many "
        "times slower"
        if busy
        else "",
    )


def _folders(config: Config) -> list[Finding]:
    cache = config.model.models_dir or cache_home(os.environ) / "models"
    traces = config.solve.trace_dir or state_home(os.environ) / "traces"
    return [
        _folder("models dir", cache, "set --models-dir or ASSAY_MODELS_DIR"),
        _folder("trace dir", traces, "set --trace-dir or ASSAY_TRACE_DIR"),
    ]


def _folder(name: str, path: Path, mend: str) -> Finding:
    try:
        existing = next(p for p in (path, *path.parents) if p.exists())
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        return Finding(
            name=name,
            state="warn",
            found=f"{path} cannot be written to ({error.strerror})",
            mend=mend,
        )
    return Finding(name=name, state="ok", found=f"{path}, {gib(free)} free")


def _network(config: Config) -> Finding:
    if config.model.offline:
        hosts = "none (offline)"
    else:
        hosts = f"{config.model.hf_endpoint} and pip's index, for `model pull` alone"
    if config.model.base_url:
        hosts = f"{config.model.base_url} for the model; {hosts}"
    return Finding(name="network", state="ok", found=f"hosts contacted: {hosts}")
