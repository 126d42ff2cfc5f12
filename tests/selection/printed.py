"""Candidates that printed letters, for tests of how one of them is chosen."""

from __future__ import annotations

from hypothesis import strategies as st

from assay.types import (
    Candidate,
    Case,
    CaseResult,
    IOMode,
    Judged,
    Observation,
    Prediction,
    Problem,
    Status,
    Stdin,
    Verdict,
)

CASE = Case(input=Stdin(text="1"), expected="1")
PROBLEM = Problem(id="p", statement="s", io_mode=IOMode.STDIN, cases=(CASE,))
UNTESTED = Problem(id="p", statement="s", io_mode=IOMode.STDIN)


def judged(
    sample: int,
    outputs: str,
    copies: int = 1,
    passed: bool = True,
    tests: int = 1,
    again: str = "",
    stress_s: float | None = None,
) -> Judged:
    """A candidate whose outputs are the letters; `!` is a crash."""
    candidate = Candidate(code=f"program {sample}", sample=sample)
    status = Status.PASSED if passed else Status.WRONG_ANSWER
    return Judged(
        candidate=candidate,
        verdict=Verdict(
            candidate=candidate, results=(CaseResult(status=status),) * tests
        ),
        observations=_observed(outputs),
        copies=copies,
        again=_observed(again),
        stress_s=stress_s,
    )


def _observed(outputs: str) -> tuple[Observation, ...]:
    return tuple(
        Observation(status=Status.RUNTIME_ERROR)
        if letter == "!"
        else Observation(status=Status.FINISHED, stdout=letter)
        for letter in outputs
    )


def predicted(index: int, expected: str, made_by: str = "somebody") -> Prediction:
    """A prediction for the input at this place."""
    given = Stdin(text=str(index))
    return Prediction(input=given, expected=expected, made_by=made_by, index=index)


N_INPUTS = 3
_outputs = st.text("ab!", min_size=N_INPUTS, max_size=N_INPUTS)
_rows = st.tuples(
    _outputs,
    st.integers(1, 5),  # copies
    st.booleans(),  # passed what was given
    st.just("") | _outputs,  # a second run, or none
    st.none() | st.sampled_from([0.01, 0.2, 0.3, 0.9]),  # stress_s
)
pools = st.lists(_rows, min_size=1, max_size=7).map(
    lambda rows: [
        judged(n, outputs, copies, passed, 1, again, stress_s)
        for n, (outputs, copies, passed, again, stress_s) in enumerate(rows)
    ]
)
predictions = st.lists(
    st.builds(
        predicted,
        st.integers(-1, N_INPUTS),  # -1 and one too many: about no input that was run
        st.sampled_from("ab"),
        st.sampled_from(["somebody", "nobody"]),
    ),
    max_size=6,
)
