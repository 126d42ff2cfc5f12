"""The child program of the self-test: tries what must not work, and tells.

Each probe is a guarantee, how it would be broken, and a test that it holds. What the
judge itself must stop is in `PARTS`, a run each.
"""

# Small imports only: this is run before each slot's first program.
# ruff: noqa: PTH101, PTH104, PTH107, PTH109, PTH110, PTH123, PTH208

from __future__ import annotations

import _socket
import ctypes
import errno
import os
import resource
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

from assay.judging.wire import Channel, pack, unpack

Probe = tuple[str, str, Callable[[], bool]]

_NONE = "none"
_ONE_PROCESS = "landlock"
_WITHOUT_PROC = "namespaces-noproc"
_PRIVATE, _NO_FLAGS = 0, 0o1666


def main() -> NoReturn:
    """Do the part that is ordered; of the probes, send one frame with what came."""
    channel = Channel()
    order = unpack(channel.receive())
    if order["part"] in PARTS:
        PARTS[order["part"]](order)
    said = [(name, breach, held(holds)) for name, breach, holds in probes(order)]
    channel.send(pack(("probed", said)))
    os._exit(0)


def probes(order: dict[str, Any]) -> Iterator[Probe]:
    """All that is tried in this tier."""
    yield from on_files(order)
    yield "net", "a socket was given", lambda: refused(_socket.socket)
    if order["tier"] == _ONE_PROCESS:
        yield from of_one_process(order)
    else:
        yield from in_namespaces(order)
    yield (
        "memory",
        "more than the limit",
        lambda: refused(bytearray, order["bytes"]),
    )
    yield "syscalls", "no filter is on", filtered
    yield "syscalls", "an unknown call is known", lambda: unknown(999)
    yield "syscalls", "privileges are left", powerless
    yield "ipc", "memory can be shared", lambda: not shares("shmget", 4096)
    yield "ipc", "messages can be queued", lambda: not shares("msgget")
    yield "ipc", "semaphores can be shared", lambda: not shares("semget", 1)


def on_files(order: dict[str, Any]) -> Iterator[Probe]:
    """What a program must not find, and what it must."""
    bait, marker = order["bait"], order["marker"]
    yield "files", "the judge's files can be read", lambda: refused(open, bait)
    yield (
        "files",
        "the judge's files can be written",
        lambda: refused(open, bait, "r+"),
    )
    yield "files", "/usr can be written to", lambda: refused(write, "/usr/.assay")
    yield "files", "the root can be written to", lambda: refused(write, "/.assay")
    yield "files", "its own folder cannot be written to", lambda: write(".assay")
    yield "files", "descriptors of others are open", owns_its_descriptors
    yield (
        "files",
        "what another run left is there",
        lambda: not any(map(os.path.lexists, (marker, f"/tmp/{marker}"))),
    )


def in_namespaces(order: dict[str, Any]) -> Iterator[Probe]:
    """What a program must not find in the rooms made for it."""
    bait, own = order["bait"], [] if order["tier"] == _WITHOUT_PROC else ["1"]
    network = "/sys/class/net/eth0"
    yield "files", "the judge's files are in view", lambda: not os.path.exists(bait)
    yield "net", "a network is in view", lambda: refused(os.stat, network)
    yield (
        "processes",
        "others are in view",
        lambda: [name for name in os.listdir("/proc") if name.isdigit()] == own,
    )
    yield (
        "nproc",
        "more than the limit",
        lambda: forks_at_most(order["processes"]),
    )
    if order["tier"] != _NONE:  # there the judge ends who has more
        yield "disk", "more than the limit", lambda: refused(fill, order["disk_mb"])


