"""A processor that a job shares with the thread that asks it.

Question and answer cross a pipe. On one processor the kernel hands it from one side to
the other in microseconds; on two, each side must first be woken from idleness, which
takes up to a hundred, more in a virtual machine. So while the answers come quickly the
two are kept together, and are let go at the first that does not.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading

_libc = ctypes.CDLL(None)
_taken: set[int] = set()  # by threads of this process
_lock = threading.Lock()


class SharedProcessor:
    """Keeps this thread and one process on a processor that no other pair of ours has.

    Does nothing where there is no choice of processors or none is free.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = os.sched_getaffinity(0)
        self._processor = _take(self._before)
        if self._processor is None:
            return
        try:
            os.sched_setaffinity(0, {self._processor})
            os.sched_setaffinity(pid, {self._processor})
            # So that it does not interrupt a long question to read its first page.
            os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))
        except OSError:  # the process is gone
            self.leave()

    def leave(self) -> None:
        """Let both run where the kernel wants. To be called by the same thread."""
        if self._processor is None:
            return
        with _lock:
            _taken.discard(self._processor)
        self._processor = None
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, self._before)
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{self._pid}/task"):  # noqa: PTH208
                os.sched_setaffinity(int(thread), self._before)
                os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))


def _take(allowed: set[int]) -> int | None:
    """The processor that we run on, if no pair of ours has it; else another one."""
    if len(allowed) < 2:
        return None
    here = int(_libc.sched_getcpu())
    with _lock:
        free = sorted(allowed - _taken)
        if not free:
            return None
        chosen = here if here in free else free[0]
        _taken.add(chosen)
    return chosen
