"""How good confidences are, by measures that are known elsewhere or by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.bench.statistics import calibration_error, reliability
from assay.memory.measures import (
    brier,
    coverage_precision,
    log_loss,
    precision_of_surest,
)

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def ece(pairs: list[tuple[float, bool]]) -> float:
    """The report's expected calibration error."""
    return calibration_error(reliability(pairs))


@given(PAIRS, st.sampled_from([0.3, 0.5, 1.0]))
def test_the_order_of_answers_makes_no_difference(
    pairs: list[tuple[float, bool]], share: float
) -> None:
    if round(share * len(pairs)):
        one = precision_of_surest(pairs, share)
        assert one == pytest.approx(precision_of_surest(pairs[::-1], share))
        assert 0 <= one <= 1


def test_equal_confidences_at_the_edge_count_in_part() -> None:
    pairs = [(0.9, True), (0.5, True), (0.5, False), (0.1, False)]
    assert precision_of_surest(pairs) == 0.75  # one, and half of two of which one is


def test_abstaining_from_all_has_no_precision() -> None:
    assert coverage_precision([(0.2, True)], 0.5) == (0.0, None)
    assert coverage_precision([(0.5, True)], 0.5) == (1.0, 1.0)


@pytest.mark.parametrize("measure", [ece, brier, log_loss, precision_of_surest])
def test_nothing_stated_and_no_probability_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="no confidence was stated"):
        measure([])
    with pytest.raises(ValueError, match="a number from 0 to 1"):
        measure([(1.5, True)])


def test_certainty_has_no_log_loss() -> None:
    with pytest.raises(ValueError, match="infinitely wrong"):
        log_loss([(1.0, True)])
