"""Where a job works that has no disk of its own: a folder among the computer's files.

Runs in the zygote, for the tiers without namespaces.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

from assay.judging import folders

_MEGABYTE = 1 << 20
_SHARE = 5  # of the time at most one part in so many is spent on weighing


class Box:
    """One folder after another, each for one job, each removed when it ended."""

    def __init__(self) -> None:
        self._place, self._claimed = folders.claim()
        self._n_jobs = 0
        self._next_s = 0.0

    def make(self) -> None:
        """Make a fresh folder for the next job."""
        self._n_jobs += 1
        self._next_s = 0.0
        os.mkdir(self.folder, 0o700)  # noqa: PTH102

    @property
    def folder(self) -> str:
        """The folder of the job."""
        return f"{self._place}/{self._n_jobs}"

    def enter(self) -> None:
        """As the job: work there, and have files that are soon gone there, too."""
        os.chdir(self.folder)
        os.environ.update(HOME=self.folder, TMPDIR=self.folder)
        if "tempfile" in sys.modules:  # it remembers where ours would be
            sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]

    def weigh(self, pid: int) -> dict[str, Any]:
        """What the job has in files, also in those that it removed and holds open.

        Nothing where that is not the time, or the job is gone.
        """
        begun_s = time.monotonic()
        if begun_s < self._next_s or not pid:
            return {}
        try:
            return self._weigh(pid)
        finally:
            took_s = time.monotonic() - begun_s
            self._next_s = time.monotonic() + _SHARE * took_s

    def weigh_left(self) -> dict[str, Any]:
        """What a job that ended left in files: it may have been faster than a look."""
        return self._weigh(None)

    def _weigh(self, pid: int | None) -> dict[str, Any]:
        try:
            n_bytes, n_files = folders.weigh(self.folder)
            if pid is not None:
                n_bytes += folders.weigh_unlinked(pid, self.folder)
        except OSError:  # it moves its folders while we look
            return {}
        return {"disk_mb": n_bytes / _MEGABYTE, "files": n_files}

    def remove(self) -> None:
        """Remove the folder of the job that ended."""
        folders.remove(self.folder)

    def close(self) -> None:
        """Remove all."""
        with contextlib.suppress(OSError):
            folders.remove(self._place)
        os.close(self._claimed)
