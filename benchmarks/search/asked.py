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
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import anyio
from asking import asked
from execute import (
    JOBS,
    Row,
    identity_in,
    keepers_of,
    programs_of,
    read_rows,
    whole_pool,
    write_rows,
)
from record import opened
from sets import Placed, hash_of, placed_tasks

from assay.bench.keeper import Keeper
from assay.concurrency import gather
from assay.judging.judge import LocalJudge, open_judge
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore, model_json
from assay.types import Model

SOME = 64  # tasks
PLANNED = 24  # of these: plans cost the most
WORKERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One task to ask about, its recorded samples, and who answers, runs and grades."""

    place: int  # among the tasks
    placed: Placed
    samples: list[Row]
    programs: dict[str, str]  # code by its name
    model: Model
    judge: LocalJudge
    keeper: Keeper


async def ask_each(
    tasks: Sequence[Placed],
    make: Callable[[Desk], Awaitable[Row]],
    words: argparse.Namespace,
) -> None:
    """Make the row of each task that the output lacks, and keep it at once."""
    rows = {row["task"]: row for row in read_rows(words.out)}
    async with AsyncExitStack() as stack:
        pools = stack.enter_context(RecordingStore(words.store, read_only=True))
        store = stack.enter_context(RecordingStore(words.asked))
        engine = opened(words.model, WORKERS, 4096, words.batched)
        await stack.enter_async_context(engine)
        new = Recorded(engine, store, RecordMode.RECORD)
        model = Recorded(new, pools, RecordMode.REPLAY)  # samples are there already
        identity = identity_in(pools, words.model)
        if identity != model.identity:
            raise SystemExit(
                f"{words.store} holds another model's samples than {model.identity}"
            )
        judge = await stack.enter_async_context(open_judge(slots=JOBS))
        files = {placed.file for placed in tasks}
        keepers = await keepers_of(files, words.data, stack)
        turns = iter(list(enumerate(tasks)))

        async def work() -> None:
            for place, placed in turns:
                task = placed.task.problem.id
                pool = whole_pool(placed, words.model, pools, identity)
                if task in rows or pool is None:
                    continue
                samples, programs = programs_of(placed.task.problem, pool)
                desk = Desk(
                    place=place,
                    placed=placed,
                    samples=samples,
                    programs=programs,
                    model=model,
                    judge=judge,
                    keeper=keepers[placed.file],
                )
                row = {"task": task, "identity": model_json(identity)}
                rows[task] = row | await make(desk)
                write_rows(words.out, list(rows.values()))
                sys.stderr.write(f"{len(rows)} of {len(tasks)}: {task}\n")

        await gather([work] * WORKERS)


def take_words(parser: argparse.ArgumentParser) -> None:
    """Have a command line say whom to ask about what, and where to keep it."""
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--asked", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batched", type=Path)


async def _all_techniques(desk: Desk) -> Row:
    return await asked(
        desk.placed,
        desk.samples,
        desk.programs,
        desk.model,
        desk.judge,
        desk.keeper,
        plans=desk.place < PLANNED,
    )


def main() -> None:
    """Read the command line and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    take_words(parser)
    words = parser.parse_args()
    tasks = sorted(
        placed_tasks(words.data), key=lambda p: hash_of("asked", p.task.problem.id)
    )
    anyio.run(ask_each, tasks[:SOME], _all_techniques, words)


if __name__ == "__main__":
    main()
