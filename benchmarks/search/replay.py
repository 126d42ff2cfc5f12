"""Replay the whole table of ablations and targets from executed pools.

    python benchmarks/search/replay.py EXECUTED.jsonl.gz ... --json search.json

No model, no data set and no sandbox is needed: a pool holds what was shown when each of
its programs was run. Every arm is played on the same random orders of each task's
samples (the recorded order first), so that arms differ in method and not in luck.
Differences are paired by task, with a bootstrap over tasks; beside them stands the one
recorded order with exact McNemar.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, mode
from typing import Any

from arms import Arm, Sure, bon, ladder, single, without_corners
from confidences import WITHOUT_TAIL, Learnt, graded, how_true, learn
from estimates import bootstrap, tell
from parallel import in_parallel
from pooled import equal, shared
from pools import PooledTask, orders, read_pool
from sets import HALVES

from assay.bench.statistics import (
    mcnemar,
)
from assay.memory.calibration import Labelled
from assay.selection import TECHNIQUES
from assay.solve import Recipe

N_ORDERS = 200
N_STATED = 20  # orders of a task whose confidences are compared with what was found
NEVER = 10.0
ONE_BY_ONE = (1,)
POOLED = (300, 600)  # tokens a task
SURE_AT = (0.6, 0.75, 0.8, 0.85, 0.9, 0.95)

Rows = dict[str, "Score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An arm on a task: means over the orders, and the recorded order alone."""

    right: float
    tokens: float
    n_samples: float
    recorded_right: bool
    stated: tuple[Labelled, ...] = ()


def score(arm: Arm, task: PooledTask, n_orders: int) -> Score:
    """Play an arm on every order of a task."""
    played = [arm(task, order) for order in orders(task, n_orders)]
    right = [task.is_right(each.answer) for each in played]
    return Score(
        right=fmean(right),
        tokens=fmean(each.tokens for each in played),
        n_samples=fmean(each.n_samples for each in played),
        recorded_right=right[0],
        stated=tuple(
            Labelled(
                task=task.name,
                features=each.features,
                right=is_right,
                stated=each.confidence,
            )
            for each, is_right in zip(played[:N_STATED], right, strict=False)
            if each.features is not None
        ),
    )


def scores(arm: Arm, tasks: Sequence[PooledTask], n_orders: int) -> Rows:
    """An arm on all tasks, by their names."""
    return {task.name: score(arm, task, n_orders) for task in tasks}


def all_scores(
    arms: dict[str, Arm], tasks: Sequence[PooledTask], n_orders: int
) -> dict[str, Rows]:
    """Every arm on every task, the tasks shared among the processors."""

    def play(task: PooledTask) -> dict[str, Score]:
        return {name: score(arm, task, n_orders) for name, arm in arms.items()}

    played = in_parallel(play, tasks)
    return {
        arm: {task.name: each[arm] for task, each in zip(tasks, played, strict=True)}
        for arm in arms
    }


def mean_right(rows: Rows, names: Iterable[str]) -> float:
    """The accuracy over these tasks."""
    return fmean(rows[name].right for name in names)


def mean_tokens(rows: Rows, names: Iterable[str]) -> float:
    """Completion tokens a task."""
    return fmean(rows[name].tokens for name in names)


def at_tokens(curve: Sequence[Rows], names: Sequence[str], tokens: float) -> float:
    """The accuracy that an arm has at a mean spend: between two sizes, a mixture."""
    points = sorted((mean_tokens(r, names), mean_right(r, names)) for r in curve)
    if tokens <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if tokens <= x1:
            return y0 + (y1 - y0) * (tokens - x0) / (x1 - x0)
    return points[-1][1]


def tokens_for(curve: Sequence[Rows], names: Sequence[str], right: float) -> float:
    """The least mean spend at which a curve reaches an accuracy, or inf."""
    points = sorted((mean_tokens(r, names), mean_right(r, names)) for r in curve)
    x0, y0 = points[0]
    if y0 >= right:
        return x0
    for x1, y1 in points[1:]:
        if y1 >= right:
            return x0 + (x1 - x0) * (right - y0) / (y1 - y0) if y1 > y0 else x1
        x0, y0 = x1, max(y0, y1)
    return float("inf")


def efficiency(
    tasks: dict[str, PooledTask], picked: Rows, names: Sequence[str]
) -> float:
    """(chosen - a random candidate) / (any candidate - a random candidate)."""
    rand = {name: _random_right(tasks[name]) for name in set(names)}
    won = sum(picked[name].right - rand[name] for name in names)
    possible = sum(any(tasks[name].right) - rand[name] for name in names)
    return won / possible if possible else 1.0


def fixed_net(assay: Rows, alone: Rows, names: Sequence[str]) -> float:
    """Of the failures of one sample, the share turned into passes, losses taken off."""
    failed = 1 - mean_right(alone, names)
    gained = mean_right(assay, names) - mean_right(alone, names)
    return gained / failed if failed else 1.0


