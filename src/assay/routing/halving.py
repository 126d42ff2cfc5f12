"""Share one pool of tokens among many tasks, so that the hard ones get what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a task may spend in one round."""

    task: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Halving:
    """Where a shared budget stands between two rounds."""

    tokens_left: int
    rounds_left: int
    active: tuple[str, ...]  # not settled yet; those to serve first in front


def rounds(n_tasks: int) -> int:
    """How many rounds: the logarithm of the tasks, rounded up, at least one.

    >>> [rounds(n) for n in (0, 1, 2, 3, 8, 9, 164)]
    [0, 1, 1, 2, 3, 4, 8]
    """
    return max(1, (n_tasks - 1).bit_length()) if n_tasks > 0 else 0


def share(budget_left: int, n_active: int, rounds_left: int) -> int:
    """Tokens of one task in the next round, rounded down; 0 where nothing is to do.

    >>> share(1000, 4, 2), share(1000, 1, 1), share(1000, 0, 2)
    (125, 1000, 0)
    """
    parts = n_active * rounds_left
    return max(budget_left, 0) // parts if parts > 0 else 0


def begin(tasks: Iterable[str], tokens: int) -> Halving:
    """The first state: all tasks are active and nothing is spent.

    >>> begin(["a", "b", "a"], 100)
    Halving(tokens_left=100, rounds_left=1, active=('a', 'b'))
    """
    active = tuple(dict.fromkeys(tasks))
    return Halving(tokens_left=tokens, rounds_left=rounds(len(active)), active=active)


def plan_round(state: Halving, *, least: int = 1) -> tuple[Grant, ...]:
    """Hand out the next round: the same share to each task that has not settled.

    All grants of a round may be spent at once. What a task leaves of its share goes
    back into the pool, so settled tasks leave theirs to the others.

    Source: sequential halving (Karnin, Koren and Somekh, ICML 2013), over tasks.
    Differs: a task leaves when it has settled and not because it is in the worse half,
    so the number of active tasks need not halve; shares are of what is left and not of
    the budget at first, so unspent tokens are not lost.

    Args:
        least: Tokens below which a share is of no use, as one call must fit. Where
            there is not enough for all, the tasks in front are served.

    Returns:
        Grants in the order of the active tasks, never more than the pool in sum. Empty
        when all have settled, the rounds are over, or less than `least` is left.

    >>> plan_round(begin(["a", "b", "c"], 120))
    (Grant(task='a', tokens=20), Grant(task='b', tokens=20), Grant(task='c', tokens=20))
    >>> plan_round(begin(["a", "b", "c"], 120), least=25)
    (Grant(task='a', tokens=30), Grant(task='b', tokens=30))
    """
    least = max(least, 1)
    if state.rounds_left < 1 or state.tokens_left < least:
        return ()
    fitting = state.tokens_left // state.rounds_left // least
    served = state.active[: max(fitting, 1)]
    tokens = max(share(state.tokens_left, len(served), state.rounds_left), least)
    return tuple(Grant(task=task, tokens=tokens) for task in served)


def after_round(
    state: Halving, *, spent: Mapping[str, int], settled: Collection[str] = ()
) -> Halving:
    """The state after a round.

    Args:
        spent: Tokens of each task in this round.
        settled: Tasks that need no more.

    >>> after_round(begin(["a", "b"], 100), spent={"a": 30}, settled=["a"])
    Halving(tokens_left=70, rounds_left=0, active=('b',))
    """
    return Halving(
        tokens_left=max(state.tokens_left - sum(spent.values()), 0),
        rounds_left=max(state.rounds_left - 1, 0),
        active=tuple(task for task in state.active if task not in settled),
    )
