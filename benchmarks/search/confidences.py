"""What a learnt confidence says on a pool, never fitted on the task it is said of.

Of a task of the half `choosing` it is learnt from that half's tasks of other folds, of
one of the half `reporting` from the whole half `choosing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from arms import Sure, best_of, chosen, shown
from parallel import in_parallel
from pools import PooledTask, orders
from sets import HALVES

from assay.bench.statistics import calibration_error, reliability
from assay.memory.calibration import Labelled, Table, confidence, fit, fold
from assay.memory.features import Features
from assay.memory.measures import Pair, precision_of_surest
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


def learn(tasks: Sequence[PooledTask], rows: Sequence[Labelled]) -> Learnt:
    """Fit the tables to the rows of the half to choose by."""
    mine = {task.name for task in tasks if task.half == CHOOSING}
    own = [row for row in rows if row.task in mine]
    return Learnt(
        tuple(
            fit([row for row in own if fold(row.task, FOLDS) != part])
            for part in range(FOLDS)
        ),
        fit(own),
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
