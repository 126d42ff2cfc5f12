from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.retries import TransientFault
from assay.serve.sse import WholeEvents
from assay.types import Usage

STREAM = (
    b": hm\n\ndata: 1\r\n\r\nevent: y\rdata: 2\r\rdata: 3\n\r\n"
    b'data: {"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'
    b"data: {}\n\ndata: [DONE]\n\n"
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_events_come_out_whole_however_they_are_cut(places: list[int]) -> None:
    cuts = sorted({0, *places, len(STREAM)})
    events = WholeEvents()
    ready = [events.feed(STREAM[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]
    assert b"".join(ready) == STREAM
    assert all(each.endswith((b"\n\n", b"\n\r\n", b"\r\r")) for each in ready if each)
    assert events.is_whole
    assert events.finish() == b""
    assert events.usage == Usage(prompt_tokens=7, completion_tokens=2)


def test_bytes_one_by_one_take_no_longer_the_more_there_are() -> None:
    events, half = WholeEvents(), 200_000

    def taken_s() -> float:
        began_s = time.process_time()
        for _ in range(half):
            events.feed(b"x")
        return time.process_time() - began_s

    first_s = taken_s()
    assert taken_s() < 5 * first_s
    assert len(events.feed(b"\n\n")) == 2 * half + 2


def test_an_event_that_never_ends_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.serve.sse.MOST_EVENT", 100)
    events = WholeEvents()
    assert events.feed(b"x" * 300 + b"\n\n")
    with pytest.raises(TransientFault):
        events.feed(b"x" * 101)


@pytest.mark.parametrize("last", [b"data: [DONE]", b"data:[DONE]\n", b"data: [DONE]\r"])
def test_the_word_that_ends_a_stream_needs_no_blank_line(last: bytes) -> None:
    events = WholeEvents()
    assert events.feed(b"data: 1\n\n" + last) == b"data: 1\n\n"
    assert events.finish() == last.rstrip() + b"\n\n"
    assert events.is_whole
    assert events.n_events == 2


@pytest.mark.parametrize(
    "last", [b"data: [DON", b'data: {"a', b"event: message_stop\ndata: {", b""]
)
def test_half_an_event_is_dropped(last: bytes) -> None:
    events = WholeEvents()
    events.feed(last)
    assert events.finish() == b""
    assert not events.is_whole


def test_a_usage_is_found_wherever_it_stands_and_grows() -> None:
    events = WholeEvents()
    events.feed(b'data: {"message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n')
    for _ in range(100):
        events.feed(b'data: {"delta":{"text":"\\"prompt_tokens\\": 5000"}}\n\n')
    events.feed(b'data: {"usage":{"output_tokens":80}}\n\n')
    events.feed(b'data: {"usage":null}\n\n' * 500)
    assert events.usage == Usage(prompt_tokens=9, completion_tokens=80)
