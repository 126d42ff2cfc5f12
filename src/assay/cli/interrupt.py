"""Ctrl-C: once stops the search and keeps the best so far, twice aborts."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def first_cancels(
    scope: anyio.CancelScope, told: str = "stopping with the best so far"
) -> Iterator[None]:
    """While inside, the first signal cancels `scope`; the next one ends the process.

    Ending the process is safe at any time: engine and sandbox die with their parent,
    and stores are written so that a cut-off write is not seen.
    """
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        sys.stderr.write(f"assay: {told}; again to abort\n")
        scope.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
