"""The texts of requests and answers in the log, where somebody asked for that."""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.serve.logs import request_number

MOST_LOGGED = 64 << 10  # bytes of one request or one answer

CONTENTS_LOG = "assay.serve.contents"

log = logging.getLogger(CONTENTS_LOG)


class Contents:
    """Logs what its application is asked below `/v1`, and what it answers.

    A key is no part of either: it stands in the headers.

    Args:
        app: What is asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and write both texts when it was answered."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()

        async def receiving() -> Message:
            return _noted(await receive(), asked)

        async def sending(message: Message) -> None:
            await send(_noted(message, answered))

        try:
            await self._app(scope, receiving, sending)
        finally:
            number = request_number.get()
            log.info("request %s asked: %s", number, _shown(asked))
            log.info("request %s was answered: %s", number, _shown(answered))


def _noted(message: Message, into: bytearray) -> Message:
    into += message.get("body", b"")[: MOST_LOGGED - len(into)]
    return message


def _shown(text: bytearray) -> str:
    """Bytes on one line."""
    return ascii(text.decode("utf-8", "backslashreplace"))
