from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.wire.errors import Refusal, Refused
from assay.serve.wire.fields import Fields
from assay.serve.wire.parsing import MAX_DEPTH, parse_object

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def refusal_of(body: bytes) -> Refusal:
    with pytest.raises(Refused) as raised:
        parse_object(body)
    return raised.value.refusal


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"{", "at character 1"),
        (b"\xff{}", "no UTF-8 at byte 0"),
        (b'{"a": "\xed\xa0\x80"}', "no UTF-8 at byte 7"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[]", "it is no object"),
        (b"null", "it is no object"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b'{"a": -Infinity}', "-Infinity is no JSON"),
        (b'{"a": 1e999}', "'1e999' is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": {"b": 1, "b": 2}}', "'b' stands in an object twice"),
        (nested(MAX_DEPTH + 2), "in each other"),
        (b"[" * 200_000, "in each other"),
        (b'{"a":' * 200_000, "in each other"),
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes, why: str) -> None:
    refusal = refusal_of(body)
    assert (refusal.status, refusal.code) == (400, "invalid_json")
    assert why in refusal.message


def test_the_deepest_that_is_read_can_be_written_again() -> None:
    json.dumps(parse_object(nested(MAX_DEPTH)))


def test_half_of_a_surrogate_pair_becomes_a_question_mark() -> None:
    body = rb'{"\ud83d": ["a\ud83d", 1, {"b": "\udc00"}], "whole": "\ud83d\ude00"}'
    assert parse_object(body) == {"?": ["a?", 1, {"b": "?"}], "whole": "\U0001f600"}


@given(st.dictionaries(st.text(), values))
def test_an_object_is_read_as_it_was_written(value: dict[str, object]) -> None:
    assert parse_object(json.dumps(value).encode()) == value


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_do_anything_but_be_read_or_refused(body: bytes) -> None:
    with suppress(Refused):
        assert isinstance(parse_object(body), dict)


def test_a_field_is_told_by_its_path() -> None:
    (inner,) = Fields({"a": [{"b": "x"}]}).objects("a")
    assert inner.path == "a.0"
    with pytest.raises(Refused) as raised:
        inner.whole("b", 1, 2)
    assert raised.value.refusal.param == "a.0.b"
    assert str(raised.value) == "'a.0.b' must be an integer, but is a string"


def test_true_is_no_number_and_null_is_not_there() -> None:
    fields = Fields({"a": True, "b": None, "c": 5})
    with pytest.raises(Refused, match="must be an integer, but is a boolean"):
        fields.whole("a", 0, 9)
    with pytest.raises(Refused, match="must be a number, but is a boolean"):
        fields.number("a", 0, 9)
    assert fields.whole("b", 0, 9) is None
    with pytest.raises(Refused, match="must be from 0 to 4, but is 5"):
        fields.whole("c", 0, 4)
