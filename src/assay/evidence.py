"""More to choose by, bought with tokens: the model's inputs, and what it expects.

Asked once a solve, when the programs in play disagree or nothing was given. Inputs only
make programs differ; a prediction is a vote with a reliability.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from assay.errors import BudgetExhausted, ContextLengthExceeded
from assay.pool import Pool
from assay.repair.counterexample import (
    contradicts,
    counterexample,
    is_better_on,
    seen_by,
)
from assay.trace import Trace
from assay.types import Choice, Input, Judge, Judged, Model, Prediction, Problem

AskInputs = Callable[[Problem, Model, Judge], Awaitable[Sequence[Input]]]
Predict = Callable[
    [Problem, Model, Judge, tuple[Input, ...]], Awaitable[Sequence[Prediction]]
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreEvidence:
    """Which techniques are asked, in this order."""

    inputs: tuple[AskInputs, ...] = ()
    predictions: tuple[Predict, ...] = ()
    corrects: bool = False  # ask for a correction of a leader that one contradicts

    def __bool__(self) -> bool:
        return bool(self.inputs or self.predictions)


def is_wanted(problem: Problem, choice: Choice) -> bool:
    """Whether more evidence could change the choice."""
    return len(choice.classes) > 1 or (
        bool(choice.classes) and not problem.has_given_tests
    )


async def gather_evidence(
    problem: Problem,
    more: MoreEvidence,
    pool: Pool,
    model: Model,
    judge: Judge,
    trace: Trace,
) -> bool:
    """Ask each technique once, and run what is in play on what came.

    Returns:
        Whether the budget refused one; what was asked before it stays.

    Raises:
        ModelUnavailable, JudgeUnavailable: unchanged.
    """
    try:
        for ask in more.inputs:
            found = await ask(problem, model, judge)
            n = await pool.add_inputs(tuple(found))
            trace.event("inputs", made_by=_name(ask), n=n)
        for predict in more.predictions:
            said = await predict(problem, model, judge, pool.inputs)
            n = await pool.add_predictions(tuple(said))
            trace.event("predictions", made_by=_name(predict), n=n)
        if more.corrects:
            await _correct_leader(problem, pool, model)
    except ContextLengthExceeded as error:
        trace.event("no_evidence", reason=str(error))
    except BudgetExhausted:
        return True
    return False


async def _correct_leader(problem: Problem, pool: Pool, model: Model) -> None:
    """Show the most frequent program a prediction that contradicts it, if one does."""
    found = contradicted_leader(problem, pool)
    if found is None:
        return
    leader, said = found

    def accept(child: Judged, parent: Judged) -> bool:
        return is_better_on(problem, child, parent, said)

    for child in await counterexample(problem, (leader,), model, prediction=said):
        await pool.add(child, accept=accept)


def contradicted_leader(
    problem: Problem, pool: Pool
) -> tuple[Judged, Prediction] | None:
    """The most frequent program in play and the first prediction against it."""
    leader = max(
        (each for each in pool.judged if each.in_play),
        key=lambda each: (each.copies, -each.candidate.sample),
        default=None,
    )
    if leader is None:
        return None
    for said in pool.predictions:
        seen = seen_by(leader, said)
        if seen is not None and contradicts(problem, said, seen):
            return leader, said
    return None


def _name(technique: object) -> str:
    function = getattr(technique, "func", technique)
    return str(getattr(function, "__name__", function))
