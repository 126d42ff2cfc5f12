"""`allclose` without numpy, against numpy."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judging.allclose import equal_or_close
from assay.judging.wire import Opaque
from assay.types import Checker

numpy = pytest.importorskip("numpy")

NUMBERS = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.integers(2**50, 2**52),
    st.sampled_from([0.0, 1.0, 1.0 + 1e-7, 1.0 + 1e-5, float("inf"), -float("inf")]),
    st.just(float("nan")),
    st.complex_numbers(max_magnitude=2),
)
ARRAYS = st.recursive(
    NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


def by_numpy(got: Any, wanted: Any, atol: float) -> bool:
    """What the published tests say of two values."""
    if got == wanted:
        return True
    floats = isinstance(wanted, float) or (
        isinstance(wanted, list | tuple) and all(isinstance(i, float) for i in wanted)
    )
    atol = 1e-6 if atol == 0 and floats else atol
    if atol == 0:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bool(numpy.allclose(got, wanted, rtol=1e-7, atol=atol))
    except (TypeError, ValueError):
        return False


@given(ARRAYS, ARRAYS, st.sampled_from([0.0, 1e-6]))
def test_it_says_what_numpy_says(got: Any, wanted: Any, atol: float) -> None:
    rule = Checker(abs_tol=atol, rel_tol=1e-7)
    assert equal_or_close(rule, wanted, got) == by_numpy(got, wanted, atol)


@pytest.mark.parametrize("got", [None, "1.0", b"1", {1.0}, {1: 1.0}, Opaque("array")])
def test_what_is_no_number_is_close_to_nothing(got: Any) -> None:
    assert not equal_or_close(Checker(abs_tol=1e-6), 1.0, got)


def test_strict_types_refuse_what_broadcasting_would_pass() -> None:
    strict = Checker(abs_tol=1e-6, strict_types=True)
    assert not equal_or_close(strict, [1.0, 1.0], 1.0)
    assert not equal_or_close(strict, [1.0, 1.0], [1.0])
    assert not equal_or_close(strict, 1.0, 1.00000001 + 0j)
    assert equal_or_close(strict, [1.0], [1.0000001])
