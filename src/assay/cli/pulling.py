"""A pull's progress on stderr: a bar on a terminal, a line each tenth elsewhere."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from assay.models.partial import PullProgress


class Bar:
    """Tells each step of a pull. Use it in `with`."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._told = ("", -1)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                DownloadColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
                TransferSpeedColumn,
            )

            self._bar = self._stack.enter_context(
                Progress(
                    TextColumn("{task.description}"),
                    BarColumn(),
                    DownloadColumn(binary_units=True),
                    TransferSpeedColumn(),
                    TimeRemainingColumn(),
                    console=Console(stderr=True),
                )
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def __call__(self, progress: PullProgress) -> None:
        """Tell one step."""
        from assay.models.partial import Phase

        if progress.phase is Phase.SOURCE_FAILED:
            self._say(f"{progress.source}: {progress.note}")
            return
        what = f"{progress.name}: {progress.phase}"
        if progress.source:
            what += f" from {progress.source}"
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(what, total=None)
            self._bar.update(
                self._task,
                description=what,
                completed=progress.done_bytes,
                total=progress.total_bytes,
            )
            return
        total = progress.total_bytes or 0
        tenth = 10 * progress.done_bytes // total if total else 0
        if (what, tenth) != self._told and not (tenth == 10 and self._told[1] == 10):
            self._told = (what, tenth)
            self._say(f"{what}, {10 * tenth} % of {total / 2**20:,.0f} MiB")

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
