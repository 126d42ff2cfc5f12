"""Repair from an input on which somebody else answers otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from assay.judging.checkers import compare_text, compare_value
from assay.judging.facts import show_failure, show_input, show_text, show_value
from assay.prompts import render
from assay.repair.facts import (
    children,
    correction_request,
    keeps_passed,
    kept_text,
    nearest_first,
)
from assay.sampling.extraction import normalise
from assay.sampling.prompting import task_text
from assay.types import (
    Candidate,
    CheckerKind,
    Judged,
    Model,
    Observation,
    Prediction,
    Problem,
    Request,
    Status,
    Stdin,
    Value,
)


async def counterexample(
    problem: Problem,
    failed: Sequence[Judged],
    model: Model,
    *,
    prediction: Prediction,
    max_tokens: int = 1024,
    seed: int = 0,
) -> tuple[Candidate, ...]:
    """Show an input on which a prediction contradicts a program; ask which is right.

    A prediction is no truth, so the model is told that either may be wrong, and may
    hand the program back unchanged. The caller takes the child only if it is better:
    `is_better_on`, as a parent that passes what was given cannot come nearer.

    Source: S* (arXiv:2502.14382), which has a model judge a separating input.
    Differs: the input is used for a correction and not for a choice; one call.

    Args:
        failed: Programs that ran on the self-made inputs, of which the prediction's is
            number `prediction.index`. The one nearest to passing is taken of those
            that it contradicts and that were not corrected twice already.
        model: Asked once, or not at all.
        prediction: From a reference program, or a vote on a separating input.

    Returns:
        One repair; none when no program is contradicted, when no program came back, or
        when it came back unchanged.

    Raises:
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`,
            unchanged.
    """
    for parent in nearest_first(failed):
        seen = seen_by(parent, prediction)
        if seen is not None and contradicts(problem, prediction, seen):
            break
    else:
        return ()
    completion = await model.generate(
        counterexample_request(problem, parent, prediction, seen, max_tokens, seed)
    )
    known = normalise(parent.candidate.code)
    made = children(completion, problem, parent.candidate, "counterexample")
    return tuple(child for child in made if normalise(child.code) != known)


def seen_by(judged: Judged, prediction: Prediction) -> Observation | None:
    """What a program did on the prediction's input; None if it was not run on it."""
    if not 0 <= prediction.index < len(judged.observations):
        return None
    seen = judged.observations[prediction.index]
    ran = seen.status not in (Status.SKIPPED, Status.SANDBOX_FAILURE)
    return seen if ran else None


def contradicts(problem: Problem, prediction: Prediction, seen: Observation) -> bool:
    """Whether a program cannot be right if the prediction is.

    Never where several answers may be right: there another answer says nothing.
    """
    checker = problem.checker
    if checker.kind is CheckerKind.PROGRAM or checker.any_of:
        return False
    if seen.status is not Status.FINISHED:
        return True
    if isinstance(prediction.input, Stdin):
        return not compare_text(checker, prediction.expected, seen.stdout).passed
    got = _value(seen, prediction.expected)
    return not compare_value(checker, prediction.expected, got).passed


def is_better_on(
    problem: Problem, child: Judged, parent: Judged, prediction: Prediction
) -> bool:
    """Whether a repair keeps all that was passed and now answers as predicted."""
    before, after = seen_by(parent, prediction), seen_by(child, prediction)
    if before is None or after is None:
        return False
    return (
        keeps_passed(child.verdict, parent.verdict)
        and child.verdict.distance <= parent.verdict.distance
        and contradicts(problem, prediction, before)
        and not contradicts(problem, prediction, after)
    )


def counterexample_request(
    problem: Problem,
    parent: Judged,
    prediction: Prediction,
    seen: Observation,
    max_tokens: int,
    seed: int,
) -> Request:
    """The call that shows one program, one input and two answers."""
    is_text = isinstance(prediction.input, Stdin)
    prompt = render(
        "counterexample",
        task=task_text(problem),
        code=parent.candidate.code.strip(),
        input=show_input(prediction.input, problem.entry_point).strip(),
        got=_shown(problem, seen, prediction),
        predicted=_written(prediction.expected, is_text=is_text),
        kept=kept_text(parent.verdict),
    )
    return correction_request(prompt, max_tokens=max_tokens, seed=seed)


def _value(seen: Observation, expected: Value) -> Value:
    """A call's answer: its first argument as it was left, where none was returned."""
    if seen.value is None and expected is not None and seen.args_after:
        return seen.args_after[0]
    return seen.value


def _shown(problem: Problem, seen: Observation, prediction: Prediction) -> str:
    if seen.status is not Status.FINISHED:
        return show_failure(seen, problem.limits)
    if isinstance(prediction.input, Stdin):
        return _written(seen.stdout, is_text=True)
    return _written(_value(seen, prediction.expected), is_text=False)


def _written(answer: Value, *, is_text: bool) -> str:
    text = show_text(str(answer)).strip() if is_text else show_value(answer)
    return text or "(nothing)"
