"""How a solution is told: three lines of evidence, or one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from assay.types import ModelIdentity, Solution

FORMAT = 1
PRIOR = "a prior, not yet calibrated on this model"


def evidence_lines(
    solution: Solution, trace: Path | None, *, learnt_from: str = ""
) -> list[str]:
    """The claim, the confidence, the spend: a line each, and where the trace lies.

    Args:
        learnt_from: What a calibrated confidence rests on, in words.
    """
    spend, usage = solution.spend, solution.spend.usage
    claim = solution.evidence.sentence if solution.answer else "no program was found"
    share = spend.model_seconds / spend.seconds if spend.seconds else 0.0
    lines = [
        claim + (f" (stopped: {solution.stopped})" if solution.stopped else ""),
        f"confidence {solution.confidence:.2f} that the answer is right "
        f"({learnt_from if solution.calibrated else PRIOR})",
        f"spent {usage.tokens:,} tokens ({usage.prompt_tokens:,} prompt, of them "
        f"{usage.cached_prompt_tokens:,} cached; {usage.completion_tokens:,} "
        f"completion) in {spend.calls} calls, {spend.seconds:.1f} s "
        f"({share:.0%} of it the model), {spend.runs} sandboxed runs",
    ]
    if trace is not None:
        lines.append(f"trace {trace}")
    return lines


def solution_json(
    solution: Solution, identity: ModelIdentity, trace: Path | None, tier: str
) -> dict[str, Any]:
    """The versioned object of `--json`."""
    problem, evidence, spend = solution.problem, solution.evidence, solution.spend
    return {
        "format": FORMAT,
        "problem": {
            "id": problem.id,
            "title": problem.title,
            "io_mode": problem.io_mode,
            "entry_point": problem.entry_point,
            "checker": problem.checker.kind,
            "given_cases": len(problem.cases),
            "given_test_files": len(problem.test_code),
            "notes": list(problem.notes),
        },
        "answer": solution.answer.code if solution.answer else None,
        "status": solution.status,
        "stopped": solution.stopped,
        "evidence": {**asdict(evidence), "sentence": evidence.sentence},
        "confidence": solution.confidence,
        "calibrated": solution.calibrated,
        "abstained": solution.abstained,
        "candidates": [
            {
                "sample": report.candidate.sample,
                "made_by": report.candidate.made_by,
                "code": report.candidate.code,
                "status": report.status,
                "given_passed": report.given_passed,
                "given_total": report.given_total,
                "copies": report.copies,
                "class": report.output_class,
            }
            for report in solution.candidates
        ],
        "spend": {
            **asdict(spend.usage),
            "tokens": spend.usage.tokens,
            "calls": spend.calls,
            "retries": spend.retries,
            "seconds": round(spend.seconds, 3),
            "model_seconds": round(spend.model_seconds, 3),
            "sandbox_seconds": round(spend.sandbox_seconds, 3),
            "runs": spend.runs,
        },
        "isolation": tier,
        "trace": str(trace) if trace else None,
        "model": {
            "name": identity.name,
            "sha256": identity.sha256,
            "context_length": identity.context_length,
        },
        "engine": identity.engine,
    }
