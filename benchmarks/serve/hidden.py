"""Run recorded programs as if their tasks had come without examples.

    python benchmarks/serve/hidden.py --data FOLDER \
        --pool benchmarks/search/pools/NAME.jsonl.gz \
        --recorded benchmarks/search/pools/recorded-NAME.jsonl.gz \
        --out benchmarks/serve/hidden-NAME.jsonl.gz

Few tasks of the sets come without examples, and a pool keeps outputs only of programs
that passed those that were given. So on the half `choosing` every program of a pool is
run again: on the inputs that are made where no example is known, by the signature
alone. Kept are what is known of a task before any sample, and under which key each
program's output is counted; the grades are those of the pool. The prompts, and so the
programs, still had the examples in them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "search"))

from execute import N_INPUTS, digest_of, name_of, read_rows, write_rows  # noqa: E402
from record import MAX_TOKENS  # noqa: E402
from sets import HALVES, placed_tasks  # noqa: E402

from assay.inputs import make_inputs  # noqa: E402
from assay.judging.judge import LocalJudge, open_judge  # noqa: E402
from assay.models.recordings import recording_key  # noqa: E402
from assay.sampling.extraction import extract_program  # noqa: E402
from assay.sampling.prompting import sample_request  # noqa: E402
from assay.selection.outputs import output_key  # noqa: E402
from assay.types import Candidate, FinishReason, Input, ModelIdentity, Problem  # noqa: E402

CHOOSING = HALVES[0]

Row = dict[str, Any]


def recorded_texts(path: Path) -> dict[str, tuple[str, bool]]:
    """What was recorded, by the key of its request: a text, and whether it was cut."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return {
            row["key"]: (row["text"], row["finish_reason"] == FinishReason.LENGTH)
            for row in rows
        }


def programs_of(
    problem: Problem, row: Row, texts: Mapping[str, tuple[str, bool]]
) -> Iterator[tuple[str, str]]:
    """Name and code of the programs of a pool's row, as they were read before."""
    identity = ModelIdentity(**json.loads(row["identity"]))
    for each in row["samples"]:
        if each["program"] is not None:
            request = sample_request(problem, each["index"], max_tokens=MAX_TOKENS)
            text, cut_off = texts[recording_key(request, identity)]
            code = extract_program(text, problem, cut_off=cut_off)
            assert code is not None
            assert name_of(code) == each["program"]
            yield each["program"], code


def without(problem: Problem) -> tuple[Problem, tuple[Input, ...]]:
    """The problem as if nothing had been given, and the inputs made for it then."""
    hidden = replace(problem, cases=(), test_code=())
    return hidden, make_inputs(hidden, n=N_INPUTS, seed=0)


async def without_examples(
    problem: Problem, programs: Mapping[str, str], judge: LocalJudge
) -> Row:
    """What is known of a task beforehand, and what its programs show."""
    hidden, inputs = without(problem)
    keys = {}
    for name, code in programs.items() if inputs else ():
        seen = await judge.observe(Candidate(code=code), hidden, inputs)
        keys[name] = [output_key(each, hidden) for each in seen]
    return {
        "task": problem.id,
        "io_mode": problem.io_mode,
        "n_given": len(problem.cases) + len(problem.test_code),
        "n_chars": len(problem.statement),
        "n_inputs": len(inputs),
        "inputs_sha256": digest_of(inputs),
        "keys": keys,
    }


async def run(data: Path, pool: Path, recorded: Path, out: Path) -> None:
    """Run what the output lacks, and write it."""
    texts = recorded_texts(recorded)
    wanted = {row["task"]: row for row in read_rows(pool) if row["half"] == CHOOSING}
    rows = {row["task"]: row for row in read_rows(out) if row["task"] in wanted}
    async with open_judge(slots=1) as judge:
        for placed in placed_tasks(data):
            problem = placed.task.problem
            if problem.id not in wanted:
                continue
            programs = dict(programs_of(problem, wanted[problem.id], texts))
            old = rows.get(problem.id, {})
            is_same = old.get("inputs_sha256") == digest_of(without(problem)[1])
            if is_same and (not old["n_inputs"] or old["keys"].keys() == {*programs}):
                continue
            rows[problem.id] = await without_examples(problem, programs, judge)
            sys.stderr.write(f"{problem.id}: {len(programs)} programs\n")
            if len(rows) % 20 == 0:
                write_rows(out, list(rows.values()))
    write_rows(out, list(rows.values()))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--recorded", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    words = parser.parse_args()
    anyio.run(run, words.data, words.pool, words.recorded, words.out)


if __name__ == "__main__":
    main()
