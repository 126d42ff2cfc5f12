"""What `assay bench run`, `resume` and the looks at a run do behind their arguments."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio

from assay.bench.arms import Arm, parse_arms
from assay.bench.arms_process import Means
from assay.bench.catalog import CATALOG
from assay.bench.price import Prices, read_prices
from assay.bench.provenance import (
    command_line,
    environment,
    identity_json,
    source_state,
)
from assay.bench.run import run_bench
from assay.bench.runs import check_name, new_name, run_folder
from assay.bench.selection import Chosen, check_date, read_ids
from assay.bench.settings import RunSettings
from assay.bench.store import RunStore
from assay.budget import parse_limit
from assay.cli.bench_data import dataset_path
from assay.cli.bench_progress import BenchProgress
from assay.cli.confidence import table_that_ships
from assay.cli.interrupt import first_cancels
from assay.config import Config, observations_file, state_home
from assay.errors import ConfigError, UsageError
from assay.judging.judge import LocalJudge, open_judge
from assay.memory.tables import read_table, table_json
from assay.models.openai_http import OpenAIModel
from assay.models.opening import check_offline, open_model
from assay.models.recorded import RecordMode
from assay.types import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchJob:
    """What the arguments of `assay bench run` say, resolved."""

    config: Config
    dataset: str
    arms: tuple[str, ...]
    limit: int | None = None
    ids: Path | None = None
    since: str | None = None
    until: str | None = None
    seeds: int = 1
    match: str | None = None
    pool_budget: str | None = None
    name: str | None = None
    jobs: int = 1
    oracle: bool = True
    unsafe: bool = False
    unsafe_open_files: bool = False
    quiet: bool = False


def runs_folder(config: Config) -> Path:
    """The folder of runs in force."""
    return config.bench.runs or state_home(os.environ) / "bench"


def with_recordings(config: Config) -> Config:
    """The settings with a store of recordings: arms share their samples through it."""
    if config.solve.recordings is not None:
        return config
    path = state_home(os.environ) / "recordings.sqlite"
    return replace(config, solve=replace(config.solve, recordings=path))


def start(job: BenchJob) -> int:
    """Begin a run and go through with it; the exit status."""
    settings = settings_of(job)
    named = job.config.solve.calibration
    table = read_table(named) if named is not None else None
    runs = runs_folder(job.config)
    name = check_name(job.name) if job.name else new_name(Path(settings.dataset))
    store = RunStore.create(runs / name)
    try:
        store.set_meta(
            settings=settings.as_json(),
            created=time.time(),
            command=command_line(),
            environment=environment(),
            means=_means_json(job.config),
            **({"calibration": table_json(table)} if table else {}),
        )
        return anyio.run(_run, job, store, settings)
    finally:
        store.close()


def resume(job: BenchJob, name: str) -> int:
    """Go on with a run that was begun; the exit status."""
    store = RunStore(run_folder(runs_folder(job.config), name))
    try:
        config = _as_begun(job.config, store.meta().get("means", {}))
        return anyio.run(_run, replace(job, config=config), store, store.settings())
    finally:
        store.close()


_MEANS = (
    ("model", "model"),
    ("model", "base_url"),
    ("solve", "recordings"),
    ("solve", "record_mode"),
)  # where completions come from: a resumed run asks the same place


def _means_json(config: Config) -> dict[str, Any]:
    found = {
        name: getattr(getattr(config, room), name) if name in config.origins else None
        for room, name in _MEANS
    }
    recordings = found["recordings"]
    return {**found, "recordings": recordings and str(Path(recordings).resolve())}


def _as_begun(config: Config, means: dict[str, Any]) -> Config:
    """The settings as the run was begun with, but for what is given anew."""
    for room, name in _MEANS:
        if means.get(name) is None or config.origins.get(name, "").startswith("--"):
            continue
        value = Path(means[name]) if name == "recordings" else means[name]
        origins = {**config.origins, name: "the run"}
        changed = replace(getattr(config, room), **{name: value})
        config = replace(config, **{room: changed, "origins": origins})
    return config


def settings_of(job: BenchJob) -> RunSettings:
    """The run that the arguments describe.

    Raises:
        UsageError: they do not go together.
    """
    solve = job.config.solve
    check_date("--since", job.since)
    check_date("--until", job.until)
    if job.seeds < 1 or job.jobs < 1:
        raise UsageError("--seeds and --jobs are at least 1")
    if job.limit is not None and job.limit < 1:
        raise UsageError(f"--limit is {job.limit}; give at least 1")
    return RunSettings(
        dataset=str(dataset_file(job)),
        arms=parse_arms(job.arms, match=job.match),
        chosen=Chosen(
            limit=job.limit,
            ids=read_ids(job.ids) if job.ids else None,
            since=job.since,
            until=job.until,
        ),
        seeds=job.seeds,
        first_seed=solve.seed,
        limit=parse_limit(solve.budget or ""),
        pool_tokens=_pool_tokens(job),
        match=job.match,
        temperature=solve.temperature,
        top_p=solve.top_p,
        max_tokens=solve.max_tokens,
        n_max=solve.n_max,
        n_inputs=solve.n_inputs,
        stop_at=solve.stop_at,
        sure_at=solve.sure_at,
        grade_candidates=job.oracle,
    )


def _pool_tokens(job: BenchJob) -> int | None:
    """The pool of `--pool-budget`.

    Raises:
        UsageError: it is not a number of tokens, or nothing would be recorded.
    """
    if job.pool_budget is None:
        return None
    pool = parse_limit(job.pool_budget)
    if pool.tokens is None or pool.seconds is not None or pool.calls is not None:
        raise UsageError(
            f"--pool-budget is {job.pool_budget!r}; a pool is of tokens alone: "
            "tokens=200k"
        )
    if job.config.solve.record_mode == RecordMode.REPLAY:
        raise UsageError(
            "--pool-budget asks in rounds, so that --replay, which stores nothing, "
            "would pay for each sample again; use --record or --replay-only"
        )
    if job.match is not None:
        raise UsageError(
            "--pool-budget and --match both say what an arm may spend; give one"
        )
    return pool.tokens


def dataset_file(job: BenchJob) -> Path:
    """The dataset: a path, or a name that `assay bench fetch` has fetched.

    Raises:
        UsageError: there is no such file, and no such fetched dataset.
    """
    path = dataset_path(job.dataset, job.config.bench.datasets)
    if path.exists():
        return path.resolve()
    known = [entry.name for entry in CATALOG]
    if job.dataset in known:
        raise UsageError(
            f"{job.dataset!r} is not here yet; `assay bench fetch {job.dataset}`"
        )
    raise UsageError(
        f"there is no dataset {job.dataset!r}: no such file, and none of the names "
        f"{', '.join(known)}"
    )


async def _run(job: BenchJob, store: RunStore, settings: RunSettings) -> int:
    config = with_recordings(job.config)
    progress = BenchProgress(store, settings, quiet=job.quiet)
    scope = anyio.CancelScope()
    progress.say(f"run {store.folder.name} in {store.folder}")
    told = "stopping; what is finished is kept"
    with first_cancels(scope, told), scope:
        async with AsyncExitStack() as stack:
            judge = await stack.enter_async_context(_judge(job, config))
            model = await _own_model(config, settings, stack)
            endpoints = await _endpoints(config, settings, stack)
            _note(store, judge, model, endpoints)
            means = Means(
                judge=judge,
                model=model,
                endpoints=endpoints,
                keeper=_keeper(job, config),
                jobs=job.jobs,
                confine=not job.unsafe_open_files,
            )
            await run_bench(store, settings, means, on_progress=progress)
    progress.close()
    return progress.end(interrupted=scope.cancelled_caught)


def _judge(job: BenchJob, config: Config) -> Any:
    return open_judge(
        slots=config.sandbox.sandbox_slots,
        unsafe=job.unsafe,
        cache=observations_file(config, os.environ),
        backend=config.judging.backend,
        image=config.judging.image,
    )


def _keeper(job: BenchJob, config: Config) -> dict[str, Any]:
    return {
        "slots": config.sandbox.sandbox_slots,
        "backend": config.judging.backend,
        "image": config.judging.image,
        "unsafe": job.unsafe,
    }


async def _own_model(
    config: Config, settings: RunSettings, stack: AsyncExitStack
) -> Model | None:
    """The run's own model, if an arm plays on it."""
    if not any(arm.is_ours for arm in settings.arms):
        return None
    return await stack.enter_async_context(open_model(config))


