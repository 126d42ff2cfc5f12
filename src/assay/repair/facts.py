"""What all repairs share: which program is shown, its facts, and what counts as better.

Everything here is pure. A repair's depth is the number of corrections that led to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from assay.prompts import Prompt
from assay.sampling.extraction import extract_program
from assay.sampling.prompting import prompt_request
from assay.types import (
    Candidate,
    CaseResult,
    Completion,
    FinishReason,
    Judged,
    Problem,
    Request,
    Status,
    Verdict,
)

MOST_DEPTH = 2  # most gains of repair come in two rounds (arXiv:2604.10508)


def depth_of(candidate: Candidate) -> int:
    """How many corrections led to a program; 0 for a sample.

    >>> sample = Candidate(code="a")
    >>> depth_of(sample), depth_of(Candidate(code="b", parent=sample))
    (0, 1)
    """
    depth, parent = 0, candidate.parent
    while parent is not None:
        depth, parent = depth + 1, parent.parent
    return depth


def nearest_first(judged: Sequence[Judged]) -> list[Judged]:
    """Programs that may be corrected once more, the nearest to passing first.

    Ties go to the earlier sample, so the order of `judged` does not matter.
    """
    return sorted(
        (j for j in judged if depth_of(j.candidate) < MOST_DEPTH),
        key=lambda j: (
            j.verdict.distance,
            j.candidate.sample,
            depth_of(j.candidate),
            j.candidate.code,
        ),
    )


def nearest_failed(failed: Sequence[Judged], n_facts: int) -> Judged | None:
    """The program nearest to passing of those that failed in a way that has facts."""
    for judged in nearest_first(failed):
        if not judged.in_play and facts_of(judged.verdict, n_facts):
            return judged
    return None


def facts_of(verdict: Verdict, most: int) -> list[str]:
    """What was seen of the first cases that failed, a text each."""
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


def kept_text(verdict: Verdict) -> str:
    """The inputs that a program is right for, as the end of a prompt; "" if none is."""
    passed = [r.input_text for r in verdict.results if r.passed and r.input_text]
    if not passed:
        return ""
    shown = "\n".join(passed[:2])
    return f"\n\nIt is right for these inputs and must stay so:\n{shown}"


def correction_request(prompt: Prompt, *, max_tokens: int, seed: int) -> Request:
    """The call that asks for a corrected program, greedily."""
    return prompt_request(prompt, max_tokens=max_tokens, seed=seed, stop_at_fence=True)


def children(
    completion: Completion, problem: Problem, parent: Candidate, made_by: str
) -> tuple[Candidate, ...]:
    """The correction in a completion, as the parent's child; none without a program."""
    code = extract_program(
        completion.text,
        problem,
        cut_off=completion.finish_reason is FinishReason.LENGTH,
    )
    if code is None:
        return ()
    return (Candidate(code=code, made_by=made_by, sample=parent.sample, parent=parent),)


def keeps_passed(child: Verdict, parent: Verdict) -> bool:
    """Whether all that the parent passed is passed by the child (the anchors)."""
    return all(
        after.passed
        for before, after in zip(parent.results, child.results, strict=False)
        if before.passed
    )


def is_better(child: Verdict, parent: Verdict) -> bool:
    """Whether a repair keeps all that was passed and comes nearer (an anchor)."""
    return keeps_passed(child, parent) and child.distance < parent.distance
