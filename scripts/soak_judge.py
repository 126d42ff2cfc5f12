"""Run thousands of programs in a row and look at what grows or stays behind.

    python scripts/soak_judge.py --runs 10000

A mix of programs runs in every mode: honest, crashing, looping, forking, leaving
daemons, flooding, filling the disk. Memory and descriptors of the judge and of its
zygotes, zombies, and the mounts in view are counted each tenth of the way. Exit status
1 if, between the first and the last tenth, anything grew.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import anyio

from assay.concurrency import gather
from assay.judging.executor import Executor
from assay.types import Call, Limits, Observation

LIMITS = Limits(cpu_s=0.2, wall_s=0.6, memory_mb=128, output_kb=64, disk_mb=4)
PROGRAMS = (
    *["print(sum(map(int, input().split())))"] * 12,
    "raise ValueError('no')",
    "import os; os._exit(3)",
    "print('x' * 100_000)",
    "open('big', 'wb').write(b'x' * (8 << 20))",
    "import os\nif os.fork() == 0:\n    os.setsid()\n    import time; time.sleep(99)",
    "import os\nfor _ in range(99):\n    os.fork()",
    "import ctypes; ctypes.CDLL(None).syscall(165, 0, 0, 0, 0)",
    "for n in range(3000):\n    open(str(n), 'w').close()",
    "x = bytearray(1 << 30)",
)
SLOW = ("while True: pass", "import time; time.sleep(99)")
FUNCTION = "def f(n):\n    return [n] * n if n % 7 else 1 // 0"
_GROWTH_KB = 4096  # memory that an allocator may keep of what it was given


@dataclass(frozen=True, slots=True)
class Count:
    """What there is at one moment."""

    judge_kb: int
    zygotes_kb: int  # of the largest
    fds: int
    zombies: int
    mounts: int
    processes: int

    def __str__(self) -> str:
        """One line of a table."""
        return " ".join(f"{value:10}" for value in astuple(self))


def descendants(pid: int) -> Iterator[int]:
    """All processes below one."""
    children = Path(f"/proc/{pid}/task")
    for task in children.iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def status(pid: int, field: str) -> str:
    """A line of what the kernel says of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return line.split()[1]
    return "0"


def open_files(pid: int) -> int:
    """How many descriptors a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def count_all() -> Count:
    """Count, of this process and of all below it, while nothing runs."""
    below = list(descendants(os.getpid()))
    return Count(
        judge_kb=int(status(os.getpid(), "VmRSS")),
        zygotes_kb=max(int(status(pid, "VmRSS")) for pid in below),
        fds=sum(open_files(pid) for pid in (os.getpid(), *below)),
        zombies=sum(status(pid, "State") == "Z" for pid in below),
        mounts=len(Path("/proc/self/mounts").read_text().splitlines()),
        processes=len(below),
    )


async def some(executor: Executor, first: int, n_runs: int, told: Counter[str]) -> int:
    """About so many runs, of every kind."""

    async def note(seen: tuple[Observation, ...]) -> None:
        told.update(str(each.status) for each in seen)

    async def one(number: int) -> None:
        if number % 200 == 0:
            source = SLOW[number // 200 % len(SLOW)]
            await note(await executor.run_stdin(source, [""], LIMITS))
        elif number % 20 == 0:
            calls = [Call(args=(n,)) for n in range(20)]
            fork = number % 40 == 0
            run = partial(executor.run_calls, FUNCTION, "f", calls, LIMITS)
            await note(await run(fork=fork))
        else:
            source = PROGRAMS[number % len(PROGRAMS)]
            await note(await executor.run_stdin(source, ["2 3\n"], LIMITS))

    await gather(partial(one, number) for number in range(first, first + n_runs))
    return first + n_runs


async def soak(n_runs: int) -> bool:
    """Run, count, print; whether nothing grew."""
    told: Counter[str] = Counter()
    counts: list[Count] = []
    number, begun_s = 1, time.monotonic()
    async with Executor.open() as executor:
        print(f"{executor.isolation.tier}: {executor.isolation.detail}")
        names = Count.__slots__
        print(f"{'runs':>10} " + " ".join(f"{name:>10}" for name in names))
        while number <= n_runs:
            number = await some(executor, number, max(1, n_runs // 10), told)
            counts.append(count_all())
            print(f"{number - 1:10} {counts[-1]}", flush=True)
    print(f"{time.monotonic() - begun_s:.0f} s; " + ", ".join(map(str, told.items())))
    first, last = counts[0], counts[-1]
    flat = last.judge_kb - first.judge_kb < _GROWTH_KB
    flat = flat and last.zygotes_kb - first.zygotes_kb < _GROWTH_KB
    same = (last.fds, last.zombies, last.mounts, last.processes) == (
        first.fds,
        0,
        first.mounts,
        first.processes,
    )
    left = list(descendants(os.getpid()))
    print(f"flat: {flat}; the rest the same: {same}; left at the end: {len(left)}")
    return flat and same and not left


def main() -> None:
    """Read the arguments and soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    sys.exit(0 if anyio.run(soak, parser.parse_args().runs) else 1)


if __name__ == "__main__":
    main()
