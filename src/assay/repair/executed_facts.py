"""Repair from what the program did when it was run."""

from __future__ import annotations

from collections.abc import Sequence

from assay.prompts import render
from assay.sampling.extraction import extract_program
from assay.sampling.prompting import task_text
from assay.types import (
    Candidate,
    CaseResult,
    FinishReason,
    Judged,
    Message,
    Model,
    Problem,
    Request,
    Status,
    Verdict,
)


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
        failed: Programs that do not pass. The one with the smallest distance is taken.
        model: Asked once, or not at all.
        n_facts: Failing cases shown, at most.

    Returns:
        One repair; none when no program failed in a way that has facts, or when no
        program came back.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    candidates = [j for j in failed if not j.in_play and _facts(j.verdict, n_facts)]
    if not candidates:
        return ()
    parent = min(candidates, key=lambda j: (j.verdict.distance, j.candidate.sample))
    completion = await model.generate(
        repair_request(problem, parent, max_tokens, seed, n_facts)
    )
    code = extract_program(
        completion.text,
        problem,
        cut_off=completion.finish_reason is FinishReason.LENGTH,
    )
    if code is None:
        return ()
    return (
        Candidate(
            code=code,
            made_by="executed_facts",
            sample=parent.candidate.sample,
            parent=parent.candidate,
        ),
    )


def repair_request(
    problem: Problem, parent: Judged, max_tokens: int, seed: int, n_facts: int
) -> Request:
    """The call that asks for a correction of one program."""
    prompt = render(
        "repair",
        task=task_text(problem),
        code=parent.candidate.code.strip(),
        facts="\n\n".join(_facts(parent.verdict, n_facts)),
        kept=_kept(parent.verdict),
    )
    return Request(
        messages=(Message(role="user", content=prompt.text),),
        max_tokens=max_tokens,
        temperature=0.0,
        seed=seed,
        stop_at_fence=True,
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
    )


def is_better(child: Verdict, parent: Verdict) -> bool:
    """Whether a repair keeps all that was passed and comes nearer (an anchor)."""
    kept = all(
        after.passed
        for before, after in zip(parent.results, child.results, strict=False)
        if before.passed
    )
    return kept and child.distance < parent.distance


def _facts(verdict: Verdict, most: int) -> list[str]:
    told = [
        r
        for r in verdict.results
        if not r.passed and r.status not in (Status.SKIPPED, Status.SANDBOX_FAILURE)
    ]
    return [_fact(result) for result in told[:most]]


def _fact(result: CaseResult) -> str:
    lines = []
    if result.input_text:
        lines.append(f"Input:\n{result.input_text}")
    if result.expected_text:
        lines.append(f"Expected:\n{result.expected_text}")
    words = {
        Status.TIME_LIMIT: "It did not finish in time.",
        Status.MEMORY_LIMIT: "It used too much memory.",
        Status.OUTPUT_LIMIT: "It printed too much.",
    }
    lines.append(words.get(result.status) or f"Got:\n{result.got_text or '(nothing)'}")
    return "\n".join(lines)


def _kept(verdict: Verdict) -> str:
    passed = [r.input_text for r in verdict.results if r.passed and r.input_text]
    if not passed:
        return ""
    shown = "\n".join(passed[:2])
    return f"\n\nIt is right for these inputs and must stay so:\n{shown}"
