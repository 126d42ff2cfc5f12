"""One zygote and the socket to it. Blocking: used from the executor's threads."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import JudgeUnavailable
from assay.judging.guarantees import (
    BUBBLEWRAP,
    CONTAINER,
    NAMESPACES,
    NO_TIER,
    WITH_NAMESPACES,
)
from assay.judging.interpreter import base_interpreter, interpreter_folders
from assay.judging.memory_group import MemoryGroup
from assay.judging.mending import how_to_mend

if TYPE_CHECKING:
    from assay.judging.container import Container
    from assay.judging.selftest import Finding

_FIRST_UID = 64000  # of users that no system hands out
_LEAVE_S = 5.0
_BOOT_S = 60.0
_JOBS_PER_ZYGOTE = 5000
_WHOLE_RANGE = "4294967295"
# What answers beside a program has builtins of its own, which no program can replace.
_BOOTSTRAP = """
import builtins, sys, types
root = sys.argv.pop(1)
for name, path in (("assay", root), ("assay.judging", root + "/judging")):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [path]
own = dict(vars(builtins))
for name in ("wire", "loading", "parcel"):
    path = f"{root}/judging/{name}.py"
    module = sys.modules["assay.judging." + name] = types.ModuleType(name)
    vars(module).update(__builtins__=own, __name__="assay.judging." + name)
    exec(compile(open(path, encoding="utf-8").read(), path, "exec"), vars(module))
"""
_AS_ZYGOTE = "from assay.judging.boot import main\nmain()\n"
_IN_CONTAINER = "from assay.judging.contained import main\nmain()\n"
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/work",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",  # so that the order of a set is the same in every run
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class SlotDied(Exception):
    """The zygote is gone or silent, or a job could not be closed in: our fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSettings:
    """What the zygotes of a pool are like."""

    isolated: bool = True
    tier: str = NAMESPACES
    packages: tuple[Path, ...] = ()
    preload: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # of other languages, to show as well
    image: str = ""  # of a container

    @property
    def tier_in_force(self) -> str:
        """The tier, also where there is none."""
        return self.tier if self.isolated else NO_TIER

    @property
    def has_namespaces(self) -> bool:
        """Whether the kernel ends and removes everything of a job by itself."""
        return self.tier_in_force in (*WITH_NAMESPACES, BUBBLEWRAP)


@dataclass(frozen=True)  # no slots: its name is made once
class Child:
    """A child program: our own text, which runs behind the wall."""

    source: str
    asks: bool = False  # it is given the names of `asking`, and has no `main`
    is_rare: bool = False

    @cached_property
    def name(self) -> str:
        """The name under which a zygote keeps it: equal text is equal name."""
        return "child-" + sha256(self.source.encode()).hexdigest()[:16]

    @classmethod
    def of(cls, file_name: str, *, is_rare: bool = False) -> Child:
        """The child program that is a file of this folder."""
        source = (Path(__file__).parent / file_name).read_text("utf-8")
        return cls(source, is_rare=is_rare)


