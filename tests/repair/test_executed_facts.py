from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import anyio

from assay.models.scripted import Scripted
from assay.repair import executed_facts, is_better
from assay.types import (
    Candidate,
    CaseResult,
    IOMode,
    Judged,
    Problem,
    Status,
    Verdict,
)

PROBLEM = Problem(
    id="p", statement="Double n.", io_mode=IOMode.FUNCTION, entry_point="double"
)
FIXED = "```python\ndef double(n):\n    return 2 * n\n```"


def result(status: Status, distance: float, **facts: str) -> CaseResult:
    return CaseResult(status=status, distance=distance, **facts)  # type: ignore[arg-type]


def failed(sample: int, *results: CaseResult) -> Judged:
    candidate = Candidate(code=f"def double(n): return {sample}", sample=sample)
    return Judged(
        candidate=candidate, verdict=Verdict(candidate=candidate, results=results)
    )


def repair(*judged: Judged, reply: str = FIXED) -> tuple[Scripted, list[Candidate]]:
    model = Scripted([reply])

    async def run() -> list[Candidate]:
        return list(await executed_facts(PROBLEM, judged, model))

    return model, anyio.run(run)


def test_the_program_nearest_to_passing_is_shown_with_its_facts() -> None:
    near = failed(
        1,
        result(Status.PASSED, 0.0, input_text="double(0)"),
        result(
            Status.WRONG_ANSWER,
            0.2,
            input_text="double(2)",
            expected_text="4",
            got_text="1",
        ),
    )
    far = failed(0, result(Status.RUNTIME_ERROR, 1.0, got_text="NameError: x"))
    model, (child,) = repair(far, near)
    prompt = model.requests[0].messages[0].content
    assert "return 1" in prompt
    for fact in ("Input:\ndouble(2)", "Expected:\n4", "Got:\n1", "stay so:\ndouble(0)"):
        assert fact in prompt, fact
    assert child.parent == near.candidate
    assert "2 * n" in child.code


def test_an_error_line_and_a_limit_are_facts() -> None:
    model, _ = repair(
        failed(
            0,
            result(Status.RUNTIME_ERROR, 1.0, got_text="ZeroDivisionError: x (line 2)"),
            result(Status.TIME_LIMIT, 1.0, input_text="double(9)"),
            result(Status.WRONG_ANSWER, 1.0, got_text="third"),
        )
    )
    prompt = model.requests[0].messages[0].content
    assert "Got:\nZeroDivisionError: x (line 2)" in prompt
    assert "It did not finish in time." in prompt
    assert "third" not in prompt, "two facts at most"


def test_nothing_is_asked_when_no_program_failed_with_a_fact() -> None:
    passing = failed(0, result(Status.PASSED, 0.0))
    skipped = failed(1, result(Status.SKIPPED, 1.0))
    for judged in ([], [passing], [skipped]):
        model, children = repair(*judged)
        assert children == []
        assert model.requests == []


def test_a_reply_without_a_program_is_no_repair() -> None:
    _, children = repair(
        failed(0, result(Status.WRONG_ANSWER, 1.0, got_text="1")), reply="Sorry."
    )
    assert children == []


def test_a_repair_is_better_if_it_keeps_what_passed_and_comes_nearer() -> None:
    def verdict(*distances: float) -> Verdict:
        results = tuple(
            result(Status.WRONG_ANSWER if d else Status.PASSED, d) for d in distances
        )
        return Verdict(candidate=Candidate(code=""), results=results)

    assert is_better(verdict(0, 0.5), verdict(0, 0.9))
    assert not is_better(verdict(0, 0.9), verdict(0, 0.9))
    assert not is_better(verdict(0.1, 0), verdict(0, 0.9)), "an anchor was lost"


def test_the_request_is_the_one_that_was_recorded() -> None:
    kept = result(Status.PASSED, 0.0, input_text="double(0)")
    wrong = result(
        Status.WRONG_ANSWER,
        0.2,
        input_text="double(2)",
        expected_text="4",
        got_text="1",
    )
    model, _ = repair(failed(1, kept, wrong))
    text = json.dumps(asdict(model.requests[0]), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "57111e9e96b95b10fb0aeed8a30a832be805a5338563bd6250502842c4e2548c"
    )
