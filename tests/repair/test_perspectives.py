from __future__ import annotations

from functools import partial

import anyio
import pytest

from assay.errors import ConfigError
from assay.models.scripted import Scripted
from assay.prompts import render
from assay.repair import ANGLES, depth_of, executed_facts, nearest_failed, perspectives
from assay.repair.perspectives import angle_text
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
WRONG = CaseResult(
    status=Status.WRONG_ANSWER,
    distance=0.5,
    input_text="double(2)",
    expected_text="4",
    got_text="1",
)


def failed(candidate: Candidate, *, distance: float = 0.5) -> Judged:
    kept = CaseResult(status=Status.PASSED, distance=0.0, input_text="double(0)")
    wrong = CaseResult(
        status=WRONG.status,
        distance=2 * distance,
        input_text=WRONG.input_text,
        expected_text=WRONG.expected_text,
        got_text=WRONG.got_text,
    )
    verdict = Verdict(candidate=candidate, results=(kept, wrong))
    return Judged(candidate=candidate, verdict=verdict)


def corrected(times: int, *, sample: int = 0) -> Candidate:
    candidate = Candidate(code=f"def double(n): return {sample}", sample=sample)
    for turn in range(times):
        candidate = Candidate(
            code=f"{candidate.code} + {turn}", sample=sample, parent=candidate
        )
    return candidate


def repair(angle: str, *judged: Judged) -> tuple[Scripted, tuple[Candidate, ...]]:
    model = Scripted([FIXED])
    call = partial(perspectives, PROBLEM, judged, model, angle=angle)
    return model, anyio.run(call)


@pytest.mark.parametrize("angle", ANGLES)
def test_each_angle_shows_the_facts_and_says_where_to_look(angle: str) -> None:
    parent = failed(corrected(0))
    model, (child,) = repair(angle, parent)
    (request,) = model.requests
    prompt = request.messages[0].content
    for part in (
        angle_text(angle),
        "Double n.",
        "return 0",
        "Input:\ndouble(2)",
        "Expected:\n4",
        "Got:\n1",
        "stay so:\ndouble(0)",
    ):
        assert part in prompt, part
    assert (request.temperature, request.stop_at_fence) == (0.0, True)
    assert child.made_by == f"perspectives:{angle}"
    assert child.parent == parent.candidate


def test_four_angles_are_four_requests() -> None:
    parent = failed(corrected(0))
    requests = {repair(angle, parent)[0].requests[0].messages for angle in ANGLES}
    assert len(requests) == 4
    lines = render("angles").text.splitlines()
    assert tuple(line.partition(":")[0] for line in lines) == ANGLES


def test_an_unknown_angle_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(ConfigError, match="unknown angle 'luck'; choose one of logic,"):
        repair("luck", failed(corrected(0)))


def test_nothing_is_asked_when_nothing_failed() -> None:
    model, children = repair("logic")
    assert (model.requests, children) == ([], ())


def test_depth_counts_corrections() -> None:
    assert [depth_of(corrected(times)) for times in range(4)] == [0, 1, 2, 3]


@pytest.mark.parametrize("technique", [perspectives, executed_facts])
def test_a_program_that_was_corrected_twice_is_not_corrected_again(
    technique: object,
) -> None:
    near, far = failed(corrected(2), distance=0.1), failed(corrected(1, sample=1))
    model = Scripted([FIXED])

    async def run(*judged: Judged) -> tuple[Candidate, ...]:
        made = await technique(PROBLEM, judged, model)  # type: ignore[operator]
        return tuple(made)

    (child,) = anyio.run(run, near, far)
    assert child.parent == far.candidate
    assert depth_of(child) == 2
    assert anyio.run(run, near) == ()
    assert len(model.requests) == 1


def test_the_parent_does_not_depend_on_the_order() -> None:
    judged = [failed(corrected(times, sample=s)) for times in (0, 1) for s in (1, 0)]
    chosen = {
        nearest_failed(order, 2) for order in (tuple(judged), tuple(judged[::-1]))
    }
    (parent,) = chosen
    assert parent is not None
    assert parent.candidate == corrected(0)
