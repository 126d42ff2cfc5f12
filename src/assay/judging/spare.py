"""A job that is closed in before anyone asks for it. Runs in the zygote.

Most of a run's time goes into the fork and the walls, which are the same for each run
of the same limits. So while one job runs, the next is made ready, in namespaces of its
own like any other, and waits for its five descriptors and the name of its child
program. It is used for one run, and it has met no program before.
"""

from __future__ import annotations

import array
import os
import signal
from _socket import (
    AF_UNIX,
    CMSG_SPACE,
    MSG_DONTWAIT,
    SCM_RIGHTS,
    SOCK_CLOEXEC,
    SOCK_SEQPACKET,
    SOL_SOCKET,
    socket,
    socketpair,
)
from collections.abc import Callable
from typing import Any

N_FDS = 5  # that a job is given, 0 to 4
_LINE = N_FDS  # the descriptor by which a spare is told
_LONGEST_NAME = 256
_BEGUN = b"begun"


def wait(line: int) -> str | None:
    """As the spare: wait for the order, and find the descriptors at 0 to 4.

    Gives the name of the child program; None if no order will come.
    """
    os.dup2(line, _LINE, inheritable=False)
    os.closerange(0, N_FDS)  # so that those that come take these numbers
    os.closerange(_LINE + 1, 1 << 30)
    told = socket(fileno=_LINE)
    data, said, _, _ = told.recvmsg(_LONGEST_NAME, CMSG_SPACE(4 * N_FDS))
    fds = array.array("i", b"".join(words for _, _, words in said)).tolist()
    if not data or fds != list(range(N_FDS)):
        return None
    for fd in range(3, N_FDS):
        os.set_inheritable(fd, False)
    told.send(_BEGUN)
    told.close()
    return data.decode()


class Spare:
    """The zygote's side of a waiting job."""

    def __init__(self, limits: dict[str, Any], fork: Callable[[int], int]) -> None:
        """Make one.

        Args:
            limits: What it is closed in with.
            fork: Makes the job, which is to call `wait` with the given descriptor;
                gives its process number.
        """
        self.limits = limits
        kind = SOCK_SEQPACKET | SOCK_CLOEXEC
        self._line, its = socketpair(AF_UNIX, kind)
        try:
            self.pid = fork(its.fileno())
            self.pidfd = os.pidfd_open(self.pid)
        except OSError:
            self._line.close()  # one that was made takes that for its end
            raise
        finally:
            its.close()

    def start(self, child: str, fds: list[int]) -> bool:
        """Give it the order; False if it is dead, and nothing ran."""
        passed = [(SOL_SOCKET, SCM_RIGHTS, array.array("i", fds))]
        try:
            self._line.sendmsg([child.encode()], passed)
        except OSError:
            self.end()
            return False
        return True

    def had_begun(self) -> bool:
        """Of one that has ended: whether anything of a program can have run in it."""
        try:
            return self._line.recv(_LONGEST_NAME, MSG_DONTWAIT) == _BEGUN
        except OSError:
            return False
        finally:
            self._line.close()

    def end(self) -> None:
        """End it unused."""
        self._line.close()
        signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.pidfd)
