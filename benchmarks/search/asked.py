"""Ask the model what techniques ask it, on some tasks of a pool, and keep what it gave.

    python benchmarks/search/asked.py --data FOLDER --model NAME --store POOL.sqlite \
        --asked ASKED.sqlite --out ASKED.jsonl.gz [--batched FOLDER]

Beside a task's pool, as `execute.py` has it, a row holds what each technique cost and
brought: more inputs, predictions, a vote, corrections, samples that follow plans. The
tasks are those with the smallest hashes, so a part of them is a sample of all. What was
asked is kept in a store of recordings of its own; no row is made twice.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
from asking import asked
from execute import (
    JOBS,
    NOTHING,
    identity_in,
    programs_of,
    read_rows,
    whole_pool,
    write_rows,
)
from record import opened
from sets import Placed, hash_of, placed_tasks

from assay.bench.keeper import Keeper
from assay.concurrency import gather
from assay.judging.judge import open_judge
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore, model_json

SOME = 64  # tasks
PLANNED = 24  # of these: plans cost the most
WORKERS = 32


async def ask_all(
    data: Path, name: str, path: Path, kept: Path, out: Path, batched: Path | None
) -> None:
    """Make the rows that the output lacks."""
    rows = {row["task"]: row for row in read_rows(out)}
    async with AsyncExitStack() as stack:
        pools = stack.enter_context(RecordingStore(path, read_only=True))
        store = stack.enter_context(RecordingStore(kept))
        engine = opened(name, WORKERS, 4096, batched)
        await stack.enter_async_context(engine)
        new = Recorded(engine, store, RecordMode.RECORD)
        model = Recorded(new, pools, RecordMode.REPLAY)  # samples are there already
        if identity_in(pools, name) != model.identity:
            raise SystemExit(
                f"{path} holds another model's samples than {model.identity}"
            )
        judge = await stack.enter_async_context(open_judge(slots=JOBS))
        identity = identity_in(pools, name)
        tasks = list(placed_tasks(data))
        some = sorted(tasks, key=lambda p: hash_of("asked", p.task.problem.id))[:SOME]
        keepers = await keepers_of(some, data, stack)
        turns = iter(list(enumerate(some)))

        async def work() -> None:
            for place, placed in turns:
                task = placed.task.problem.id
                pool = whole_pool(placed, name, pools, identity)
                if task in rows or pool is None:
                    continue
                samples, programs = programs_of(placed.task.problem, pool)
                rows[task] = {"identity": model_json(identity)} | await asked(
                    placed,
                    samples,
                    programs,
                    model,
                    judge,
                    keepers[placed.file],
                    plans=place < PLANNED,
                )
                write_rows(out, list(rows.values()))
                sys.stderr.write(f"{len(rows)} of {len(some)}: {task}\n")

        await gather([work] * WORKERS)


async def keepers_of(
    tasks: Sequence[Placed], data: Path, stack: AsyncExitStack
) -> dict[str, Keeper]:
    """Who grades the tasks of each file, until the stack is closed."""
    keepers: dict[str, Keeper] = {}
    for file in {placed.file for placed in tasks}:
        keepers[file] = Keeper(
            {"slots": JOBS, "backend": "auto", "image": None, "unsafe": False}
        )
        stack.push_async_callback(keepers[file].close)
        await keepers[file].open(str(data / f"{file}.jsonl.gz"), NOTHING, {})
    return keepers


def take_words(parser: argparse.ArgumentParser) -> None:
    """Have a command line say whom to ask about what, and where to keep it."""
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--asked", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batched", type=Path)


def asked_for(words: argparse.Namespace) -> tuple[Any, ...]:
    """What such a command line said, in the order of `ask_all`."""
    names = ("data", "model", "store", "asked", "out", "batched")
    return tuple(getattr(words, name) for name in names)


def main() -> None:
    """Read the command line and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    take_words(parser)
    anyio.run(ask_all, *asked_for(parser.parse_args()))


if __name__ == "__main__":
    main()
