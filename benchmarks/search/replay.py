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
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from arms import Arm, Played, bon, ladder, single
from pools import PooledTask, orders, read_pool
from sets import HALVES

from assay.bench.bootstrap import N_RESAMPLES, TAIL, bootstrap_ratio
from assay.bench.statistics import mcnemar, quantile
from assay.selection import TECHNIQUES
from assay.types.results import Estimate

N_ORDERS = 200

Rows = dict[str, "Score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An arm on a task: means over the orders, and the recorded order alone."""

    right: float
    tokens: float
    n_samples: float
    recorded: Played
    recorded_right: bool


def score(arm: Arm, task: PooledTask, n_orders: int) -> Score:
    """Play an arm on every order of a task."""
    played = [arm(task, order) for order in orders(task, n_orders)]
    right = [task.is_right(each.answer) for each in played]
    return Score(
        right=fmean(right),
        tokens=fmean(each.tokens for each in played),
        n_samples=fmean(each.n_samples for each in played),
        recorded=played[0],
        recorded_right=right[0],
    )


def scores(arm: Arm, tasks: Sequence[PooledTask], n_orders: int) -> Rows:
    """An arm on all tasks, by their names."""
    return {task.name: score(arm, task, n_orders) for task in tasks}


def bootstrap(
    names: Sequence[str], statistic: Callable[[Sequence[str]], float], seed: int = 0
) -> Estimate:
    """The statistic over tasks, and over tasks drawn with replacement."""
    rng = random.Random(seed)
    draws = [statistic(rng.choices(names, k=len(names))) for _ in range(N_RESAMPLES)]
    return Estimate(
        value=statistic(names),
        low=quantile(draws, TAIL),
        high=quantile(draws, 1 - TAIL),
    )


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
    tasks: Sequence[PooledTask], chosen: Rows, names: Sequence[str]
) -> Estimate | None:
    """(chosen - a random candidate) / (any candidate - a random candidate)."""
    picked = [task for task in tasks if task.name in set(names)]
    rand = [_random_right(task) for task in picked]
    won = [chosen[t.name].right - r for t, r in zip(picked, rand, strict=True)]
    possible = [any(t.right) - r for t, r in zip(picked, rand, strict=True)]
    return bootstrap_ratio(won, possible)


def _random_right(task: PooledTask) -> float:
    return fmean(s.program is not None and task.right[s.program] for s in task.samples)


def main() -> None:
    """Read the command line, replay, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--orders", type=int, default=N_ORDERS)
    words = parser.parse_args()
    found: dict[str, Any] = {}
    for path in words.pools:
        tasks = read_pool(path)
        name = path.name.removesuffix(".jsonl.gz")
        found[name] = report(tasks, words.orders)
    if words.json:
        words.json.write_text(json.dumps(found, indent=1) + "\n")


def arms_of(n: int) -> dict[str, Arm]:
    """All arms of the table, for pools of so many samples."""
    arms: dict[str, Arm] = {"single": single}
    for k in range(1, n + 1):
        arms[f"bon:{k}"] = bon(k, lazy=False)
        arms[f"lazy bon:{k}"] = bon(k, lazy=True)
    for k in (2, 3, 4, 6, 8, 12, 16):
        if k <= n:
            arms[f"assay:{k}"] = ladder(n_max=k)
    for stop in (0.7, 0.8, 0.9, 0.95):
        arms[f"assay stop {stop}"] = ladder(n_max=n, stop_at=stop)
    for name, select in TECHNIQUES.items():
        arms[f"all {n}, {name}"] = ladder(n_max=n, stops=False, select=select)
    return arms


def report(tasks: list[PooledTask], n_orders: int) -> dict[str, Any]:
    """Both halves of one model's pool: every arm, and the targets."""
    n = max(len(task.samples) for task in tasks)
    rows = {name: scores(arm, tasks, n_orders) for name, arm in arms_of(n).items()}
    return {half: _half(half, tasks, rows, n) for half in HALVES}


def _half(
    half: str, tasks: list[PooledTask], rows: dict[str, Rows], n: int
) -> dict[str, Any]:
    names = [task.name for task in tasks if task.half == half]
    if not names:
        return {}
    sys.stdout.write(f"\n{half}: {len(names)} tasks\n")
    for arm, found in rows.items():
        sys.stdout.write(
            f"  {arm:24} {100 * mean_right(found, names):5.1f} %"
            f" {mean_tokens(found, names):7.0f} tokens\n"
        )
    assay = rows[f"assay:{n}"]
    told: dict[str, Any] = {"n_tasks": len(names)}
    for label, prefix in (("bon", "bon:"), ("lazy_bon", "lazy bon:")):
        curve = [found for arm, found in rows.items() if arm.startswith(prefix)]
        diff = bootstrap(names, partial(_difference, assay, curve))
        told[f"diff_vs_{label}_pooled_pp"] = round(100 * diff.value, 2)
        told[f"diff_vs_{label}_pooled_ci_low_pp"] = round(100 * diff.low, 2)
        told[f"diff_vs_{label}_pooled_ci_high_pp"] = round(100 * diff.high, 2)
        told[f"mcnemar_p_vs_{label}_pooled"] = _mcnemar(
            assay, rows[f"{prefix}{n}"], names
        )
    ladder_curve = [found for arm, found in rows.items() if arm.startswith("assay")]
    full = rows[f"bon:{n}"]
    told["tokens_ratio_at_bon_accuracy"] = round(
        tokens_for(ladder_curve, names, mean_right(full, names))
        / mean_tokens(full, names),
        3,
    )
    told |= _by_set(tasks, rows, names, n)
    for key, value in told.items():
        sys.stdout.write(f"  {key}: {value}\n")
    return told


def _difference(assay: Rows, curve: Sequence[Rows], names: Sequence[str]) -> float:
    equal = at_tokens(curve, names, mean_tokens(assay, names))
    return mean_right(assay, names) - equal


def _mcnemar(one: Rows, other: Rows, names: Sequence[str]) -> float:
    pairs = [(one[n].recorded_right, other[n].recorded_right) for n in names]
    won = sum(a and not b for a, b in pairs)
    lost = sum(b and not a for a, b in pairs)
    return round(mcnemar(won, lost), 5)


def _by_set(
    tasks: list[PooledTask], rows: dict[str, Rows], names: Sequence[str], n: int
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    assay, alone = rows[f"assay:{n}"], rows["single"]
    for name in sorted({task.set for task in tasks}):
        mine = [t.name for t in tasks if t.set == name and t.name in set(names)]
        if not mine:
            continue
        picked = rows[f"all {n}, soft_vote"]
        told[f"n_{name}"] = len(mine)
        found = efficiency(tasks, picked, mine)
        told[f"selection_efficiency_{name}"] = (
            None if found is None else round(found.value, 3)
        )
        failed = 1 - mean_right(alone, mine)
        gained = mean_right(assay, mine) - mean_right(alone, mine)
        told[f"failures_fixed_net_{name}"] = round(gained / failed, 3) if failed else 1
    solved = [name for name in names if alone[name].recorded_right]
    told["harm"] = round(1 - mean_right(assay, solved), 4) if solved else 0.0
    return told


if __name__ == "__main__":
    main()
