"""Run a program that dies with the process that started it, even by SIGKILL.

`python -P -m assay.models.lifeline PARENT_PID PROGRAM ARGS...` asks the kernel for a
SIGKILL when the parent ends, and becomes the program: the request survives `exec`.
Linux only; elsewhere the program runs, and is not tied.

The kernel means the thread that forked: start such a child from a thread that lives.
"""

from __future__ import annotations

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when `parent` ends; exit now if it has ended already."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # 20 ms, wanted in the child only

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def tied(*command: str) -> list[str]:
    """The command line that runs `command` tied to this process."""
    this = str(os.getpid())
    return [sys.executable, "-P", "-m", "assay.models.lifeline", this, *command]


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
