"""What the tokens' probabilities say of a completion, and who carries it."""

from __future__ import annotations

from statistics import fmean

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.scripted import Scripted
from assay.sampling.draw import SamplingSettings, draw
from assay.sampling.logprobs import mean_logprob, tail_logprob
from assay.types import (
    Candidate,
    Completion,
    FinishReason,
    IOMode,
    OnDelta,
    Problem,
    Request,
    Usage,
)

LOGPROBS = st.lists(st.floats(-20, 0), min_size=1, max_size=40)


@given(LOGPROBS, st.integers(1, 50))
def test_the_tail_is_the_lowest_of_all_windows(
    logprobs: list[float], window: int
) -> None:
    size = min(window, len(logprobs))
    windows = [logprobs[i : i + size] for i in range(len(logprobs) - size + 1)]
    assert tail_logprob(logprobs, window) == pytest.approx(
        min(map(fmean, windows)), abs=1e-9
    )


@given(LOGPROBS)
def test_one_window_over_all_is_the_mean(logprobs: list[float]) -> None:
    assert tail_logprob(logprobs, 40) == pytest.approx(mean_logprob(logprobs))


def test_one_guessed_line_shows_in_the_tail_and_not_in_the_mean() -> None:
    sure, guessed = [-0.01] * 484, [-2.0] * 16
    mean, tail = mean_logprob(sure + guessed), tail_logprob(sure + guessed)
    assert mean is not None
    assert mean > -0.1
    assert tail == pytest.approx(-2.0)


class Telling(Scripted):
    """A scripted model that tells its tokens' probabilities."""

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        return Completion(
            text="```python\nprint(1)\n```",
            finish_reason=FinishReason.STOP,
            usage=Usage(),
            seconds=0.0,
            logprobs=(-0.5, -1.5),
        )


def drawn(model: Scripted) -> Candidate:
    problem = Problem(id="p", statement="Print 1.", io_mode=IOMode.STDIN)

    async def main() -> Candidate | None:
        return await draw(problem, 0, model, settings=SamplingSettings())

    candidate = anyio.run(main)
    assert candidate is not None
    return candidate


def test_a_candidate_carries_what_was_told_of_its_completion() -> None:
    told, untold = drawn(Telling([])), drawn(Scripted(["```python\nprint(1)\n```"]))
    assert (told.logprob, told.tail_logprob) == (-1.0, -1.0)
    assert (untold.logprob, untold.tail_logprob) == (None, None)
    assert told == untold, "equal code is equal candidate"
