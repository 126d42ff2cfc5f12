"""Kill a benchmark run at random moments, resume it, and compare it with a whole one.

    python scripts/kill_bench.py --times 100 --work /tmp/kill-bench

A scripted model's replies are recorded first; no other model is asked. Then one run is
replayed undisturbed, and others are killed with SIGKILL after a random while and
resumed each time, until as many kills have hit; a run that ends is compared and a new
one begun. All rows must be those of the undisturbed run (answers, grades, tokens,
calls, claims, confidence; not times), no process may be left (this script adopts every
orphan, so none can hide), and every run must pass SQLite's own check.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import anyio

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from assay.bench.store import RunStore  # noqa: E402  (all after the path)
from assay.errors import AssayError  # noqa: E402
from bench import running  # noqa: E402
from kill_at_random import (  # noqa: E402
    PR_SET_CHILD_SUBREAPER,
    Rounds,
    children,
    command,
)

NOT_COMPARED = (
    "seconds", "model_seconds", "sandbox_seconds", "load", "sealed_at", "joules",
    "money",
)  # fmt: skip
MEANS = ("--replay-only", "--quiet", "--sandbox-slots", "1")


def main() -> None:
    """Kill, resume, compare, and say what was found; status 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tasks", type=int, default=len(running.TASKS))
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    shutil.rmtree(args.work, ignore_errors=True)
    kills = Kills(args.work, random.Random(args.seed), args.times, args.tasks)
    kills.prepare()
    for number in count(1):
        kills.one_run(f"killed-{number}")
        if kills.n_kills == args.times:
            break
    print(
        f"{kills.n_kills} kills of {number} runs ({kills.n_unbegun} before a run had "
        f"begun): {kills.n_faults} faults; {kills.n_rows} rows compared, "
        f"{kills.n_kept} attempts kept over a kill"
    )
    sys.exit(1 if kills.n_faults else 0)


