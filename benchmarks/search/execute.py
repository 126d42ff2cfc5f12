"""Run every program of a recorded pool once, and keep what that showed.

    python benchmarks/search/execute.py --data FOLDER --model NAME \
        --store POOL.sqlite --out EXECUTED.jsonl.gz

What is kept of a program is whether it passed each given test, under which key its
output on each self-made input is counted, how it was graded on the hidden cases, and
its hash: no statement, no code, no case. So the table of ablations can be replayed from
the file alone. The first `n_inputs` keys are of the inputs that a solve makes; the
places of those it would make without corner cases are in `near`. Tasks whose pool is
not complete are left out. Only what a former file of that name lacks is run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from record import MAX_TOKENS, PASSES, pool_size
from sets import SETS, Placed, placed_tasks

from assay.bench.keeper import Keeper
from assay.concurrency import gather
from assay.inputs import make_inputs, near_inputs
from assay.inputs.plain import key
from assay.judging.judge import LocalJudge, open_judge
from assay.models.recordings import RecordingStore, model_json
from assay.sampling.extraction import extract_program, normalise
from assay.sampling.logprobs import mean_logprob, tail_logprob
from assay.sampling.prompting import sample_request
from assay.selection.outputs import output_key
from assay.types import (
    Candidate,
    Completion,
    FinishReason,
    Input,
    ModelIdentity,
    Observation,
    Problem,
    Status,
)

N_INPUTS = 30
JOBS = 2
NOTHING = {"limit": None, "ids": None, "since": None, "until": None}

Row = dict[str, Any]


def pool_of(
    placed: Placed, n: int, store: RecordingStore, identity: ModelIdentity
) -> list[Completion] | None:
    """The recorded samples of a task; None where one is missing."""
    found = []
    for index in range(n):
        request = sample_request(placed.task.problem, index, max_tokens=MAX_TOKENS)
        completion = store.get(request, identity)
        if completion is None:
            return None
        found.append(completion)
    return found


def whole_pool(
    placed: Placed, model: str, store: RecordingStore, identity: ModelIdentity
) -> list[Completion] | None:
    """All samples of a task that its passes of recording have brought to an end."""
    whole = pool_size(model, placed.set)
    sizes = sorted({min(each.stop, whole) for each in PASSES}, reverse=True)
    found = (pool_of(placed, n, store, identity) for n in sizes)
    return next((pool for pool in found if pool), None)


def identity_in(store: RecordingStore, name: str) -> ModelIdentity:
    """Whose completions a store of one model holds."""
    (model,) = store.models()
    told = json.loads(model)
    return ModelIdentity(
        name=told.get("name", name),
        engine=told.get("engine", ""),
        sha256=told.get("sha256"),
    )


def programs_of(
    problem: Problem, pool: list[Completion]
) -> tuple[list[Row], dict[str, str]]:
    """What each sample cost and which program it holds; the programs by their key."""
    samples: list[Row] = []
    programs: dict[str, str] = {}
    for index, completion in enumerate(pool):
        code = extract_program(
            completion.text,
            problem,
            cut_off=completion.finish_reason is FinishReason.LENGTH,
        )
        name = None
        if code is not None:
            name = name_of(code)
            programs.setdefault(name, code)
        samples.append(
            {
                "index": index,
                "program": name,
                "prompt_tokens": completion.usage.prompt_tokens,
                "completion_tokens": completion.usage.completion_tokens,
                "logprob": _rounded(mean_logprob(completion.logprobs)),
                "tail_logprob": _rounded(tail_logprob(completion.logprobs)),
            }
        )
    return samples, programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The inputs of a task: first those that a solve makes, then what is compared."""

    inputs: tuple[Input, ...]
    n_usual: int
    near: tuple[int, ...]  # places of those that a solve without corner cases makes

    @property
    def digest(self) -> str:
        """What tells whether other inputs were made before."""
        return digest_of(self.inputs)


def digest_of(inputs: Sequence[Input]) -> str:
    """What tells inputs from others, in fewer words."""
    text = "\n".join(map(key, inputs))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def inputs_of(problem: Problem) -> Made:
    """Make the inputs of a task, each once."""
    usual = make_inputs(problem, n=N_INPUTS, seed=0)
    near = near_inputs(problem, n=N_INPUTS, seed=0)
    named = {key(each): each for each in (*usual, *near)}
    places = {name: place for place, name in enumerate(named)}
    return Made(
        inputs=tuple(named.values()),
        n_usual=len(usual),
        near=tuple(places[key(each)] for each in near),
    )


def lacks(row: Row, problem: Problem, pool: list[Completion]) -> bool:
    """Whether a row of a former file is of fewer samples, or of other inputs."""
    is_same = row.get("inputs_sha256") == inputs_of(problem).digest
    return not is_same or len(pool) > len(row["samples"])


def name_of(code: str) -> str:
    """The name of a program: the digest of its form, which equal programs share."""
    form = normalise(code)
    return hashlib.sha256(form.encode("utf-8", "replace")).hexdigest()[:16]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


