"""What `assay bench datasets`, `fetch` and `check` do between arguments and status."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from assay.bench.catalog import CATALOG, DatasetEntry, dataset_entry
from assay.bench.check import CheckReport, check_dataset, standing
from assay.bench.check_task import TaskCheck, findings_of
from assay.bench.datasets import Dataset, open_dataset
from assay.cli.interrupt import first_cancels
from assay.cli.pulling import Bar
from assay.config import cache_home
from assay.errors import UsageError
from assay.judging.judge import open_judge

if TYPE_CHECKING:
    from assay.models.download import Patience

_INTERRUPTED = 130


def datasets_folder(folder: Path | None = None) -> Path:
    """Where datasets are kept: the folder given, else one in the user's cache."""
    return folder or cache_home(os.environ) / "datasets"


def datasets(*, folder: Path | None = None, as_json: bool = False) -> int:
    """Print the datasets that can be fetched, and those that are here."""
    where = datasets_folder(folder)
    rows = [_entry_row(entry, where) for entry in CATALOG]
    if as_json:
        _print_json({"datasets": rows, "folder": str(where)})
        return 0
    for row in rows:
        state = "here" if row["path"] else "can be fetched"
        pin = "pinned" if row["sha256"] else "pinned at the first fetch"
        _say(f"{row['name']:22}{state:16}{pin:27}{row['title']}")
    _say(f"files in {where}; other files and folders can be given by path")
    return 0


def _entry_row(entry: DatasetEntry, folder: Path) -> dict[str, Any]:
    path = folder / entry.file
    here = str(path) if path.is_file() else None
    return {**asdict(entry), "path": here}


def fetch(
    name: str,
    *,
    folder: Path | None = None,
    offline: bool = False,
    as_json: bool = False,
    patience: Patience | None = None,
) -> int:
    """Fetch a dataset by its name; print the path of its file.

    Raises:
        UsageError: no dataset has that name.
        DownloadError: it cannot be fetched whole and unchanged.
    """
    from assay.bench import fetch as fetching

    entry, where = dataset_entry(name), datasets_folder(folder)
    more = {} if patience is None else {"patience": patience}

    async def run() -> Path:
        with Bar() as bar:
            return await fetching.fetch(
                entry, where, offline=offline, on_progress=bar, **more
            )

    path = anyio.run(run)
    pin = path.with_name(f"{path.name}.sha256").read_text(encoding="ascii").split()[0]
    if as_json:
        first = entry.trust_on_first_use
        _print_json(
            {"name": name, "path": str(path), "sha256": pin, "first_use": first}
        )
        return 0
    _say(str(path))
    how = "pinned at the first fetch" if entry.trust_on_first_use else "as pinned"
    _tell(f"{name} is ready, sha256 {pin} ({how})")
    return 0


def dataset_path(source: str, folder: Path | None = None) -> Path:
    """The file of a dataset that is given by its name or by its path.

    Raises:
        UsageError: the name is known, and its file is not here.
    """
    if Path(source).exists() or all(entry.name != source for entry in CATALOG):
        return Path(source)
    path = datasets_folder(folder) / dataset_entry(source).file
    if not path.is_file():
        raise UsageError(
            f"dataset {source!r} is not here ({path}); run: assay bench fetch {source}"
        )
    return path


def check(
    source: str,
    *,
    folder: Path | None = None,
    slots: int | None = None,
    n_mutants: int = 8,
    limit: int | None = None,
    unsafe: bool = False,
    as_json: bool = False,
) -> int:
    """Check that a dataset's tests tell right programs from wrong ones.

    Returns:
        0 where every row that could be checked holds, 1 where one does not, 3 where
        none could be checked or the sandbox failed on one, 130 if interrupted.

    Raises:
        ProblemError: the dataset cannot be read.
        JudgeUnavailable: no sandbox can be made here.
    """
    dataset = open_dataset(dataset_path(source, folder))
    n_tasks = len(dataset.tasks) if limit is None else min(limit, len(dataset.tasks))
    _tell(f"{dataset.name}: {n_tasks} tasks, format {dataset.format}")
    run = partial(_run, dataset, n_tasks, slots, n_mutants, unsafe, _progress(n_tasks))
    report = anyio.run(run)
    if report is None:
        return _INTERRUPTED
    if as_json:
        _print_json(report_json(report))
    else:
        for line in report_lines(report):
            _say(line)
    return exit_status(report)


async def _run(
    dataset: Dataset,
    n_tasks: int,
    slots: int | None,
    n_mutants: int,
    unsafe: bool,
    on_result: Callable[[TaskCheck], None],
) -> CheckReport | None:
    """The report; None if it was interrupted."""
    chosen = replace(dataset, tasks=dataset.tasks[:n_tasks])
    at_once = slots or len(os.sched_getaffinity(0))
    scope = anyio.CancelScope()
    with ExitStack() as signals:  # held until the sandbox is closed
        async with open_judge(slots=slots, unsafe=unsafe) as judge:
            signals.enter_context(first_cancels(scope, "stopping; nothing is reported"))
            with scope:
                return await check_dataset(
                    chosen,
                    judge,
                    at_once=at_once,
                    n_mutants=n_mutants,
                    on_result=on_result,
                )
    return None


def _progress(n_tasks: int) -> Callable[[TaskCheck], None]:
    """Tells each tenth, and each row that does not hold, on stderr."""
    done = 0

    def tell(result: TaskCheck) -> None:
        nonlocal done
        done += 1
        if result.failures:
            _tell(f"{result.task}: {standing(result)}: {result.failures[0].text}")
        if done == n_tasks or done * 10 // n_tasks > (done - 1) * 10 // n_tasks:
            _tell(f"{done} of {n_tasks} tasks")

    return tell


def report_json(report: CheckReport) -> dict[str, Any]:
    """The versioned object of `--json`."""
    rows = [
        {**asdict(result), "standing": standing(result).value}
        for result in report.tasks
    ]
    facts = asdict(report)
    return {"dataset_format": facts.pop("format"), **facts, "tasks": rows}


def report_lines(report: CheckReport) -> list[str]:
    """What does not hold, what is doubtful, what was not checked, and the sum."""
    lines = []
    for result in report.tasks:
        for weight, finding in findings_of(result):
            lines.append(f"{result.task}: {weight}: {finding.kind}: {finding.text}")
        if result.not_checked:
            lines.append(f"{result.task}: not checked: {result.not_checked}")
    killed = (
        f"{report.n_killed} of {report.n_mutants} mutants killed "
        f"({report.kill_rate:.0%})"
        if report.kill_rate is not None
        else "no mutants"
    )
    verdict = "holds" if report.holds else "does not hold"
    if not report.holds and not report.n_failing:
        verdict = "could not be checked"
    lines.append(
        f"{report.dataset} {verdict}: {report.n_holding} of {report.n_tasks} tasks "
        f"hold, {report.n_failing} do not, {report.n_not_checked} not checked "
        f"({report.n_harness_errors} for a failed sandbox); {killed}"
    )
    lines.append(f"sha256 {report.sha256}; sandbox {report.isolation}")
    return lines


def exit_status(report: CheckReport) -> int:
    """1 where a row fails, 3 where this computer kept rows from being checked."""
    if report.n_failing:
        return 1
    return 0 if report.holds and not report.n_harness_errors else 3


def _print_json(data: dict[str, Any]) -> None:
    _say(json.dumps({"format": 1, **data}, default=str))


def _say(line: str) -> None:
    sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


def _tell(line: str) -> None:
    sys.stderr.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
    sys.stderr.flush()
