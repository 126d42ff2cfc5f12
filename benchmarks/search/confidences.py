"""What a learnt confidence says on a pool, never fitted on the task it is said of.

Of a task of the half `choosing` it is learnt from that half's tasks of other folds, of
one of the half `reporting` from the whole half `choosing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean
from typing import Any

from arms import Sure, best_of, chosen, shown
from estimates import bootstrap, tell
from parallel import in_parallel
from pools import PooledTask, orders
from sets import HALVES

from assay.bench.statistics import calibration_error, reliability
from assay.memory.calibration import (
    SCORES,
    Labelled,
    Table,
    confidence,
    fit,
    fold,
)
from assay.memory.features import Features
from assay.memory.measures import Pair, log_loss, precision_of_surest
from assay.sampling.ladder import BATCHES, batches
from assay.selection import enough, soft_vote
from assay.solve import Recipe

CHOOSING = HALVES[0]
FOLDS = 5
N_ORDERS = 10  # of each task, to learn from
STOP_AT = Recipe().stop_at


@dataclass(frozen=True, slots=True)
class Learnt:
    """A table for each fold of the half to choose by, and one for the other half."""

    by_fold: tuple[Table, ...]
    whole: Table

    def states(self, task: PooledTask, features: Features) -> float | None:
        """The confidence in such an answer to a task; None where nothing was learnt."""
        table = self.whole
        if task.half == CHOOSING:
            table = self.by_fold[fold(task.name, FOLDS)]
        return confidence(table, features)

    def sure_at(self, least: float) -> Sure:
        """Whether it is sure enough to stop."""

        def sure(task: PooledTask, features: Features) -> bool:
            told = self.states(task, features)
            return told is not None and told >= least

        return sure


def learn(
    tasks: Sequence[PooledTask],
    rows: Sequence[Labelled],
    scores: Sequence[str] = tuple(SCORES),
) -> Learnt:
    """Fit the tables to the rows of the half to choose by."""
    mine = {task.name for task in tasks if task.half == CHOOSING}
    own = [row for row in rows if row.task in mine]
    return Learnt(
        tuple(
            fit([row for row in own if fold(row.task, FOLDS) != part], scores=scores)
            for part in range(FOLDS)
        ),
        fit(own, scores=scores),
    )


def graded(tasks: Sequence[PooledTask], *, n_max: int) -> list[Labelled]:
    """Every choice that the ladder meets, and its grade.

    It ends where the ladder does that is never sure. Choices with nothing in play count
    where the samples end, as only there such a program is handed out.
    """

    def of(task: PooledTask) -> list[Labelled]:
        rows = []
        for order in islice(orders(task, N_ORDERS), N_ORDERS):
            most = min(n_max, len(order))
            for batch in batches(most, BATCHES):
                drawn = order[: batch.stop]
                choice = chosen(task, drawn, soft_vote)
                if choice.classes or batch.stop == most:
                    rows.append(
                        Labelled(
                            task=task.name,
                            features=shown(task, drawn, choice),
                            right=task.is_right(best_of(task, drawn, choice)),
                            stated=choice.confidence if choice.classes else 0.0,
                        )
                    )
                if enough(
                    task.problem, choice, n_inputs=task.n_inputs, stop_at=STOP_AT
                ):
                    break
        return rows

    return [row for found in in_parallel(of, tasks) for row in found]


def pairs_of(
    tasks: Sequence[PooledTask], rows: Sequence[Labelled], learnt: Learnt
) -> list[Pair]:
    """What is stated of each row, and whether it was right."""
    by_name = {task.name: task for task in tasks}
    told = [learnt.states(by_name[row.task], row.features) for row in rows]
    return [
        (row.stated if said is None else said, row.right)
        for row, said in zip(rows, told, strict=True)
    ]


MEASURES: dict[str, Callable[[Sequence[Pair]], float]] = {
    "ece": lambda pairs: calibration_error(reliability(pairs)),
    "precision_surest_half": precision_of_surest,
}
WITHOUT_TAIL = tuple(name for name in SCORES if "tail" not in name)


def how_true(
    tasks: Sequence[PooledTask],
    learnt: Learnt,
    bare: Learnt,
    stated: Mapping[str, Sequence[Labelled]],
    names: Sequence[str],
) -> dict[str, Any]:
    """How true the confidence of a method's answers is, learnt from other tasks.

    Args:
        bare: Learnt of the same answers, without the tail of log-probabilities.
        stated: By task, the answers that the method handed in, in some orders.
    """
    pairs = {n: pairs_of(tasks, stated[n], learnt) for n in names}
    prior = {n: [(row.stated, row.right) for row in stated[n]] for n in names}
    untailed = {n: pairs_of(tasks, stated[n], bare) for n in names}

    def of(
        measure: Callable[[Sequence[Pair]], float], found: Mapping[str, list[Pair]]
    ) -> Callable[[Sequence[str]], float]:
        return lambda drawn: measure([p for each in drawn for p in found[each]])

    told: dict[str, Any] = {}
    for name, measure in MEASURES.items():
        tell(told, name, bootstrap(names, of(measure, pairs)))
    tell(told, "ece_of_the_prior", bootstrap(names, of(MEASURES["ece"], prior)))
    loss, plain = of(log_loss, pairs), of(log_loss, untailed)
    tell(told, "log_loss", bootstrap(names, loss))
    tail = bootstrap(names, lambda drawn: loss(drawn) - plain(drawn))
    tell(told, "log_loss_by_tail", tail)
    once = [pairs[n][0] for n in names if pairs[n]]
    told["ece_recorded_order"] = round(calibration_error(reliability(once)), 4)
    told["mean_confidence"] = round(
        fmean(said for each in pairs.values() for said, _ in each), 4
    )
    return told
