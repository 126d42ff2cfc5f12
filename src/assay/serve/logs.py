"""What the server's log says, and what it does not: nothing of a request's contents."""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from copy import copy
from types import TracebackType

request_number: ContextVar[str] = ContextVar("request_number", default="none")
"""The request that is being answered: its answer's `x-request-id`, its log's number."""

ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


class WithoutContents(logging.Formatter):
    """Tells of an exception what it is and where it was, and not what it says.

    What an exception of Python says often quotes the text that it was raised for.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, whatever another handler has made of the exception before."""
        own = copy(record)
        own.exc_text = None
        return super().format(own)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  (logging's own name)
        """The exception's name and its frames, and those of what it came from."""
        error, parts = ei[1], []
        while error is not None:
            kind = f"{type(error).__module__}.{type(error).__qualname__}"
            parts.append("".join([*traceback.format_tb(error.__traceback__), kind]))
            error = error.__cause__ or error.__context__
        return "\nraised from:\n".join(parts)
