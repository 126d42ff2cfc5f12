"""A path -> a dataset: which format it is in, by its content, and all of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.bench.datasets.bigcodebench import BIGCODEBENCH
from assay.bench.datasets.dataset import Dataset, Format, digest_of, name_of
from assay.bench.datasets.evalplus import EVALPLUS, MBPPPLUS
from assay.bench.datasets.fields import near, refuse_others, require
from assay.bench.datasets.humaneval import HUMANEVAL
from assay.bench.datasets.humanevalpack import HUMANEVALPACK
from assay.bench.datasets.kattis import packages_in, read_package
from assay.bench.datasets.leetcode import LEETCODE
from assay.bench.datasets.lines import objects_in
from assay.bench.datasets.livecodebench import LIVECODEBENCH
from assay.bench.datasets.rows import ROWS
from assay.bench.tasks import Task
from assay.errors import ProblemError
from assay.problems.source import check_is_file

FORMATS = (
    ROWS, HUMANEVALPACK, EVALPLUS, MBPPPLUS, LIVECODEBENCH, LEETCODE, BIGCODEBENCH,
    HUMANEVAL,
)  # fmt: skip
"""In the order in which they are tried: HumanEval's columns are in others too."""


def open_dataset(path: Path) -> Dataset:
    """Read all tasks of a file of JSON lines, or of a folder of problem packages.

    Raises:
        ProblemError: an unknown format; a broken line; a missing or unknown column; two
            rows with one id; a row whose hidden tests are none or cannot be read.
    """
    if path.is_dir():
        packages = packages_in(path)
        tasks = tuple(read_package(package) for package in packages)
        found = "kattis"
    else:
        check_is_file(path)
        found, tasks = _read_lines(path)
    _refuse_repeated_ids(tasks, path)
    return Dataset(
        name=name_of(path),
        format=found,
        path=path,
        sha256=digest_of(path),
        tasks=tasks,
    )


def _read_lines(path: Path) -> tuple[str, tuple[Task, ...]]:
    found: Format | None = None
    tasks = []
    for where, row in objects_in(path):
        if found is None:
            found = _format_of(row, where)
        tasks.append(_task(found, row, where))
    if found is None:
        raise ProblemError(f"{path} has no row; a dataset holds a JSON object a line")
    return found.name, tuple(tasks)


def _task(found: Format, row: Mapping[str, Any], where: str) -> Task:
    require(row, found.required, where)
    if found.known is not None:
        refuse_others(row, found.known, where)
    try:
        return found.read(row, where)
    except ProblemError as error:
        if str(error).startswith(where):
            raise
        raise ProblemError(f"{where}: {error}") from error


def _format_of(row: Mapping[str, Any], where: str) -> Format:
    for candidate in FORMATS:
        if candidate.sign <= set(row):
            return candidate
    best = max(FORMATS, key=lambda each: _share(each, row))
    if _share(best, row) >= 0.5:
        (missing, *_) = [name for name in best.required if name not in row]
        raise ProblemError(
            f"{where} looks like the format {best.name!r} but has no column "
            f"{missing!r}{near(missing, row)}; rename or add it"
        )
    columns = ", ".join(map(repr, list(row)[:12])) or "none"
    raise ProblemError(
        f"{where} is in no known format: its columns are {columns}; known are "
        f"{', '.join(each.name for each in FORMATS)}, and folders of Kattis packages"
    )


def _share(candidate: Format, row: Mapping[str, Any]) -> float:
    present = sum(name in row for name in candidate.required)
    return present / len(candidate.required)


def _refuse_repeated_ids(tasks: tuple[Task, ...], path: Path) -> None:
    first: dict[str, int] = {}
    for number, task in enumerate(tasks, 1):
        before = first.setdefault(task.problem.id, number)
        if before != number:
            raise ProblemError(
                f"{path} has two rows with the id {task.problem.id!r}, rows {before} "
                f"and {number}; rename or remove one"
            )
