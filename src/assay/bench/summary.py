"""From attempts to what the report shows: arms, comparisons, rungs, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from assay.bench.bootstrap import bootstrap_mean, bootstrap_ratio, two_level_mean
from assay.bench.claims import headline, main_arm, status_of
from assay.bench.paired import (
    arms_of,
    compare,
    compare_all,
    is_right,
)
from assay.bench.rungs import left_out, waterfall
from assay.bench.statistics import calibration_error, quantile, reliability, wilson
from assay.types.results import (
    ArmSummary,
    Attempt,
    Calibration,
    Estimate,
    Outcome,
    Spread,
)

__all__ = [
    "arms_of",
    "calibration",
    "calibrations",
    "compare",
    "compare_all",
    "headline",
    "left_out",
    "main_arm",
    "status_of",
    "summarise",
    "waterfall",
]

ByTask = list[list[Attempt]]


def summarise(attempts: Sequence[Attempt]) -> tuple[ArmSummary, ...]:
    """Sum up each arm, in the order in which the arms first appear.

    Scores and figures per solved task are None while an arm has pending attempts. A
    cost is None where one finished attempt lacks it: a part is no total. Costs are
    those of finished attempts; over several seeds a task's cost is their mean.
    """
    return tuple(
        _summarise(arm, [each for each in attempts if each.arm == arm])
        for arm in arms_of(attempts)
    )


def _summarise(arm: str, attempts: Sequence[Attempt]) -> ArmSummary:
    done = _by_task([a for a in attempts if a.outcome is not Outcome.PENDING])
    outcomes = [attempt.outcome for attempt in attempts]
    n_pending = outcomes.count(Outcome.PENDING)
    n_solved = 0 if n_pending else outcomes.count(Outcome.PASSED)
    scored = [] if n_pending else done
    tokens = _spread(done, _tokens)
    joules = _spread(done, lambda a: a.joules)
    money = _spread(done, lambda a: a.money)
    return ArmSummary(
        arm=arm,
        n_tasks=len({attempt.task for attempt in attempts}),
        n_seeds=len({attempt.seed for attempt in attempts}),
        n_passed=outcomes.count(Outcome.PASSED),
        n_failed=outcomes.count(Outcome.FAILED),
        n_pending=n_pending,
        score=_share(scored, is_right),
        k=max(1, *(attempt.n_candidates for attempt in attempts)),
        oracle=_share(scored, _any_right) if _knows_right(scored) else None,
        random=_mean(scored, _share_right) if _knows_right(scored) else None,
        efficiency=_efficiency(scored) if _knows_right(scored) else None,
        tokens=tokens,
        tokens_per_solved=_per_solved(tokens, n_solved),
        completion_tokens=_spread(done, _completion_tokens),
        seconds=_spread(done, lambda a: a.seconds),
        model_seconds=_spread(done, lambda a: a.model_seconds),
        sandbox_seconds=_spread(done, lambda a: a.sandbox_seconds),
        calls=_spread(done, lambda a: a.calls),
        rerun_rate=_rerun_rate(done),
        joules=joules,
        joules_per_solved=_per_solved(joules, n_solved),
        money=money,
        money_per_solved=_per_solved(money, n_solved),
    )


def _by_task(attempts: Sequence[Attempt]) -> ByTask:
    tasks: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        tasks.setdefault(attempt.task, []).append(attempt)
    return list(tasks.values())


def _share(tasks: ByTask, holds: Callable[[Attempt], bool]) -> Estimate | None:
    """Share with its interval: Wilson's of one seed, else by resampling both levels."""
    if not tasks:
        return None
    groups = [[int(holds(attempt)) for attempt in task] for task in tasks]
    once = wilson(sum(group[0] for group in groups), len(groups))
    if all(len(group) == 1 for group in groups):
        return once
    interval = two_level_mean(groups)
    return once if interval.low == interval.high else interval  # all right, or none


def _mean(tasks: ByTask, measure: Callable[[Attempt], float]) -> float | None:
    if not tasks:
        return None
    return fmean(fmean(measure(attempt) for attempt in task) for task in tasks)


def _knows_right(tasks: ByTask) -> bool:
    return all(attempt.n_right is not None for task in tasks for attempt in task)


def _any_right(attempt: Attempt) -> bool:
    return bool(attempt.n_right)


def _share_right(attempt: Attempt) -> float:
    return (
        (attempt.n_right or 0) / attempt.n_candidates if attempt.n_candidates else 0.0
    )


def _efficiency(tasks: ByTask) -> Estimate | None:
    """How much of what choosing can win was won: 0 as a random choice, 1 as an oracle.

    None where choosing cannot win, or on too few tasks for an interval.
    """
    won, possible = [], []
    for task in tasks:
        random = fmean(map(_share_right, task))
        won.append(fmean(map(is_right, task)) - random)
        possible.append(fmean(map(_any_right, task)) - random)
    if not tasks or not any(possible):
        return None
    efficiency = bootstrap_ratio(won, possible)
    if efficiency is None or efficiency.low < efficiency.high or won != possible:
        return efficiency
    # never a wrong choice, so that no resample differs: as sure as its tasks are many
    n_deciding = sum(share > 0 for share in possible)
    return wilson(n_deciding, n_deciding)


def _spread(tasks: ByTask, cost: Callable[[Attempt], float | None]) -> Spread | None:
    known: list[list[float]] = []
    for task in tasks:
        costs = [value for a in task if (value := cost(a)) is not None]
        if len(costs) < len(task):
            return None
        known.append(costs)
    if not known:
        return None
    means = [fmean(costs) for costs in known]
    return Spread(
        mean=fmean(means),
        median=quantile(means, 0.5),
        p90=quantile(means, 0.9),
        total=sum(map(sum, known)),
        interval=bootstrap_mean(means),
    )


def _tokens(attempt: Attempt) -> int | None:
    return attempt.usage.tokens if attempt.usage else None


def _completion_tokens(attempt: Attempt) -> int | None:
    return attempt.usage.completion_tokens if attempt.usage else None


def _per_solved(spread: Spread | None, n_solved: int) -> float | None:
    return spread.total / n_solved if spread and n_solved else None


def _rerun_rate(tasks: ByTask) -> float | None:
    n_calls = n_retries = 0
    for attempt in (attempt for task in tasks for attempt in task):
        if attempt.calls is None:
            return None
        n_calls += attempt.calls
        n_retries += attempt.retries
    return n_retries / n_calls if n_calls else None


def calibration(attempts: Sequence[Attempt], arm: str) -> Calibration | None:
    """Stated confidence against what was right, or None where the arm states none.

    Attempts that are pending or without a confidence are not counted.
    """
    stated = [
        (attempt.confidence, is_right(attempt))
        for attempt in attempts
        if attempt.arm == arm
        and attempt.outcome is not Outcome.PENDING
        and attempt.confidence is not None
    ]
    if not stated:
        return None
    bins = reliability(stated)
    return Calibration(arm=arm, bins=bins, error=calibration_error(bins), n=len(stated))


def calibrations(attempts: Sequence[Attempt]) -> tuple[Calibration, ...]:
    """The calibration of each arm that states a confidence."""
    found = (calibration(attempts, arm) for arm in arms_of(attempts))
    return tuple(each for each in found if each is not None)
