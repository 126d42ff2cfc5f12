"""A stored run -> the typed values that tables and pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assay.bench import summary
from assay.bench.price import Prices, money
from assay.bench.settings import RunSettings
from assay.bench.store import Key, RunStore, Sealed
from assay.memory.tables import table_of
from assay.types import Usage
from assay.types.results import Attempt, Leak, Outcome, RunReport, SolveRecord


def attempts_of(store: RunStore, prices: Prices | None = None) -> tuple[Attempt, ...]:
    """Every attempt that the run is to have; what is not there yet is pending.

    Arms in the order of `arm_names`, and within an arm tasks in the dataset's.

    Raises:
        UsageError: a sealed answer was changed.
    """
    settings, tasks = store.settings(), store.tasks()
    sealed = {each.key: each for each in store.sealed()}
    grades, why = store.grades(), {key: reason for key, _, reason in store.faults()}
    found = []
    for arm in arm_names(settings):
        for seed in range(settings.seeds):
            for task in tasks:
                key = (task["task"], arm, seed)
                reason = why.get(key, "not run yet")
                one = _attempt(key, task, sealed.get(key), grades.get(key), reason)
                found.append(_priced(one, prices))
    return tuple(found)


def arm_names(settings: RunSettings) -> tuple[str, ...]:
    """The arms as the tables order them: the simplest first, the whole method last."""
    names = [arm.name for arm in settings.arms]
    order = {"single": 0, "sample": 1, "majority": 2, "bon": 3, "endpoint": 4}
    order |= {"command": 5, "recipe": 6, "assay": 7}
    kinds = {arm.name: arm for arm in settings.arms}

    def place(name: str) -> tuple[int, int]:
        arm = kinds[name]
        return (order[arm.kind], -len(arm.without))

    return tuple(sorted(names, key=place))


def _priced(attempt: Attempt, prices: Prices | None) -> Attempt:
    if prices is None or attempt.outcome is Outcome.PENDING:
        return attempt
    return replace(attempt, money=money(prices, attempt))


def _attempt(
    key: Key,
    task: Mapping[str, Any],
    sealed: Sealed | None,
    grade: Mapping[str, Any] | None,
    why: str,
) -> Attempt:
    name, arm, seed = key
    about = {"date": task["date"], "difficulty": task["difficulty"]}
    if sealed is None:
        return Attempt(
            task=name, arm=arm, seed=seed, outcome=Outcome.PENDING, reason=why, **about
        )
    record = sealed.record
    return Attempt(
        task=name,
        arm=arm,
        seed=seed,
        outcome=Outcome(grade["outcome"]) if grade else Outcome.PENDING,
        reason=grade["reason"] if grade else why,
        answer_sha256=sealed.answer_sha256,
        claim=record["claim"],
        confidence=record["confidence"],
        stopped=record["stopped"],
        usage=_usage(record),
        calls=record["calls"],
        retries=record["retries"],
        seconds=record["seconds"],
        model_seconds=record["model_seconds"],
        sandbox_seconds=record["sandbox_seconds"],
        joules=record.get("joules"),
        n_samples=record["n_samples"],
        n_candidates=sum(copies for _, copies in sealed.candidates),
        n_right=grade["n_right"] if grade else None,
        load=record["load"],
        **about,
    )


def _usage(record: Mapping[str, Any]) -> Usage | None:
    if record["prompt_tokens"] is None or record["completion_tokens"] is None:
        return None
    return Usage(
        prompt_tokens=record["prompt_tokens"],
        completion_tokens=record["completion_tokens"],
        cached_prompt_tokens=record["cached_prompt_tokens"] or 0,
    )


def leaks_of(store: RunStore) -> tuple[Leak, ...]:
    """Hidden cases that were found where none may be."""
    return tuple(
        Leak(task=key[0], arm=key[1], seed=key[2], where=where, what=what)
        for key, grade in sorted(store.grades().items())
        for where, what in grade["leaks"]
    )


def report_of(store: RunStore, prices: Prices | None = None) -> RunReport:
    """Analyse a run. It need not be finished: then it has no score, and says so."""
    meta = store.meta()
    settings = store.settings()
    attempts, leaks = attempts_of(store, prices), leaks_of(store)
    status = summary.status_of(attempts, leaks)
    arms = summary.summarise(attempts)
    comparisons = summary.compare_all(
        attempts, main=summary.main_arm(arm_names(settings))
    )
    told = summary.headline(
        status=status, arms=arms, comparisons=comparisons, leaks=leaks
    )
    created = datetime.fromtimestamp(meta["created"], UTC)
    return RunReport(
        run=store.folder.name,
        dataset=meta.get("dataset", settings.dataset),
        created=created.isoformat(timespec="seconds"),
        status=status,
        headline=told,
        arms=arms,
        comparisons=comparisons,
        steps=summary.waterfall(attempts),
        left_out=summary.left_out(attempts),
        calibrations=summary.calibrations(attempts),
        attempts=attempts,
        leaks=leaks,
        n_harness_errors=len(store.faults()),
        provenance=tuple(_provenance(store, meta, settings, attempts, leaks)),
        commands=(
            meta["command"],
            f"assay bench report {store.folder.name} -o page.html",
        ),
        titles={task["task"]: task["title"] for task in store.tasks()},
        warnings=tuple(_warnings(store, meta, settings, attempts)),
    )


def _calibration(meta: Mapping[str, Any]) -> str:
    """What stated confidences rest on, and whether that has seen the run's tasks."""
    if not meta.get("calibration"):
        return "the prior"
    try:
        table = table_of(meta["calibration"])
    except (ValueError, LookupError, TypeError) as error:
        return f"of a table that cannot be read ({error})"
    told = f"calibrated on {table.n} graded answers, run {table.run}"
    if table.dataset_sha256 == meta.get("dataset_sha256"):
        told += "; THESE VERY TASKS are in it, so it is no forecast"
    return told


