r"""One solve's events as a page hears them: numbered, resumable, never silent.

A line of the progress is `event: line` with `{"text": ...}`; `event: end` is the last.
"""

from __future__ import annotations

import json
import time

from assay.serve.connections import Write
from assay.serve.service import HEARTBEAT_S, KEY_S, KeyWatch
from assay.serve.solves import Job, Watch
from assay.telling import told

RETRY_MS = 2_000


async def write_events(job: Job, after: int, write: Write, in_use: KeyWatch) -> None:
    """Write a job's events to one listener until the end. It keeps no job alive.

    Args:
        after: The number of the last event that the listener has.
        in_use: The listener's key. The events end where it is revoked.

    Raises:
        Refused, EnvironmentFault: from `in_use`, unchanged.
    """
    await write(f"retry: {RETRY_MS}\n\n".encode())
    watch, silent_since = Watch(job), time.monotonic()
    while not watch.is_over:
        events = await watch.next(KEY_S)
        await in_use.require()
        if not events and time.monotonic() - silent_since < HEARTBEAT_S - KEY_S:
            continue
        silent_since = time.monotonic()
        first = job.n_events - len(events) + 1  # nothing was waited for since
        pieces = [
            event_text("line", {"kind": each.kind, "text": told(each)}, number)
            for number, each in enumerate(events, start=first)
            if number > after
        ]
        pieces.append(event_text("state", {"state": job.state}))
        await write("".join(pieces).encode())
    await write(event_text("end", {"state": job.state}, job.n_events).encode())


def event_text(name: str, data: dict[str, object], number: int | None = None) -> str:
    r"""One event. JSON has no line ends of its own, so no text can end it.

    >>> event_text("line", {"text": "a\nb"}, 3)
    'id: 3\nevent: line\ndata: {"text": "a\\nb"}\n\n'
    """
    id_ = "" if number is None else f"id: {number}\n"
    return f"{id_}event: {name}\ndata: {json.dumps(data)}\n\n"


def last_seen(header: str | None) -> int:
    """The number that a listener has, from `Last-Event-ID`.

    >>> last_seen("12"), last_seen("x"), last_seen(None)
    (12, 0, 0)
    """
    is_number = header is not None and header.isascii() and header.isdigit()
    return int(header[:12]) if is_number and header else 0