class Slot:
    """A place where one job at a time runs. Started when first used."""

    def __init__(self, number: int, settings: SlotSettings) -> None:
        self.number = number
        self.settings = settings
        self.landlock = 0
        self.baseline_kb = 0
        self.has_own_user = False
        self.findings: tuple[Finding, ...] | None = None  # of its self-test
        self.group: MemoryGroup | None = None
        self.aborts = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.control: socket.socket | None = None
        self.container: Container | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[str] = set()
        self._job = 0
        self._n_killed = 0  # by the kernel, for want of memory

    @property
    def walls(self) -> str:
        """The tier that closes the jobs in: inside a container, the one found there."""
        return self.container.tier if self.container else self.settings.tier_in_force

    def start(self) -> None:
        """Have a living zygote. The first is tried before anything is entrusted to it.

        Raises:
            JudgeUnavailable: it cannot be made here, or a wall is open; says what
                mends it.
        """
        self._start()
        if self.findings is None and self.settings.isolated:
            from assay.judging import selftest  # which is made of slots

            selftest.check(self)

    def _start(self) -> None:
        if self._job >= _JOBS_PER_ZYGOTE:
            self.stop()
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        if self.group is None and self.settings.isolated:
            self.group = MemoryGroup.make()
        uid = _FIRST_UID + self.number if os.geteuid() == 0 else None
        failure = self._boot(uid)
        if failure and uid is not None and _inside_user_namespace():
            failure = self._boot(None)  # a root that owns nothing: as an ordinary user
        if failure:
            self.stop()
            raise JudgeUnavailable(how_to_mend(failure))

    def restart(self) -> None:
        """Have another zygote.

        Raises:
            JudgeUnavailable: it cannot be made; says what mends it.
        """
        self.stop()
        self._start()

    def run(
        self, child: Child, limits: dict[str, Any], fds: list[int], *, soon: bool
    ) -> None:
        """Order a job on five descriptors. What `hear` gives tells of it.

        Args:
            soon: Tell of its start at once; otherwise not if it ends in a moment.

        Raises:
            SlotDied: the zygote is gone, or its memory group is.
        """
        if child.name not in self._known:
            kind = {"asks": child.asks, "rare": child.is_rare or child.asks}
            self.tell(
                {"do": "child", "name": child.name, **kind, "source": child.source}
            )
            self._known.add(child.name)
        if self.group is not None:
            megabytes = limits["memory_mb"] + limits["disk_mb"]
            try:
                self.group.allow((megabytes << 20) + (self.baseline_kb << 10))
            except OSError as error:
                raise SlotDied(f"its memory cannot be bounded: {error}") from error
        self._job += 1
        order = {"do": "run", "job": self._job, "child": child.name, "soon": soon}
        self.tell({**order, "limits": limits}, fds)

    def kill(self) -> None:
        """Have the zygote end the running job, of which it has not told yet."""
        self.tell({"do": "kill", "job": self._job})

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended a process of the job that has just ended for it."""
        if self.group is None:
            return False
        n_killed = self.group.n_killed()
        is_more, self._n_killed = n_killed > self._n_killed, n_killed
        return is_more

    def tell(self, order: dict[str, Any], fds: list[int] | None = None) -> None:
        """Send the zygote an order."""
        if self.control is None:
            raise SlotDied("the zygote was stopped")
        try:
            socket.send_fds(self.control, [json.dumps(order).encode()], fds or [])
        except OSError as error:
            raise SlotDied(f"the zygote is gone: {error}") from error

    def hear(self, timeout_s: float = 0.0) -> tuple[dict[str, Any], list[int]]:
        """Receive the next event of the running job, and what came with it."""
        while True:
            if self.control is None:
                raise SlotDied("the zygote was stopped")
            if not select.select([self.control], [], [], timeout_s)[0]:
                raise SlotDied(f"the zygote was silent for {timeout_s:g} s")
            try:
                data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 1)
            except OSError as error:
                raise SlotDied(f"the zygote is gone: {error}") from error
            if not data:
                raise SlotDied("the zygote is gone")
            event = json.loads(data)
            if event.get("job", self._job) == self._job:
                return event, fds
            for fd in fds:  # a late word of the last job
                os.close(fd)
            if not timeout_s:
                return {"is": "late"}, []

    def abort(self) -> None:
        """From another thread: end the running job, whatever it is doing."""
        os.eventfd_write(self.aborts, 1)

    def clear_abort(self) -> None:
        """Forget an abort, so that the next job runs."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.aborts)

    def stop(self) -> None:
        """End the zygote and, with it, all that runs in the slot."""
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.container is not None:
            self.container.end()
            self.container = None
        if self._process is not None:
            if not self.settings.has_namespaces:  # it removes what its jobs made
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_LEAVE_S)
            self._process.kill()
            self._process.wait()
            self._process = None
        self._known.clear()
        self._job = 0

    def close(self) -> None:
        """Stop, and give back what the slot holds."""
        self.stop()
        os.close(self.aborts)
        if self.group is not None:
            self.group.close()

    def _boot(self, uid: int | None) -> dict[str, Any] | None:
        """Start a zygote; give what it said if it failed."""
        self.stop()
        if self.settings.tier_in_force == CONTAINER:
            return self._boot_container(uid)
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, its):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        packages = [str(path.resolve()) for path in self.settings.packages]
        settings = {
            "tier": self.settings.tier_in_force,
            "uid": uid,
            "folders": [*interpreter_folders(), *self.settings.folders],
            "packages": packages,
            "preload": list(self.settings.preload),
        }
        self.control = ours
        try:
            with its:
                self._process = _spawn(its.fileno(), settings)
            self._admit(self._process.pid)
            event, _ = self.hear(_BOOT_S)
        except OSError as error:
            return {"what": f"cannot start Python: {error}", "errno": 0}
        except SlotDied as died:
            return {"what": str(died), "errno": 0}
        if event["is"] != "ready":
            return event
        self._begin(event, self._process.pid, uid)
        return None

    def _boot_container(self, uid: int | None) -> dict[str, Any] | None:
        from assay.judging.container import Container  # which is rarely wanted

        packages = [str(path.resolve()) for path in self.settings.packages]
        bootstrap = _BOOTSTRAP + _IN_CONTAINER
        what = self.settings.image, packages, self.settings.preload
        try:
            self.container = Container(*what, uid, bootstrap, _ENVIRONMENT)
            self._process = self.container.process
            self.control, event = self.container.meet()
        except OSError as error:
            return {"what": str(error), "errno": 0}
        self._admit(self.container.pid)
        self._begin(event, self.container.pid, uid)
        return None

    def _begin(self, event: dict[str, Any], pid: int, uid: int | None) -> None:
        for child in _children(pid):
            self._admit(child)  # one that was made before its parent was in
        self.landlock, self.baseline_kb = event["landlock"], event["rss_kb"]
        self.has_own_user = uid is not None

    def _admit(self, pid: int) -> None:
        """Have the kernel count a process's memory, where it can be had to."""
        if self.group is not None and not self.group.admit(pid):
            self.group.close()
            self.group = None


def _spawn(fd: int, settings: dict[str, Any]) -> subprocess.Popen[bytes]:
    package = Path(__file__).resolve().parent.parent
    # A fresh interpreter: a fork of this process would carry the answers in memory.
    return subprocess.Popen(
        [
            base_interpreter(),
            *("-s", "-S", "-P"),  # not -I, which would also ignore the hash seed
            *(
                "-c",
                _BOOTSTRAP + _AS_ZYGOTE,
                str(package),
                str(fd),
                json.dumps(settings),
            ),
        ],
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[fd],
        start_new_session=True,  # the terminal's Ctrl-C is not for it
    )


def _children(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(child) for child in children.split()]


def _inside_user_namespace() -> bool:
    return _WHOLE_RANGE not in Path("/proc/self/uid_map").read_text("ascii")
