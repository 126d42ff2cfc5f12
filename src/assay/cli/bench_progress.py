"""A run in the terminal: what is done, the rate, the time left, the running score."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any, TextIO

from assay.bench.settings import RunSettings
from assay.bench.statistics import wilson
from assay.bench.store import Key, RunStore

REDRAW_S = 0.2


class BenchProgress:
    """Told of every attempt; writes to stderr, a live line on a terminal.

    Elsewhere one line for each arm's graded answer, so that a log tells the same.
    """

    def __init__(
        self,
        store: RunStore,
        settings: RunSettings,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        self._store = store
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty() and not quiet
        self._quiet = quiet
        self._settings = settings
        self._right: Counter[str] = Counter()
        self._graded: Counter[str] = Counter()
        for key, grade in store.grades().items():
            self._count(key, grade["outcome"])
        self._before = sum(self._graded.values())
        self._n_faults = 0
        self._started = time.monotonic()
        self._drawn_at = 0.0

    def __call__(self, kind: str, key: Key, data: dict[str, Any]) -> None:
        """Take one event of the run."""
        if kind == "graded":
            self._count(key, data["outcome"])
            if not self._is_live and not self._quiet:
                self.say(f"{key[0]} {key[1]}: {data['outcome']} | {self._status()}")
        elif kind == "fault":
            self._n_faults += 1
            self.say(f"{key[0]} {key[1]}: pending ({data['stage']}): {data['reason']}")
        self._draw()

    def say(self, text: str) -> None:
        """Print a whole line above the live one."""
        if self._quiet:
            return
        clear = "\r\x1b[2K" if self._is_live else ""
        line = text.encode("ascii", "replace").decode()
        self._stream.write(f"{clear}{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Take the live line away."""
        if self._is_live:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def end(self, *, interrupted: bool) -> int:
        """Say how it ended, and give the exit status.

        0 whole, 1 invalid, 3 something is pending, 130 interrupted.
        """
        left = self._n_left()
        name = self._store.folder.name
        leaks = [1 for grade in self._store.grades().values() if grade["leaks"]]
        self.say(self._status())
        if not self._n_all():
            self.say(f"it has not begun yet; assay bench resume {name}")
            return 130 if interrupted else 3
        if left:
            self.say(
                f"{left} of {self._n_all()} attempts are pending, so there is no "
                f"score; assay bench resume {name}"
            )
            return 130 if interrupted else 3
        if leaks:
            self.say(f"INVALID: hidden cases were found in {len(leaks)} attempts")
        self.say(f"assay bench show {name}; assay bench report {name} -o page.html")
        return 1 if leaks else 0

    def _count(self, key: Key, outcome: str) -> None:
        self._graded[key[1]] += 1
        self._right[key[1]] += outcome == "passed"

    def _n_all(self) -> int:
        n_tasks = len(self._store.tasks())
        return n_tasks * len(self._settings.arms) * self._settings.seeds

    def _n_left(self) -> int:
        return max(0, self._n_all() - sum(self._graded.values()))

    def _status(self) -> str:
        parts = []
        for arm in self._settings.arms:
            n = self._graded[arm.name]
            if n:
                score = wilson(self._right[arm.name], n)
                parts.append(
                    f"{arm.name} {self._right[arm.name]}/{n} "
                    f"({100 * score.low:.0f} to {100 * score.high:.0f} %)"
                )
        return ", ".join(parts) or "nothing graded yet"

    def _draw(self) -> None:
        now = time.monotonic()
        if not self._is_live or now - self._drawn_at < REDRAW_S:
            return
        self._drawn_at = now
        done = sum(self._graded.values())
        rate = (done - self._before) / max(now - self._started, 1e-9)
        left = self._n_left() / rate if rate else 0.0
        line = (
            f"{done}/{self._n_all()}  {60 * rate:.1f} a minute  {_time(left)} left  "
            f"{self._n_faults} faults  {self._status()}"
        )
        self._stream.write(f"\r\x1b[2K{line[:160]}")
        self._stream.flush()


def _time(seconds: float) -> str:
    """Seconds in words.

    >>> _time(59), _time(3700)
    ('59 s', '1 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
