"""Properties of the value codec, for as many random values and bytes as there is time.

The bytes are what a hostile program may write: `unpack` must give a plain value or
raise `WireError`, soon and in little memory, whatever they are.
"""

from __future__ import annotations

import struct
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from assay.judging.wire import Opaque, WireError, pack, unpack

Properties = tuple[tuple[st.SearchStrategy[Any], Callable[[Any], None], int], ...]
"""What to draw, what must hold of it, and how many to try in a round of seconds."""

MOST_S = 5.0  # for a few kilobytes; a hang bound, not a measurement
MOST_BYTES_EACH, MOST_BYTES = 400, 4 << 20  # of memory, for a byte that came

INTS = st.one_of(
    st.integers(-3, 300),
    st.integers(),
    st.sampled_from([10**15, 10**15 + 1, -(2**63), 2**63 - 1, 2**63, 2**64, 10**400]),
    st.integers(0, 400).map(lambda n: (2**61 - 1) * n),  # all of one hash
)
FLOATS = st.floats() | st.sampled_from(
    [-0.0, 0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), 2.0**53]
)
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=12) | st.sampled_from(
    ["\ud800", "\ud800\udc00", "\x00", "\u0661", '"]', "x" * 300, "\U0001f600"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    INTS,
    FLOATS,
    TEXTS,
    st.complex_numbers(),
    st.binary(max_size=12),
)
KEYS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3)
    ),
    max_leaves=4,
)
# Long lists of one type have encodings of their own.
FLAT = st.one_of(
    *(
        st.lists(items, min_size=0, max_size=80)
        for items in (INTS, FLOATS, TEXTS, st.integers(-9, 9), st.booleans())
    )
)
VALUES = st.recursive(
    SCALARS | FLAT | FLAT.map(tuple),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=5),
        st.frozensets(KEYS, max_size=5),
    ),
    max_leaves=12,
)

SCRAPS = st.sampled_from(
    [
        *(
            b"[" * 2000,
            b"]" * 100,
            b"[0,",
            b"[0," * 900,
            b"{}",
            b'{"a":1}',
            b"R",
            b"RRRR",
        ),
        *(b"[1]", b"[9]", b"[10]", b"[-1]", b"[99999999999999999999]", b"[true]"),
        *(b"null", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b'"\\ud800"', b"\xff"),
        *(b'[7,"0x' + b"f" * 3000 + b'"]', b'[7,"1_0"]', b'[5,"zz"]', b"\x00" * 64),
        *(struct.pack("<I", n) for n in (0, 1, 2**31 - 1, 2**31, 2**32 - 1)),
        *(struct.pack("<Q", n) for n in (2**40, 2**62, 2**63, 2**64 - 1)),
    ]
)


def a_value_comes_back_as_it_was(value: Any) -> None:
    """`unpack(pack(value))` has its types, its order and its bits."""
    payload = pack(value)
    back = unpack(payload)
    if not has_opaque(back):  # of members that collide by chance or choice
        assert fingerprint(back) == fingerprint(value)
        assert fingerprint(unpack(pack(back))) == fingerprint(back)


@st.composite
def hostile_payloads(draw: st.DrawFn) -> bytes:
    """A payload of a value with some of its bytes changed, cut, moved or added."""
    start = st.one_of(VALUES.map(pack), st.binary(max_size=64), SCRAPS)
    payload = bytearray(draw(start))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(payload)))
        change = draw(st.integers(0, 5))
        if change == 0 and at < len(payload):
            payload[at] ^= 1 << draw(st.integers(0, 7))
        elif change == 1:
            del payload[at:]
        elif change == 2:
            payload[at:at] = draw(SCRAPS | st.binary(max_size=9))
        elif change == 3:
            payload[at : at + draw(st.integers(1, 9))] = b""
        elif change == 4:
            other = draw(VALUES.map(pack))
            payload[at:] = other[draw(st.integers(0, len(other))) :]
        else:
            size = draw(st.integers(1, 40))
            payload[at:at] = payload[at : at + size] * draw(st.integers(1, 50))
    return bytes(payload)


def read_safely(payload: bytes) -> None:
    """Unpack what need not be a value; fail where that harms the reader."""
    began_s = time.process_time()
    tracemalloc.start()
    try:
        value = unpack(payload)
    except WireError:
        return
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        spent_s = time.process_time() - began_s
        assert spent_s < MOST_S, f"{spent_s:.1f} s for {len(payload)} bytes"
        most = MOST_BYTES + MOST_BYTES_EACH * len(payload)
        assert peak < most, f"{peak:,} bytes of memory for {len(payload)}"
    shown = fingerprint(value)
    if not has_opaque(value):
        assert fingerprint(unpack(pack(value))) == shown, "a second trip changes it"


def fingerprint(value: Any) -> str:
    """A text that tells every two plain values apart: by type, bits and order.

    Raises:
        AssertionError: it is not plain.
    """
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        parts = [fingerprint(item) for item in value]
        if kind in (set, frozenset):
            parts.sort()  # a set that was rebuilt may have another order
        return f"{kind.__name__}({','.join(parts)})"
    if kind is dict:
        pairs = [f"{fingerprint(k)}:{fingerprint(v)}" for k, v in value.items()]
        return f"dict({','.join(pairs)})"
    if kind is int:
        return hex(value)
    if kind is complex:
        return f"complex({fingerprint(value.real)},{fingerprint(value.imag)})"
    if kind is float:
        return "nan" if value != value else value.hex()
    if kind is Opaque:
        assert type(value.type_name) is str
        return "opaque"
    assert kind in (str, bytes, bool, type(None)), f"{kind} came out"
    return repr(value)


def has_opaque(value: Any) -> bool:
    """Whether something in a value could not come along."""
    return "opaque" in fingerprint(value)


PROPERTIES: Properties = (
    (VALUES, a_value_comes_back_as_it_was, 300),
    (hostile_payloads(), read_safely, 300),
)
