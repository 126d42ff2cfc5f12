"""Measure what a search adds to one sample, for each kind of task known beforehand.

    python benchmarks/serve/gains.py benchmarks/search/pools/NAME.jsonl.gz ... \
        --out src/assay/serve/gains.json

Beside each pool stands here what its programs do without examples (`hidden.py`). Both
are played on random orders as `docs/search.md` says, on the half `choosing` alone. A
server routes by the table that is written; every number in it, the threshold too, is
of these runs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import fmean, median, variance
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "search"))

from arms import Arm, Sure, ladder, single  # noqa: E402  (of the benchmark's folder)
from confidences import graded, learn  # noqa: E402
from estimates import N_RESAMPLES  # noqa: E402
from execute import read_rows  # noqa: E402
from pools import PooledTask, orders, task_of  # noqa: E402
from replay import N_ORDERS, whole_pools  # noqa: E402
from sets import HALVES  # noqa: E402

from assay.bench.bootstrap import TAIL  # noqa: E402
from assay.bench.statistics import quantile  # noqa: E402
from assay.serve.features import Examples, examples_of  # noqa: E402
from assay.solve import Recipe  # noqa: E402

CHOOSING = HALVES[0]
FIGURES = ("right", "verified", "tokens")

Row = dict[str, Any]
Known = tuple[str, str, bool]  # examples, mode, is it long


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One task by one sample and by ladders of several heights: means over orders."""

    known: Known
    by_samples: Mapping[int, tuple[float, ...]]  # figures, by samples at most

    def of(self, n: int, figure: str) -> float:
        """One figure of a ladder of this height."""
        return self.by_samples[n][FIGURES.index(figure)]


def figures(arm: Arm, task: PooledTask, n_orders: int) -> tuple[float, ...]:
    """Right answers, verified ones, and completion tokens."""
    played = [arm(task, order) for order in orders(task, n_orders)]
    return (
        fmean(task.is_right(each.answer) for each in played),
        fmean(bool(each.answer and each.answer.verdict.passed) for each in played),
        fmean(each.tokens for each in played),
    )


def heights(n: int) -> list[int]:
    """Samples of the ladder after each of its batches.

    >>> heights(8)
    [1, 2, 4, 8]
    """
    return [1] + [2**k for k in range(1, n.bit_length()) if 2**k <= n]


def played(
    tasks: Sequence[PooledTask],
    known: Mapping[str, Known],
    n: int,
    n_orders: int,
    sure: Sure | None = None,
) -> list[Played]:
    """Every task by every arm."""
    arms: dict[int, Arm] = {k: ladder(n_max=k, sure=sure) for k in heights(n)[1:]}
    arms[1] = single
    return [
        Played(
            known=known[task.name],
            by_samples={k: figures(arm, task, n_orders) for k, arm in arms.items()},
        )
        for task in tasks
    ]


def without_examples(row: Row, shown: Row) -> PooledTask:
    """A task of a pool with its examples hidden from the search."""
    programs = [
        each | {"given": [], "keys": shown["keys"].get(each["name"], [])}
        for each in row["programs"]
    ]
    return task_of(
        row
        | {
            "has_given_tests": False,
            "n_inputs": shown["n_inputs"],
            "near": [*range(shown["n_inputs"])],
            "programs": programs,
        }
    )


def estimated(
    rows: Sequence[Played], statistic: Callable[[Sequence[Played]], float], digits: int
) -> list[float]:
    """The statistic over tasks, and between what it is over tasks drawn again."""
    rng = random.Random(0)
    draws = [statistic(rng.choices(rows, k=len(rows))) for _ in range(N_RESAMPLES)]
    found = (statistic(rows), quantile(draws, TAIL), quantile(draws, 1 - TAIL))
    return [round(each, digits) for each in found]


