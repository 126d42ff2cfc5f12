"""Print what `assay serve` adds to requests that it passes through.

    python benchmarks/serve/passing.py [--rounds 30] [--streams 1 32]

An endpoint that streams 500 words a second is asked directly and through the server, in
turn within a round, so that a change of the computer's speed meets both. Each stream
has a connection that is kept from round to round, as clients keep theirs. Shown are
medians and 95 % bootstrap intervals over rounds: of each way, and of what the server
adds within a round. Streams that begin together are the hardest case; those that are
spread begin one after another while the others run, as requests do. The server's own
processor time is shown too, as it says what is left to do. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import starmap
from statistics import fmean, median

from measuring import (
    Line,
    Ports,
    conditions,
    connected,
    interval,
    post,
    processor_s,
    served,
)
from paced import pace

GAP_S = 0.002
N_WORDS = 500
AIM_S, AIM_SHARE = 0.003, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one way took in one round."""

    first_s: float  # median of the streams
    words_a_second: float  # of one stream, mean
    server_us: float  # processor time of the server, for each word


async def figures(lines: Sequence[Line], server_pid: int, apart_s: float) -> Figures:
    """Have a stream on each line at once, each begun a little after the one before."""

    async def one(place: int, line: Line) -> tuple[float, float]:
        await asyncio.sleep(place * apart_s)
        stream = await line.ask(post(pace(N_WORDS, GAP_S)))
        assert stream.is_whole, bytes(stream.text[-500:])
        assert stream.n_words == N_WORDS, f"{stream.n_words} words came"
        return stream.first_s, stream.words_a_second

    before_s = processor_s(server_pid)
    found = await asyncio.gather(*starmap(one, enumerate(lines)))
    spent_s = processor_s(server_pid) - before_s
    return Figures(
        first_s=median(first_s for first_s, _ in found),
        words_a_second=fmean(speed for _, speed in found),
        server_us=1e6 * spent_s / (len(lines) * N_WORDS),
    )


async def rounds(
    ports: Ports, n_rounds: int, n_streams: int, apart_s: float
) -> list[tuple[Figures, Figures]]:
    """Both ways in turn. A server soon closes a connection on which nothing comes."""
    found = []
    async with AsyncExitStack() as stack:
        lines = {
            port: [
                await stack.enter_async_context(connected(port))
                for _ in range(n_streams)
            ]
            for port in (ports.direct, ports.through)
        }
        for number in range(-1, n_rounds):
            direct, through = [
                await figures(each, ports.server_pid, apart_s)
                for each in lines.values()
            ]
            if number >= 0:  # the first only warms up
                found.append((direct, through))
    return found


def row(name: str, unit: str, values: Sequence[float], aim: str = "") -> str:
    """One line of the table."""
    value, low, high = interval(values)
    return f"| {name} | {value:.2f}{unit} | {low:.2f} to {high:.2f} | {aim} |"


def table(found: Sequence[tuple[Figures, Figures]]) -> str:
    """The figures of all rounds, as Markdown."""
    first = [(1000 * a.first_s, 1000 * b.first_s) for a, b in found]
    speed = [(a.words_a_second, b.words_a_second) for a, b in found]
    added = [b - a for a, b in first]
    spent = [b.server_us for _, b in found]
    lost = [100 * (1 - b / a) for a, b in speed]
    return "\n".join(
        (
            "| | median | 95 % interval | aim |",
            "|---|---|---|---|",
            row("first word, directly", " ms", [a for a, _ in first]),
            row("first word, through the server", " ms", [b for _, b in first]),
            row("... added", " ms", added, f"at most {AIM_S * 1000:g} ms"),
            row("words a second of a stream, directly", "", [a for a, _ in speed]),
            row("... through the server", "", [b for _, b in speed]),
            row("... lost", " %", lost, f"at most {AIM_SHARE:.0%}"),
            row("processor time of the server a word", " us", spent),
        )
    )


def main() -> None:
    """Print one table for each number of streams and way to begin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 32])
    words = parser.parse_args()
    print(f"{conditions()}; {words.rounds} rounds of {N_WORDS} words\n")
    with served() as ports:
        for n_streams in words.streams:
            spread = N_WORDS * GAP_S / n_streams
            for name, apart_s in (("together", 0.0), ("spread", spread)):
                if n_streams == 1 and apart_s:
                    continue
                how = f", begun {name}" if n_streams > 1 else ""
                found = asyncio.run(rounds(ports, words.rounds, n_streams, apart_s))
                print(f"{n_streams} at once{how}\n\n{table(found)}\n", flush=True)


if __name__ == "__main__":
    main()
