"""How a reply about an output is read, and how values are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judging.wire import MAX_DEPTH
from assay.selection.output_question import literal, parse_vote


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_a_reply_means_the_same_in_either_order_or_names_a_letter(
    reply: str, first: str, second: str
) -> None:
    vote = parse_vote(reply, (first, second))
    assert vote in (-1, 0, 1)
    if "A" not in reply and "B" not in reply and vote >= 0:
        assert parse_vote(reply, (second, first)) == 1 - vote


@pytest.mark.parametrize(
    ("reply", "vote"),
    [
        ("Option B", 1),
        ("**B**.", 1),
        ("B: 4", 1),
        ("I follow the statement.\n\nAnswer: B", 1),
        ("option A is right", 0),
        ("Option A is wrong, option B is right", -1),
        ("Answer: A list", -1),
        ("the answer is a list", -1),
        ("", -1),
    ],
)
def test_replies_are_read_as_they_are_meant(reply: str, vote: int) -> None:
    assert parse_vote(reply, ("3", "4")) == vote


def test_the_deepest_output_can_be_written_out() -> None:
    value: object = {1}
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert len(literal(value)) > 2 * MAX_DEPTH
    assert literal([10**400, "\ud800"]).isascii()
