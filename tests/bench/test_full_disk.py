"""A disk that fills up stops a run with one line; after making room it goes on.

Each test mounts a small file system of its own and fills it to the last page while the
run is under way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.bench.reporting import attempts_of
from assay.bench.store import RunNotKept, RunStore
from assay.models.scripted import Scripted
from assay.types.results import Attempt, Outcome
from bench import running

TWO = [task.row for task in running.TASKS[:2]]
ARMS = ("single", "bon:4", "majority:3")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    if os.geteuid():
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Take the last page of it."""
    with (folder / "filler").open("ab", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def make_room(folder: Path) -> None:
    words = ["mount", "-o", "remount,size=8m", str(folder)]
    subprocess.run(words, check=True)


def go(store: RunStore, dataset: Path, **more: Any) -> tuple[Attempt, ...]:
    async def main() -> tuple[Attempt, ...]:
        chosen = running.settings(dataset, *ARMS)
        return await running.go(store, chosen, Scripted(running.reply), **more)

    try:
        return anyio.run(main)
    finally:
        store.close()


@pytest.mark.parametrize("when", ["started", "sealed", "graded"])
def test_a_run_stops_where_the_disk_is_full_and_goes_on_from_there(
    tmp_path: Path, small: Path, when: str
) -> None:
    dataset = running.write_dataset(tmp_path / "d.jsonl", TWO)
    chosen = running.settings(dataset, *ARMS)
    whole = go(running.begin(tmp_path / "whole", chosen), dataset)
    events = []

    def fill_up(kind: str, key: Any, data: Any) -> None:
        events.append(kind)
        if events.count(when) == 2:
            fill(small)

    run = small / "run"
    with pytest.raises(RunNotKept, match="make room, then `assay bench resume run`"):
        go(running.begin(run, chosen), dataset, on_progress=fill_up)
    store = RunStore(run, read_only=True)
    attempts, n_sealed = attempts_of(store), len(store.sealed())
    assert sum(a.outcome is not Outcome.PENDING for a in attempts) >= min(
        1, events.count("graded")
    )
    assert n_sealed >= events.count("sealed")
    assert not store.faults(), "a full disk is no fault of an attempt"
    store.close()
    make_room(small)
    again = go(RunStore(run), dataset)
    assert running.rows(again) == running.rows(whole)


def test_an_event_that_was_cut_off_by_a_full_disk_spoils_no_other(small: Path) -> None:
    store = RunStore.create(small / "run")
    store.event("first")
    fill(small)
    for number in range(200):
        try:
            store.event("filled", text="x" * 100, number=number)
        except RunNotKept:
            break
    else:
        pytest.fail("the disk is full, and nobody noticed")
    make_room(small)
    store.event("next")
    store.close()
    kinds = [event["event"] for event in store.events()]
    assert kinds == ["first", *["filled"] * number, "next"]


def words(*more: str) -> list[str]:
    return [sys.executable, "-m", "assay", "bench", *more]


def test_the_command_says_in_one_line_what_to_do_and_resume_completes_it(
    tmp_path: Path, small: Path
) -> None:
    dataset = running.write_dataset(tmp_path / "d.jsonl", TWO)
    recordings = tmp_path / "recordings.sqlite"
    chosen = running.settings(dataset, *ARMS)
    anyio.run(running.record, tmp_path / "whole", chosen, recordings)
    (tmp_path / "home").mkdir()
    own = {**os.environ, "HOME": str(tmp_path / "home")}
    means = ["--recordings", str(recordings), "--replay-only", "--runs", str(small)]
    arms = [word for arm in ARMS for word in ("--arm", arm)]
    run = words("run", "--dataset", str(dataset), *arms, *means, "--name", "run")

    fill(small)
    done = subprocess.run(run, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("assay: the ")
    assert len(done.stderr.splitlines()) == 1

    (small / "filler").unlink()
    process = subprocess.Popen(run, env=own, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "passed |" in line:
            fill(small)
    assert process.wait() == 3
    process.stderr.close()
    assert said[-1].startswith("assay: the run in ")
    assert "make room, then `assay bench resume run`" in said[-1]
    assert not [line for line in said if "Traceback" in line or "pending" in line]

    make_room(small)
    resume = words("resume", "run", *means)
    done = subprocess.run(resume, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = []
    for folder in (small / "run", tmp_path / "whole"):
        store = RunStore(folder, read_only=True)
        found.append(running.rows(attempts_of(store)))
        store.close()
    assert found[0] == found[1]