def weight(groups: Sequence[Sequence[float]]) -> float:
    """How many tasks the whole counts for beside a group's own, by the groups' spread.

    It is the variance within groups over that between them (the moments of a one-way
    layout), and at most as many tasks as there are: groups that differ by no more than
    chance explains are pulled far towards the whole.

    >>> weight([[0.0, 1.0], [0.0, 1.0]]), weight([[0.0, 0.1], [1.0, 1.1]])
    (4.0, 1.0)
    """
    n = sum(map(len, groups))
    whole = fmean(each for group in groups for each in group)
    many = [group for group in groups if len(group) > 1]
    n_free = sum(len(group) - 1 for group in many)
    if len(groups) < 2 or not n_free:
        return float(n)
    within = sum((len(group) - 1) * variance(group) for group in many) / n_free
    spread = sum(len(group) * (fmean(group) - whole) ** 2 for group in groups)
    size = n - sum(len(group) ** 2 for group in groups) / n
    between = (spread - (len(groups) - 1) * within) / size
    if between <= 0:
        return float(n)
    return round(min(float(n), max(1.0, within / between)), 1)


def shrunk(own: float, n: int, whole: float, weight: float) -> float:
    """A group's mean, pulled towards the whole's as if that were `weight` tasks more.

    >>> shrunk(1.0, 10, 0.0, 30.0)
    0.25
    """
    return (n * own + weight * whole) / (n + weight)


def kind(rows: Sequence[Played], n: int) -> Row:
    """The groups of tasks with examples, or of those without, and the whole of them."""
    groups: dict[Known, list[Played]] = defaultdict(list)
    for row in rows:
        groups[row.known].append(row)
    pulls = pulls_of(rows, list(groups.values()), n)
    return {
        "weights": {name: pull.weight for name, pull in pulls.items()},
        "whole": told(rows, n, pulls),
        "groups": [
            dict(zip(("examples", "io_mode", "is_long"), known, strict=True))
            | told(group, n, pulls)
            for known, group in sorted(groups.items())
        ],
    }


