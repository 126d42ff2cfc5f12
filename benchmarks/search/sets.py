"""The tasks that techniques are measured on, and the halves they are split into.

A task's place is decided by SHA-256 of its id alone, before anything of it was seen:
which tasks of a larger file belong to a set, and on which half a task lies. What is
chosen (numbers, defaults) is chosen on the half `choosing`; `reporting` is looked at
for the tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assay.bench.datasets.opening import open_dataset
from assay.bench.tasks import Task

HALVES = ("choosing", "reporting")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSet:
    """Some tasks of one or more files: those with the smallest hashes of their ids."""

    name: str
    files: tuple[str, ...]
    n: int | None = None  # None: all
    id_prefix: str = ""


SETS = (
    TaskSet(name="humanevalplus", files=("humanevalplus",)),
    TaskSet(name="mbppplus", files=("mbppplus",), n=150),
    TaskSet(name="stdin", files=("contests_dev",), n=40, id_prefix="apps/"),
    TaskSet(name="calls", files=("lcb_dev", "leetcode_dev"), n=40),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A task with the set and the half it belongs to."""

    set: str
    half: str
    file: str
    task: Task


def hash_of(purpose: str, task_id: str) -> int:
    """A number that depends on nothing but the id and what it is asked for."""
    return int(hashlib.sha256(f"{purpose} {task_id}".encode()).hexdigest(), 16)


def half_of(task_id: str) -> str:
    """The half of a task, by the hash of its id."""
    return HALVES[hash_of("half", task_id) % 2]


def placed_tasks(data: Path, sets: tuple[TaskSet, ...] = SETS) -> Iterator[Placed]:
    """Read the tasks of all sets, set by set, each in the order of its hashes."""
    for each in sets:
        tasks = [
            (hash_of("choice", task.problem.id), name, task)
            for name in each.files
            for task in open_dataset(data / f"{name}.jsonl.gz").tasks
            if task.problem.id.startswith(each.id_prefix)
        ]
        tasks.sort(key=lambda found: found[0])
        for _, name, task in tasks[: each.n]:
            half = half_of(task.problem.id)
            yield Placed(set=each.name, half=half, file=name, task=task)
