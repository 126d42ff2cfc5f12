"""The child program of the self-test: tries what must not work, and tells.

Each probe's value is the guarantee that it would break, and whether it held.
"""

# ruff: noqa: PTH107, PTH110, PTH123, PTH208

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from assay.judging.wire import Channel, pack, unpack


def main() -> NoReturn:
    """Try everything and send one frame: the name of each probe that failed."""
    channel = Channel()
    order = unpack(channel.receive())
    broken = [name for name, holds in probes(order) if not held(holds)]
    channel.send(pack(("probed", broken)))
    os._exit(0)


def probes(order: dict[str, Any]) -> list[tuple[str, Callable[[], bool]]]:
    """What is tried, as pairs of a guarantee and a test that it holds."""
    return [
        ("files: the judge's files are in view", lambda: hidden(order["bait"])),
        ("files: /usr can be written to", lambda: refused(write, "/usr/.assay")),
        ("files: the root can be written to", lambda: refused(write, "/.assay")),
        ("files: /work cannot be written to", lambda: write("/work/.assay")),
        ("net: a socket was given", lambda: refused(socket.socket)),
        ("net: a network is in view", lambda: refused(os.stat, "/sys/class/net/eth0")),
        ("processes: others are in view", sees_only_itself),
        ("processes: more than the limit", lambda: forks_at_most(order["processes"])),
        ("memory: more than the limit", lambda: refused(bytearray, order["bytes"])),
        ("disk: more than the limit", lambda: refused(fill, order["disk_mb"])),
        ("syscalls: no filter is on", filtered),
        ("privileges: some are left", powerless),
        ("descriptors: of others are open", owns_its_descriptors),
    ]


def held(holds: Callable[[], bool]) -> bool:
    """Whether a guarantee held; a probe that fails otherwise has shown nothing."""
    try:
        return holds()
    except Exception:
        return False


def refused(act: Callable[..., Any], *args: Any) -> bool:
    """Whether an act ends in the errors of a system that does not allow it."""
    try:
        act(*args)
    except (OSError, MemoryError):
        return True
    return False


def hidden(path: str) -> bool:
    """Whether a file of the judge cannot be found."""
    return not os.path.exists(path)


def write(path: str) -> bool:
    """Write a small file and remove it."""
    with open(path, "w", encoding="ascii") as file:
        file.write("x")
    os.remove(path)
    return True


def fill(megabytes: int) -> None:
    """Write one megabyte more than the disk has, in files below the file limit."""
    half = b"x" * ((megabytes + 2) << 19)
    for name in ("a", "b"):
        with open(f"/work/{name}", "wb") as file:
            file.write(half)


def sees_only_itself() -> bool:
    """Whether this process is the first of its own small world."""
    return [name for name in os.listdir("/proc") if name.isdigit()] == ["1"]


def forks_at_most(limit: int) -> bool:
    """Whether the limit on processes stops a fork."""
    started = []
    try:
        for _ in range(limit + 4):
            child = os.fork()
            if child == 0:
                os.read(3, 1)
                os._exit(0)
            started.append(child)
    except OSError:
        return len(started) < limit
    finally:
        for child in started:
            os.kill(child, 9)
            os.waitpid(child, 0)
    return False


def filtered() -> bool:
    """Whether system calls are filtered and can never be gained back."""
    status = statuses()
    return status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"


def powerless() -> bool:
    """Whether no capability is left."""
    status = statuses()
    return all(int(status[name], 16) == 0 for name in ("CapEff", "CapPrm", "CapInh"))


def statuses() -> dict[str, str]:
    """What the kernel says of this process."""
    with open("/proc/self/status", encoding="ascii") as file:
        pairs = (line.split(":", 1) for line in file)
        return {name: value.strip() for name, value in pairs}


def owns_its_descriptors() -> bool:
    """Whether only the five descriptors that a job is given are open."""
    for fd in range(5, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        if not refused(os.fstat, fd):
            return False
    return True
