"""Repair from executed facts, looked at from one of four angles."""

from __future__ import annotations

from collections.abc import Sequence

from assay.errors import ConfigError
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

ANGLES = ("logic", "completeness", "assumptions", "alternatives")


async def perspectives(
    problem: Problem,
    failed: Sequence[Judged],
    model: Model,
    *,
    angle: str = "logic",
    max_tokens: int = 1024,
    seed: int = 0,
    n_facts: int = 2,
) -> tuple[Candidate, ...]:
    """Show the nearest failing program and what it did, and say where to look.

    Each angle is an arm of its own, so that a router learns which of them pays.

    Source: PR-CoT (arXiv:2601.07780), which was not measured on code.
    Differs: one angle a call and not four views merged by a fifth; the facts are
    executed, and the reply is the program and no review.

    Args:
        failed: Programs that do not pass. The one with the smallest distance is taken,
            of those that were not corrected twice already.
        model: Asked once, or not at all.
        angle: One of `ANGLES`.
        n_facts: Failing cases shown, at most.

    Returns:
        One repair, made by `perspectives:` and the angle; none when no program failed
        in a way that has facts, or when no program came back.

    Raises:
        ConfigError: there is no such angle.
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`,
            unchanged.
    """
    text = angle_text(angle)
    parent = nearest_failed(failed, n_facts)
    if parent is None:
        return ()
    completion = await model.generate(
        angle_request(problem, parent, text, max_tokens, seed, n_facts)
    )
    return children(completion, problem, parent.candidate, f"perspectives:{angle}")


def angle_text(angle: str) -> str:
    """What to look at, in a sentence.

    >>> angle_text("logic")[:18]
    'Look at its logic:'

    Raises:
        ConfigError: there is no such angle.
    """
    pairs = (line.partition(": ") for line in render("angles").text.splitlines())
    texts = {name: text for name, _, text in pairs}
    if angle not in texts:
        raise ConfigError(f"unknown angle {angle!r}; choose one of {', '.join(ANGLES)}")
    return texts[angle]


def angle_request(
    problem: Problem,
    parent: Judged,
    text: str,
    max_tokens: int,
    seed: int,
    n_facts: int,
) -> Request:
    """The call that asks for a correction of one program from one angle."""
    prompt = render(
        "repair_angle",
        task=task_text(problem),
        angle=text,
        code=parent.candidate.code.strip(),
        facts="\n\n".join(facts_of(parent.verdict, n_facts)),
        kept=kept_text(parent.verdict),
    )
    return correction_request(prompt, max_tokens=max_tokens, seed=seed)
