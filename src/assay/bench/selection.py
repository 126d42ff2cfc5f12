"""Which tasks of a dataset a run is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assay.bench.tasks import Task
from assay.errors import UsageError

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice of tasks. Dates are `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""

    limit: int | None = None
    ids: tuple[str, ...] | None = None
    since: str | None = None  # that day included
    until: str | None = None  # that day excluded

    @property
    def window(self) -> str:
        """The window in words."""
        if self.since is None and self.until is None:
            return "all dates"
        return f"{self.since or 'the beginning'} to before {self.until or 'today'}"


def read_ids(path: Path) -> tuple[str, ...]:
    """Read a file of ids, one a line; blank lines and `#` comments are passed over.

    Raises:
        UsageError: it cannot be read, is empty, or names an id twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--ids {str(path)!r} cannot be read: {error}") from error
    found = [line.strip() for line in lines]
    ids = tuple(line for line in found if line and not line.startswith("#"))
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if not ids or twice:
        told = f"names {twice!r} twice" if twice else "names no task"
        raise UsageError(f"--ids {str(path)!r} {told}; give one id a line")
    return ids


def check_date(name: str, value: str | None) -> None:
    """Refuse what is no date.

    Raises:
        UsageError: it is not of the form.
    """
    if value is None:
        return
    try:
        day = _DATE.fullmatch(value) and date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:  # the 45th of a month
        day = None
    if not day:
        raise UsageError(f"{name} is {value!r}; write YYYY-MM-DD, YYYY-MM or YYYY")


def choose(tasks: Sequence[Task], chosen: Chosen) -> tuple[Task, ...]:
    """The chosen tasks, in the dataset's order.

    Raises:
        UsageError: an id is not there, a window is asked of tasks without dates, or
            nothing is left.
    """
    found = list(tasks)
    if chosen.ids is not None:
        known = {task.problem.id for task in found}
        missing = [each for each in chosen.ids if each not in known]
        if missing:
            raise UsageError(
                f"--ids names {missing[0]!r}, which is none of the {len(known)} tasks"
                f"{f' (and {len(missing) - 1} more)' if len(missing) > 1 else ''}"
            )
        wanted = frozenset(chosen.ids)
        found = [task for task in found if task.problem.id in wanted]
    if chosen.since is not None or chosen.until is not None:
        undated = [task.problem.id for task in found if not task.date]
        if undated:
            raise UsageError(
                f"{len(undated)} of {len(found)} tasks have no date (the first is "
                f"{undated[0]!r}), so no window can be kept; leave out --since, --until"
            )
        found = [task for task in found if _in_window(task.date or "", chosen)]
    found = found[: chosen.limit]
    if not found:
        raise UsageError(
            f"no task is left of {len(tasks)} ({chosen.window}); widen the choice"
        )
    return tuple(found)


def _in_window(date: str, chosen: Chosen) -> bool:
    return (chosen.since or "") <= date and (
        chosen.until is None or date < chosen.until
    )
