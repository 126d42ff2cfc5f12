"""One budget for all tasks of a pool, shared out by halving, against equal ceilings.

Ceilings are of completion tokens, and a sample's length is known before it is drawn: a
real run counts prompts too, and reserves a completion's most before each call. The
tasks share the budget, so an interval over tasks holds for the shares as they fell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from statistics import fmean

from arms import Played, Sure, ladder
from parallel import in_parallel
from pools import PooledTask, orders

from assay.routing.halving import after_round, begin, plan_round

LEAST = 200  # tokens below which no task is served
N_ORDERS = 40  # in each, every task has an order of its own

PerTask = dict[str, tuple[float, float]]
"""Share of the orders with a right answer, and tokens: means, by task."""


def equal(
    tasks: Sequence[PooledTask], *, tokens: int, n_max: int, sure: Sure
) -> PerTask:
    """Every task by itself, with the same ceiling."""
    arm = ladder(n_max=n_max, sure=sure, ceiling=tokens)
    return _means(
        tasks,
        [
            [arm(task, order) for task, order in zip(tasks, drawn, strict=True)]
            for drawn in _orders(tasks)
        ],
    )


def shared(
    tasks: Sequence[PooledTask], *, tokens: int, n_max: int, sure: Sure
) -> PerTask:
    """As many tokens in all, in rounds; a task that has settled leaves its rest."""

    def play(drawn: Sequence[tuple[int, ...]]) -> list[Played]:
        by_name = {
            task.name: (task, order) for task, order in zip(tasks, drawn, strict=True)
        }
        state = begin(by_name, tokens * len(tasks))
        nothing = Played(answer=None, tokens=0, n_samples=0, settled=False)
        found = dict.fromkeys(by_name, nothing)
        while grants := plan_round(state, least=LEAST):
            now: dict[str, int] = {}
            for grant in grants:
                before = found[grant.task].tokens
                arm = ladder(n_max=n_max, sure=sure, ceiling=before + grant.tokens)
                made = found[grant.task] = arm(*by_name[grant.task])
                now[grant.task] = made.tokens - before
            settled = [name for name, made in found.items() if made.settled]
            state = after_round(state, spent=now, settled=settled)
        return list(found.values())

    return _means(tasks, in_parallel(play, _orders(tasks)))


def _orders(tasks: Sequence[PooledTask]) -> list[list[tuple[int, ...]]]:
    each = [list(islice(orders(task, N_ORDERS), N_ORDERS)) for task in tasks]
    return [list(drawn) for drawn in zip(*each, strict=True)]


def _means(tasks: Sequence[PooledTask], played: Sequence[Sequence[Played]]) -> PerTask:
    return {
        task.name: (
            fmean(task.is_right(made[place].answer) for made in played),
            fmean(made[place].tokens for made in played),
        )
        for place, task in enumerate(tasks)
    }
