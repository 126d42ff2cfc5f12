"""Kill assay at random moments and look at what it leaves behind.

    python scripts/kill_at_random.py --times 50 --work /tmp/kill

Every round starts `assay model pull` or `assay solve` on the small model, kills it with
SIGKILL after a random while, and checks: no process is left (this script adopts every
orphan, so none can hide), the store of recordings is whole and has lost nothing, and a
model file of its final name is whole or not there. At the end both commands succeed.
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

from assay.models.catalog import catalog_entry
from assay.models.digests import sha256_of

MODEL = "smollm2-135m"
DEMO = Path(__file__).parent.parent / "demo"
PR_SET_CHILD_SUBREAPER = 36
LONGEST_PULL_S = 2.5  # from a near index the small model is here in less


def main() -> None:
    """Kill, look, and say what was found; exit status 1 if anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=8.0, help="seconds")
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    rounds = Rounds(args.work, random.Random(args.seed), args.longest)
    for number in count(1):
        if rounds.n_pulls + rounds.n_solves == args.times:
            break
        rounds.kill_one(number)
    rounds.run_through()
    print(
        f"{args.times} kills: {rounds.n_faults} faults; {rounds.n_pulls} of a pull, "
        f"{rounds.n_solves} of a solve; {rounds.n_recordings} recordings kept"
    )
    sys.exit(1 if rounds.n_faults else 0)


class Rounds:
    """The folders and the books of one run of this script."""

    def __init__(self, work: Path, chance: random.Random, longest: float) -> None:
        self.models = work / "models"
        self.store = work / "recordings.sqlite"
        self.traces = work / "traces"
        self.chance, self.longest = chance, longest
        self.n_faults = self.n_pulls = self.n_solves = self.n_recordings = 0
        work.mkdir(parents=True, exist_ok=True)

    def kill_one(self, number: int) -> None:
        """Start, wait a random while, kill, look."""
        is_pull = number % 2 == 1
        is_whole = (self.models / f"{MODEL}.gguf").exists()
        if is_pull and (is_whole or self.chance.random() < 0.2):
            shutil.rmtree(self.models, ignore_errors=True)  # from the beginning again
        words = self.pull() if is_pull else self.solve()
        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        longest = min(LONGEST_PULL_S, self.longest) if is_pull else self.longest
        wait = self.chance.uniform(0.05, longest)
        try:
            process.wait(wait)
            how = f"ended by itself with {process.returncode}"
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            how = f"killed after {wait:.2f} s"
            self.n_pulls += is_pull
            self.n_solves += not is_pull
        faults = [*self.orphans(), *self.broken_store(), *self.broken_model()]
        self.n_faults += len(faults)
        print(f"{number:3} {words[1]:6} {how}: {'; '.join(faults) or 'clean'}")
        sys.stdout.flush()

    def pull(self) -> list[str]:
        """The command that fetches the small model."""
        return [*self.assay(), "model", "pull", MODEL, "--models-dir", str(self.models)]

    def solve(self) -> list[str]:
        """The command that solves with it, or with the user's copy of it."""
        own = (self.models / f"{MODEL}.gguf").exists()
        folder = ["--models-dir", str(self.models)] if own else []
        return [
            *self.assay(),
            "solve",
            str(DEMO / "roman.py"),
            *folder,
            *("--model", MODEL, "--recordings", str(self.store)),
            *("--trace-dir", str(self.traces), "--n-max", "8"),
            *("--seed", str(self.chance.randrange(10**6))),
        ]

    @staticmethod
    def assay() -> list[str]:
        """The command beside this interpreter."""
        return [str(Path(sys.executable).parent / "assay")]

    def orphans(self) -> list[str]:
        """Processes that outlive their killed ancestor by more than three seconds."""
        deadline = time.monotonic() + 3
        while True:
            self.reap()
            left = children(os.getpid())
            if not left or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        names = [f"orphan {pid} ({command(pid)})" for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return names

    @staticmethod
    def reap() -> None:
        """Collect orphans that have ended."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return

    def broken_store(self) -> list[str]:
        """Whether the store is whole, and holds all that it held before."""
        if not self.store.exists():
            return []
        try:
            with sqlite3.connect(self.store) as store:
                (state,) = store.execute("PRAGMA integrity_check").fetchone()
                tables = store.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                ).fetchall()
                if not tables:
                    return []
                (name,) = tables[0]
                (n,) = store.execute(f"SELECT count(*) FROM {name}").fetchone()
        except sqlite3.DatabaseError as error:
            return [f"the store of recordings is broken ({error})"]
        faults = [] if state == "ok" else [f"the store is not whole: {state}"]
        if n < self.n_recordings:
            faults.append(f"the store has {n} recordings and had {self.n_recordings}")
        self.n_recordings = n
        return faults

    def broken_model(self) -> list[str]:
        """Whether a file of the final name is the whole model."""
        path = self.models / f"{MODEL}.gguf"
        if path.exists() and sha256_of(path) != catalog_entry(MODEL).sha256:
            return [f"{path.name} is there and not whole"]
        return []

    def run_through(self) -> None:
        """Both commands once more, to their ends."""
        for words, accepted in ((self.pull(), (0,)), (self.solve(), (0, 1))):
            done = subprocess.run(words, capture_output=True, check=False)
            fine = done.returncode in accepted
            self.n_faults += not fine
            told = "" if fine else ": " + done.stderr.decode()[-500:]
            print(f"at the end, {words[1]} exits with {done.returncode}{told}")
        for trace in self.traces.glob("*.jsonl"):
            lines = trace.read_text().splitlines()
            for line in lines[:-1]:  # the last one may be cut off
                json.loads(line)


def children(pid: int) -> Sequence[int]:
    """Living children of a process; zombies are not alive."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for word in (task / "children").read_text().split():
            try:
                stat = Path(f"/proc/{word}/stat").read_text()
            except OSError:
                continue
            if stat.rpartition(")")[2].split()[0] != "Z":
                found.append(int(word))
    return found


def command(pid: int) -> str:
    """What a process runs, in short."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return "gone"
    return raw.replace(b"\0", b" ").decode(errors="replace")[:80]


if __name__ == "__main__":
    main()
