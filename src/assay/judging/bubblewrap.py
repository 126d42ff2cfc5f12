"""A slot whose jobs are each a fresh `bwrap`, the sandbox of the distribution.

For computers where that program is allowed to make namespaces and ours is not: some
AppArmor profiles name it, and it may be set-uid. Nothing is kept warm: each run starts
a Python.

Covered: what bubblewrap shuts (files, network, processes, host name, System V and POSIX
memory), and what `cold` shuts in it (capabilities, limits, Landlock, system calls).
Not covered: bubblewrap shows a whole /proc, which tells how busy the computer is.
"""

# Paths here are words for bubblewrap.
# ruff: noqa: PTH115, PTH123

from __future__ import annotations

import array
import fcntl
import json
import marshal
import os
import select
import shutil
import signal
import sys
from _socket import AF_UNIX, CMSG_SPACE, SOCK_SEQPACKET, socket, socketpair
from pathlib import Path
from types import CodeType
from typing import Any

from assay.judging import landlock, linux, namespaces, seccomp
from assay.judging.bubblewrap_command import DISK, GROUP, PASSWD, Command
from assay.judging.cold import CLOSED, GIVEN, LAUNCHER
from assay.judging.pipes import cpu_clock, process_of, sealed
from assay.judging.zygote import Zygote, tell

_TEXTS = 9  # beside those of `cold`
_HIGH = 100
_BOOT_S = 15.0
_PR_SET_CHILD_SUBREAPER = 36
# The modules that a job needs, each after those that it imports. The last ones answer
# beside a program, and have builtins of their own, which no program can replace.
_MODULES = ["syscalls", "linux", "landlock", "seccomp", "namespaces", "job_walls"]
_APART = ["wire", "loading", "parcel", "asking"]
_BOOT = f"""
import builtins, marshal, os, site, sys, types
order, texts, child, filter_ = marshal.loads(
    os.pread({_TEXTS}, os.fstat({_TEXTS}).st_size, 0)
)
own = order["own"] = dict(vars(builtins))
for name in ("assay", "assay.judging"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, code, apart in texts:
    module = sys.modules[name] = types.ModuleType(name)
    if apart:
        vars(module)["__builtins__"] = own
    exec(code, vars(module))
sys.modules["assay.judging.cold"].main(order, child, filter_)
"""
_Text = tuple[str, CodeType, bool]
_NOTHING = "import os\ndef main():\n    os._exit(0)\n"


class Launcher(Zygote):
    """The state of one slot: it speaks as a zygote does, and forks nothing itself."""

    def __init__(
        self, control: socket, settings: dict[str, Any], texts: list[_Text]
    ) -> None:
        super().__init__(control, settings["tier"], None, None)
        program = shutil.which("bwrap")
        if program is None:
            raise OSError("bubblewrap: there is no program 'bwrap'")
        self._packages = settings["packages"]
        self._preload = settings["preload"]
        shown = settings["folders"], self._packages
        self._command = Command(program, sys.executable, *shown)
        self._texts = texts
        self._orders: dict[str, int] = {}
        self._filter = seccomp.program(tied=True)
        self._boot_s = 0.0  # CPU time of the job before it was one
        self._disk = -1
        self._landlock = landlock.version()
        linux.prctl(_PR_SET_CHILD_SUBREAPER, 1, "subreaper")
        self._rss_kb = self._weigh_nothing()

    def _weigh_nothing(self) -> int:
        """Run nothing in a fresh bubblewrap, which shows whether it can be made."""
        self._keep("nothing", _NOTHING, is_rare=False, asks=False)
        limits = {"cpu_hard_s": 30, "memory_mb": 512, "disk_mb": 1, "files": 64}
        null = [os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC) for _ in GIVEN]
        try:
            said = self._launch("nothing", {**limits, "processes": 8}, null)
        finally:
            for fd in null:
                os.close(fd)
        os.waitpid(self._pid, 0)
        self._let_go()
        return int(said["rss_kb"])

    def _keep(self, name: str, source: str, *, is_rare: bool, asks: bool) -> None:
        order = {
            "packages": namespaces.package_folders(self._packages),
            "preload": self._preload,
            "is_rare": is_rare,
            "asks": asks,
        }
        child = compile(source, f"<{name}>", "exec")
        data = marshal.dumps((order, self._texts, child, self._filter))
        self._orders[name] = sealed(data)

    def _start(self, order: dict[str, Any], fds: list[int]) -> None:
        self._job = order["job"]
        try:
            self._launch(order["child"], order["limits"], fds)
        finally:
            for fd in fds:
                os.close(fd)
        self._boot_s = cpu_clock(self._pid)
        self._is_told = True
        began = {"is": "started", "job": self._job, "boot_s": self._boot_s}
        tell(self._control, began, self._pidfd)

    def _launch(
        self, child: str, limits: dict[str, Any], fds: list[int]
    ) -> dict[str, Any]:
        """Have a job closed in; what it said of itself."""
        ours, its = socketpair(AF_UNIX, SOCK_SEQPACKET)
        user, group = os.geteuid(), os.getegid()
        errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        passwd = sealed(f"candidate:x:{user}:{group}::/work:/bin/sh\n".encode())
        groups = sealed(f"candidate:x:{group}:\n".encode())
        places = {2: errors, LAUNCHER: its.fileno(), _TEXTS: self._orders[child]}
        places |= {PASSWD: passwd, GROUP: groups}
        places |= dict(zip(GIVEN, fds, strict=True))
        try:
            monitor = _spawn([*self._command(limits["disk_mb"]), _BOOT], places)
            its.close()
            return self._meet(ours, monitor, limits)
        except OSError as error:
            self._let_go()
            words = os.pread(errors, 4096, 0).decode(errors="replace").splitlines()
            what = words[0] if words else str(error)
            raise OSError(error.errno or 0, f"bubblewrap: {what}") from error
        finally:
            ours.close()
            its.close()
            for fd in (errors, passwd, groups):
                os.close(fd)

    def _meet(
        self, ours: socket, monitor: int, limits: dict[str, Any]
    ) -> dict[str, Any]:
        """Become the job's parent, give it its limits and wait for its last wall.

        Its end is then told to us by the kernel: bubblewrap would say 128 and more for
        a signal, which a program can say as well.
        """
        try:
            hello, self._pidfd = _heard(ours)
            self._pid = process_of(self._pidfd)
        finally:
            os.kill(monitor, signal.SIGKILL)
            os.waitpid(monitor, 0)
        ours.send(json.dumps(limits).encode())
        said, _ = _heard(ours)
        if said != CLOSED:
            raise OSError(said.decode(errors="replace"))
        self._disk = _open_disk(self._pid)
        told: dict[str, Any] = json.loads(hello)
        return told

    def _reap(self) -> None:
        super()._reap()
        self._let_go()

    def _let_go(self) -> None:
        """Forget the job; one that is not closed in ends at our silence."""
        for fd in (self._pidfd, self._disk):
            if fd >= 0:
                os.close(fd)
        self._pid, self._pidfd, self._disk, self._boot_s = 0, -1, -1, 0.0

    def _tell(self, event: dict[str, Any], *fds: int) -> None:
        """As all slots do, but without the time that Python took to start."""
        if event["is"] == "ready":
            event["rss_kb"] = self._rss_kb
        if "cpu_s" in event:
            event["cpu_s"] = max(0.0, event["cpu_s"] - self._boot_s)
        if event["is"] == "usage" and self._disk >= 0:
            disk = os.fstatvfs(self._disk)
            event["files"] = disk.f_files - disk.f_ffree
            event["disk_mb"] = 0.0  # the kernel's own limit
        super()._tell(event, *fds)


