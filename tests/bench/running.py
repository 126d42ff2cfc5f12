"""Whole runs in small: four tasks of our own, a scripted model, the real judge.

A reply is right, nearly right (it passes what was given and no more) or plainly wrong,
as the task's `drawn` says: so every arm has something to filter, to choose, to repair.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from assay.bench.arms import parse_arms
from assay.bench.arms_process import Means
from assay.bench.reporting import attempts_of
from assay.bench.run import OnProgress, run_bench
from assay.bench.selection import Chosen
from assay.bench.settings import RunSettings
from assay.bench.store import RunStore
from assay.errors import ModelUnavailable
from assay.judging.judge import open_judge
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from assay.sampling.prompting import SEED_STRIDE
from assay.types import Model, Request
from assay.types.results import Attempt

Row = dict[str, Any]
Reply = Callable[[Request], str]

ARMS = ("single", "bon:4", "majority:3", "assay")
KEEPER = {"slots": 1, "backend": "auto", "image": None, "unsafe": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A task in the dataset's form, and three programs that a model may write."""

    name: str
    drawn: str  # what each sample is: right, near or far
    row: Row
    right: str
    near: str  # right on what was given
    far: str  # wrong there, too


def function(name: str, head: str, about: str, cases: Sequence[tuple[str, str]]) -> Row:
    """A row of a function, whose first case is its doctest and the rest are hidden."""
    arguments, wanted = cases[0]
    code = f'def {head}:\n    """{about}\n\n    >>> {name}({arguments})\n'
    code += f'    {wanted}\n    """\n'
    return {
        "id": f"own/{name}",
        "title": name,
        "statement": code,
        "io_mode": "function",
        "entry_point": name,
        "starter_code": code,
        "public_tests": [],
        "hidden_tests": [{"input": given, "output": out} for given, out in cases[1:]],
    }


def _lines(head: str, *body: str) -> str:
    return "\n".join([f"def {head}:", *(f"    {line}" for line in body)]) + "\n"


TASKS = (
    Small(
        name="twice_it",
        drawn="rrnrrf",
        row=function(
            "twice_it",
            "twice_it(n: int) -> int",
            "Return twice the number.",
            [("2", "4"), ("5", "10"), ("-71", "-142")],
        ),
        right=_lines("twice_it(n)", "return 2 * n"),
        near=_lines("twice_it(n)", "return n * n"),
        far=_lines("twice_it(n)", "return n + 1"),
    ),
    Small(
        name="widest_gap",
        drawn="frfnrr",
        row=function(
            "widest_gap",
            "widest_gap(values: list[int]) -> int",
            "Return the largest value less the smallest one; 0 of an empty list.",
            [("[1, 5, 3]", "4"), ("[]", "0"), ("[-9, 40]", "49")],
        ),
        right=_lines(
            "widest_gap(values)",
            "return max(values) - min(values) if values else 0",
        ),
        near=_lines("widest_gap(values)", "return max(values) - 1"),
        far=_lines("widest_gap(values)", "return len(values)"),
    ),
    Small(
        name="vowels_of",
        drawn="nrnrfr",
        row=function(
            "vowels_of",
            "vowels_of(text: str) -> int",
            "Count the letters a, e, i, o and u, whether small or large.",
            [("'hello'", "2"), ('"AUNT"', "2"), ('"sky"', "0")],
        ),
        right=_lines(
            "vowels_of(text)", "return sum(c in 'aeiou' for c in text.lower())"
        ),
        near=_lines("vowels_of(text)", "return sum(c in 'aeiou' for c in text)"),
        far=_lines("vowels_of(text)", "return len(text)"),
    ),
    Small(
        name="print their sum",
        drawn="fffnrf",
        row={
            "id": "own/sum",
            "title": "Sum",
            "statement": "Read two numbers from a line and print their sum.",
            "io_mode": "stdin",
            "public_tests": [{"input": "2 2\n", "output": "4\n"}],
            "hidden_tests": [
                {"input": "10 27\n", "output": "37\n"},
                {"input": "-5 8\n", "output": "3\n"},
            ],
        },
        right="a, b = map(int, input().split())\nprint(a + b)\n",
        near="a, b = map(int, input().split())\nprint(a * b)\n",
        far="print(input())\n",
    ),
)
for _task in TASKS:
    _task.row.update(reference_solution=_task.right, reference_language="python")


def write_dataset(path: Path, rows: Sequence[Row] | None = None) -> Path:
    """A dataset file of these rows, or of the four."""
    found = [task.row for task in TASKS] if rows is None else rows
    path.write_text("".join(f"{json.dumps(row)}\n" for row in found))
    return path


