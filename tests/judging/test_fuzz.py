"""The fuzzer's properties, for some seconds; scripts/fuzz_judge.py takes its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.judging.wire import WireError, frame, pack, unpack
from judging import fuzz_checkers, fuzz_codec, fuzz_protocol

if TYPE_CHECKING:
    from judging.conftest import Sandbox

PURE = [*fuzz_codec.PROPERTIES, *fuzz_checkers.PROPERTIES]


def try_out(
    inputs: st.SearchStrategy[Any], check: Callable[[Any], None], n: int
) -> None:
    quick = settings(
        max_examples=n,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    quick(given(inputs)(check))()


@pytest.mark.parametrize(
    ("inputs", "check", "n"), PURE, ids=[check.__name__ for _, check, _ in PURE]
)
def test_the_codec_and_the_checkers_bear_what_comes(
    inputs: st.SearchStrategy[Any], check: Callable[[Any], None], n: int
) -> None:
    try_out(inputs, check, n // 3)


@pytest.mark.parametrize(
    ("inputs", "check", "n"),
    fuzz_protocol.PROPERTIES,
    ids=[check.__name__ for _, check, _ in fuzz_protocol.PROPERTIES],
)
def test_the_protocol_bears_what_candidates_write(
    sandbox: Sandbox,
    inputs: st.SearchStrategy[Any],
    check: Callable[[Any], None],
    n: int,
) -> None:
    with fuzz_protocol.opened(sandbox):
        try_out(inputs, check, n // 3)


def test_the_fuzzer_sees_a_value_that_nobody_answered(sandbox: Sandbox) -> None:
    """That it can fail: its rules, against programs that break them."""
    lie = b"v" + fuzz_protocol.NUMBER + pack(["forged", 5])
    assert fuzz_protocol.forged({0: [("write", 4, frame(lie))]})
    assert fuzz_protocol.forged({0: [("write", 4, b"\xff" + frame(lie))]})
    assert not fuzz_protocol.forged({0: [("write", 4, frame(lie)[:-1])]})
    with fuzz_protocol.opened(sandbox):
        honest = fuzz_protocol.run(fuzz_protocol.HONEST, False)
        assert [seen.value[1] for seen in honest] == list(fuzz_protocol.ARGUMENTS)
        with pytest.raises(AssertionError, match="nobody"):
            check_alone("def f(x): return ['nobody', x]")


def check_alone(source: str) -> None:
    for x, seen in zip(
        fuzz_protocol.ARGUMENTS, fuzz_protocol.run(source, False), strict=True
    ):
        fuzz_protocol.must_be_answered(x, seen, frozenset())


@pytest.mark.parametrize(
    "payload", [b"", b"[", b"{}", b"[0," * 5000, b"[99]", b"\xff" * 99, b"[1]]"]
)
def test_what_no_value_is_raises_one_kind_of_error(payload: bytes) -> None:
    with pytest.raises(WireError):
        unpack(payload)
