"""What an endpoint answered -> what a client is given of it.

An endpoint's refusal is the client's where the request was wrong. Where the server's
key, its address or its settings were, the client is told so, and not what was said.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.responses import Response

from assay.models.connection import Forwarded
from assay.models.refusals import Answer, error_object
from assay.models.retries import parse_retry_after
from assay.serve.wire.errors import (
    Refusal,
    Refused,
    too_many_requests,
    upstream_failed,
)
from assay.serve.wire.events import json_bytes

MOST_ANSWER = 8 * 1024 * 1024  # bytes of an answer that is not streamed
JSON = "application/json"

log = logging.getLogger("assay.serve")


def is_stream(answer: Forwarded) -> bool:
    """Whether it is given on event by event."""
    return answer.status == 200 and _media_type(answer) == "text/event-stream"


async def read_whole(answer: Forwarded) -> bytes:
    """The body of an answer that is not streamed.

    Raises:
        Refused: 502; it is too large.
        TransientFault: the connection was lost.
    """
    parts: list[bytes] = []
    n_bytes = 0
    async with aclosing(answer.pieces) as pieces:
        async for piece in pieces:
            parts.append(piece)
            n_bytes += len(piece)
            if n_bytes > MOST_ANSWER:
                told = (
                    f"the answer of the model's endpoint has more than {MOST_ANSWER:,} "
                    "bytes, which are not given on in one piece; ask for less at once, "
                    "or for a stream"
                )
                raise Refused(upstream_failed(told))
    return b"".join(parts)


def given(
    answer: Forwarded,
    body: bytes,
    headers: Mapping[str, str],
    account: Mapping[str, Any] | None = None,
) -> Response:
    """A whole answer under our own headers: as it came, but for `account`.

    Args:
        account: What stands in it under `assay`, where it is an object.

    Raises:
        Refused: 502; it is none that a client could make something of.
    """
    refusal = refusal_of_answer(answer, body)
    if refusal is not None:
        log.warning("the endpoint answered %d: %s", answer.status, refusal.message)
        raise Refused(refusal)
    own = dict(headers)
    if answer.status != 200:
        if parse_retry_after(answer.retry_after or None) is not None:
            own["retry-after"] = answer.retry_after
        return Response(body, answer.status, own, JSON)
    if account is not None and _media_type(answer) == JSON:
        body = _with_account(body, account)
    return Response(body, 200, own, answer.content_type or None)


def refusal_of_answer(answer: Forwarded, body: bytes) -> Refusal | None:
    """Why an answer is not given on; None where it is, though it be a refusal.

    Whether a refusal is JSON is seen by its body: many call theirs something else.
    """
    status = answer.status
    if status in (401, 403):
        return upstream_failed(
            f"the model's endpoint refused this server ({status}), not you: the "
            "server's own key for it is missing or wrong, which who runs it can mend"
        )
    if 300 <= status < 400:
        return upstream_failed(
            f"the model's endpoint is somewhere else ({status}), and redirects are not "
            "followed: who runs this server has to give it the right address"
        )
    if status != 200 and not _is_object(body):
        return upstream_failed(
            f"the model's endpoint answered with the status {status} and no JSON"
        )
    start = body[:256].decode("utf-8", "replace")
    headers = {"content-type": answer.content_type}
    if status == 200 and Answer(status=200, headers=headers, text=start).is_html:
        return upstream_failed("the model's endpoint answered with a page of HTML")
    return None


def late_refusal(answer: Forwarded, body: bytes) -> Refusal:
    """The same for a stream whose head has left: there is no status any more."""
    refusal = refusal_of_answer(answer, body)
    if refusal is not None:
        return refusal
    if answer.status == 200:
        return upstream_failed("the model's endpoint answered with no stream of events")
    error = error_object(body.decode("utf-8", "replace"))
    message = str(error.get("message") or f"status {answer.status}")
    if answer.status == 429:
        return too_many_requests(message, retry_after_s=0)
    code, kind = error.get("code"), error.get("type")
    is_client = answer.status < 500
    return Refusal(
        status=answer.status,
        message=message,
        type=str(kind or ("invalid_request_error" if is_client else "server_error")),
        code=None if code is None else str(code),
    )


def _media_type(answer: Forwarded) -> str:
    return answer.content_type.partition(";")[0].strip().lower()


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _with_account(body: bytes, account: Mapping[str, Any]) -> bytes:
    try:
        told = json.loads(body)
        if not isinstance(told, dict):
            return body
        return json_bytes({**told, "assay": dict(account)})
    except (ValueError, RecursionError):
        return body