def harm(assay: Rows, alone: Rows, names: Sequence[str]) -> float:
    """Of all tasks, the share that one sample solves and the method loses."""
    return fmean(alone[name].recorded_right * (1 - assay[name].right) for name in names)


def token_ratio(ladders: Sequence[Rows], full: Rows, names: Sequence[str]) -> float:
    """What the method needs for the accuracy of best-of-N, to what that paid.

    `NEVER` where it does not reach it, or only for more than that.
    """
    needed = tokens_for(ladders, names, mean_right(full, names))
    return min(NEVER, needed / mean_tokens(full, names))


def _random_right(task: PooledTask) -> float:
    return fmean(s.program is not None and task.right[s.program] for s in task.samples)


def arms_of(n: int, learnt: Learnt) -> dict[str, Arm]:
    """All arms of the table, for pools of so many samples."""
    usual = Recipe()
    sure = learnt.sure_at(usual.sure_at)
    arms: dict[str, Arm] = {"single": single}
    for k in range(1, n + 1):
        arms[f"bon:{k}"] = bon(k, lazy=False)
        arms[f"lazy bon:{k}"] = bon(k, lazy=True)
    sizes = [k for k in (2, 3, 4, 6, 8, 12, 16) if k <= n]
    for k in sizes:
        arms[f"assay:{k}"] = ladder(n_max=k, sure=sure)
    for stop in (0.7, 0.8, 0.9, 0.95):
        arms[f"stop at {stop}"] = ladder(n_max=n, stop_at=stop, sure=sure)
    arms["one by one"] = ladder(n_max=n, sizes=ONE_BY_ONE, sure=sure)
    for k in (k for k in (2, 4, 8, 16) if k <= n):
        arms[f"never sure:{k}"] = ladder(n_max=k)
        for least in SURE_AT:
            arms[f"sure at {least}:{k}"] = ladder(n_max=k, sure=learnt.sure_at(least))
    for name, select in TECHNIQUES.items():
        arms[f"all {n}, {name}"] = ladder(n_max=n, stops=False, select=select)
    arms["no corner cases"] = without_corners(ladder(n_max=n, sure=sure))
    every = ladder(n_max=n, stops=False)
    arms[f"all {n}, no corner cases"] = without_corners(every)
    return arms


def whole_pools(tasks: list[PooledTask]) -> tuple[list[PooledTask], int]:
    """Tasks with as many samples as most of their set have, and the most of any set.

    A recording that goes on has begun to draw more of some tasks; what is more is cut.
    """
    usual = {
        name: mode(len(task.samples) for task in tasks if task.set == name)
        for name in {task.set for task in tasks}
    }
    kept = [
        task.cut(usual[task.set])
        for task in tasks
        if len(task.samples) >= usual[task.set]
    ]
    sys.stderr.write(f"{len(kept)} of {len(tasks)} tasks, samples of each: {usual}\n")
    return kept, max(usual.values())


def report(tasks: list[PooledTask], n_orders: int) -> dict[str, Any]:
    """Both halves of one model's pool: every arm, and the targets."""
    tasks, n = whole_pools(tasks)
    choices = graded(tasks, n_max=n)
    learnt, bare = learn(tasks, choices), learn(tasks, choices, WITHOUT_TAIL)
    rows = all_scores(arms_of(n, learnt), tasks, n_orders)
    told = in_parallel(lambda half: _half(half, tasks, rows, n, learnt, bare), HALVES)
    return dict(zip(HALVES, told, strict=True))


