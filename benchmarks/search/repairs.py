"""Measure one correction from executed facts where a task's first two samples fail.

    python benchmarks/search/repairs.py ask --data FOLDER --model NAME \
        --store POOL.sqlite --asked REPAIRS.sqlite --out repairs-NAME.jsonl.gz \
        [--batched FOLDER]
    python benchmarks/search/repairs.py tell NAME.jsonl.gz repairs-NAME.jsonl.gz

There the default method would ask for it. `ask` records what the model answers and runs
it as `execute.py` runs samples; `tell` needs neither model nor data: it sets the vote
over the first samples and the correction beside the vote over the same samples, and
beside one more sample in its place.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
from arms import ladder
from asked import Desk, ask_each, take_words
from asking import Asking, corrected
from estimates import bootstrap
from execute import (
    Row,
    inputs_of,
    judged,
    name_of,
    read_rows,
    shown,
)
from pools import task_of
from record import MAX_TOKENS
from sets import HALVES, placed_tasks

from assay.pool import Pool
from assay.repair import executed_facts
from assay.trace import Trace
from assay.types import Candidate, Model

N_FAILED = 2  # samples, after which the method asks for a correction
SIZES = (2, 4, 8, 16)


async def correction(desk: Desk) -> Row:
    """One correction of a task's first programs, if all fail; else nothing."""
    problem, judge, keeper = desk.placed.task.problem, desk.judge, desk.keeper
    pool = Pool(problem, judge, (), Trace())
    first = [each["program"] for each in desk.samples[:N_FAILED]]
    for index, name in enumerate(each for each in first if each):
        await pool.add(Candidate(code=desk.programs[name], sample=index))
    if not problem.has_given_tests or not pool.judged or pool.n_in_play:
        return {}
    it = Asking(desk.placed, (), pool, desk.model, judge, keeper)
    found: list[Candidate] = []

    async def ask(asked: Model) -> Sequence[Candidate]:
        made = await executed_facts(problem, pool.judged, asked, max_tokens=MAX_TOKENS)
        found.extend(made)
        return made

    told = await corrected(it, ask)
    if not found or not told["kept"]:
        return told
    code = found[0].code
    row: Row = {"name": name_of(code)}
    row |= await judged(problem, code, judge, keeper)
    inputs = inputs_of(problem).inputs
    row |= await shown(problem, code, row["given"], inputs, judge)
    return told | {"program": row}


def with_correction(row: Row, told: Row) -> Row:
    """A pool's row with the correction as one more sample, the last."""
    program = told.get("program")
    known = {each["name"] for each in row["programs"]}
    sample = {
        "program": program and program["name"],
        "prompt_tokens": told["prompt_tokens"],
        "completion_tokens": told["tokens"],
        "logprob": None,
        "tail_logprob": None,
    }
    more = [program] if program and program["name"] not in known else []
    return row | {
        "samples": [*row["samples"], sample],
        "programs": [*row["programs"], *more],
    }


def tell(pool: Path, asked: Path) -> None:
    """Print what a correction adds to the first samples, by the half."""
    rows = {row["task"]: row for row in read_rows(pool)}
    told = {row["task"]: row for row in read_rows(asked) if "tokens" in row}
    vote = ladder(n_max=2 * max(SIZES), stops=False)
    for half in HALVES:
        names = sorted(name for name in told if rows[name]["half"] == half)
        if not names:
            sys.stdout.write(f"{half}: no task whose first two samples fail\n")
            continue
        tokens = sum(told[name]["tokens"] for name in names) / len(names)
        kept = [told[name] for name in names if told[name].get("kept")]
        sys.stdout.write(
            f"{half}: {len(names)} tasks whose first two samples fail; a correction "
            f"costs {tokens:.0f} tokens; {len(kept)} came nearer, "
            f"{sum(each['passes'] for each in kept)} pass, "
            f"{sum(each['right'] for each in kept)} are right\n"
        )
        for size in SIZES:
            gained: dict[str, float] = {}
            instead: dict[str, float] = {}
            for name in names:
                task = task_of(with_correction(rows[name], told[name]))
                last = len(task.samples) - 1
                if size > last:
                    continue
                drawn = tuple(range(size))
                old = task.is_right(vote(task, drawn).answer)
                new = task.is_right(vote(task, (*drawn, last)).answer)
                gained[name] = float(new) - float(old)
                if size < last:
                    other = task.is_right(vote(task, (*drawn, size)).answer)
                    instead[name] = float(new) - float(other)
            sys.stdout.write(f"  beside {size} samples: {_points(gained)}")
            sys.stdout.write(f"; against one more sample {_points(instead)}\n")


def _points(by_task: dict[str, float]) -> str:
    if not by_task:
        return "not measured"
    names = sorted(by_task)
    found = bootstrap(names, lambda some: sum(by_task[n] for n in some) / len(some))
    won = sum(each > 0 for each in by_task.values())
    lost = sum(each < 0 for each in by_task.values())
    points = [100 * each for each in (found.value, found.low, found.high)]
    return "{:+.1f} points ({:+.1f} to {:+.1f})".format(*points) + (
        f" of {len(names)}, {won} won, {lost} lost"
    )


def main() -> None:
    """Read the command line; ask, or tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    take_words(parts.add_parser("ask"))
    said = parts.add_parser("tell")
    said.add_argument("pool", type=Path)
    said.add_argument("asked", type=Path)
    words = parser.parse_args()
    if words.part == "tell":
        tell(words.pool, words.asked)
    else:
        tasks = list(placed_tasks(words.data))
        anyio.run(ask_each, tasks, correction, words)


if __name__ == "__main__":
    main()