Of = Callable[[Played], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A figure of a task, and what a group's mean of it is pulled towards.

    A gain in answers is pulled towards what the whole gains for as many tokens, so that
    tasks on which a search hardly spends anything are not expected to gain much.
    """

    of: Of
    whole: float
    weight: float
    per_token: bool = False


def pulls_of(
    rows: Sequence[Played], groups: Sequence[Sequence[Played]], n: int
) -> dict[str, Pull]:
    """Every figure that is expected of a group, in the order of computing them."""

    def pull(of: Of) -> Pull:
        of_groups = [list(map(of, group)) for group in groups]
        return Pull(of=of, whole=fmean(map(of, rows)), weight=weight(of_groups))

    tokens = pull(by_gain("tokens", n))
    found = {f"single {figure}": pull(by_first(figure)) for figure in FIGURES}
    found["gain tokens"] = tokens
    for figure in ("right", "verified"):
        gain = by_gain(figure, n)
        rate = fmean(map(gain, rows)) / tokens.whole
        surplus = [[gain(r) - rate * tokens.of(r) for r in g] for g in groups]
        found[f"gain {figure}"] = Pull(
            of=gain, whole=rate, weight=weight(surplus), per_token=True
        )
    return found


def by_first(figure: str) -> Of:
    """A figure of one sample."""
    return lambda row: row.of(1, figure)


def by_search(figure: str, n: int) -> Of:
    """A figure of the whole search."""
    return lambda row: row.of(n, figure)


def by_gain(figure: str, n: int) -> Of:
    """What the whole search adds to it."""
    return lambda row: row.of(n, figure) - row.of(1, figure)


def told(group: Sequence[Played], n: int, pulls: Mapping[str, Pull]) -> Row:
    """What was measured of a group, with intervals, and what is expected of it."""
    measured: dict[str, Callable[[str], Of]] = {
        "single": by_first,
        "search": partial(by_search, n=n),
        "gain": partial(by_gain, n=n),
    }
    expected: dict[str, float] = {}
    for name, pull in pulls.items():
        whole = pull.whole * (expected["gain tokens"] if pull.per_token else 1)
        own = fmean(map(pull.of, group))
        expected[name] = shrunk(own, len(group), whole, pull.weight)
    return {
        "n_tasks": len(group),
        **{
            part: {
                figure: estimated(group, mean_of(by(figure)), digits_of(figure))
                for figure in FIGURES
            }
            for part, by in measured.items()
        },
        "expected": {
            part: {
                figure: round(expected[f"{part} {figure}"], digits_of(figure))
                for figure in FIGURES
            }
            for part in ("single", "gain")
        },
    }


def mean_of(of: Callable[[Played], float]) -> Callable[[Sequence[Played]], float]:
    """The mean of a figure over tasks."""
    return lambda rows: fmean(map(of, rows))


def digits_of(figure: str) -> int:
    """Tokens are told to a tenth, shares to four digits."""
    return 1 if figure == "tokens" else 4


def last_step(rows: Sequence[Played], n: int) -> float:
    """Right answers for a thousand tokens that the last doubling of samples adds."""
    before = heights(n)[-2]
    gain = fmean(row.of(n, "right") - row.of(before, "right") for row in rows)
    tokens = fmean(row.of(n, "tokens") - row.of(before, "tokens") for row in rows)
    return max(0.0, 1000 * gain / tokens)


def table(path: Path, n_orders: int) -> Row:
    """The table of one model."""
    other = HERE / f"hidden-{path.name}"
    shown = {row["task"]: row for row in read_rows(other)}
    rows = [row for row in read_rows(path) if row["half"] == CHOOSING]
    _require(rows, shown, other)
    long_from = round(median(shown[row["task"]]["n_chars"] for row in rows))
    known = {name: known_of(row, long_from) for name, row in shown.items()}
    given, n = whole_pools([task_of(row) for row in rows if row["has_given_tests"]])
    hidden, _ = whole_pools([without_examples(r, shown[r["task"]]) for r in rows])
    none = {name: (str(Examples.NONE), *each[1:]) for name, each in known.items()}
    learnt = learn(given, graded(given, n_max=n))
    with_them = played(given, known, n, n_orders, learnt.sure_at(Recipe().sure_at))
    without = played(hidden, none, n, n_orders)
    identity = json.loads(rows[0]["identity"])
    value, low, high = estimated(with_them, lambda some: last_step(some, n), 4)
    return {
        "model": identity["name"],
        "engine": identity["engine"],
        "half": CHOOSING,
        "n_orders": n_orders,
        "n_samples": n,
        "sure_at": Recipe().sure_at,
        "sources": {
            str(each.relative_to(ROOT)): sha256(each.read_bytes()).hexdigest()
            for each in (path.resolve(), other)
        },
        "long_from": long_from,
        "threshold": {
            "gain_per_1000_tokens": [value, low, high],
            "reason": (
                f"what 1,000 tokens still add when the search goes from "
                f"{heights(n)[-2]} samples to {n}, over all tasks with examples: the "
                "least that the search itself pays for"
            ),
        },
        "steps": [
            {
                "n": k,
                "right": round(fmean(row.of(k, "right") for row in with_them), 4),
                "tokens": round(fmean(row.of(k, "tokens") for row in with_them), 1),
            }
            for k in heights(n)
        ],
        "with_examples": kind(with_them, n),
        "without_examples": kind(without, n),
    }


def known_of(row: Row, long_from: int) -> Known:
    """What is known of a task before any sample, as `serve.features` reads it."""
    is_long = row["n_chars"] >= long_from
    return str(examples_of(row["n_given"])), row["io_mode"], is_long


def _require(rows: Sequence[Row], shown: Mapping[str, Row], path: Path) -> None:
    for row in rows:
        ran = shown.get(row["task"])
        names = {each["name"] for each in row["programs"]}
        if ran is None or (ran["n_inputs"] and not names <= ran["keys"].keys()):
            raise SystemExit(f"{path} lacks programs of {row['task']}; run hidden.py")


def main() -> None:
    """Read the command line, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--orders", type=int, default=N_ORDERS)
    words = parser.parse_args()
    pools = [path.resolve() for path in words.pools]
    command = "python benchmarks/serve/gains.py " + " ".join(
        str(path.relative_to(ROOT)) for path in pools
    )
    found = {"command": command, "tables": [table(p, words.orders) for p in pools]}
    words.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
