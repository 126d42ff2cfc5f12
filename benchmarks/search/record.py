"""Record the pool of samples that every technique is measured on.

    python benchmarks/search/record.py --data FOLDER --model NAME --store FILE.sqlite

Every task has its first four samples before any has more. It may be stopped at any
time and run again; what is stored is not asked for twice. The engine is the usual one,
or with `--batched FOLDER` the one of `batched.py`, which keeps a file in that folder.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
from batched import BatchedModel, readable_file
from sets import SETS, Placed, hash_of, placed_tasks

from assay.concurrency import gather
from assay.config import ModelConfig
from assay.errors import ContextLengthExceeded
from assay.models.embedded import EmbeddedModel
from assay.models.opening import engine_log, model_store
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.sampling.prompting import sample_request
from assay.types import Model, Request

MAX_TOKENS = 512
PASSES = (range(4), range(4, 8), range(8, 16))
POOL = {"qwen2.5-coder-0.5b": {"humanevalplus": 16, "mbppplus": 16}}
USUAL_POOL = 8


def pool_size(model: str, set_name: str) -> int:
    """How many samples of each task of a set are recorded."""
    return POOL.get(model, {}).get(set_name, USUAL_POOL)


def pool_requests(
    placed: list[Placed], model: str
) -> Iterator[list[tuple[str, Request]]]:
    """What to ask, in the order of asking: tasks of all sets mixed, a pass at a time.

    The requests of a group are of one task, so that its prompt is computed once.
    """
    mixed = sorted(placed, key=lambda p: hash_of("order", p.task.problem.id))
    for indices in PASSES:
        for each in mixed:
            problem, n = each.task.problem, pool_size(model, each.set)
            group = [
                (
                    f"{problem.id}#{index}",
                    sample_request(problem, index, max_tokens=MAX_TOKENS),
                )
                for index in indices
                if index < n
            ]
            if group:
                yield group


async def record(
    data: Path,
    name: str,
    path: Path,
    slots: int,
    context: int,
    only: set[str],
    program: str | None,
    batched: Path | None,
) -> None:
    """Ask for what the store lacks, `slots` at a time."""
    sets = tuple(each for each in SETS if not only or each.name in only)
    groups = list(pool_requests(list(placed_tasks(data, sets)), name))
    with RecordingStore(path) as store:
        async with opened(name, slots, context, batched, program=program) as engine:
            model = Recorded(engine, store, RecordMode.RECORD)
            missing = [
                [each for each in group if not store.get(each[1], model.identity)]
                for group in groups
            ]
            await _ask_all([group for group in missing if group], model, slots)


def opened(
    name: str,
    slots: int,
    context: int,
    batched: Path | None,
    *,
    program: str | None = None,
) -> EmbeddedModel | BatchedModel:
    """The engine that answers, not started: the usual one, or that of `batched.py`.

    Args:
        context: Tokens of a request at most, for the usual one.
        batched: A folder for the other's file.
        program: A llama-server in the place of the installed one.
    """
    stored = model_store(ModelConfig()).resolve(name)
    if batched:
        return BatchedModel(name, readable_file(stored.path, batched), slots=slots)
    return EmbeddedModel(
        stored,
        slots=slots,
        context_length=context,
        log_path=engine_log(),
        shares_prefixes=False,
        program=program,
        idle_timeout_s=86_400,  # it may be stopped for another measurement
    )


async def _ask_all(
    missing: list[list[tuple[str, Request]]], model: Model, slots: int
) -> None:
    """Ask group by group, `slots` groups at a time, each one request after the other.

    So a slot of the engine keeps the prompt of its group, which it computes once.
    """
    begun, total = time.monotonic(), sum(map(len, missing))
    groups = iter(missing)
    done = tokens = 0

    async def work() -> None:
        nonlocal done, tokens
        for group in groups:
            for label, request in group:
                try:
                    completion = await model.generate(request)
                    tokens += completion.usage.completion_tokens
                except ContextLengthExceeded as error:
                    sys.stderr.write(f"{label}: {error}\n")
                done += 1
            spent = time.monotonic() - begun
            sys.stderr.write(
                f"{done}/{total}, {tokens / spent:.0f} tokens/s, "
                f"{spent / done * (total - done) / 60:.0f} min left ({group[0][0]})\n"
            )

    await gather([work] * slots)


def main() -> None:
    """Read the command line and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--program", help="A llama-server to use as the engine.")
    parser.add_argument("--batched", type=Path, help="A folder for its file.")
    parser.add_argument("--set", action="append", default=[])
    words = parser.parse_args()
    anyio.run(
        record,
        words.data,
        words.model,
        words.store,
        words.slots,
        words.context,
        set(words.set),
        words.program,
        words.batched,
    )


if __name__ == "__main__":
    main()
