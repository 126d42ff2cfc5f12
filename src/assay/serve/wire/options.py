"""What a caller asks of one solve: the object `assay`, the headers `x-assay-*`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.serve.requests import ChatRequest, Options, Route
from assay.serve.wire.errors import Refused, invalid, shown
from assay.serve.wire.fields import Fields

_ROUTES = tuple(route.value for route in Route)
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_MOST_SECONDS = 7 * 24 * 3600
_MOST_BUDGET = 100  # characters
_MOST_IGNORED = 20


def read_options(fields: Fields, headers: Mapping[str, str]) -> Options:
    """Read the options of a request. What its body says comes before its headers.

    openai-python puts `extra_body` into the body itself; others send it by that name.

    Raises:
        Refused: 400; an option of ours is unknown or wrong.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    extra = fields.inner("extra_body")
    own = fields.inner("assay") or (extra and extra.inner("assay")) or Fields({})
    return Options(
        budget=_budget(own) or _header_budget(given),
        route=_route(own) or _header_route(given),
        evidence=_evidence(own, given),
        deadline_s=_deadline(own, given),
    )


def without_options(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without what only this server reads: an endpoint might refuse it.

    >>> without_options({"n": 1, "assay": {}, "extra_body": {"assay": {}}})
    {'n': 1}
    """
    sent = {name: value for name, value in body.items() if name != "assay"}
    extra = sent.get("extra_body")
    if isinstance(extra, dict) and "assay" in extra:
        sent["extra_body"] = {k: v for k, v in extra.items() if k != "assay"}
        if not sent["extra_body"]:
            del sent["extra_body"]
    return sent


def ignored_header(request: ChatRequest) -> str:
    r"""Return the names that were ignored, for a header: safe there, and not too many.

    >>> ignored_header(ChatRequest(model="", messages=(), body={},
    ...                            ignored=("user", "logit_bias", "a\r\nb")))
    'user, logit_bias'
    """
    names = [
        name
        for name in request.ignored
        if len(name) <= 64 and name.isascii() and name.replace(".", "_").isidentifier()
    ]
    return ", ".join(names[:_MOST_IGNORED])


def _budget(own: Fields) -> str | None:
    budget = own.text("budget")
    if budget is not None and not 0 < len(budget) <= _MOST_BUDGET:
        raise own.refused("budget", f"must have 1 to {_MOST_BUDGET} characters")
    return budget


def _header_budget(headers: Mapping[str, str]) -> str | None:
    budget = headers.get("x-assay-budget")
    if budget is not None and not 0 < len(budget) <= _MOST_BUDGET:
        raise _wrong_header(
            "x-assay-budget", f"must have 1 to {_MOST_BUDGET} characters"
        )
    return budget


def _route(own: Fields) -> Route | None:
    route = own.one_of("route", _ROUTES)
    return None if route is None else Route(route)


def _header_route(headers: Mapping[str, str]) -> Route | None:
    route = headers.get("x-assay-route")
    if route is None:
        return None
    if route not in _ROUTES:
        raise _wrong_header(
            "x-assay-route",
            f"must be one of {', '.join(_ROUTES)}, but is {shown(route)}",
        )
    return Route(route)


def _evidence(own: Fields, headers: Mapping[str, str]) -> bool:
    by_header = _header_flag(headers, "x-assay-evidence")
    return own.flag("evidence", default=by_header)


def _header_flag(headers: Mapping[str, str], name: str) -> bool:
    value = headers.get(name, "true").lower()
    if value not in (*_YES, *_NO):
        raise _wrong_header(name, f"must be true or false, but is {shown(value)}")
    return value in _YES


def _deadline(own: Fields, headers: Mapping[str, str]) -> float | None:
    """Seconds until the caller gives up. This is the last option, so none is left."""
    timeout = own.number("timeout_s", 0.001, _MOST_SECONDS)
    unknown = own.unread()
    if unknown:
        known = "budget, route, evidence, timeout_s"
        raise own.refused(unknown[0], f"is no option; there are {known}")
    if timeout is not None:
        return timeout
    return _patience(headers.get("x-stainless-read-timeout", ""))


def _patience(header: str) -> float | None:
    """How long an SDK waits for a byte; nothing of ours, so a wrong one is no fault."""
    try:
        seconds = float(header)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _wrong_header(name: str, why: str) -> Refused:
    return Refused(invalid(f"the header '{name}' {why}", param=name))