def _provenance(
    store: RunStore,
    meta: Mapping[str, Any],
    settings: RunSettings,
    attempts: Sequence[Attempt],
    leaks: Sequence[Leak],
) -> Iterator[tuple[str, str]]:
    model, about = meta.get("model") or {}, meta.get("environment", {})
    loads = sorted(a.load for a in attempts if a.outcome is not Outcome.PENDING)
    records = [each.record for each in store.sealed()]
    n_recorded = sum(record["recorded_calls"] for record in records)
    n_calls = sum(record["calls"] or 0 for record in records)
    yield "dataset", f"{meta.get('dataset', '?')} ({meta.get('dataset_format', '?')})"
    yield "dataset sha256", meta.get("dataset_sha256", "not read yet")
    yield "tasks", f"{len(store.tasks())} of {meta.get('n_rows', '?')} rows"
    yield "window", settings.chosen.window
    yield "model", model.get("name", "none")
    yield "model sha256", model.get("sha256") or "not known"
    yield "engine", model.get("engine", "none")
    for arm, told in (meta.get("endpoints") or {}).items():
        yield f"model of {arm}", f"{told['name']} ({told['engine']})"
    yield "ceiling of an attempt", _limit(settings)
    yield "seeds", f"{settings.seeds}, from {settings.first_seed}"
    yield (
        "sampling",
        f"temperature {settings.temperature:g}, top_p {settings.top_p:g}, at most "
        f"{settings.max_tokens} tokens a completion, {settings.n_max} samples, "
        f"{settings.n_inputs} self-made inputs, stop at {settings.stop_at:g}, sure at "
        f"{settings.sure_at:g}",
    )
    yield "confidence", _calibration(meta)
    yield "prompts sha256", _wordings(records)
    yield "calls replayed from recordings", f"{n_recorded} of {n_calls}"
    yield "package", f"assay {about.get('package', '?')}, source {about.get('source')}"
    yield "python", about.get("python", "?")
    yield "machine", about.get("machine", "?")
    yield "system", about.get("system", "?")
    yield "sandbox of each part", "; ".join(meta.get("legs", ["?"]))
    yield "wall around techniques", _wall(meta)
    if loads:
        yield "load while answering", f"{loads[0]:.1f} to {loads[-1]:.1f} (one minute)"
    yield "energy", meta.get("energy", "not measured")
    yield "limits", _limits(store)
    yield "leaks", str(len(leaks))
    yield "harness errors", str(len(store.faults()))
    yield "tokens of attempts that were cut off", f"{lost_tokens(store):,}"


