"""Two arms on the same tasks, paired, and in words what may be claimed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, pstdev

from assay.bench.bootstrap import bootstrap_ratio, in_common_units, two_level_mean
from assay.bench.power import (
    LEVEL,
    detectable,
    detectable_mean,
    tasks_needed,
    tasks_needed_mean,
)
from assay.bench.statistics import holm, mcnemar, paired_difference, sign_flip
from assay.errors import UsageError
from assay.types.results import Attempt, Comparison, Estimate, Outcome

Pair = tuple[Attempt, Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A comparison before it is known how many stand beside it."""

    comparison: Comparison
    n_seeds: int
    n_needed: int | None  # tasks that a difference like this one needs; None: it is 0


def arms_of(attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """The arms, in the order in which they first appear."""
    return tuple(dict.fromkeys(attempt.arm for attempt in attempts))


def has_pending(attempts: Sequence[Attempt], arm: str) -> bool:
    """Whether the machine failed an attempt of this arm, so that it has no score."""
    return any(a.arm == arm and a.outcome is Outcome.PENDING for a in attempts)


def is_right(attempt: Attempt) -> bool:
    """Whether the sealed answer passed all hidden cases."""
    return attempt.outcome is Outcome.PASSED


def pairs_of(attempts: Sequence[Attempt], a: str, b: str) -> list[list[Pair]]:
    """The attempts of a and b with the same task and seed, grouped by task.

    Raises:
        UsageError: an arm was not run or has pending attempts, or no task has both.
    """
    known = arms_of(attempts)
    for arm in (a, b):
        if arm not in known:
            told = ", ".join(known) or "none"
            raise UsageError(f"no attempts of the arm {arm!r}; this run has {told}")
        if has_pending(attempts, arm):
            raise UsageError(
                f"the arm {arm!r} has pending attempts, so it has no score; resume the "
                "run first"
            )
    others = {(one.task, one.seed): one for one in attempts if one.arm == b}
    tasks: dict[str, list[Pair]] = {}
    for one in attempts:
        other = others.get((one.task, one.seed))
        if one.arm == a and other is not None:
            tasks.setdefault(one.task, []).append((one, other))
    if not tasks:
        raise UsageError(f"no task was tried by both {a!r} and {b!r} with one seed")
    return list(tasks.values())


def difference_of(tasks: Sequence[Sequence[Pair]]) -> tuple[Estimate, float]:
    """Score of the first less that of the second, and the exact p of no difference.

    With one seed a task Tango's interval and McNemar's test, with several the
    hierarchical bootstrap and the sign-flip test over tasks.
    """
    groups = [
        [is_right(one) - is_right(other) for one, other in task] for task in tasks
    ]
    if all(len(differences) == 1 for differences in groups):
        return _once([differences[0] for differences in groups])
    interval = two_level_mean(groups)
    if interval.low == interval.high:  # all alike, as many tasks of one seed could be
        interval, _ = _once([differences[0] for differences in groups])
    return interval, sign_flip(in_common_units(groups)[0])


def _once(differences: Sequence[int]) -> tuple[Estimate, float]:
    n_only_a, n_only_b = differences.count(1), differences.count(-1)
    interval = paired_difference(n_only_a, n_only_b, len(differences))
    return interval, mcnemar(n_only_a, n_only_b)


def compare(attempts: Sequence[Attempt], a: str, b: str) -> Comparison:
    """Compare two arms on the tasks and seeds that both have, on their own.

    Raises:
        UsageError: an arm was not run or has pending attempts, or no task has both.
    """
    found = _find(attempts, a, b)
    return replace(found.comparison, words=_words(found, n_comparisons=1))


def compare_all(attempts: Sequence[Attempt], *, main: str) -> tuple[Comparison, ...]:
    """Compare `main` with each other arm, p corrected by Holm over this table.

    Arms with pending attempts are left out, and those without a task in common; the
    table is empty while `main` itself has pending attempts or is not there.
    """
    if main not in arms_of(attempts) or has_pending(attempts, main):
        return ()
    others = [
        arm
        for arm in arms_of(attempts)
        if arm != main and not has_pending(attempts, arm) and meet(attempts, main, arm)
    ]
    found = [_find(attempts, main, arm) for arm in others]
    corrected = holm([each.comparison.p for each in found])
    return tuple(
        _finish(each, p_holm, len(found))
        for each, p_holm in zip(found, corrected, strict=True)
    )


def meet(attempts: Sequence[Attempt], a: str, b: str) -> bool:
    """Whether some task was tried by both arms with one seed."""
    places = [{(x.task, x.seed) for x in attempts if x.arm == arm} for arm in (a, b)]
    return not places[0].isdisjoint(places[1])


def _finish(found: Found, p_holm: float, n_comparisons: int) -> Comparison:
    corrected = replace(found.comparison, p_holm=p_holm)
    words = _words(replace(found, comparison=corrected), n_comparisons=n_comparisons)
    return replace(corrected, words=words)


def _find(attempts: Sequence[Attempt], a: str, b: str) -> Found:
    tasks = pairs_of(attempts, a, b)
    difference, p = difference_of(tasks)
    flat = [pair for task in tasks for pair in task]
    right = [(is_right(one), is_right(other)) for one, other in flat]
    n_only_a, n_only_b = right.count((True, False)), right.count((False, True))
    # tasks of fewer seeds weigh more in the difference than in the count
    discordance = max((n_only_a + n_only_b) / len(flat), abs(difference.value))
    smallest, n_needed = _sizes(tasks, difference.value, discordance)
    comparison = Comparison(
        a=a,
        b=b,
        n_tasks=len(tasks),
        n_both=right.count((True, True)),
        n_only_a=n_only_a,
        n_only_b=n_only_b,
        n_neither=right.count((False, False)),
        difference=difference,
        p=p,
        tokens_ratio=_tokens_ratio(flat),
        tokens_ratio_interval=_ratio_interval(tasks),
        detectable=smallest,
    )
    n_seeds = max(len(task) for task in tasks)
    return Found(comparison=comparison, n_seeds=n_seeds, n_needed=n_needed)


def _sizes(
    tasks: Sequence[Sequence[Pair]], difference: float, discordance: float
) -> tuple[float, int | None]:
    """Smallest difference that these tasks show, and tasks that this one needs."""
    means = [fmean(is_right(one) - is_right(other) for one, other in t) for t in tasks]
    deviation = pstdev(means)
    if all(len(task) == 1 for task in tasks) or not deviation:
        needed = tasks_needed(difference, discordance) if difference else None
        return detectable(len(tasks), discordance), needed
    needed = tasks_needed_mean(difference, deviation) if difference else None
    return detectable_mean(len(tasks), deviation), needed


def _tokens_ratio(pairs: Sequence[Pair]) -> float | None:
    """Tokens of the first over those of the second. None: not measured, or none."""
    total_a = total_b = 0
    for one, other in pairs:
        if one.usage is None or other.usage is None:
            return None
        total_a += one.usage.tokens
        total_b += other.usage.tokens
    return total_a / total_b if total_b else None


def _ratio_interval(tasks: Sequence[Sequence[Pair]]) -> Estimate | None:
    """The ratio of tokens with its interval over tasks."""
    sums: list[tuple[float, float]] = []
    for task in tasks:
        known = [(a.usage, b.usage) for a, b in task]
        if any(a is None or b is None for a, b in known):
            return None
        sums.append(
            (
                sum(a.tokens for a, _ in known if a is not None),
                sum(b.tokens for _, b in known if b is not None),
            )
        )
    return bootstrap_ratio([a for a, _ in sums], [b for _, b in sums])


def _words(found: Found, *, n_comparisons: int) -> str:
    """What may be claimed of one comparison."""
    return f"{_seen(found, n_comparisons)}: {_claim(found)} {_spent(found.comparison)}"


def _seen(found: Found, n_comparisons: int) -> str:
    c = found.comparison
    more = c.difference.value * c.n_tasks
    size = f"{abs(more):.0f}" if found.n_seeds == 1 else f"{abs(more):.1f}"
    over = f" (mean of {found.n_seeds} seeds)" if found.n_seeds > 1 else ""
    count = f"{size} {'more' if more > 0 else 'fewer'} of" if more else "as many of"
    than = "than" if more else "as"
    test = "McNemar" if found.n_seeds == 1 else "sign-flip test over tasks,"
    corrected = ""
    if c.p_holm is not None and n_comparisons > 1:
        corrected = f"; corrected for {n_comparisons} comparisons {_p(c.p_holm)}"
    return (
        f"{c.a} solved {count} {c.n_tasks} tasks {than} {c.b}{over} "
        f"({points(c.difference.value)} points, 95 % interval "
        f"{points(c.difference.low)} to {points(c.difference.high)}, "
        f"exact {test} {_p(c.p)}{corrected})"
    )


def _claim(found: Found) -> str:
    c = found.comparison
    if (c.p if c.p_holm is None else c.p_holm) < LEVEL:
        return "a difference is shown at the 5 % level."
    shown = "no difference is shown"
    if c.p < LEVEL:
        shown = "not significant at 5 % after correction"
    if c.detectable >= 1:
        return f"{shown}; {c.n_tasks} tasks are too few to show any."
    least = f"a difference of at least {100 * c.detectable:.1f} points (80 % power)"
    needed = ""
    if found.n_needed is not None and found.n_needed > c.n_tasks:
        needed = f"; one of this size needs about {found.n_needed:,}"
    return f"{shown}; {c.n_tasks} tasks would show {least}{needed}."


def _spent(comparison: Comparison) -> str:
    if comparison.tokens_ratio is None:
        return "Tokens: not measured for both."
    told = f"It used {comparison.tokens_ratio:.2f} times the tokens"
    interval = comparison.tokens_ratio_interval
    if interval is not None:
        told += f" (95 % interval {interval.low:.2f} to {interval.high:.2f})"
    return f"{told}."


def points(share: float) -> str:
    """A difference of shares in points, with its sign.

    >>> points(0.0551), points(-0.001), points(-0.0001)
    ('+5.5', '-0.1', '0.0')
    """
    text = f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
