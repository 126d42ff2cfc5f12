"""A warm interpreter behind the wall, which forks one job after another.

It is a fresh process that never held an answer: `python zygote.py`, an empty
environment, and what the judge tells it over one socket. It obeys three requests
(`child`: keep this program text under a name; `run`: fork a job; `usage`: what has the
job used) and tells of three events (`ready`, `started`, `ended`) or of `failed`. All
policy is the judge's.
"""

# ruff: noqa: PTH123

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
from types import CodeType
from typing import Any

from assay.judging import asking, landlock, linux, namespaces, seccomp, usage

_PRELOAD = """
    abc argparse array ast base64 bisect builtins calendar cmath codecs collections
    collections.abc contextlib copy csv ctypes dataclasses datetime decimal difflib
    enum fractions functools hashlib heapq inspect io itertools json keyword linecache
    locale math numbers operator os pathlib pickle platform pprint queue random re sched
    shutil signal site statistics string struct subprocess sys tempfile textwrap
    threading time timeit token tokenize traceback types typing unittest unicodedata
    uuid warnings weakref zlib assay.judging.wire assay.judging.loading
"""
_HIGH = 100  # above the descriptors 0 to 4 that a job is given
_N_FDS = 5


class Zygote:
    """The state of one slot: its socket, its child programs, its job."""

    def __init__(self, control: socket.socket, isolated: bool) -> None:
        self._control = control
        self._isolated = isolated
        self._children: dict[str, CodeType] = {}
        self._filter = seccomp.program() if isolated else b""
        self._landlock = landlock.version() if isolated else 0
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._baseline = _virtual_bytes()
        self._job = 0
        self._pid = 0
        self._pidfd = -1
        self._folder = ""  # where a job works that nothing isolates

    def serve(self) -> None:
        """Obey until the judge closes the socket or dies, which is the same."""
        self._tell({"is": "ready", "landlock": self._landlock, "rss_kb": _peak_kb()})
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if self._pidfd >= 0:
                poll.register(self._pidfd, select.POLLIN)
            for fd, _ in poll.poll():
                if fd == self._pidfd:
                    poll.unregister(fd)
                    self._reap()
                elif not self._obey():
                    if self._pid and not self._isolated:
                        _kill_session(self._pid)
                    return

    def _obey(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 18, _N_FDS)
        if not data:
            return False
        order = json.loads(data)
        if order["do"] == "child":
            name = order["name"]
            self._children[name] = compile(order["source"], f"<{name}>", "exec")
        elif order["do"] == "run":
            try:
                self._start(order, fds)
            except OSError as error:
                failed = {"is": "failed", "job": order["job"], "what": str(error)}
                self._tell(failed)
        else:
            used = usage.of_tree(self._pid, self._isolated, exact=order["exact"])
            self._tell(
                {"is": "usage", "job": self._job, "exact": order["exact"], **used}
            )
        return True

    def _start(self, order: dict[str, Any], fds: list[int]) -> None:
        self._job = order["job"]
        told, tells = os.pipe()
        if self._isolated:
            linux.unshare(linux.CLONE_NEWPID, "process namespace of a job")
        else:
            self._folder = tempfile.mkdtemp(prefix="assay-")
        pid = os.fork()
        if pid == 0:
            self._become_job(order, fds, tells)
        if self._isolated:
            linux.enter_namespace(self._own_pids, linux.CLONE_NEWPID)
        for fd in (*fds, tells):
            os.close(fd)
        failure = os.read(told, 4096).decode()  # closed by the last step before it runs
        os.close(told)
        if failure:
            os.waitpid(pid, 0)
            self._tell({"is": "failed", "job": self._job, "what": failure})
            return
        self._pid, self._pidfd = pid, os.pidfd_open(pid)
        self._tell({"is": "started", "job": self._job}, self._pidfd)

    def _become_job(self, order: dict[str, Any], fds: list[int], tells: int) -> None:
        """Close the sandbox around this process and run a child program in it."""
        try:
            tells = _arrange(fds, tells)
            limits = {**order["limits"], "baseline_bytes": self._baseline}
            if self._isolated:
                namespaces.enter_job(limits, self._filter, self._landlock)
            else:
                os.setsid()
                os.chdir(self._folder)
                namespaces.set_rlimits({**limits, "processes": None})
            code = self._children[order["child"]]
        except BaseException as error:  # told to the judge, whatever it is
            os.write(tells, f"{type(error).__name__}: {error}".encode()[:4000])
            os._exit(1)
        os.close(tells)
        try:
            names = asking.names() if order["asks"] else {}
            exec(code, {"__name__": "child", "__builtins__": __builtins__, **names})
        except BaseException:  # our own text failed: say where, and fail
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(120)  # a child program ends itself

    def _reap(self) -> None:
        _, status, used = os.wait4(self._pid, 0)
        if not self._isolated:
            _kill_session(self._pid)
            shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._pidfd)
        self._pid, self._pidfd = 0, -1
        cpu_s = used.ru_utime + used.ru_stime
        self._tell(
            {
                "is": "ended",
                "job": self._job,
                "exit": os.waitstatus_to_exitcode(status),
                "cpu_s": cpu_s,
                "peak_kb": used.ru_maxrss,
            }
        )

    def _tell(self, event: dict[str, Any], *fds: int) -> None:
        tell(self._control, event, *fds)


def tell(control: socket.socket, event: dict[str, Any], *fds: int) -> None:
    """Send the judge one event, with file descriptors if it has any."""
    socket.send_fds(control, [json.dumps(event).encode()], fds)


def _arrange(fds: list[int], tells: int) -> int:
    """Put what the job was given at 0 to 4 and close all else; `tells` moves to 5."""
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, _HIGH) for fd in (*fds, tells)]
    for target, fd in enumerate(high):
        os.dup2(fd, target, inheritable=target < 3)
    os.closerange(len(high), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return len(high) - 1


def _virtual_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _kill_session(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _preload(names: list[str]) -> None:
    for name in names:
        importlib.import_module(name)
    sys.modules["site"].setquit()  # -S leaves out `exit`


def main() -> None:
    """Be a zygote: argument 1 is the socket's number, 2 the JSON settings."""
    control = socket.socket(
        fileno=fcntl.fcntl(int(sys.argv[1]), fcntl.F_DUPFD_CLOEXEC, _HIGH)
    )
    os.close(int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    sys.argv = ["main.py"]
    while os.open(os.devnull, os.O_RDWR) < _N_FDS:
        pass
    packages = settings["packages"]
    _preload(_PRELOAD.split())
    sys.dont_write_bytecode = True
    isolated = bool(settings["isolated"])
    try:
        if isolated:
            namespaces.enter_slot(settings["uid"], settings["folders"], packages)
            if pid := os.fork():
                control.close()
                os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL, "death signal")
            namespaces.settle_slot()
            packages = namespaces.package_folders(packages)
        sys.path[:0] = packages
        _preload(settings["preload"])
        gc.collect()
        gc.freeze()
        zygote = Zygote(control, isolated)
    except (OSError, NotImplementedError) as error:
        code = error.errno if isinstance(error, OSError) else 0
        tell(control, {"is": "failed", "what": str(error), "errno": code})
        return
    zygote.serve()
