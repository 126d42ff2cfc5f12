"""Confidence that is true: from graded answers to how often such answers are right.

A score of at most two features puts answers in order; isotonic regression says of each
place in that order what share was right. Which score is taken is decided by log loss
on tasks that it was not fitted on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import exp, inf
from statistics import fmean

from assay.memory.features import Features, features_of
from assay.memory.isotonic import Block, isotonic, value_at
from assay.memory.measures import Pair, log_loss
from assay.types import Choice, Judged, Problem

LEAST_TASKS = 30
"""Of a kind of problem. Answers to fewer are no curve, and the prior stays."""

_TIE_BREAK = 1e-4
"""Less than any two shares of at most 98 votes differ by: it orders equals only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One graded answer: what was known before, what was stated, what came of it."""

    task: str
    features: Features
    right: bool
    stated: float  # the confidence as it was stated then


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What share was right, by a score."""

    score: str  # a name of `SCORES`
    points: tuple[Block, ...]
    n: int  # graded answers
    n_tasks: int = 0  # that they answer; 0: a table of before this was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Curves of one model for two kinds of problem, and where they were measured.

    None in the place of a curve: too few answers of that kind were graded.
    """

    with_given: Curve | None  # problems that give something to test against
    without_given: Curve | None
    run: str = ""
    dataset_sha256: str = ""
    model: str = ""
    model_sha256: str | None = None
    date: str = ""  # of the run, ISO 8601
    may_stop: bool = False  # fitted on choices that a search meets on its way too

    @property
    def n(self) -> int:
        """Graded answers that the curves rest on."""
        return sum(curve.n for curve in self._curves)

    @property
    def n_tasks(self) -> int:
        """Tasks that those answer; 0 where the table does not tell."""
        return sum(curve.n_tasks for curve in self._curves)

    @property
    def _curves(self) -> tuple[Curve, ...]:
        return tuple(each for each in (self.with_given, self.without_given) if each)


def _share(features: Features) -> float:
    return features.share


def _posterior(features: Features) -> float:
    return features.posterior


def _share_then_tail(features: Features) -> float:
    tail = -inf if features.tail_logprob is None else features.tail_logprob
    return features.share + (_TIE_BREAK * exp(tail) if features.share else 0.0)


SCORES: dict[str, Callable[[Features], float]] = {
    "share": _share,
    "posterior": _posterior,
    "share, then tail log-probability": _share_then_tail,
}
"""Ways to order answers, the simplest first. Two features at most: runs have few rows,
and a rule that a reader can check by hand is worth more than the last hundredth."""


def fit(rows: Sequence[Labelled], *, scores: Sequence[str] = tuple(SCORES)) -> Table:
    """Fit a table, choosing each curve's score by cross-fitted log loss.

    Takes a second for some thousands of rows. Provenance is the caller's to fill in.

    Args:
        scores: Names of `SCORES` to choose from, the simplest first.
    """
    given = [row for row in rows if row.features.has_given]
    others = [row for row in rows if not row.features.has_given]
    return Table(with_given=_curve(given, scores), without_given=_curve(others, scores))


def confidence(table: Table, features: Features) -> float | None:
    """Estimated probability that an answer is right, never 0 and never 1.

    None where the table knows nothing of that kind of problem: then the prior holds.
    """
    curve = table.with_given if features.has_given else table.without_given
    return None if curve is None else _read(curve, features)


def stated_by(
    table: Table, problem: Problem, choice: Choice, best: Judged | None
) -> float | None:
    """What a table says of a solve's choice: bind the table, and a `Recipe` takes it.

    >>> from assay.types import IOMode
    >>> no_curves = Table(with_given=None, without_given=None)
    >>> problem = Problem(id="p", statement="", io_mode=IOMode.STDIN)
    >>> nothing = Choice(classes=(), posterior=0.0, confidence=0.0, n_votes=0)
    >>> stated_by(no_curves, problem, nothing, None) is None
    True
    """
    return confidence(table, features_of(problem, choice, best))


def cross_fitted(rows: Sequence[Labelled], folds: int = 5) -> tuple[Pair, ...]:
    """What would be stated of each answer by a table that has not seen its task.

    Folds go by a hash of the task's id, so the seeds of a task stand together. Where
    such a table knows nothing of a kind of problem, what was stated stands.
    """
    found: dict[int, float] = {}
    for part in range(folds):
        table = fit([row for row in rows if fold(row.task, folds) != part])
        for index, row in enumerate(rows):
            if fold(row.task, folds) == part:
                told = confidence(table, row.features)
                found[index] = row.stated if told is None else told
    return tuple((found[index], row.right) for index, row in enumerate(rows))


def fold(task: str, folds: int, *, salt: str = "") -> int:
    """Which fold a task stands in, wherever and whenever it is asked.

    >>> fold("HumanEval/0", 5) == fold("HumanEval/0", 5) < 5
    True
    """
    return int.from_bytes(sha256(f"{salt}{task}".encode()).digest()[:8]) % folds


def _curve(rows: Sequence[Labelled], scores: Sequence[str]) -> Curve | None:
    if len({row.task for row in rows}) < LEAST_TASKS:
        return None
    losses = {name: _loss(rows, name) for name in scores}
    score = min(losses, key=losses.__getitem__)  # of equals the simpler one
    return _fitted(rows, score)


def _loss(rows: Sequence[Labelled], score: str, folds: int = 5) -> float:
    """Log loss a task of a score on tasks that its curve was not fitted on.

    Salted: within one fold of `cross_fitted` an equal split would leave a part empty.
    """
    places = [fold(row.task, folds, salt="score ") for row in rows]
    pairs: dict[str, list[Pair]] = {}
    for part in range(folds):
        there = [row for row, place in zip(rows, places, strict=True) if place == part]
        others = [row for row, place in zip(rows, places, strict=True) if place != part]
        if there and others:
            curve = _fitted(others, score)
            for row in there:
                told = (_read(curve, row.features), row.right)
                pairs.setdefault(row.task, []).append(told)
    return fmean(map(log_loss, pairs.values())) if pairs else inf


def _fitted(rows: Sequence[Labelled], score: str) -> Curve:
    """Isotonic regression with Laplace's right and wrong answer added at both ends.

    So no block is all right or all wrong, and the steps still rise. The answers to one
    task weigh 1 together, however many: tasks are what another task is like.
    """
    per_task = Counter(row.task for row in rows)
    points = [
        (SCORES[score](row.features), float(row.right), 1 / per_task[row.task])
        for row in rows
    ]
    ends = (min(x for x, _, _ in points), max(x for x, _, _ in points))
    points += [(x, y, 1.0) for x in ends for y in (0.0, 1.0)]
    return Curve(
        score=score, points=isotonic(points), n=len(rows), n_tasks=len(per_task)
    )


def _read(curve: Curve, features: Features) -> float:
    return value_at(curve.points, SCORES[curve.score](features))
