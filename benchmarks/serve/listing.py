"""Print how long `GET /v1/models` takes while solves run.

    python benchmarks/serve/listing.py [--seconds 30]

Two solves at once, one after another: the model's words come from a script, the sandbox
is real. Beside them one client lists the models fifty times a second. Shown are the
median and the 99th percentile with 95 % bootstrap intervals, and the same before any
solve was asked for. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import suppress

from measuring import conditions, connected, interval, p99, post, served

SOLVES_AT_ONCE = 2
APART_S = 0.02
AIM_S = 0.02
REQUEST = b"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
TASK = (
    "Write a Python function `double(n)` that returns twice the number n. "
    "It is called for the {number}th time.\n\n"
    ">>> double(2)\n4\n>>> double(-3)\n-6\n"
)


async def listed(port: int, seconds: float) -> list[float]:
    """Milliseconds of each list, all on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length:")[2].split(b"\r")[0]
        await reader.readexactly(int(length))
        took = time.perf_counter() - begun
        found.append(1000 * took)
        await asyncio.sleep(max(0.0, APART_S - took))
    writer.close()
    return found


async def solved(port: int, first: int, ended: list[bool]) -> None:
    """Ask for one solve after another, each another task, until it is cancelled."""
    number = first
    while True:
        asked = TASK.format(number=number)
        async with connected(port) as line:
            stream = await line.ask(post(asked, route="search"))
        assert b'"verified"' in stream.text, bytes(stream.text[-2000:])
        ended.append(stream.is_whole)
        number += SOLVES_AT_ONCE


async def beside_solves(port: int, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of each list while solves run, and how many solves ended."""
    ended: list[bool] = []
    solving = [
        asyncio.create_task(solved(port, first, ended))
        for first in range(SOLVES_AT_ONCE)
    ]
    try:
        found = await listed(port, seconds)
    finally:
        for task in solving:
            if not task.done():  # else it failed, and says so below
                task.cancel()
        for task in solving:
            with suppress(asyncio.CancelledError):
                await task
    return found, len(ended)


def row(name: str, took_ms: list[float], aim: str = "") -> str:
    """One line of the table."""
    middle = "{:.2f} ms ({:.2f} to {:.2f})".format(*interval(took_ms))
    high = "{:.2f} ms ({:.2f} to {:.2f})".format(*interval(took_ms, p99))
    return f"| {name} | {len(took_ms):,} | {middle} | {high} | {aim} |"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    words = parser.parse_args()
    print(f"{conditions()}; {words.seconds:g} s each\n")
    with served("--slots", str(SOLVES_AT_ONCE)) as ports:
        alone = asyncio.run(listed(ports.through, words.seconds))
        beside, n_solves = asyncio.run(beside_solves(ports.through, words.seconds))
    print("| | requests | median | 99th percentile | aim |\n|---|---|---|---|---|")
    print(row("no solve", alone))
    print(row(f"beside {n_solves} solves", beside, f"p99 under {AIM_S * 1000:g} ms"))


if __name__ == "__main__":
    main()
