"""What every sandbox must do with a program, whatever it is made of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from assay.types import Limits

LIMITS = Limits(cpu_s=1.5, wall_s=20.0, memory_mb=128, disk_mb=4, processes=8, files=32)
QUICK = Limits(cpu_s=0.3, wall_s=20.0, memory_mb=128)
SLOW = Limits(cpu_s=10.0, wall_s=20.0, memory_mb=128)  # files are made and counted
IDLE = Limits(cpu_s=1.0, wall_s=1.0, memory_mb=128)
MUCH = "ž" * 100_000

FINISHED, FAILED = "finished", "runtime_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """A program, and how its run must end."""

    name: str
    source: str
    status: str
    text: str = "2 3\n"
    stdout: str | None = None  # None: whatever it printed
    exit_code: int | None = None
    limits: Limits = LIMITS
    needs_processes: bool = False  # where there is but one, it fails


_HELD = """
import os, time
try:
    for _ in range(40):
        if os.fork() == 0:
            time.sleep(9)
except OSError:
    print("held")
"""
_TREE = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        hoard = bytearray(70 << 20)
        hoard[::4096] = b"x" * len(hoard[::4096])
        time.sleep(9)
time.sleep(9)
"""
_DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(99)
    os._exit(0)
print("left")
"""
_SESSIONS = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
time.sleep(99)
"""
_NETWORKS = """
try:
    lines = open("/proc/net/dev").read().splitlines()[2:]
except OSError:
    lines = []
print([line for line in lines if line.split(":")[0].strip() != "lo"])
"""
_FORBIDDEN = """
import ctypes, os
number = {"x86_64": 101, "aarch64": 117}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0)
"""
_FULL = """
for name in "abcd":
    with open(name, "wb") as file:
        file.write(b"x" * (3 << 20))
"""
_EMPTY_FILES = """
import time
for number in range(100_000):
    open(f"{number}", "w").close()
    if number > 5000:
        time.sleep(0.1)
"""


def behaviours(bait: str) -> Iterator[Behaviour]:
    """All runs of a program; `bait` is a file of the judge's."""
    say = partial(Behaviour, status=FINISHED)
    fail = partial(Behaviour, status=FAILED)
    yield say(
        name="an honest program",
        source="print(sum(map(int, input().split())))",
        stdout="5\n",
    )
    yield say(name="an empty program", source="", stdout="")
    yield say(
        name="text of any script",
        source="print(input()[::-1])",
        text="añ✓𝄞\n",
        stdout="𝄞✓ña\n",
    )
    yield say(
        name="a long input",
        source="import sys\nprint(len(sys.stdin.read()))",
        text=MUCH,
        stdout=f"{len(MUCH)}\n",
    )
    yield say(
        name="a long output",
        source="print('x' * 700_000)",
        stdout="x" * 700_000 + "\n",
    )
    yield say(name="no stdin twice", source="input(); input()", text="1\n2\n")
    yield say(
        name="its input by path",
        source="print(open('/dev/stdin').read().strip())",
        stdout="2 3\n",
    )
    yield say(
        name="threads",
        source="import threading as t\n"
        "x = [t.Thread(target=print, args=('in',)) for _ in range(1)]\n"
        "[y.start() for y in x]; [y.join() for y in x]",
        stdout="in\n",
    )
    yield say(name="a child", source=_HELD, stdout="held\n")
    yield say(name="a daemon", source=_DAEMON, stdout="left\n", needs_processes=True)
    yield say(
        name="a file of its own",
        source="open('/tmp/a', 'w').write('5'); print(open('/tmp/a').read())",
        stdout="5\n",
        needs_processes=True,
    )
    yield say(name="the networks in view", source=_NETWORKS, stdout="[]\n")
    yield say(
        name="memory for others",
        source="import ctypes; print(ctypes.CDLL(None).shmget(0, 4096, 0o1666))",
        stdout="-1\n",
    )
    yield fail(name="an exit status", source="exit(3)", exit_code=3)
    yield fail(
        name="a status like that of a signal",
        source="import os; os._exit(159)",
        exit_code=159,
    )
    yield fail(name="an exception", source="1 / 0", exit_code=1)
    yield fail(name="no more input", source="input(); input()")
    yield fail(
        name="a crash", source="import ctypes; ctypes.string_at(0)", exit_code=-11
    )
    yield fail(name="a socket", source="import socket; socket.socket()")
    yield fail(name="a file of the system", source="open('/usr/new', 'w')")
    yield fail(name="a file of the judge", source=f"open({bait!r})")
    yield fail(name="the home of root", source="import os; os.listdir('/root')")
    yield fail(name="the judge", source=f"import os; os.kill({os.getpid()}, 0)")
    yield fail(
        name="more rights",
        source="import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (9999, 9999))",
    )
    yield fail(
        name="many open files",
        source="x = [open('/dev/null') for _ in range(99)]",
    )
    yield fail(name="a full disk", source=_FULL)
    yield fail(name="many files", source=_EMPTY_FILES, limits=SLOW)
    yield Behaviour(name="no program", source="print(", status="compile_error")
    yield Behaviour(
        name="a loop", source="while 1: pass", status="time_limit", limits=QUICK
    )
    yield Behaviour(
        name="loops in sessions of their own",
        source=_SESSIONS,
        status="time_limit",
        limits=QUICK,
        needs_processes=True,
    )
    yield Behaviour(
        name="a sleep",
        source="import time; time.sleep(99)",
        status="time_limit",
        limits=IDLE,
    )
    yield Behaviour(
        name="much memory", source="x = bytearray(1 << 30)", status="memory_limit"
    )
    yield Behaviour(
        name="much memory of many",
        source=_TREE,
        status="memory_limit",
        needs_processes=True,
    )
    yield Behaviour(
        name="output without end",
        source="while 1: print('x' * 9999)",
        status="output_limit",
    )
    yield Behaviour(
        name="a forbidden call", source=_FORBIDDEN, status="security_violation"
    )
