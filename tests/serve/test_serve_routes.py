"""Which way a request takes, and how its headers say so."""

from __future__ import annotations

import pytest

from assay.problems import read_problem
from assay.serve.app import answer_headers
from assay.serve.classify import MOST_CHARS
from assay.serve.offers import Profile, Routed, routed, weighed
from assay.serve.requests import ChatMessage, ChatRequest, Options, Route

TASK = "Write a Python function `double(n)` that returns twice n.\n\n>>> double(2)\n4\n"


def request(text: str, route: Route | None = None) -> ChatRequest:
    message = ChatMessage(role="user", text=text)
    options = Options(route=route)
    return ChatRequest(model="", messages=(message,), body={}, options=options)


@pytest.mark.parametrize(
    ("profile", "seconds", "wanted"),
    [
        (Profile.ROUTED, None, Route.SEARCH),
        (Profile.ROUTED, 10.0, Route.FAST),
        (Profile.FAST, None, Route.FAST),
        (Profile.QUALITY, 10.0, Route.SEARCH),
    ],
)
def test_a_task_goes_as_its_model_and_its_patience_say(
    profile: Profile, seconds: float | None, wanted: Route
) -> None:
    way = weighed(
        routed(request(TASK), profile),
        read_problem(TASK),
        "qwen2.5-coder-0.5b",
        tokens_per_s=None,
        patience_s=seconds,
    )
    assert way.route is wanted


def test_what_is_no_task_passes_through_whatever_the_model() -> None:
    for profile in Profile:
        found = routed(request("Why is the sky blue?"), profile)
        assert found.route is Route.PASS


def test_a_wish_is_granted_but_for_a_text_that_would_take_too_long_to_read() -> None:
    for wish in Route:
        short = routed(request("Hello.", wish), Profile.ROUTED)
        assert short.route is wish
        text = "f(" * MOST_CHARS
        long = routed(request(text, wish), Profile.ROUTED)
        assert long.route is Route.PASS


def test_a_reason_is_always_a_header_that_can_be_sent() -> None:
    for reason in ("x" * 199 + " y", "a\r\nb: c", "\x00\x1b[0m é\t", " "):
        way = Routed(route=Route.PASS, reason=reason)
        told = answer_headers(request("Hello."), way)["x-assay-reason"]
        assert told == told.strip()
        assert told.isascii()
        assert len(told) <= 200
        assert told.isprintable()