def of_one_process(order: dict[str, Any]) -> Iterator[Probe]:
    """What a program must not do to files and processes that are its own user's."""
    bait, judge, zygote = order["bait"], order["judge"], os.getppid()
    changes: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        ("moved", os.rename, (bait, "stolen")),
        ("linked to", os.link, (bait, "linked")),
        ("made shorter", os.truncate, (bait, 0)),
        ("removed", os.remove, (bait,)),
        ("given another mode", os.chmod, (bait, 0o600)),
        ("given another time", os.utime, (bait,)),
        ("given attributes", os.setxattr, (bait, "user.assay", b"x")),
    ]
    for breach, act, args in changes:
        whole = f"a file of the judge can be {breach}"
        yield "files", whole, partial(refused, act, *args)
    yield (
        "net",
        "a socket's name can be sent to",
        lambda: refused(_socket.socketpair, _socket.AF_UNIX, _socket.SOCK_DGRAM),
    )
    for who, pid in (("judge", judge), ("zygote", zygote)):
        tries: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
            ("signalled", os.kill, (pid, 0)),
            ("limited", resource.prlimit, (pid, resource.RLIMIT_NOFILE)),
            ("read", open, (f"/proc/{pid}/environ",)),
            ("looked into", os.listdir, (f"/proc/{pid}/fd",)),
            ("changed", open, (f"/proc/{pid}/mem", "r+b")),
            ("slowed down", os.setpriority, (os.PRIO_PROCESS, pid, 19)),
        ]
        for breach, act, args in tries:
            whole = f"the {who} can be {breach}"
            yield "processes", whole, partial(refused, act, *args)
    yield "nproc", "a process can be made", lambda: refused(fork)
    yield (
        "nproc",
        "a program can be started",
        lambda: refused(os.execv, "/bin/sh", ["sh"]),
    )


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


def write(path: str) -> bool:
    """Write a small file and remove it."""
    with open(path, "w", encoding="ascii") as file:
        file.write("x")
    os.remove(path)
    return True


def fill(megabytes: int) -> None:
    """Write two megabytes more than the disk has, in files below the file limit."""
    half = b"x" * ((megabytes + 2) << 19)
    for name in ("a", "b"):
        with open(name, "wb") as file:
            file.write(half)


def fork() -> None:
    """Make a process that is soon gone."""
    if os.fork() == 0:
        os._exit(0)
    os.wait()


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
    libc = ctypes.CDLL(None)  # as /proc/self/status says, where there is a /proc
    seccomp, no_new_privs = libc.prctl(21), libc.prctl(39, 0, 0, 0, 0)
    return bool(seccomp == 2 and no_new_privs == 1)


def unknown(number: int) -> bool:
    """Whether a call that nobody knows is answered as on an older kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(number)) == -1 and ctypes.get_errno() == errno.ENOSYS


def powerless() -> bool:
    """Whether no capability is left."""
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    return int(ctypes.CDLL(None).capget(header, sets)) == 0 and not any(sets)


def shares(make: str, *size: int) -> bool:
    """Whether memory, a queue or a semaphore for others to find is made."""
    libc = ctypes.CDLL(None)
    return int(getattr(libc, make)(_PRIVATE, *size, _NO_FLAGS)) >= 0


def owns_its_descriptors() -> bool:
    """Whether only the five descriptors that a job is given are open."""
    for fd in range(5, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        if not refused(os.fstat, fd):
            return False
    return True


def flood(order: dict[str, Any]) -> NoReturn:
    """Leave marks and a process behind, and print without end."""
    for place in (".", "/tmp"):
        refused(mark, f"{place}/{order['marker']}")
    refused(stay)
    while True:
        os.write(1, b"x" * 4096)


def mark(path: str) -> None:
    """Make an empty file."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def stay() -> None:
    """Have a process that wants to outlive us, with our standard output."""
    if os.fork() == 0:
        os.setsid()
        os.read(3, 1)
        os._exit(0)


def hoard(order: dict[str, Any]) -> NoReturn:
    """Have more in files than we may, the half of it in a file without a name."""
    half = b"x" * ((order["disk_mb"] + 2) << 19)
    for name in ("a", "b"):
        file = os.open(name, os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(file, half)
    os.remove("b")
    os.read(3, 1)
    os._exit(0)


PARTS: dict[str, Callable[[dict[str, Any]], NoReturn]] = {
    "flood": flood,
    "hoard": hoard,
}
