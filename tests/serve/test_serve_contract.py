"""The text of the answer: its form, what it claims, and that it is never empty."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sampling.blocks import find_blocks
from assay.serve.asked import Form, Wrapping
from assay.serve.contract import answer_text, ranked_texts
from assay.types import (
    Candidate,
    CandidateReport,
    Evidence,
    IOMode,
    Problem,
    Solution,
    SolveStatus,
    Spend,
    Status,
    Usage,
)

PROSE, FENCE, RAW = (Form(wrapping=each) for each in Wrapping)
PROBLEM = Problem(id="", statement="", io_mode=IOMode.FUNCTION, entry_point="f")


def solved(
    code: str | None = "def f(x):\n    return 2 * x\n",
    status: SolveStatus = SolveStatus.VERIFIED,
    evidence: Evidence = Evidence(given_passed=3, given_total=3),  # noqa: B008 - frozen
    candidates: tuple[CandidateReport, ...] = (),
) -> Solution:
    return Solution(
        problem=PROBLEM,
        answer=None if code is None else Candidate(code=code),
        status=status,
        evidence=evidence,
        confidence=0.9,
        candidates=candidates,
        spend=Spend(usage=Usage(prompt_tokens=1000, completion_tokens=234)),
        stopped="sure",
    )


def report(
    code: str, place: int | None, passed: int = 3, copies: int = 1
) -> CandidateReport:
    return CandidateReport(
        candidate=Candidate(code=code),
        status=Status.PASSED if passed == 3 else Status.WRONG_ANSWER,
        given_passed=passed,
        given_total=3,
        copies=copies,
        output_class=place,
    )


FAILING = solved(
    status=SolveStatus.UNVERIFIED, evidence=Evidence(given_passed=2, given_total=3)
)


def test_the_default_is_a_sentence_a_block_and_the_evidence() -> None:
    assert answer_text(solved(), PROSE, evidence=True) == (
        "Here is the function.\n\n```python\ndef f(x):\n    return 2 * x\n```\n\n"
        "Verified by 3 given tests; confidence 0.90 that it is right (a prior); "
        "1,234 tokens spent."
    )


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        (solved(evidence=Evidence(given_passed=1, given_total=1)), "by 1 given test;"),
        (
            solved(
                status=SolveStatus.AGREED,
                evidence=Evidence(class_size=5, n_candidates=7, n_inputs=20),
            ),
            "5 of 7 independent programs agree on 20 inputs made here",
        ),
        (solved(status=SolveStatus.UNVERIFIED, evidence=Evidence()), "Unverified;"),
        (FAILING, "Unverified: 2 of 3 given tests passed"),
        (replace(solved(), calibrated=True), "(learnt from graded answers)"),
    ],
)
def test_the_closing_line_says_what_was_shown(solution: Solution, words: str) -> None:
    assert words in answer_text(solution, PROSE, evidence=True).splitlines()[-1]


@pytest.mark.parametrize("form", [PROSE, FENCE, RAW])
@pytest.mark.parametrize("evidence", [True, False])
def test_a_failing_answer_says_so_first(form: Form, evidence: bool) -> None:
    lines = answer_text(FAILING, form, evidence=evidence).splitlines()
    assert "does not pass the given tests: it passes 2 of 3" in "\n".join(lines[:2])


def test_raw_code_has_nothing_else_unless_evidence_is_wanted() -> None:
    bare = answer_text(solved(), RAW, evidence=False)
    assert bare == "def f(x):\n    return 2 * x\n"
    told = answer_text(solved(), RAW, evidence=True)
    assert told.startswith(bare)
    assert told.splitlines()[-1].startswith("# Verified by 3 given tests")
    other = answer_text(solved(), replace(RAW, language="java"), evidence=True)
    assert other.splitlines()[-1].startswith("// Verified")


def test_a_fence_alone_is_one_block() -> None:
    text = answer_text(solved(), FENCE, evidence=False)
    assert text == "```python\ndef f(x):\n    return 2 * x\n```"


@pytest.mark.parametrize("form", [PROSE, FENCE, RAW])
@pytest.mark.parametrize("evidence", [True, False])
@pytest.mark.parametrize(
    "solution",
    [
        solved(code=None, status=SolveStatus.NONE),
        solved(code=" \n", status=SolveStatus.NONE),
        replace(solved(), abstained=True, confidence=0.2),
    ],
)
def test_it_is_never_empty(solution: Solution, form: Form, evidence: bool) -> None:
    for text in (
        answer_text(solution, form, evidence=evidence),
        *ranked_texts(solution, form, 3, evidence=evidence),
    ):
        assert "No program" in text
        assert "return 2" not in text
        if form is not PROSE:
            assert ast.parse(text).body == []


@given(st.text(alphabet="`~ax\n ", min_size=1), st.sampled_from([PROSE, FENCE]))
def test_a_fenced_program_can_be_read_back(inner: str, form: Form) -> None:
    code = f"TEXT = '''{inner}'''\nprint(TEXT)\n"
    block, *more = find_blocks(answer_text(solved(code), form, evidence=False))
    assert not more
    assert block.code.strip("\n") == code.strip("\n")


def test_the_next_best_are_distinct_and_of_better_classes_first() -> None:
    answer = report("def f(x):\n    return 2 * x\n", 0, copies=2)
    solution = solved(
        candidates=(
            report("def f(x):\n    return x\n", None, passed=1),
            report("def f(x):\n    return x + x + 0\n", 1),
            answer,
            report("def f(x):\n    return 2 * x  # twice\n", 0),
            report("def f(x):\n    return x + x\n", 0),
        )
    )
    texts = ranked_texts(solution, RAW, 5, evidence=False)
    assert texts[:3] == (
        "def f(x):\n    return 2 * x\n",
        "def f(x):\n    return x + x\n",
        "def f(x):\n    return x + x + 0\n",
    )
    assert texts[3:] == (texts[0],) * 2, "a client that asks for five reads five"
    assert ranked_texts(solution, RAW, 1, evidence=False) == texts[:1]


def test_another_candidate_claims_only_what_is_its_own() -> None:
    candidates = tuple(report(f"def f(x):\n    return {n}\n", n) for n in range(2))
    texts = ranked_texts(solved(candidates=candidates), PROSE, 2, evidence=True)
    assert texts[1].splitlines()[-1] == (
        "Another candidate, verified by 3 given tests; 1,234 tokens spent on all of "
        "them."
    )


def test_failing_candidates_stand_beside_a_failing_answer_and_say_so() -> None:
    failing = replace(FAILING, candidates=(report("def f(x): return 1\n", None, 1),))
    texts = ranked_texts(failing, RAW, 2, evidence=False)
    assert "it passes 1 of 3" in texts[1].splitlines()[0]
