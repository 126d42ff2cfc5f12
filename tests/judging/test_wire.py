from __future__ import annotations

import json
import math
import os
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judging.wire import MAX_DEPTH, Channel, Opaque, WireError, pack, unpack

hashable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4),
    max_leaves=6,
)
plain = st.recursive(
    hashable,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.dictionaries(hashable, inner, max_size=4)
        | st.sets(hashable, max_size=4)
    ),
    max_leaves=12,
)


def shape(value: Any) -> Any:
    """The value with each type named, so that 1, 1.0 and True differ."""
    if isinstance(value, list | tuple):
        return type(value), [shape(item) for item in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(repr(shape(item)) for item in value)
    if isinstance(value, dict):
        return dict, [(shape(key), shape(item)) for key, item in value.items()]
    return type(value), repr(value)


@given(plain)
def test_a_plain_value_comes_back_with_every_type_exact(value: Any) -> None:
    assert shape(unpack(pack(value))) == shape(value)


def test_numbers_that_json_has_no_word_for_come_back() -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 1 << 100_000, -(1 << 64)]
    back = unpack(pack(values))
    assert math.isnan(back[0])
    assert back[1:] == values[1:]
    assert math.copysign(1, back[3]) == -1


def test_two_lone_surrogates_that_meet_stay_two() -> None:
    assert unpack(pack("\ud83d\ude00")) == "\ud83d\ude00"


def test_what_compares_equal_to_a_builtin_travels_as_that_builtin() -> None:
    point = namedtuple("point", "x y")  # noqa: PYI024
    counted = defaultdict(int, {"a": 1})
    value = [point(1, 2), counted, Counter("aab"), OrderedDict(a=1)]
    back = unpack(pack(value))
    assert back == [(1, 2), {"a": 1}, {"a": 2, "b": 1}, {"a": 1}]
    assert [type(item) for item in back] == [tuple, dict, dict, dict]


class EqualToAll(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class TupleEqualToAll(namedtuple("Base", "x")):  # noqa: PYI024
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = tuple.__hash__


@pytest.mark.parametrize(
    "value",
    [EqualToAll(5), TupleEqualToAll(1), deque([1]), range(3), iter([1]), Fraction(1)],
)
def test_any_other_object_arrives_opaque_and_equals_nothing(value: Any) -> None:
    back = unpack(pack([value]))[0]
    assert isinstance(back, Opaque)
    assert back.type_name == type(value).__name__
    assert back != value
    assert back != unpack(pack([value]))[0]


def test_a_value_at_the_depth_limit_crosses_and_one_below_does_not() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = (value,)
    assert unpack(pack(value)) == value
    with pytest.raises(WireError, match="deeper than 450"):
        pack([value])


def test_a_list_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(WireError):
        pack(value)


@pytest.mark.parametrize("tag", [2, 3])
def test_a_set_built_to_collide_is_not_hashed_into_a_set(tag: int) -> None:
    members = [[7, hex(i * (2**61 - 1))] for i in range(100_000)]
    assert isinstance(unpack(json.dumps([tag, *members]).encode()), Opaque)


def test_a_dict_built_to_collide_arrives_opaque() -> None:
    value = {i * (2**61 - 1): 0 for i in range(500)}
    assert isinstance(unpack(pack(value)), Opaque)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"[0,{}]",
        b"[true,1]",
        b"[99,1]",
        b'["x"]',
        b"[2,[0]]",
        b"[4,1]",
        b"[5,5]",
        b'[5,"zz"]',
        b"[6,1,2]",
        b'[7,"0xq"]',
        b"[7,1,2]",
        b"[8,null]",
        b"\xff\xfe",
        b"1 2",
        b"9" * 5000,
        b"[0," * 100_000,
        b"[0," * 700 + b"1" + b"]" * 700,
    ],
)
def test_bytes_that_no_value_makes_are_a_wire_error(payload: bytes) -> None:
    with pytest.raises(WireError):
        unpack(payload)


def test_a_channel_joins_the_pieces_of_a_frame() -> None:
    read_fd, write_fd = os.pipe()
    channel = Channel(read_fd, write_fd)
    channel.send(b"abc")
    channel.send(b"")
    channel.send(b"x" * 30_000)
    assert channel.receive() == b"abc"
    assert channel.receive() == b""
    assert channel.receive() == b"x" * 30_000
    os.close(write_fd)
    with pytest.raises(EOFError):
        channel.receive()
    os.close(read_fd)
