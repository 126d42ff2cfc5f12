"""How a zygote comes to be: a fresh Python, warmed up, behind the walls of its slot.

Started as text by `slot`, with an empty environment and one socket. What cannot be made
is told to the judge, and nothing of a candidate ever runs then.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import sys
from _socket import socket
from typing import TYPE_CHECKING, Any

from assay.judging import guarantees, landlock, linux, loading, namespaces
from assay.judging.job_walls import JobWalls
from assay.judging.spare import N_FDS
from assay.judging.zygote import Zygote, tell

if TYPE_CHECKING:
    from assay.judging.box import Box
    from assay.judging.zygote import Walls

# What most programs import, and no more: each page that the zygote holds costs every
# fork of it. `dataclasses` with what it needs would cost each run a fifth of its time;
# `threading` has work of its own to do in each fork.
_PRELOAD = """
    abc array bisect builtins codecs collections collections.abc contextlib copy enum
    functools heapq io itertools json math operator os re signal site struct sys time
    types typing warnings
"""
_OURS = "assay.judging.wire assay.judging.loading assay.judging.parcel"
_HIGH = 100  # above the descriptors that a job is given


def _preload(names: list[str]) -> None:
    for name in names:
        __import__(name)
    sys.modules["site"].setquit()  # -S leaves out `exit`


def _enter_namespaces(control: socket, settings: dict[str, Any]) -> None:
    """Go on as the first process of the slot's namespaces; stay outside as a shell."""
    has_proc = settings["tier"] == guarantees.NAMESPACES
    shown = settings["folders"], settings["packages"]
    namespaces.enter_slot(settings["uid"], *shown, has_proc=has_proc)
    if pid := os.fork():
        control.close()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL, "death signal")
    namespaces.settle_slot(has_proc=has_proc)


def _rooms(settings: dict[str, Any]) -> tuple[Walls | None, Box | None]:
    """What closes jobs in, and the folder where they work that have no own disk."""
    tier = settings["tier"]
    if tier in guarantees.WITH_NAMESPACES:
        has_proc = tier == guarantees.NAMESPACES
        return JobWalls(landlock.version(), has_proc=has_proc), None
    from assay.judging import box, one_process  # what others need not carry along

    if tier != guarantees.ONE_PROCESS:
        return None, box.Box()
    one_process.enter_slot(settings["uid"])
    shown = (*settings["folders"], *settings["packages"])
    has_own_user = settings["uid"] is not None
    walls = one_process.OneProcessWalls(shown, has_own_user=has_own_user)
    return walls, box.Box()


def main() -> None:
    """Be a zygote: argument 1 is the socket's number, 2 the JSON settings."""
    high = fcntl.fcntl(int(sys.argv[1]), fcntl.F_DUPFD_CLOEXEC, _HIGH)
    control = socket(fileno=high)
    os.close(int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    sys.argv = ["main.py"]
    while os.open(os.devnull, os.O_RDWR) < N_FDS:
        pass
    packages = settings["packages"]
    sys.dont_write_bytecode = True
    tier = settings["tier"]
    try:
        if tier == guarantees.BUBBLEWRAP:
            from assay.judging import bubblewrap

            bubblewrap.serve(control, settings)
            return
        _preload([*_PRELOAD.split(), *_OURS.split()])
        if tier in guarantees.WITH_NAMESPACES:
            _enter_namespaces(control, settings)
            packages = namespaces.package_folders(packages)
        walls, box = _rooms(settings)
        sys.path[:0] = packages
        _preload(settings["preload"])
        loading.open_streams()
        zygote = Zygote(control, tier, walls, box)
        gc.collect()
        gc.freeze()
    except (OSError, NotImplementedError) as error:
        code = error.errno if isinstance(error, OSError) else 0
        tell(control, {"is": "failed", "what": str(error), "errno": code})
        return
    try:
        zygote.serve()
    finally:  # also where the judge left while we told it something
        zygote.leave()
