"""A sandbox without namespaces: Landlock, a filter of system calls, one process.

For computers that allow no user namespaces. Runs inside the zygote; every step is an
`OSError` if refused, and nothing of a candidate runs then.

Covered: the content of files (read: the system's and Python's; write: one folder of its
own), the network, signals to others, tracing, other processes' limits, System V and
POSIX memory, new processes and programs, core dumps, system calls. So its end is the
end of everything, and its memory is that of one process.

Not covered: that files and processes exist, and what `stat` says of them; the host's
name and user; locks on shared files; memory of pipes; a fault of the kernel itself.
"""

# Paths here are words for the kernel.
# ruff: noqa: PTH109, PTH120, PTH208

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Sequence
from typing import Any

from assay.judging import landlock, linux, namespaces, seccomp

LANDLOCK = 6  # the first version that keeps signals and abstract sockets in
# Of itself, and not the tables of mounts and of the network, which are the host's.
_OWN_PROC = (
    *("cmdline", "comm", "fd", "limits", "maps", "mem", "stat", "statm", "status"),
    "task",
)
_PENDING_SIGNALS = 1024  # the user's other processes have the same purse
_SPARE_THREADS = 64  # the judge counts threads; this is for a storm between two looks


def enter_slot(uid: int | None) -> None:
    """Become who the jobs will be.

    Args:
        uid: An unused user, so that nothing that lies around is the job's own; None
            where we are not root.

    Raises:
        OSError: this computer has too old a Landlock, or hides Python from that user.
    """
    version = landlock.version()
    if version < LANDLOCK:
        what = f"Landlock has version {version} and {LANDLOCK} is needed"
        raise OSError(errno.EOPNOTSUPP, what)
    _offer_to_be_killed(namespaces.SLOT_OOM_SCORE)
    if uid is None:
        os.setresgid(*[os.getegid()] * 3)
        os.setresuid(*[os.geteuid()] * 3)
    else:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        linux.prctl(linux.PR_SET_DUMPABLE, 1, "dumpable")  # we look at its files
    library = os.path.dirname(os.__file__)
    try:
        os.listdir(library)
    except OSError as error:
        what = f"user {os.geteuid()} may not read Python's library, {library}"
        raise OSError(error.errno, what) from error


class OneProcessWalls:
    """What closes a job in; made once in the zygote, used in each fork of it."""

    def __init__(self, shown: Sequence[str], *, has_own_user: bool) -> None:
        """Make what is the same for each job.

        Args:
            shown: Folders to read, besides the system's.
            has_own_user: Whether nobody else is our user, so that the kernel may
                count its threads.
        """
        self._zygote = os.getpid()
        self._has_own_user = has_own_user
        self._filter = seccomp.program(one_process=True)
        self._confinement = landlock.Confinement(
            landlock.version(),
            (*namespaces.SYSTEM, *namespaces.ETC, *shown),
            [f"/dev/{name}" for name in namespaces.DEVICES],
        )

    def close(self, limits: dict[str, Any]) -> None:
        """Close everything around this process, which is in its own folder."""
        os.setsid()
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL, "death signal")
        if os.getppid() != self._zygote:
            raise ProcessLookupError(errno.ESRCH, "the zygote is gone")
        _offer_to_be_killed(namespaces.JOB_OOM_SCORE)
        folder = os.getcwd()
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")
        own = f"/proc/{os.getpid()}"
        names = (own, *(f"{own}/{name}" for name in _OWN_PROC))
        self._confinement.restrict(folder, names)
        self._limit(limits)  # late: the steps before it open files
        seccomp.install(self._filter)

    def _limit(self, limits: dict[str, Any]) -> None:
        threads = limits["processes"] + _SPARE_THREADS if self._has_own_user else None
        namespaces.set_rlimits({**limits, "processes": threads})
        _, most = resource.getrlimit(resource.RLIMIT_SIGPENDING)
        signals = min(most, _PENDING_SIGNALS) if most >= 0 else _PENDING_SIGNALS
        resource.setrlimit(resource.RLIMIT_SIGPENDING, (signals, signals))


def _offer_to_be_killed(score: int) -> None:
    """Where memory runs out, be what the kernel ends before what has a lower score."""
    linux.tell("/proc/self/oom_score_adj", str(score).encode())
