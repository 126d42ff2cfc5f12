"""What the arms' process may say: read with no trust in any type."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.bench.messages import (
    MOST_CODE,
    Played,
    candidate_json,
    inputs_text,
    read_candidate,
    read_inputs,
    read_played,
    read_request,
    request_json,
)
from assay.errors import ProblemError
from assay.judging.wire import Opaque, pack
from assay.types import Call, Candidate, Input, Message, Request, Stdin

PLAYED = Played(
    answer="x = 1\n",
    claim="verified",
    confidence=0.5,
    stopped="confident",
    n_samples=3,
    candidates=(("x = 1\n", 2), ("x = 2\n", 1)),
).as_json()
REQUEST = request_json(
    Request(
        messages=(Message(role="user", content="hi"),),
        max_tokens=7,
        temperature=0.7,
        top_p=0.9,
        seed=3_000_002,
        stop=("END",),
        stop_at_fence=True,
        prompt="solve",
        prompt_sha256="ab",
    )
)
CANDIDATE = candidate_json(Candidate(code="x = 1", made_by="sample", sample=4))
READERS: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (read_played, PLAYED),
    (read_request, REQUEST),
    (read_candidate, CANDIDATE),
]

ODD: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1e400,
    math.nan,
    -0.5,
    2.0,
    "",
    "nan",
    "\ud800",
    [],
    {},
]
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(ODD)
    | st.floats()
    | st.text(st.characters(), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def read_or_refuse(read: Callable[[Any], Any], told: Any) -> Any:
    """What was read, which can be stored and sent; None where it was refused."""
    try:
        found = read(told)
    except ProblemError as error:
        str(error).encode("utf-8", "backslashreplace")
        return None
    json.dumps(asdict(found)).encode()
    for text in texts_in(asdict(found)):
        text.encode()  # SQLite and HTTP take no lone surrogates
    return found


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        return [text for part in parts for text in texts_in(part)]
    return []


@pytest.mark.parametrize(("read", "good"), READERS)
def test_what_was_written_is_read_back(
    read: Callable[[Any], Any], good: dict[str, Any]
) -> None:
    told = json.loads(json.dumps(good))
    back = read_or_refuse(read, told)
    assert json.loads(json.dumps(asdict(back))) == {
        **json.loads(json.dumps(asdict(back))),
        **told,
    }


@settings(max_examples=200)
@given(st.sampled_from(READERS), ANY)
def test_any_json_is_read_or_refused(
    reader: tuple[Callable[[Any], Any], dict[str, Any]], told: Any
) -> None:
    read_or_refuse(reader[0], told)


@settings(max_examples=300)
@given(st.sampled_from(READERS), st.data())
def test_one_wrong_field_is_read_or_refused(
    reader: tuple[Callable[[Any], Any], dict[str, Any]], data: st.DataObject
) -> None:
    read, good = reader
    name = data.draw(st.sampled_from(sorted(good)))
    read_or_refuse(read, {**good, name: data.draw(ANY)})


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": True},
        {"confidence": 10**400},
        {"confidence": "0.5"},
        {"confidence": math.nan},
        {"answer": 3},
        {"answer": ["x"]},
        {"answer": "x" * (MOST_CODE + 1)},
        {"claim": None},
        {"stopped": 3},
        {"n_samples": True},
        {"n_samples": -1},
        {"n_samples": 10**400},
        {"candidates": [["x"]]},
        {"candidates": [["x", 1, 1]]},
        {"candidates": "xy"},
        {"candidates": {"xy": 1, "z": 1}},
        {"candidates": [["x", 1.0]]},
    ],
    ids=str,
)
def test_a_wrong_answer_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match="no answer of the known form"):
        read_played({**PLAYED, **change})


@pytest.mark.parametrize("missing", ["answer", "claim", "candidates", "n_samples"])
def test_a_missing_field_is_refused(missing: str) -> None:
    told = {name: value for name, value in PLAYED.items() if name != missing}
    with pytest.raises(ProblemError, match=missing):
        read_played(told)


@pytest.mark.parametrize(
    "change",
    [
        {"max_tokens": math.inf},
        {"max_tokens": "7"},
        {"max_tokens": -1},
        {"temperature": 10**400},
        {"temperature": math.nan},
        {"seed": 1.5},
        {"messages": []},
        {"messages": ["user"]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 3}]},
        {"stop": None},
        {"stop": [3]},
    ],
    ids=str,
)
def test_a_wrong_request_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match="no known kind of call"):
        read_request({**REQUEST, **change})


def test_lone_surrogates_are_taken_out_of_every_text() -> None:
    bad = "x\ud800y"
    played = read_played(
        {**PLAYED, "answer": bad, "stopped": bad, "candidates": [[bad, 1]]}
    )
    request = read_request({**REQUEST, "messages": [{"role": bad, "content": bad}]})
    candidate = read_candidate({**CANDIDATE, "code": bad, "made_by": bad})
    for found in (played, request, candidate):
        assert "".join(texts_in(asdict(found))).encode()
    assert played.answer == candidate.code == "x?y"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.sampled_from([10**4000, -(2**70), math.inf, 1 + 2j]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.sets(st.integers() | st.text(max_size=2), max_size=3)
        | st.frozensets(st.binary(max_size=2), max_size=3)
        | st.dictionaries(
            st.text(max_size=3) | st.tuples(st.integers()), inner, max_size=3
        )
    ),
    max_leaves=6,
)
INPUTS = st.builds(Stdin, text=st.text(max_size=9)) | st.builds(
    Call,
    args=st.lists(VALUES, max_size=3).map(tuple),
    kwargs=st.lists(st.tuples(st.sampled_from("abc"), VALUES), max_size=2).map(tuple),
)


def same(one: Any, two: Any) -> bool:
    """Equal with their types, all the way down; and nan is nan."""
    if type(one) is not type(two):
        return False
    if isinstance(one, Stdin | Call):
        return same(vars_of(one), vars_of(two))
    if isinstance(one, dict):
        return same([*one.items()], [*two.items()])
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two or (one != one and two != two))


def vars_of(given: Input) -> list[Any]:
    if isinstance(given, Stdin):
        return [given.text]
    return [given.args, given.kwargs]


@settings(max_examples=150)
@given(st.lists(INPUTS, max_size=4).map(tuple))
def test_inputs_come_over_as_they_are(inputs: tuple[Input, ...]) -> None:
    back = read_inputs(inputs_text(inputs))
    assert len(back) == len(inputs)
    assert all(map(same, back, inputs))
    assert [type(each) for each in back] == [type(each) for each in inputs]


def test_a_number_too_long_to_write_comes_over() -> None:
    inputs = (Call(args=(10**9000, -(3**20_000)), kwargs=(("k", [7**9999]),)),)
    assert all(map(same, read_inputs(inputs_text(inputs)), inputs))


def packed(value: Any) -> str:
    return base64.b64encode(pack(value)).decode()


class Own:
    """An object that is no plain value."""


@pytest.mark.parametrize(
    "text",
    [
        None, 3, [], {}, "", "!", "é", "AAAA", "\ud800",
        packed(None), packed(3), packed({"stdin": "x"}), packed([3]), packed([None]),
        packed([{"a": 1}]), packed([[]]), packed([["stdin"]]), packed([["stdin", 3]]),
        packed([["call", (1,)]]), packed([["call", 3, ()]]), packed([["call", (), 3]]),
        packed([["call", (), ((1, 2),)]]), packed([["call", (), (("a", 1, 2),)]]),
        packed([["other", (), ()]]), packed([["call", "abc", ()]]), packed(["call"]),
        packed([["call", (Own(),), ()]]), packed([["call", ([{"a": (Own(),)}],), ()]]),
        packed([["call", (), (("k", [Own()]),)]]), packed([Own()]), packed(Own()),
    ],
)  # fmt: skip
def test_inputs_of_no_known_kind_are_refused(text: Any) -> None:
    with pytest.raises(ProblemError, match="no known kind of inputs"):
        read_inputs(text)


@settings(max_examples=200)
@given(VALUES | ANY | st.binary())
def test_any_packed_value_is_read_or_refused(value: Any) -> None:
    data = value if isinstance(value, bytes) else pack(value)
    try:
        found = read_inputs(base64.b64encode(data).decode())
    except ProblemError:
        return
    assert all(isinstance(each, Stdin | Call) for each in found)
    assert not any(isinstance(each, Opaque) for each in found)