def _texts() -> list[_Text]:
    """Our modules, compiled: their names, and whether they have builtins apart."""
    folder = Path(__file__).parent
    return [
        (
            f"assay.judging.{name}",
            compile((folder / f"{name}.py").read_text("utf-8"), f"{name}.py", "exec"),
            name in _APART,
        )
        for name in (*_MODULES, *_APART, "cold")
    ]


def _spawn(command: list[str], places: dict[int, int]) -> int:
    """Start bubblewrap with descriptors of ours at the places that they are to have."""
    high = {
        place: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        for place, fd in places.items()
    }
    actions = [(os.POSIX_SPAWN_DUP2, fd, place) for place, fd in high.items()]
    try:
        return os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    finally:
        for fd in high.values():
            os.close(fd)


def _heard(ours: socket) -> tuple[bytes, int]:
    """What a job says while it is closed in, and the descriptor that came with it.

    Raises:
        OSError: it says nothing, or is gone.
    """
    if not select.select([ours], [], [], _BOOT_S)[0]:
        raise TimeoutError(f"bubblewrap was silent for {_BOOT_S:g} s")
    data, said, _, _ = ours.recvmsg(1 << 16, CMSG_SPACE(4))
    if not data:
        raise OSError("bubblewrap ended before the program began")
    fds = array.array("i", b"".join(words for _, _, words in said)).tolist()
    return data, fds[0] if fds else -1


def _open_disk(pid: int) -> int:
    """The job's disk, to count what is on it; -1 where we may not see it."""
    try:
        path = f"/proc/{pid}/root{DISK}"
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return -1


def _become(settings: dict[str, Any]) -> None:
    """Be who the jobs will be: a bubblewrap of root's lets them write to /proc/sys."""
    linux.tell("/proc/self/oom_score_adj", str(namespaces.SLOT_OOM_SCORE).encode())
    uid, packages = settings["uid"], settings["packages"]
    if uid is None:
        return
    # A view of what only root may reach, as a Python in its home.
    linux.unshare(linux.CLONE_NEWNS, "mount namespace as root")
    namespaces.build_root(settings["folders"], packages, "/proc/self/fd/0")
    settings["packages"] = namespaces.package_folders(packages)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    linux.prctl(linux.PR_SET_DUMPABLE, 1, "dumpable")


def serve(control: socket, settings: dict[str, Any]) -> None:
    """Be a slot of bubblewraps until the judge closes the socket.

    Raises:
        OSError: none can be made here.
    """
    texts = _texts()  # while they are in view
    _become(settings)
    Launcher(control, settings, texts).serve()
