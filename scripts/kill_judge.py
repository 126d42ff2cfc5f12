"""Kill the judge at random moments and look, a second later, at what lives on.

    python scripts/kill_judge.py --times 40

Every round starts a judge that runs programs which fork, leave their session, ignore
signals and sleep, in several slots, and ends it with SIGKILL after a random while. This
script adopts every orphan, so nothing of the judge can hide from it. Exit status 1 if
anything of it was alive one second later, or if a folder or a control group is left
after the next start. To be run alone: others' folders would be counted.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio

from assay.concurrency import gather

PR_SET_CHILD_SUBREAPER = 36
PROGRAM = """
import os, signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        os.fork()
time.sleep(60)
"""
GROUPS = Path("/sys/fs/cgroup")


async def judge_for_long() -> None:
    """What the killed process does: programs of many processes, again and again."""
    from functools import partial

    from assay.judging.executor import Executor
    from assay.types import Limits

    limits = Limits(cpu_s=5, wall_s=0.5)
    async with Executor.open(slots=3) as executor:
        for _ in range(1000):
            run = partial(executor.run_stdin, PROGRAM, ["", "", ""], limits)
            await gather([run] * 2)


async def start_once() -> None:
    """Open a judge as the next user would."""
    from assay.judging.executor import Executor

    async with Executor.open():
        return


def alive_below(pid: int) -> list[int]:
    """Processes below one that are no zombies."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            try:
                state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2]
                found += [child] * (state.split()[0] != "Z") + alive_below(child)
            except OSError:
                continue
    return found


def left_behind() -> set[str]:
    """Folders and control groups that bear the judge's name."""
    folders = {str(path) for path in Path(tempfile.gettempdir()).glob("assay-*")}
    groups = GROUPS.rglob("assay*") if GROUPS.is_dir() else ()
    return folders | {str(path) for path in groups if path.is_dir()}


def kill_one(random_s: float) -> list[int]:
    """Start a judge, kill it, wait a second; what of it is alive."""
    judge = subprocess.Popen([sys.executable, __file__, "--judge"])
    time.sleep(random_s)
    judge.send_signal(signal.SIGKILL)
    judge.wait()
    time.sleep(1.0)
    found = alive_below(os.getpid())
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return found


def main() -> None:
    """Kill as often as said, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--judge", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.judge:
        anyio.run(judge_for_long)
        return
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    choose = random.Random(given.seed)
    before, n_alive = left_behind(), 0
    for number in range(given.times):
        moment_s = choose.uniform(0.05, 3.0)
        found = kill_one(moment_s)
        n_alive += bool(found)
        if found:
            print(f"round {number}, killed after {moment_s:.2f} s: {found} live on")
    anyio.run(start_once)  # a start clears away what a killed judge could not
    left = left_behind() - before
    print(f"{given.times} kills: something lived on after {n_alive}; left: {left or 0}")
    sys.exit(1 if n_alive or left else 0)


if __name__ == "__main__":
    main()
