"""Methods played on a pool, sample by sample, as `solve` plays them on a model.

An arm sees what a solve sees: which samples passed what was given, and the outputs on
self-made inputs. Its score is read afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pools import PooledTask

from assay.conclusion import nearest
from assay.memory.features import Features, features_of
from assay.sampling.ladder import BATCHES, batches
from assay.selection import enough, soft_vote, surest
from assay.selection.classes import COPIES_CAP
from assay.types import Choice, Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What an arm handed in on one task in one order, and what it spent."""

    answer: Judged | None
    tokens: int
    n_samples: int
    confidence: float = 0.0  # as `solve` states it without a table
    settled: bool = True  # it did not end for want of tokens
    features: Features | None = None


Arm = Callable[[PooledTask, Sequence[int]], Played]
Select = Callable[..., Choice]
Sure = Callable[[PooledTask, Features], bool]


def single(task: PooledTask, order: Sequence[int]) -> Played:
    """The greedy sample, with a program in it or not."""
    return _handed_in(task, order[:1], _nth(task, order[:1], 0))


def bon(n: int, *, lazy: bool) -> Arm:
    """Best of `n`: the first that passes what was given, else the first.

    A lazy one stops there (decision 007); the other pays for all `n`, as published
    best-of-N does.
    """

    def play(task: PooledTask, order: Sequence[int]) -> Played:
        drawn = order[:n]
        filtered = task.problem.has_given_tests
        first = next((p for p, i in enumerate(drawn) if task.passes_given(i)), None)
        paid = drawn
        if lazy and not filtered:  # it draws on until there is a program
            programs = (task.samples[index].program for index in drawn)
            found = (p for p, each in enumerate(programs) if each is not None)
            paid = drawn[: next(found, n) + 1]
        elif lazy and first is not None:
            paid = drawn[: first + 1]
        answer = _nth(task, drawn, first if filtered and first is not None else 0)
        return _handed_in(task, paid, answer)

    return play


def ladder(
    *,
    n_max: int = 16,
    stop_at: float = 0.85,
    select: Select = soft_vote,
    sizes: Sequence[int] = BATCHES,
    stops: bool = True,
    sure: Sure | None = None,
    ceiling: int | None = None,
) -> Arm:
    """The method of `solve` without repair: the same batches, vote and stop rule.

    Args:
        sure: What a learnt confidence says of a choice: it ends the search too.
        ceiling: Completion tokens. What would go past it is not drawn.
    """

    def play(task: PooledTask, order: Sequence[int]) -> Played:
        most = min(n_max, len(order))
        payable = most if ceiling is None else task.payable(order[:most], ceiling)
        n, choice, settled = 0, None, payable == most
        for batch in batches(payable, sizes):
            n = batch.stop
            choice = chosen(task, order[:n], select)
            reason = enough(
                task.problem, choice, n_inputs=task.n_inputs, stop_at=stop_at
            )
            if (stops and reason) or (
                sure and choice.classes and sure(task, shown(task, order[:n], choice))
            ):
                settled = True
                break
        if choice is None:
            return Played(answer=None, tokens=0, n_samples=0, settled=settled)
        return Played(
            answer=best_of(task, order[:n], choice),
            tokens=task.tokens(order[:n]),
            n_samples=n,
            confidence=choice.confidence if choice.classes else 0.0,
            features=shown(task, order[:n], choice),
            settled=settled,
        )

    return play


def without_corners(arm: Arm) -> Arm:
    """The same where all inputs are near the examples."""
    return lambda task, order: arm(task.near or task, order)


def chosen(task: PooledTask, drawn: Sequence[int], select: Select) -> Choice:
    """Select among these samples. Remembered: many orders show the same.

    What a selection reads of an order is which programs are in play, in which order
    they came and how often, and how many votes there are in all.
    """
    judged = task.judged(drawn)
    in_play = tuple((j.candidate.code, j.copies) for j in judged if j.in_play)
    n_votes = sum(min(j.copies, COPIES_CAP) for j in judged)
    key: tuple[object, ...] = (select, in_play, n_votes)
    if select is surest:
        judged = tuple(task.first_drawn(each, drawn) for each in judged)
        key = (*key, tuple(each.candidate.logprob for each in judged))
    if key not in task.cache:
        task.cache[key] = select(task.problem, judged)
    choice: Choice = task.cache[key]
    return choice


def shown(task: PooledTask, drawn: Sequence[int], choice: Choice) -> Features:
    """What speaks for a choice among these samples, as `solve` sees it."""
    best = best_of(task, drawn, choice)
    if best is not None:
        best = task.first_drawn(best, drawn)
    return features_of(task.problem, choice, best)


def best_of(task: PooledTask, drawn: Sequence[int], choice: Choice) -> Judged | None:
    """What `conclude` would hand in."""
    return choice.classes[0].best if choice.classes else nearest(task.judged(drawn))


def _nth(task: PooledTask, drawn: Sequence[int], place: int) -> Judged | None:
    program = task.samples[drawn[place]].program
    if program is not None:
        return task.programs[program]
    later = (task.samples[index].program for index in drawn)
    first = next((each for each in later if each is not None), None)
    return None if first is None else task.programs[first]


def _handed_in(task: PooledTask, paid: Sequence[int], answer: Judged | None) -> Played:
    return Played(answer=answer, tokens=task.tokens(paid), n_samples=len(paid))
