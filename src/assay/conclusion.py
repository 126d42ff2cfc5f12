"""What may be claimed when the ladder ends: status, evidence, confidence, spend."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.budget import Budget
from assay.pool import Pool
from assay.trace import TracedJudge
from assay.types import (
    CandidateReport,
    Choice,
    Evidence,
    Judged,
    Problem,
    Solution,
    SolveStatus,
    Spend,
    Status,
)

StateConfidence = Callable[[Problem, Choice, Judged | None], float | None]
"""How sure of a choice and the program that is handed out; None where it cannot say."""


def conclude(
    problem: Problem,
    choice: Choice,
    pool: Pool,
    budget: Budget,
    runner: TracedJudge,
    stopped: str,
    *,
    confidence: StateConfidence | None = None,
    abstain_below: float = 0.0,
) -> Solution:
    """Take the chosen class's best member, or else the nearest program that failed.

    Args:
        confidence: Learnt from graded answers; without it, or where it cannot say, the
            choice's own holds.
        abstain_below: The confidence from which the answer is worth handing out.
    """
    judged = pool.judged
    best = choice.classes[0].best if choice.classes else nearest(judged)
    evidence = _evidence(choice, best)
    learnt = confidence(problem, choice, best) if confidence and best else None
    prior = choice.confidence if choice.classes else 0.0
    stated = prior if learnt is None else learnt
    return Solution(
        problem=problem,
        answer=best.candidate if best else None,
        status=_status(problem, best, evidence),
        evidence=evidence,
        confidence=stated,
        candidates=tuple(_report(j, choice) for j in judged),
        spend=Spend(
            usage=budget.usage,
            calls=budget.calls,
            retries=budget.retries,
            seconds=budget.seconds,
            model_seconds=budget.model_seconds,
            sandbox_seconds=runner.sandbox_seconds,
            runs=runner.runs,
        ),
        stopped=stopped,
        calibrated=learnt is not None,
        abstained=best is not None and stated < abstain_below,
    )


def nearest(judged: Sequence[Judged]) -> Judged | None:
    """The failing program that comes nearest to the given cases."""
    return min(
        judged,
        key=lambda j: (-j.verdict.n_passed, j.verdict.distance, j.candidate.sample),
        default=None,
    )


def _evidence(choice: Choice, best: Judged | None) -> Evidence:
    """What was passed, and on how many inputs the answer gave what others gave too.

    An input on which it fails shows nothing, however many fail there alike.
    """
    if best is None:
        return Evidence()
    n_inputs = sum(o.status is Status.FINISHED for o in best.observations)
    compared = bool(choice.classes) and n_inputs > 0
    return Evidence(
        given_passed=best.verdict.n_passed,
        given_total=len(best.verdict.counted),
        class_size=choice.classes[0].votes if compared else 0,
        n_candidates=choice.n_votes if compared else 0,
        n_inputs=n_inputs if compared else 0,
    )


def _status(problem: Problem, best: Judged | None, evidence: Evidence) -> SolveStatus:
    if best is None:
        return SolveStatus.NONE
    if best.verdict.passed:
        return SolveStatus.VERIFIED
    if not problem.has_given_tests and evidence.is_majority:
        return SolveStatus.AGREED
    return SolveStatus.UNVERIFIED


def _report(judged: Judged, choice: Choice) -> CandidateReport:
    results = judged.verdict.counted
    failed = next((r.status for r in results if not r.passed), None)
    number = next(
        (
            n
            for n, output_class in enumerate(choice.classes)
            if any(m.candidate == judged.candidate for m in output_class.members)
        ),
        None,
    )
    return CandidateReport(
        candidate=judged.candidate,
        status=failed or (Status.PASSED if results else None),
        given_passed=judged.verdict.n_passed,
        given_total=len(results),
        copies=judged.copies,
        output_class=number,
    )
