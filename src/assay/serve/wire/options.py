"""What a caller asks of one solve: the object `assay`, the headers `x-assay-*`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from assay.budget import parse_limit
from assay.errors import ConfigError
from assay.serve.requests import Options, Route
from assay.serve.wire.errors import Refused, invalid, shown
from assay.serve.wire.fields import Fields

_ROUTES = tuple(route.value for route in Route)
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
MOST_SECONDS = 7 * 24 * 3600  # that a caller waits
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
        budget=_budget(own, given),
        route=_route(own, given),
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


def ignored_header(ignored: Sequence[str]) -> str:
    r"""Return the names that were ignored, for a header: safe there, and not too many.

    >>> ignored_header(("user", "logit_bias", "a\r\nb"))
    'user, logit_bias'
    """
    names = [
        name
        for name in ignored
        if len(name) <= 64 and name.isascii() and name.replace(".", "_").isidentifier()
    ]
    return ", ".join(names[:_MOST_IGNORED])


def _budget(own: Fields, headers: Mapping[str, str]) -> str | None:
    """A ceiling, which is read here: it is as wrong where nothing is searched."""
    by_header, budget = headers.get("x-assay-budget"), own.text("budget")
    if by_header is not None and (why := _not_a_budget(by_header)):
        raise _wrong_header("x-assay-budget", why)
    if budget is not None and (why := _not_a_budget(budget)):
        raise own.refused("budget", why)
    return by_header if budget is None else budget


def _not_a_budget(text: str) -> str | None:
    if not 0 < len(text) <= _MOST_BUDGET:
        return f"must have 1 to {_MOST_BUDGET} characters"
    try:
        parse_limit(text)
    except ConfigError as error:
        return f"cannot be read: {error}"
    return None


def _route(own: Fields, headers: Mapping[str, str]) -> Route | None:
    by_header = headers.get("x-assay-route")
    if by_header is not None and by_header not in _ROUTES:
        raise _wrong_header(
            "x-assay-route",
            f"must be one of {', '.join(_ROUTES)}, but is {shown(by_header)}",
        )
    route = own.one_of("route", _ROUTES) or by_header
    return None if route is None else Route(route)


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
    timeout = own.number("timeout_s", 0.001, MOST_SECONDS)
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
