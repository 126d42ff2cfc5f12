"""Print how fast the judge is, beside what it is compared with, in one run.

    python benchmarks/judge.py [--rounds 200] [--python /usr/bin/python3]

Nothing is asserted. Each way is tried in turn within a round, so that a change of the
computer's speed meets all of them; the least and the median of the rounds are shown.
The comparisons: a plain `python3 -I -S -c 'print(1)'` without any isolation, and the
same within bubblewrap, if that is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import anyio

from assay.concurrency import gather
from assay.judging.executor import Executor
from assay.types import Call, Limits, Status

PROGRAM = "print(1)"
LIMITS = Limits()
BWRAP = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr"),
    *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev"),
    *("--tmpfs", "/tmp"),
)
N_CALLS, N_CANDIDATES, N_INPUTS, LIST = 2000, 32, 60, list(range(40_000))


def plain(python: str) -> list[str]:
    """The command that is the measure of all: Python with the least of start-up."""
    return [python, "-I", "-S", "-c", PROGRAM]


def timed(command: list[str]) -> float:
    """Seconds that a command takes."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    seconds = time.perf_counter() - start
    assert done.stdout == b"1\n", done
    return seconds


async def fresh(executor: Executor) -> float:
    """Seconds of one program in a sandbox of its own."""
    start = time.perf_counter()
    (seen,) = await executor.run_stdin(PROGRAM, [""], LIMITS)
    seconds = time.perf_counter() - start
    assert seen.stdout == "1\n", seen
    return seconds


async def latencies(
    executor: Executor, commands: dict[str, list[str]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each way, round by round."""
    found: dict[str, list[float]] = {name: [] for name in (*commands, "assay")}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(timed(command))
        found["assay"].append(await fresh(executor))
    return found


async def throughputs(
    executor: Executor, commands: dict[str, list[str]], rounds: int
) -> dict[str, list[float]]:
    """Runs a second of each way, with one worker a processor."""
    n_workers, n_runs = len(os.sched_getaffinity(0)), 150
    found: dict[str, list[float]] = {name: [] for name in (*commands, "assay")}
    with ThreadPoolExecutor(n_workers) as workers:
        for _ in range(rounds):
            for name, command in commands.items():
                start = time.perf_counter()
                list(workers.map(timed, [command] * n_runs))
                found[name].append(n_runs / (time.perf_counter() - start))
            start = time.perf_counter()
            await executor.run_stdin(PROGRAM, [""] * n_runs, LIMITS)
            found["assay"].append(n_runs / (time.perf_counter() - start))
    return found


async def seconds_of(work: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    """Seconds that some work takes, round by round."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        await work()
        found.append(time.perf_counter() - start)
    return found


async def calls(executor: Executor, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of one call of `f(x) = x`: of a number, and of a long list."""

    async def call(times: int, value: object) -> float:
        given = [Call(args=(value,))] * times
        start = time.perf_counter()
        seen = await executor.run_calls("def f(x):\n    return x", "f", given, LIMITS)
        seconds = time.perf_counter() - start
        assert all(s.status is Status.FINISHED and s.value == value for s in seen)
        return seconds

    few = [await call(1, 1) for _ in range(rounds)]
    many = [await call(N_CALLS + 1, 1) for _ in range(rounds)]
    a_list = [await call(1, LIST) for _ in range(rounds)]
    ten_lists = [await call(11, LIST) for _ in range(rounds)]
    return (
        [(m - f) / N_CALLS for m, f in zip(many, few, strict=True)],
        [(t - o) / 10 for t, o in zip(ten_lists, a_list, strict=True)],
    )


async def problem(executor: Executor) -> None:
    """Many candidates on many inputs of a function problem."""
    inputs = [Call(args=(list(range(n)), n)) for n in range(N_INPUTS)]

    def source(number: int) -> str:
        return f"def f(items, n):\n    return sum(items) * n + {number} * 0"

    sources = [source(number) for number in range(N_CANDIDATES)]
    rows = await gather(
        partial(executor.run_calls, one, "f", inputs, LIMITS) for one in sources
    )
    assert all(seen.status is Status.FINISHED for row in rows for seen in row)


def below(pid: int) -> list[int]:
    """All processes that this one and its children started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *below(child)]
    return found


def slot_megabytes() -> tuple[float, float, int]:
    """Memory of the idle slots together: resident, proportional; and their number."""
    resident = proportional = 0.0
    n_slots = 0
    for pid in below(os.getpid()):
        folder = Path(f"/proc/{pid}")
        rollup = (folder / "smaps_rollup").read_text()
        sizes = {
            line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]
        }
        n_slots += not (folder / "task" / folder.name / "children").read_text()
        resident += sizes["Rss"] / 1024
        proportional += sizes["Pss"] / 1024
    return resident, proportional, n_slots


def show(name: str, values: list[float], unit: float, digits: int = 2) -> None:
    """One line: the least, and the median."""
    print(
        f"{name:44} {min(values) * unit:10.{digits}f} "
        f"{median(values) * unit:10.{digits}f}"
    )


async def measure(rounds: int, python: str) -> None:
    """Print all figures."""
    commands = {"python": plain(python)}
    if shutil.which("bwrap"):
        commands["bubblewrap + python"] = [*BWRAP, *plain(python)]
    async with Executor.open() as executor:
        await executor.run_stdin(PROGRAM, [""] * 20, LIMITS)
        tier = executor.isolation.tier
        print(f"Python {platform.python_version()}, tier {tier}, {os.cpu_count()} CPUs")
        print(f"load {os.getloadavg()[0]:.2f}, plain python is {python}\n")
        print(f"{'':44} {'least':>10} {'median':>10}")
        found = await latencies(executor, commands, rounds)
        for name, values in found.items():
            show(f"print(1), {name}, ms", values, 1e3)
        for name in commands:
            ratios = (min(found["assay"]) / min(found[name])) or 0.0
            medians = median(found["assay"]) / median(found[name])
            print(f"{f'   assay / {name}':44} {ratios:10.2f} {medians:10.2f}")
        rates = await throughputs(executor, commands, max(3, rounds // 40))
        print(f"\n{'':44} {'most':>10} {'median':>10}")
        for name, each in rates.items():
            print(f"{f'runs/s, {name}':44} {max(each):10.0f} {median(each):10.0f}")
        for name in commands:
            best = max(rates["assay"]) / max(rates[name])
            middle = median(rates["assay"]) / median(rates[name])
            print(f"{f'   assay / {name}':44} {best:10.2f} {middle:10.2f}")
        print(f"\n{'':44} {'least':>10} {'median':>10}")
        a_call, a_list = await calls(executor, max(5, rounds // 20))
        show("a call, us", a_call, 1e6, 1)
        show("a call with a list of 40,000, ms", a_list, 1e3)
        times = await seconds_of(partial(problem, executor), max(5, rounds // 20))
        show(f"{N_CANDIDATES} candidates x {N_INPUTS} inputs, ms", times, 1e3, 0)
        resident, proportional, n_slots = slot_megabytes()
        print(
            f"\nidle memory a slot: {resident / n_slots:.1f} MB resident, "
            f"{proportional / n_slots:.1f} MB with shared pages shared out"
        )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--python", default=shutil.which("python3", path="/usr/bin"))
    given = parser.parse_args()
    anyio.run(measure, given.rounds, given.python or sys.executable)


if __name__ == "__main__":
    main()