class Kills:
    """The folders and the books of one run of this script."""

    def __init__(
        self, work: Path, chance: random.Random, times: int, n_tasks: int
    ) -> None:
        self.work, self.runs = work, work / "runs"
        self.recordings = work / "recordings.sqlite"
        self.dataset = work / "tasks.jsonl"
        self.chance, self.times, self.n_tasks = chance, times, n_tasks
        self.n_kills = self.n_faults = self.n_rows = self.n_kept = self.n_unbegun = 0
        self.whole: list[dict[str, Any]] = []
        self.whole_s = 0.0
        work.mkdir(parents=True)

    def prepare(self) -> None:
        """Make the dataset and the recordings, and go through one run undisturbed."""
        tasks = [task.row for task in running.TASKS[: self.n_tasks]]
        running.write_dataset(self.dataset, tasks)
        chosen = running.settings(self.dataset, *running.ARMS)
        anyio.run(running.record, self.work / "recording", chosen, self.recordings)
        began = time.monotonic()
        done = subprocess.run(
            self.begin("whole"), env=self.environment(), stderr=subprocess.PIPE
        )
        self.whole_s = time.monotonic() - began
        self.whole = self.rows("whole")
        right = sum(row["outcome"] == "passed" for row in self.whole)
        pending = sum(row["outcome"] == "pending" for row in self.whole)
        print(
            f"undisturbed: {len(self.whole)} attempts, {right} right, {pending} "
            f"pending, {self.whole_s:.1f} s, exit {done.returncode}"
        )
        if done.returncode or not 0 < right < len(self.whole) or pending:
            sys.exit(f"it is no measure for others: {done.stderr.decode()[-800:]}")

    def one_run(self, name: str) -> None:
        """Begin a run, kill and resume it until it ends or all kills are done."""
        words, n_sealed = self.begin(name), 0
        while True:
            was_killed, said = self.go(words, self.n_kills < self.times)
            faults = [*self.orphans(), *self.broken(name)]
            is_begun, n_now = self.state(name)
            if n_now < n_sealed:
                faults.append(f"{n_now} sealed answers are left of {n_sealed}")
            n_sealed = n_now
            self.n_kept += n_now if was_killed else 0
            self.n_unbegun += was_killed and not is_begun
            if not was_killed:
                faults += self.compared(name, said)
            self.note(f"{name}: {said}, {n_now} sealed", faults)
            if not was_killed:
                return
            words = self.resume(name) if is_begun else self.begin(name)

    def go(self, words: list[str], may_kill: bool) -> tuple[bool, str]:
        """Run a command, killed after a random while; whether it was, and what came."""
        process = subprocess.Popen(
            words,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self.environment(),
        )
        wait = self.chance.uniform(0.1, self.whole_s) if may_kill else None
        try:
            _, told = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert process.stderr is not None
            process.stderr.close()
            self.n_kills += 1
            return True, f"killed after {wait:.2f} s"
        last = told.decode().strip()[-300:]
        return False, f"exit {process.returncode} {last}".strip()

    def begin(self, name: str) -> list[str]:
        """The command of a new run."""
        arms = [word for arm in running.ARMS for word in ("--arm", arm)]
        more = ["--name", name, "--n-max", "6", "--n-inputs", "8"]
        return [
            *(*self.assay(), "run", "--dataset", str(self.dataset), *arms, *more),
            *self.where(),
        ]

    def resume(self, name: str) -> list[str]:
        """The command that goes on with a run."""
        return [*self.assay(), "resume", name, *self.where()]

    @staticmethod
    def assay() -> list[str]:
        """The command, by this interpreter."""
        return [sys.executable, "-m", "assay", "bench"]

    def where(self) -> list[str]:
        """Where runs and recordings are, and that nothing is asked."""
        return ["--runs", str(self.runs), "--recordings", str(self.recordings), *MEANS]

    def environment(self) -> dict[str, str]:
        """Without the user's settings, and with a home of its own."""
        own = ("ASSAY_", "XDG_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        return {**kept, "HOME": str(self.work)}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All attempts of a run, as `export` gives them, without what takes time."""
        done = subprocess.run(
            [*self.assay(), "export", name, "--runs", str(self.runs)],
            env=self.environment(),
            capture_output=True,
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return [
            {key: row[key] for key in row if key not in NOT_COMPARED} for row in found
        ]

    def compared(self, name: str, said: str) -> list[str]:
        """How a run that has ended differs from the undisturbed one."""
        faults = [] if said == "exit 0" else [f"it ended with {said}"]
        found = self.rows(name)
        self.n_rows += len(found)
        if len(found) != len(self.whole):
            faults.append(f"{len(found)} rows, and {len(self.whole)} undisturbed")
        for one, other in zip(found, self.whole, strict=False):
            differing = [key for key in other if one.get(key) != other[key]]
            faults += [
                f"{other['task']} {other['arm']}: {key} is {one.get(key)!r}, and "
                f"{other[key]!r} undisturbed"
                for key in differing
            ]
        return faults

    def state(self, name: str) -> tuple[bool, int]:
        """Whether a run has begun, and how many answers it has sealed."""
        if not (self.runs / name / "run.sqlite").is_file():
            return False, 0
        try:
            store = RunStore(self.runs / name, read_only=True)
        except AssayError:  # a file without its tables: it was cut off at once
            return False, 0
        try:
            return "settings" in store.meta(), len(store.sealed())
        finally:
            store.close()

    def broken(self, name: str) -> list[str]:
        """Whether SQLite finds a run's file whole."""
        path = self.runs / name / "run.sqlite"
        if not path.is_file():
            return []
        db = sqlite3.connect(path)
        try:
            (state,) = db.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError as error:
            return [f"its file is broken ({error})"]
        finally:
            db.close()
        return [] if state == "ok" else [f"its file is not whole: {state}"]

    def orphans(self) -> list[str]:
        """Processes that outlive their killed ancestor by more than ten seconds."""
        deadline = time.monotonic() + 10
        left: Sequence[int] = [0]
        while left and time.monotonic() < deadline:
            time.sleep(0.02)
            Rounds.reap()
            left = children(os.getpid())
        names = [f"orphan {pid} ({command(pid)})" for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return names

    def note(self, text: str, faults: Sequence[str]) -> None:
        """One line of a round."""
        self.n_faults += len(faults)
        print(f"{self.n_kills:3} {text}: {'; '.join(faults) or 'clean'}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
