"""The first Python of a fresh bubblewrap: shuts the rest of the walls, runs one child.

Its text comes with it in a file in memory, so that no folder of ours need be in view.
It says hello to the launcher while it may still be heard, waits until it is its child,
closes itself in, and only then runs a child program.

Covered: capabilities, resource limits, Landlock, system calls, open descriptors. What
bubblewrap made before is not looked at here: the self-test tries that.
"""

# ruff: noqa: PTH123

from __future__ import annotations

import array
import json
import os
import resource
import signal
import sys
from _socket import SCM_RIGHTS, SOL_SOCKET, socket
from types import CodeType, ModuleType
from typing import Any

from assay.judging import landlock, linux, loading, namespaces, seccomp
from assay.judging.job_walls import LandlockRules

# Where the launcher puts them, out of the way of what bubblewrap says on 2.
GIVEN = (3, 4, 5, 6, 7)
LAUNCHER = 8
CLOSED = b"closed"
_N_FDS = len(GIVEN)
_ALL_FDS = 1 << 30


def main(order: dict[str, Any], child: CodeType, filter_: bytes) -> None:
    """Run a child program; `order` is what the launcher's settings say of it."""
    launcher = socket(fileno=LAUNCHER)
    sys.argv = ["main.py"]
    sys.dont_write_bytecode = True
    sys.path[:0] = order["packages"]
    for name in order["preload"]:
        __import__(name)
    sys.modules["site"].setquit()  # -S leaves out `exit`
    loading.open_streams()
    limits = _hello(launcher)
    ours = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "assay"}
    try:
        _close(limits, filter_)
    except BaseException as error:  # told to the judge, whatever it is
        launcher.send(f"{type(error).__name__}: {error}".encode()[:4000])
        os._exit(1)
    for target, fd in enumerate(GIVEN):  # downwards: none is overwritten before
        os.dup2(fd, target, inheritable=target < 3)
    os.write(LAUNCHER, CLOSED)
    os.closerange(_N_FDS, _ALL_FDS)
    try:
        _run(child, ours, order)
    except BaseException:  # our own text failed: say where, and fail
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(120)  # a child program ends itself


def _hello(launcher: socket) -> dict[str, Any]:
    """Become the launcher's child; the limits that it gives."""
    linux.prctl(linux.PR_SET_PDEATHSIG, 0, "death signal")  # bubblewrap will be gone
    pidfd = os.pidfd_open(os.getpid())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[0])
    hello = json.dumps({"rss_kb": usage.ru_maxrss}).encode()
    passed = (SOL_SOCKET, SCM_RIGHTS, array.array("i", [pidfd]))
    launcher.sendmsg([hello], [passed])
    os.close(pidfd)
    said = launcher.recv(1 << 16)
    if not said:
        os._exit(1)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL, "death signal")
    launcher.setblocking(False)
    try:
        launcher.recv(1)
        os._exit(1)  # it died before we asked for its death signal
    except BlockingIOError:
        pass
    return {**json.loads(said), "baseline_bytes": pages * resource.getpagesize()}


def _close(limits: dict[str, Any], filter_: bytes) -> None:
    linux.tell("/proc/self/oom_score_adj", str(namespaces.JOB_OOM_SCORE).encode())
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")
    if version := landlock.version():
        LandlockRules(version).restrict()
    namespaces.set_rlimits(limits)  # late: the steps before it open files
    seccomp.install(filter_)


def _run(child: CodeType, ours: dict[str, ModuleType], order: dict[str, Any]) -> None:
    """As `zygote` does: ours are out of sight, except of a child that needs them."""
    names: dict[str, Any] = {"__name__": "child", "__builtins__": order["own"]}
    if order["asks"]:
        names |= sys.modules["assay.judging.asking"].names()
    exec(child, names)
    if order["asks"]:
        return
    if not order["is_rare"]:
        for name in ours:
            sys.modules.pop(name, None)
    names["main"]()
