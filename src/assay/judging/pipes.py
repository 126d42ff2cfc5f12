"""The descriptors between the judge and a job: five on the job's side."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass

_LONG_PIPE = 1 << 20  # the most that an ordinary user may ask for


@dataclass(frozen=True, slots=True)
class Pipes:
    """Both ends of what a job is given at its start."""

    given: tuple[int, int, int, int, int]  # the job's descriptors 0 to 4
    stdout: int
    stderr: int
    answers: int  # what it writes to 4
    questions: int  # what it reads from 3; -1 where that is a file

    @classmethod
    def open(cls, stdin: bytes, question: bytes | None) -> Pipes:
        """Make them.

        Args:
            stdin: All that the job finds on its standard input.
            question: All that it finds on 3; None to write to it as we go.
        """
        made: list[int] = []
        try:
            for _ in range(3):
                made += os.pipe()
            stdout, out, stderr, err, answers, to_judge = made
            for fd in (stdout, stderr, answers):
                os.set_blocking(fd, False)
            for fd in (out, err, to_judge):
                os.fchmod(fd, 0o666)  # so that its user can open /dev/stdout
            if question is None:
                made += os.pipe()
                from_judge, questions = made[-2:]
                os.set_blocking(questions, False)
                _lengthen(questions, answers)
            else:
                from_judge, questions = sealed(question), -1
                made.append(from_judge)
            given = (sealed(stdin), out, err, from_judge, to_judge)
        except OSError:
            for fd in made:
                os.close(fd)
            raise
        return cls(given, stdout, stderr, answers, questions)

    def close_given(self) -> None:
        """Close the job's side in our process, so that its end is an end."""
        for fd in self.given:
            os.close(fd)


def sealed(data: bytes) -> int:
    """A file in memory that nobody can change any more, to be read from its start."""
    fd = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
        os.lseek(fd, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals | fcntl.F_SEAL_SEAL)
    except OSError:
        os.close(fd)
        raise
    return fd


def _lengthen(*pipes: int) -> None:
    for pipe in pipes:
        with contextlib.suppress(OSError):  # a user may have only so many pages
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _LONG_PIPE)


def process_of(pidfd: int) -> int:
    """The number of a process that a descriptor stands for; -1 if it is gone."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:  # noqa: PTH123
        for line in info:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    return -1


def cpu_clock(pid: int) -> float:
    """CPU seconds of a process of ours, exact to the microsecond; 0 if it is gone."""
    if pid <= 0:
        return 0.0
    try:  # another process's clock, as in clock_getcpuclockid(3)
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