def _limit(settings: RunSettings) -> str:
    limit = settings.limit
    parts = []
    if limit.tokens is not None:
        parts.append(f"{limit.tokens:,} tokens")
    if limit.seconds is not None:
        parts.append(f"{limit.seconds:g} s")
    if limit.calls is not None:
        parts.append(f"{limit.calls} calls")
    if settings.pool_tokens is not None:
        parts.append(f"a pool of {settings.pool_tokens:,} tokens for an arm's tasks")
    if settings.match:
        parts.append(f"arms without a number spend at least what {settings.match} did")
    return "; ".join(parts) or "none"


def _wall(meta: Mapping[str, Any]) -> str:
    if meta.get("confined") is None:
        return "not started yet"
    if meta["confined"]:
        return "Landlock and seccomp; a bait file could not be opened"
    return "NONE: techniques could open every file (--unsafe-open-files)"


def _wordings(records: Sequence[Mapping[str, Any]]) -> str:
    found: dict[str, str] = {}
    for record in records:
        found.update(record["wordings"])
    told = [f"{name} {sha[:12]}" for name, sha in sorted(found.items())]
    return ", ".join(told) or "none"


def _limits(store: RunStore) -> str:
    limits = [task["limits"] for task in store.tasks() if task["limits"]]
    if not limits:
        return "not calibrated yet"
    seconds = [each["cpu_s"] for each in limits]
    kinds = Counter(each["reference"] for each in limits)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return (
        f"{min(seconds):g} to {max(seconds):g} s of CPU time a case, by the references "
        f"on this computer ({told})"
    )


def lost_tokens(store: RunStore) -> int:
    """Tokens of calls in attempts that a kill or a fault cut off, and were made again.

    Replayed calls cost nothing the second time and are not counted.
    """
    open_calls: dict[tuple[Any, ...], int] = {}
    lost = 0
    for event in store.events():
        key = tuple(event.get("key") or ())
        match event["event"]:
            case "started":
                lost += open_calls.get(key, 0)
                open_calls[key] = 0
            case "call" if not event["recorded"]:
                open_calls[key] = open_calls.get(key, 0) + event["tokens"]
            case "sealed":
                open_calls.pop(key, None)
    return lost


def _warnings(
    store: RunStore,
    meta: Mapping[str, Any],
    settings: RunSettings,
    attempts: Sequence[Attempt],
) -> Iterator[str]:
    wrong = [
        task["task"]
        for task in store.tasks()
        if task["limits"] and task["limits"]["reference"] == "failed"
    ]
    if wrong:
        yield (
            f"the references of {len(wrong)} tasks fail their hidden cases here "
            f"({', '.join(wrong[:5])}{', …' if len(wrong) > 5 else ''}): no "
            "program may pass those"
        )
    silent = {a.arm for a in attempts if a.usage is None and a.answer_sha256}
    for arm in sorted(silent):
        yield f"{arm} does not tell its tokens: its cost is a gap, not a zero"
    most = settings.limit.tokens
    if most is not None:
        over = Counter(a.arm for a in attempts if a.usage and a.usage.tokens > most)
        for arm, count in sorted(over.items()):
            yield f"{arm} spent more than the ceiling of {most:,} tokens {count} times"
    if settings.limit.seconds is not None and any(
        each.record["recorded_calls"] for each in store.sealed()
    ):
        yield (
            "the ceiling of seconds is this computer's clock, on which replayed calls "
            "take no time: arms that replayed more were given more"
        )
    if meta.get("confined") is False:
        yield "this run had no wall between techniques and the dataset"
    if any(arm.kind == "command" for arm in settings.arms):
        yield (
            "command arms run as the user, and were kept from the dataset's file and "
            "the run's folder, not from other copies of them"
        )


def solve_records(
    store: RunStore, keys: Sequence[Key] | None = None
) -> Iterator[SolveRecord]:
    """Every sealed attempt with all that its own page shows."""
    attempts = {(a.task, a.arm, a.seed): a for a in attempts_of(store)}
    tasks = {task["task"]: task for task in store.tasks()}
    wanted = None if keys is None else frozenset(keys)
    for sealed in store.sealed():
        if wanted is not None and sealed.key not in wanted:
            continue
        task = tasks[sealed.key[0]]
        yield SolveRecord(
            attempt=attempts[sealed.key],
            statement=task["statement"],
            title=task["title"],
            answer=sealed.answer,
            events=tuple(store.trace(sealed.key)),
            candidates=tuple((code, None) for code, _ in sealed.candidates),
        )