async def _endpoints(
    config: Config, settings: RunSettings, stack: AsyncExitStack
) -> dict[str, Model]:
    """Each `endpoint:` arm's service. Its answers are not recorded.

    Raises:
        ConfigError: a replay was asked for, which no service can give.
        ModelUnavailable: it does not answer.
    """
    found: dict[str, Model] = {}
    for arm in settings.arms:
        if arm.kind == "endpoint":
            found[arm.name] = await stack.enter_async_context(_endpoint(config, arm))
    return found


@asynccontextmanager
async def _endpoint(config: Config, arm: Arm) -> AsyncIterator[Model]:
    if config.solve.record_mode == RecordMode.REPLAY_ONLY:
        raise ConfigError(
            f"{arm.name} is a service, whose answers are not recorded; leave it out of "
            "a run with --replay-only"
        )
    check_offline(replace(config.model, base_url=arm.url))
    client = OpenAIModel(
        base_url=arm.url,
        model=arm.model,
        api_key=_key_for(config, arm.url),
        idle_timeout_s=config.model.idle_timeout,
    )
    async with client as model:
        yield model


def _key_for(config: Config, url: str) -> str | None:
    """The key for an address: the model's own only for the model's own host."""
    own = urlsplit(config.model.base_url or "")
    there = urlsplit(url)
    if config.model.api_key and own.netloc and own.netloc == there.netloc:
        return config.model.api_key
    return config.bench.endpoint_key


def _note(
    store: RunStore, judge: LocalJudge, model: Model | None, endpoints: dict[str, Model]
) -> None:
    before = store.meta()
    leg = f"{judge.isolation.tier}, source {source_state()}"
    if not {"legs", "calibration"} & before.keys() and model is not None:
        table = table_that_ships(model.identity)
        store.set_meta(calibration=table_json(table) if table else None)
    told: dict[str, Any] = {
        "legs": list(dict.fromkeys([*before.get("legs", []), leg])),
        "model": identity_json(model.identity if model else None),
        "endpoints": {k: asdict(v.identity) for k, v in endpoints.items()},
    }
    seen, now = before.get("model"), told["model"]
    if seen and now and any(seen.get(each) != now[each] for each in _of_a_model(seen)):
        raise UsageError(
            f"the run was begun with the model {seen['name']} and is to go on with "
            f"{now['name']}; name the first with --model"
        )
    store.set_meta(**told)


def _of_a_model(seen: dict[str, Any]) -> tuple[str, ...]:
    """What tells a model from another: its file, or else its name."""
    return ("sha256",) if seen.get("sha256") else ("sha256", "name")


def prices_of(path: Path | None) -> Prices | None:
    """The user's price table, if one is given."""
    return read_prices(path) if path is not None else None


def opened(config: Config, name: str) -> RunStore:
    """A run to look at."""
    return RunStore(run_folder(runs_folder(config), name), read_only=True)


def put_json(data: Any) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps({"format": 1, **data}, default=str) + "\n")
