"""Repair from what the program did when it was run."""

from __future__ import annotations

from collections.abc import Sequence

from assay.prompts import render
from assay.repair.facts import (
    children,
    correction_request,
    facts_of,
    kept_text,
    nearest_failed,
)
from assay.sampling.prompting import task_text
from assay.types import Candidate, Judged, Model, Problem, Request


async def executed_facts(
    problem: Problem,
    failed: Sequence[Judged],
    model: Model,
    *,
    max_tokens: int = 1024,
    seed: int = 0,
    n_facts: int = 2,
) -> tuple[Candidate, ...]:
    """Show the nearest failing program and what it did, and ask for a correction.

    Source: S* (arXiv:2502.14382) and self-debugging (arXiv:2304.05128).
    Differs: only executed facts are shown (input, expected, got, or the error's line);
    the model is asked for no explanation of its own, which small models get wrong, and
    the cases that the program passes are named so that they stay passed.

    Args:
        failed: Programs that do not pass. The one with the smallest distance is taken,
            of those that were not corrected twice already.
        model: Asked once, or not at all.
        n_facts: Failing cases shown, at most.

    Returns:
        One repair; none when no program failed in a way that has facts, or when no
        program came back.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    parent = nearest_failed(failed, n_facts)
    if parent is None:
        return ()
    completion = await model.generate(
        repair_request(problem, parent, max_tokens, seed, n_facts)
    )
    return children(completion, problem, parent.candidate, "executed_facts")


def repair_request(
    problem: Problem, parent: Judged, max_tokens: int, seed: int, n_facts: int
) -> Request:
    """The call that asks for a correction of one program."""
    prompt = render(
        "repair",
        task=task_text(problem),
        code=parent.candidate.code.strip(),
        facts="\n\n".join(facts_of(parent.verdict, n_facts)),
        kept=kept_text(parent.verdict),
    )
    return correction_request(prompt, max_tokens=max_tokens, seed=seed)