def _half(
    half: str,
    tasks: list[PooledTask],
    rows: dict[str, Rows],
    n: int,
    learnt: Learnt,
    bare: Learnt,
) -> dict[str, Any]:
    names = [task.name for task in tasks if task.half == half]
    if not names:
        return {}
    assay, alone, full = rows[f"assay:{n}"], rows["single"], rows[f"bon:{n}"]
    told: dict[str, Any] = {"n_tasks": len(names), "n_samples": n}
    for label, prefix in (("bon", "bon:"), ("lazy_bon", "lazy bon:")):
        curve = _curve(rows, prefix)
        diff = bootstrap(names, partial(_difference, assay, curve))
        told[f"diff_vs_{label}_pooled_pp"] = round(100 * diff.value, 2)
        told[f"diff_vs_{label}_pooled_ci_low_pp"] = round(100 * diff.low, 2)
        told[f"diff_vs_{label}_pooled_ci_high_pp"] = round(100 * diff.high, 2)
        told[f"mcnemar_p_vs_{label}_pooled"] = _mcnemar(
            assay, rows[f"{prefix}{n}"], names
        )
    ladders = _curve(rows, "assay:")
    for label, other in (("bon", full), ("lazy_bon", rows[f"lazy bon:{n}"])):
        tell(
            told,
            f"tokens_ratio_at_{label}_accuracy",
            bootstrap(names, partial(token_ratio, ladders, other)),
        )
    by_name = {task.name: task for task in tasks}
    for name in sorted({task.set for task in tasks}):
        mine = [each for each in names if by_name[each].set == name]
        told[f"n_{name}"] = len(mine)
        if not mine:
            continue
        for arm, found in (
            ("single", alone),
            ("assay", assay),
            ("bon", full),
            ("lazy_bon", rows[f"lazy bon:{n}"]),
        ):
            told[f"{arm}_{name}"] = round(mean_right(found, mine), 4)
            told[f"{arm}_tokens_{name}"] = round(mean_tokens(found, mine))
        picked = rows[f"all {n}, soft_vote"]
        tell(
            told,
            f"selection_efficiency_{name}",
            bootstrap(mine, partial(efficiency, by_name, picked)),
        )
        tell(
            told,
            f"failures_fixed_net_{name}",
            bootstrap(mine, partial(fixed_net, assay, alone)),
        )
    tell(told, "harm", bootstrap(names, partial(harm, assay, alone)))
    sure = learnt.sure_at(Recipe().sure_at)
    stated = {name: found.stated for name, found in assay.items()}
    told |= how_true(tasks, learnt, bare, stated, names)
    told["against_soft_vote_pp"] = {
        arm: _points(found, rows[f"all {n}, soft_vote"], names)
        for arm, found in rows.items()
        if arm.startswith(f"all {n}, ") and not arm.endswith(" soft_vote")
    } | {"first in play": _points(full, rows[f"all {n}, soft_vote"], names)}
    told["against_the_ladder_pp"] = {
        arm: _points(found, assay, names)
        for arm, found in rows.items()
        if arm.startswith(("stop at", "one by one", "no corner cases"))
        or (arm.startswith(("never sure", "sure at")) and arm.endswith(f":{n}"))
    }
    told["tokens_ratio_when_sure"] = {
        label: round(token_ratio(_curve(rows, f"{label}:"), full, names), 4)
        for label in ("never sure", *(f"sure at {least}" for least in SURE_AT))
    }
    told["pooled_budget_pp"] = {
        f"{tokens} tokens a task": _pooled(tasks, names, n, tokens, sure)
        for tokens in POOLED
    }
    told["arms"] = {
        arm: [round(mean_right(found, names), 4), round(mean_tokens(found, names))]
        for arm, found in rows.items()
    }
    return told


def _curve(rows: dict[str, Rows], prefix: str) -> list[Rows]:
    """A method at each of its sizes."""
    return [found for arm, found in rows.items() if arm.startswith(prefix)]


def _pooled(
    tasks: list[PooledTask], names: Sequence[str], n: int, tokens: int, sure: Sure
) -> list[float]:
    """What one budget for all tasks of the half brings, as `_points` tells it."""
    mine = [task for task in tasks if task.name in set(names)]
    new = shared(mine, tokens=tokens, n_max=n, sure=sure)
    old = equal(mine, tokens=tokens, n_max=n, sure=sure)

    def difference(some: Sequence[str]) -> float:
        return fmean(new[each][0] - old[each][0] for each in some)

    found = bootstrap(names, difference)
    points = [round(100 * x, 2) for x in (found.value, found.low, found.high)]
    return [*points, round(fmean(new[each][1] - old[each][1] for each in names))]


def _points(new: Rows, old: Rows, names: Sequence[str]) -> list[float]:
    """Points of difference and their interval, then tokens a task."""
    found = bootstrap(names, lambda some: mean_right(new, some) - mean_right(old, some))
    tokens = mean_tokens(new, names) - mean_tokens(old, names)
    points = [round(100 * x, 2) for x in (found.value, found.low, found.high)]
    return [*points, round(tokens)]


def _difference(assay: Rows, curve: Sequence[Rows], names: Sequence[str]) -> float:
    equal = at_tokens(curve, names, mean_tokens(assay, names))
    return mean_right(assay, names) - equal


def _mcnemar(one: Rows, other: Rows, names: Sequence[str]) -> float:
    pairs = [(one[n].recorded_right, other[n].recorded_right) for n in names]
    won = sum(a and not b for a, b in pairs)
    lost = sum(b and not a for a, b in pairs)
    return round(mcnemar(won, lost), 5)


def show(model: str, half: str, told: dict[str, Any]) -> None:
    """Print a half's table."""
    sys.stdout.write(f"\n{model}, {half}: {told.get('n_tasks', 0)} tasks\n")
    for key, value in told.items():
        if not isinstance(value, dict):
            sys.stdout.write(f"  {key}: {value}\n")
    for arm, (right, tokens) in told.get("arms", {}).items():
        sys.stdout.write(f"  {arm:24} {100 * right:5.1f} % {tokens:7} tokens\n")


def main() -> None:
    """Read the command line, replay, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--orders", type=int, default=N_ORDERS)
    words = parser.parse_args()
    found: dict[str, Any] = {}
    for path in words.pools:
        name = path.name.removesuffix(".jsonl.gz")
        found[name] = report(read_pool(path), words.orders)
        for half in HALVES:
            show(name, half, found[name][half])
    if words.json:
        words.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
