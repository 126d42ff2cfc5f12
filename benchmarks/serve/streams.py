"""Print what many open streams cost `assay serve`, most of them idle.

    python benchmarks/serve/streams.py [--seconds 300] [--streams 200] [--busy 20]

All are passed through. A busy one gets five words a second, an idle one a word a minute
(two at least: its first, and one at its end), and between them what the server sends to
show that it lives. Shown are the silences of all streams, the words that did not come,
and how the server's memory grows: the slope over the means of ten stretches of time but
the first, with its 95 % interval. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from math import sqrt
from statistics import fmean

from measuring import (
    Stream,
    conditions,
    connected,
    interval,
    p99,
    post,
    resident_mb,
    served,
)
from paced import pace

BUSY_GAP_S, IDLE_GAP_S = 0.2, 60.0
N_STRETCHES = 10
T_7 = 2.365  # Student's t for nine points on a line
AIM_S = 6.0


def question(seconds: float, *, is_busy: bool) -> tuple[str, int]:
    """What a stream is asked, and how many words are to come."""
    gap_s = BUSY_GAP_S if is_busy else min(IDLE_GAP_S, seconds)
    n_words = 1 + int(seconds / gap_s)
    return pace(n_words, gap_s), n_words


async def held(
    port: int, seconds: float, n_streams: int, n_busy: int
) -> list[tuple[Stream, int]]:
    """All streams from their beginnings, spread over a second, to their ends."""

    async def one(place: int) -> tuple[Stream, int]:
        asked, n_words = question(seconds, is_busy=place < n_busy)
        await asyncio.sleep(place / n_streams)
        async with connected(port) as line:
            return await line.ask(post(asked)), n_words

    return await asyncio.gather(*map(one, range(n_streams)))


async def watched(pid: int, found: list[tuple[float, float]]) -> None:
    """Note when the process has how many MB resident, until it is cancelled."""
    while True:
        found.append((time.monotonic(), resident_mb(pid)))
        await asyncio.sleep(0.5)


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """MB a minute by least squares, with its 95 % interval.

    >>> slope([(second, 100 + second / 60) for second in range(200)])[0]
    1.0
    """
    size = len(points) // N_STRETCHES
    parts = [points[size * n : size * (n + 1)] for n in range(1, N_STRETCHES)]
    xs = [fmean(second for second, _ in part) / 60 for part in parts]
    ys = [fmean(megabytes for _, megabytes in part) for part in parts]
    x, y = fmean(xs), fmean(ys)
    spread = sum((each - x) ** 2 for each in xs)
    grows = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread
    left = sum((b - y - grows * (a - x)) ** 2 for a, b in zip(xs, ys, strict=True)) / (
        len(xs) - 2
    )
    half = T_7 * sqrt(left / spread)
    return round(grows, 9), grows - half, grows + half


async def measured(
    port: int, pid: int, seconds: float, n_streams: int, n_busy: int
) -> tuple[list[tuple[Stream, int]], list[tuple[float, float]]]:
    """The streams, and the memory while all of them were open."""
    memory: list[tuple[float, float]] = []
    watching = asyncio.create_task(watched(pid, memory))
    begun = time.monotonic()
    try:
        streams = await held(port, seconds, n_streams, n_busy)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    open_s = (begun + 1, begun + seconds)
    return streams, [each for each in memory if open_s[0] <= each[0] <= open_s[1]]


def table(
    streams: Sequence[tuple[Stream, int]], memory: Sequence[tuple[float, float]]
) -> str:
    """The figures, as Markdown."""
    n_answered = sum(b"HTTP/1.1 200" in stream.text for stream, _ in streams)
    n_whole = sum(stream.is_whole for stream, _ in streams)
    n_words = sum(wanted for _, wanted in streams)
    n_came = sum(stream.n_words for stream, _ in streams)
    silences = [
        later - sooner
        for stream, _ in streams
        for sooner, later in pairwise((0.0, *stream.arrivals))
    ]
    long, low, high = interval(silences, p99)
    grows, least, most = slope(memory)
    return "\n".join(
        (
            "| | measured | aim |",
            "|---|---|---|",
            f"| streams that were answered | {n_answered} of {len(streams)} | all |",
            f"| streams that ended whole | {n_whole} of {len(streams)} | all |",
            f"| words that came | {n_came:,} of {n_words:,} | all |",
            f"| silence, the 99th percentile | {long:.2f} s ({low:.2f} to {high:.2f}) "
            f"| under {AIM_S:g} s |",
            f"| silence, the longest | {max(silences):.2f} s | |",
            f"| memory, first and last | {memory[0][1]:.1f} and {memory[-1][1]:.1f} MB "
            "| |",
            f"| memory, growth a minute | {1024 * grows:.0f} KB "
            f"({1024 * least:.0f} to {1024 * most:.0f}) | 0 in the interval |",
        )
    )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--busy", type=int, default=20)
    words = parser.parse_args()
    print(
        f"{conditions()}; {words.streams} streams for {words.seconds:g} s, "
        f"{words.busy} of them busy\n"
    )
    with served() as ports:
        figures = asyncio.run(
            measured(
                ports.through,
                ports.server_pid,
                words.seconds,
                words.streams,
                words.busy,
            )
        )
    print(table(*figures))


if __name__ == "__main__":
    main()
