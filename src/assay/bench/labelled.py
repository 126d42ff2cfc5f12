"""A finished run -> graded answers with what was known before: rows to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.bench.reporting import attempts_of, leaks_of
from assay.bench.store import RunStore
from assay.bench.summary import status_of
from assay.errors import UsageError
from assay.memory.calibration import Labelled
from assay.memory.features import Features, read_features
from assay.types.results import Outcome


def labelled(store: RunStore, arm: str) -> tuple[Labelled, ...]:
    """Every answer of an arm that stated a confidence, and whether it was right.

    Raises:
        UsageError: the run is not complete, has no such arm, or notes no features.
    """
    attempts = attempts_of(store)
    status = status_of(attempts, leaks_of(store))
    name = store.folder.name
    if status != "complete":
        raise UsageError(
            f"the run {name!r} is {status}; a confidence is learnt from a complete one"
        )
    arms = list(dict.fromkeys(each.arm for each in attempts))
    if arm not in arms:
        raise UsageError(f"the run {name!r} has no arm {arm!r}, but {', '.join(arms)}")
    rows = []
    for each in attempts:
        if each.arm != arm or each.confidence is None:
            continue
        features = _features(store.trace((each.task, arm, each.seed)))
        if features is None:
            raise UsageError(
                f"the run {name!r} does not say what {arm!r} knew of its answer to "
                f"{each.task!r}; make it again, with --replay-only if it was recorded"
            )
        rows.append(
            Labelled(
                task=each.task,
                features=features,
                right=each.outcome is Outcome.PASSED,
                stated=each.confidence,
            )
        )
    if not rows:
        raise UsageError(f"{arm!r} states no confidence; `assay` and recipes do")
    return tuple(rows)


def _features(events: list[dict[str, Any]]) -> Features | None:
    """What the last event of a solve notes."""
    for event in reversed(events):
        data = event.get("data")
        if event.get("kind") == "solution" and isinstance(data, Mapping):
            return read_features(data.get("features"))
    return None