def task_of(request: Request) -> Small:
    """The task that a request is about."""
    asked = request.messages[0].content
    return next(task for task in TASKS if task.name in asked)


def reply(request: Request) -> str:
    """What the scripted model writes: a repair is right, a sample is as drawn."""
    task = task_of(request)
    seed, index = divmod(request.seed, SEED_STRIDE)
    kind = task.drawn[(seed + index) % len(task.drawn)]
    if request.prompt == "repair":
        kind = "r"
    return fenced({"r": task.right, "n": task.near, "f": task.far}[kind])


def right_reply(request: Request) -> str:
    """The right program, always."""
    return fenced(task_of(request).right)


def fenced(code: str) -> str:
    """As a model writes a program."""
    return f"```python\n{code}```\n"


def settings(dataset: Path, *arms: str, **more: Any) -> RunSettings:
    """A run's settings, few of everything. Names of arms as a user writes them."""
    told: dict[str, Any] = {"n_max": 6, "n_inputs": 8, "chosen": Chosen(), **more}
    match = told.get("match")
    return RunSettings(
        dataset=str(dataset.resolve()), arms=parse_arms(arms, match=match), **told
    )


def begin(folder: Path, chosen: RunSettings) -> RunStore:
    """A new run with nothing done."""
    store = RunStore.create(folder)
    told = {"name": "scripted", "engine": "scripted", "sha256": None}
    store.set_meta(
        settings=chosen.as_json(), created=1.0e9, command="assay bench run", model=told
    )
    return store


async def go(
    store: RunStore,
    chosen: RunSettings,
    model: Model,
    *,
    keeper: Mapping[str, Any] = KEEPER,
    on_progress: OnProgress | None = None,
    jobs: int = 1,
) -> tuple[Attempt, ...]:
    """Run, or go on with a run; all its attempts."""
    async with open_judge(slots=1) as judge:
        means = Means(
            judge=judge, model=model, endpoints={}, keeper=dict(keeper), jobs=jobs
        )
        await run_bench(store, chosen, means, on_progress=on_progress)
    return attempts_of(store)


@asynccontextmanager
async def ran(
    folder: Path,
    chosen: RunSettings,
    model: Model | Reply = reply,
    **more: Any,
) -> AsyncIterator[RunStore]:
    """A new run, gone through, with its store still open."""
    store = begin(folder, chosen)
    try:
        made = Scripted(model) if callable(model) else model
        await go(store, chosen, made, **more)
        yield store
    finally:
        store.close()


async def record(work: Path, chosen: RunSettings, path: Path) -> None:
    """Fill a store of recordings with all that a run asks of the scripted model."""
    with RecordingStore(path) as recordings:
        model = Recorded(Scripted(reply), recordings, RecordMode.RECORD)
        async with ran(work, chosen, model):
            pass


def row_of(one: Attempt) -> tuple[Any, ...]:
    """All of an attempt that may not differ between two runs of one recording."""
    usage = one.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
    return (
        *(one.task, one.arm, one.seed, one.answer_sha256, one.outcome, one.reason),
        *tokens,
        *(one.calls, one.retries, one.n_samples, one.n_candidates, one.n_right),
        *(one.claim, one.confidence, one.stopped),
    )


def rows(attempts: Sequence[Attempt]) -> list[tuple[Any, ...]]:
    """The rows of all attempts, in a fixed order."""
    return sorted((row_of(one) for one in attempts), key=repr)


def made(
    folder: Path,
    chosen: RunSettings,
    model: Reply = reply,
    **more: Any,
) -> tuple[Attempt, ...]:
    """Begin a run, or go on with the one that is there, on its own; its attempts."""

    async def main() -> tuple[Attempt, ...]:
        is_there = (folder / "run.sqlite").exists()
        store = RunStore(folder) if is_there else begin(folder, chosen)
        try:
            return await go(store, chosen, Scripted(model), **more)
        finally:
            store.close()

    return anyio.run(main)


def looked_at(folder: Path) -> RunStore:
    """A run's store, to be closed by the caller."""
    return RunStore(folder, read_only=True)


def unavailable_for(name: str, *, from_sample: int = 0) -> Reply:
    """A reply, or an engine that has gone for one task."""

    def model(request: Request) -> str:
        if task_of(request).name == name and request.seed >= from_sample:
            raise ModelUnavailable("the engine has gone")
        return reply(request)

    return model