async def executed(
    placed: Placed,
    pool: list[Completion],
    identity: ModelIdentity,
    judge: LocalJudge,
    keeper: Keeper,
    old: Row,
) -> Row:
    """Run the programs of a task, but for those that an older row holds."""
    problem = placed.task.problem
    samples, programs = programs_of(problem, pool)
    made = inputs_of(problem)
    is_same = made.digest == old.get("inputs_sha256")
    known = {each["name"]: each for each in old.get("programs", [])}
    rows = []
    for name, code in programs.items():
        row: Row = {"name": name} | known.get(name, {})
        if "right" not in row:
            row |= await judged(problem, code, judge, keeper)
        if not is_same or "keys" not in row:
            row |= await shown(problem, code, row["given"], made.inputs, judge)
        rows.append(row)
    return {
        "task": problem.id,
        "identity": model_json(identity),
        "set": placed.set,
        "half": placed.half,
        "has_given_tests": problem.has_given_tests,
        "n_inputs": made.n_usual,
        "near": list(made.near),
        "inputs_sha256": made.digest,
        "samples": samples,
        "programs": rows,
    }


async def judged(problem: Problem, code: str, judge: LocalJudge, keeper: Keeper) -> Row:
    """How a program does on what was given, and its grade, which no technique sees."""
    verdict = await judge.judge(Candidate(code=code), problem)
    grade = await keeper.grade(problem.id, code)
    if grade["outcome"] == "pending":
        raise SystemExit(f"{problem.id} was not graded: {grade['reason']}")
    return {
        "given": [str(result.status) for result in verdict.counted],
        "distance": round(verdict.distance, 6),
        "right": grade["outcome"] == "passed",
    }


async def shown(
    problem: Problem,
    code: str,
    given: list[str],
    inputs: tuple[Input, ...],
    judge: LocalJudge,
) -> Row:
    """What a program in play prints on each input."""
    seen: tuple[Observation, ...] = ()
    if inputs and all(status == Status.PASSED for status in given):
        seen = await judge.observe(Candidate(code=code), problem, inputs)
    return {
        "keys": [output_key(each, problem) for each in seen],
        "cpu_s": round(sum(each.cpu_s for each in seen), 4),
    }


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of an executed pool; none where there is no file."""
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write all rows, in one go or not at all."""
    part = path.with_name(path.name + ".part")
    with gzip.GzipFile(part, "wb", mtime=0) as file:
        for row in sorted(rows, key=lambda row: row["task"]):
            file.write(json.dumps(row).encode() + b"\n")
    part.replace(path)


async def execute(data: Path, model: str, path: Path, out: Path) -> None:
    """Run what the output lacks, and write it every so often."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(RecordingStore(path, read_only=True))
        identity = identity_in(store, model)
        own = model_json(identity)
        rows = {r["task"]: r for r in read_rows(out) if r["identity"] == own}
        todo: dict[str, list[tuple[Placed, list[Completion]]]] = defaultdict(list)
        for placed in placed_tasks(data, SETS):
            pool = whole_pool(placed, model, store, identity)
            problem = placed.task.problem
            if pool and lacks(rows.get(problem.id, {}), problem, pool):
                todo[placed.file].append((placed, pool))
        judge = await stack.enter_async_context(open_judge(slots=JOBS))
        keepers = await keepers_of(todo, data, stack)
        for name, each in todo.items():
            await _execute_all(each, identity, judge, keepers[name], rows, out)


async def keepers_of(
    files: Iterable[str], data: Path, stack: AsyncExitStack
) -> dict[str, Keeper]:
    """Who grades the tasks of each file, until the stack is closed."""
    keepers: dict[str, Keeper] = {}
    for name in files:
        keepers[name] = Keeper(
            {"slots": JOBS, "backend": "auto", "image": None, "unsafe": False}
        )
        stack.push_async_callback(keepers[name].close)
        await keepers[name].open(str(data / f"{name}.jsonl.gz"), NOTHING, {})
    return keepers


async def _execute_all(
    todo: list[tuple[Placed, list[Completion]]],
    identity: ModelIdentity,
    judge: LocalJudge,
    keeper: Keeper,
    rows: dict[str, Row],
    out: Path,
) -> None:
    turns = iter(todo)

    async def work() -> None:
        for placed, pool in turns:
            name = placed.task.problem.id
            rows[name] = await executed(
                placed, pool, identity, judge, keeper, rows.get(name, {})
            )
            sys.stderr.write(f"{name}: {len(rows[name]['programs'])} programs\n")
            if len(rows) % 10 == 0:
                write_rows(out, list(rows.values()))

    await gather([work] * JOBS)
    write_rows(out, list(rows.values()))


def main() -> None:
    """Read the command line and execute."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    words = parser.parse_args()
    anyio.run(execute, words.data, words.model, words.store, words.out)


if __name__ == "__main__":
    main()
