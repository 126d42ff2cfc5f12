from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest

from assay.types import Limits, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

SHORT = Limits(cpu_s=0.3, wall_s=8.0, memory_mb=256, disk_mb=8, output_kb=256)

CPU_HOGS = {
    "a loop": "while 1: pass",
    "a loop that catches all": """
while 1:
    try:
        while 1: pass
    except BaseException: pass
""",
    "a loop deaf to every signal": """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while 1: pass
""",
    "one long C call": "import re; re.match(r'(a+)+$', 'a' * 64 + 'b')",
    "a destructor": """
class Last:
    def __del__(self):
        while 1: pass
Last()
""",
    "its children": """
import os
for _ in range(3):
    if os.fork() == 0:
        while 1: pass
os.wait()
""",
    "a fork bomb": """
import os
while 1:
    try: os.fork()
    except OSError: pass
""",
    "its own clock": """
import time
time.time = time.monotonic = time.process_time = lambda: 0
while 1: pass
""",
}


@pytest.mark.parametrize("name", CPU_HOGS)
def test_cpu_time_is_the_limit_for_all_processes_together(
    sandbox: Sandbox, name: str
) -> None:
    seen = sandbox.stdin(CPU_HOGS[name], "", SHORT)
    assert (seen.status, seen.error) == (
        Status.TIME_LIMIT,
        "more than 0.3 s of CPU time",
    )
    assert 0.3 <= seen.cpu_s < 5


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(60)",
        "import os; r, w = os.pipe(); os.read(r, 1)",
        "import threading\nthreading.Thread(target=threading.Event().wait).start()",
        "import atexit, time\natexit.register(time.sleep, 60)",
    ],
)
def test_an_idle_program_meets_the_wall_limit(sandbox: Sandbox, source: str) -> None:
    seen = sandbox.stdin(source, "", Limits(cpu_s=3, wall_s=0.3))
    assert seen.status is Status.TIME_LIMIT
    assert seen.error.endswith(" s of wall time")


MEMORY_HOGS = {
    "at once": "x = bytearray(1 << 32)",
    "by doubling": "x = [0]\nwhile 1: x += x",
    "past a raised limit": """
import resource
try: resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
except ValueError: pass
x = bytearray(1 << 32)
""",
    "in children": """
import os, time
for _ in range(6):
    if os.fork() == 0:
        x = bytearray(b"x") * (100 << 20)
        time.sleep(30)
        os._exit(0)
os.wait()
""",
    "shared by children": """
import mmap, os, time
for _ in range(4):
    if os.fork() == 0:
        shared = mmap.mmap(-1, 120 << 20)
        shared.write(b"x" * len(shared))
        time.sleep(30)
        os._exit(0)
os.wait()
""",
}


@pytest.mark.parametrize("name", MEMORY_HOGS)
def test_memory_is_bounded_for_one_process_and_for_all(
    sandbox: Sandbox, name: str
) -> None:
    limits = Limits(cpu_s=4.0, wall_s=20.0, memory_mb=256)
    seen = sandbox.stdin(MEMORY_HOGS[name], "", limits)
    assert seen.status is Status.MEMORY_LIMIT, seen


def test_memory_that_forked_children_share_is_counted_once(sandbox: Sandbox) -> None:
    source = """
import os, time
x = bytearray(b"x") * (60 << 20)
pids = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.15)
        os._exit(0)
    pids.append(pid)
for pid in pids:
    os.waitpid(pid, 0)
print(len(x) >> 20)
"""
    limits = Limits(cpu_s=4.0, wall_s=20.0, memory_mb=256)
    seen = sandbox.stdin(source, "", limits)
    assert (seen.status, seen.stdout) == (Status.FINISHED, "60\n"), seen


@pytest.mark.parametrize(
    "source",
    [
        "while 1: print('x' * 999)",
        "import sys\nwhile 1: print('x' * 999, file=sys.stderr)",
        "import os\nos.write(1, b'x' * (50 << 20))",
        "import os\nif os.fork() == 0:\n  while 1: os.write(1, b'xy' * 999)\nos.wait()",
    ],
)
def test_output_is_bounded_and_what_came_before_is_kept(
    sandbox: Sandbox, source: str
) -> None:
    seen = sandbox.stdin(source, "", SHORT)
    assert seen.status is Status.OUTPUT_LIMIT, seen
    assert len(seen.stdout) <= SHORT.output_kb * 1024


@pytest.mark.parametrize("folder", ["/work", "/tmp", "/dev/shm"])
def test_disk_is_bounded_over_many_files(sandbox: Sandbox, folder: str) -> None:
    source = f"""
for number in range(100):
    with open("{folder}/%d" % number, "wb") as file: file.write(b"x" * (1 << 20))
"""
    seen = sandbox.stdin(source, "", SHORT)
    assert "No space left" in seen.error, seen


def test_processes_and_open_files_are_bounded(sandbox: Sandbox) -> None:
    source = """
import os, time
files, children = [], []
try:
    while 1: files.append(os.open("/dev/null", os.O_RDONLY))
except OSError: pass
for fd in files: os.close(fd)
try:
    while 1:
        pid = os.fork()
        if pid == 0:
            time.sleep(30)
        children.append(pid)
except OSError: pass
print(len(files) < 20, len(children))
"""
    limits = Limits(cpu_s=2, wall_s=20, files=20, processes=5)
    assert sandbox.stdin(source, "", limits).stdout == "True 4\n"


def running_commands(mark: str) -> list[str]:
    """The processes of this machine that have a mark in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != str(os.getpid()):
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in words:
                found.append(folder.name)
    return found


def test_nothing_that_a_program_started_outlives_it(sandbox: Sandbox) -> None:
    mark = f"77{os.getpid()}"
    source = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "{mark}"])
    os._exit(0)
os.wait()
time.sleep(0.05)
print("done")
"""
    seen = sandbox.stdin(source, "")
    assert (seen.status, seen.stdout) == (Status.FINISHED, "done\n")
    assert running_commands(mark) == []


def test_cancelling_ends_the_program_at_once_and_the_slot_serves_on(
    sandbox: Sandbox,
) -> None:
    mark = f"78{os.getpid()}"
    source = f"import os; os.execv('/bin/sleep', ['sleep', '{mark}'])"

    async def run() -> float:
        begun = time.monotonic()
        with anyio.move_on_after(0.3):
            await sandbox.executor.run_stdin(source, [""] * 3, Limits(wall_s=60))
        await sandbox.executor.run_stdin("print(1)", [""] * 3, Limits())
        return time.monotonic() - begun

    assert sandbox.portal.call(run) < 30
    assert running_commands(mark) == []
