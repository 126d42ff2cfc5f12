"""Send a server bytes that are no requests, or not quite, for some time.

    python benchmarks/serve/fuzz_socket.py [--seconds 600 | --cases N] [--seed 1]

Each case is made of the seed and its number alone: what is sent, and how: in pieces,
slowly, half-closed, reset, unread. The server must never answer 500 or what is no HTTP,
must let go of who has hung up, answer `/health` at once after each batch, and print no
traceback. Afterwards nothing is left over. A batch in which something is found is saved
in `--save`, and the exit status is 1. `--first N --cases 1` sends one alone.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from serve.broken_requests import (  # noqa: E402  (after the path)
    Exchanged,
    exchanged,
    made,
)
from serve.fuzzed_server import (  # noqa: E402
    HEALTHY_S,
    MOST_GROWTH_MB,
    fuzzed,
    held,
    left_over,
    memory_mb,
    seconds_to_health,
    standard_error,
)

BATCH = 64
AT_ONCE = 8
WARM = 10  # batches after which memory no longer has to grow
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def faults_in(each: Exchanged) -> list[str]:
    """What is wrong with an answer."""
    found = list(each.faults)
    if each.answer and not each.answer.startswith(b"HTTP/1.1 "):
        found.append(f"it answered what is no HTTP: {each.answer[:80]!r}")
    if b"HTTP/1.1 500 " in each.answer:
        found.append("it answered 500")
    return [f"case {each.case.number} ({each.case.manner}): {fault}" for fault in found]


def batch(
    port: int, seed: int, numbers: Sequence[int]
) -> tuple[list[Exchanged], list[str]]:
    """Send some cases, a few at once; what came of them, and what is wrong."""
    send = partial(exchanged, port)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = list(threads.map(send, [made(seed, number) for number in numbers]))
    found = [fault for each in done for fault in faults_in(each)]
    try:
        took = seconds_to_health(port)
    except (OSError, AssertionError) as error:
        return done, [*found, f"/health did not answer: {error!r}"]
    if took > HEALTHY_S:
        found.append(f"/health took {took:.1f} s")
    return done, found


def save(folder: Path, done: Sequence[Exchanged]) -> None:
    """Keep the bytes of a batch, a file for each case."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in done:
        name = f"{each.case.number:08}-{each.case.manner.name.lower()}.bin"
        (folder / name).write_bytes(b"".join(each.case.pieces))


def fuzz(options: argparse.Namespace, log: Path) -> list[str]:
    """Fuzz until time is up or something is found, which is returned in words."""
    statuses: Counter[str] = Counter()
    found: list[str] = []
    with standard_error(log), fuzzed() as server:
        before, memory = held(server), memory_mb()
        until = time.monotonic() + options.seconds
        first, last = options.first, options.first + options.cases
        for number in range(first, last, BATCH):
            wanted = range(number, min(number + BATCH, last))
            done, found = batch(server.port, options.seed, wanted)
            for each in done:
                statuses.update(s.decode() for s in _STATUS.findall(each.answer))
                statuses["no answer"] += not each.answer
            if b"Traceback" in log.read_bytes():
                found.append("a traceback was printed")
            if found:
                save(options.save, done)
            if number == WARM * BATCH:
                memory = memory_mb()
            if found or time.monotonic() > until:
                break
        found += [f"left over: {each}" for each in left_over(server, before)]
        grown = memory_mb() - memory
    if grown > MOST_GROWTH_MB:
        found.append(f"memory grew by {grown:.0f} MB")
    print(f"{wanted.stop - first} cases, memory {grown:+.0f} MB; answers:")
    print("  ".join(f"{status}: {n}" for status, n in sorted(statuses.items())))
    return found


def main() -> int:
    """Fuzz, print what was found, and say whether it was nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=10**9, help="no more than these")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--save", type=Path, default=Path("fuzz-socket"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "stderr"
        found = fuzz(options, log)
        printed = log.read_text(encoding="utf-8", errors="replace")
    if "Traceback" in printed:
        print(printed[printed.index("Traceback") - 1000 :][:6000])
    print("\n".join(found) or "nothing was found")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
