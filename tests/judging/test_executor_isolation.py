from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest

from assay.errors import JudgeUnavailable
from assay.judging import child_probe, seccomp, selftest
from assay.judging.executor import Executor
from assay.judging.mending import how_to_mend
from assay.judging.slot import Slot, SlotSettings
from assay.types import Limits, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

FORBIDDEN = {
    "the home folders": "import os; os.listdir('/root'); os.listdir('/home')",
    "a file of the judge": "open({bait!r})",
    "a path upwards": "open('/work/../../..' + {bait!r})",
    "a link to a file of the judge": (
        "import os; os.symlink({bait!r}, 'link'); open('link')"
    ),
    "the root of another process": "open('/proc/1/root' + {bait!r})",
    "the folder of the interpreter's owner": (
        "import os, sys; os.listdir(os.path.join(sys.base_prefix, '../../..'))"
        " if sys.base_prefix.startswith('/root') else os.listdir('/root')"
    ),
    "a new file of the system": "open('/usr/new', 'w')",
    "a module of the standard library": (
        "import json; open(json.__file__, 'a').write('#')"
    ),
    "a setting of the kernel": "open('/proc/sys/kernel/core_pattern', 'w')",
    "devices of the machine": "import os; os.listdir('/sys')",
    "a device of its own": (
        "import os, stat; os.mknod('sda', 0o600 | stat.S_IFBLK, os.makedev(254, 0))"
    ),
    "a connection": (
        "import socket; socket.create_connection(('127.0.0.1', {port}), 1)"
    ),
    "an abstract socket": (
        "import socket; socket.socket(socket.AF_UNIX).connect('\\0' + {abstract!r})"
    ),
    "the judge": "import os; os.kill({judge}, 0)",
    "another's limits": "import resource; resource.prlimit(2, resource.RLIMIT_CPU)",
    "its own root again": "import os; os.setuid(0)",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_program_cannot_reach(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    bait = tmp_path / "expected.txt"
    bait.write_text("42", encoding="ascii")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        abstract = f"assay-test-{os.getpid()}"
        unix.bind("\0" + abstract)
        unix.listen()
        source = FORBIDDEN[name].format(
            bait=str(bait),
            port=server.getsockname()[1],
            abstract=abstract,
            judge=os.getpid(),
        )
        seen = sandbox.stdin(source, "")
    assert seen.status is Status.RUNTIME_ERROR, seen
    assert seen.error.startswith(
        ("FileNotFoundError", "PermissionError", "OSError", "ProcessLookupError")
    ), seen.error


SYSTEM_CALLS = {
    "a mount": (165, Status.SECURITY_VIOLATION),
    "a trace of another process": (101, Status.SECURITY_VIOLATION),
    "a new namespace": (272, Status.SECURITY_VIOLATION),
    "a call of the other calling convention": (
        0x40000000 | 39,
        Status.SECURITY_VIOLATION,
    ),
    "a call that nobody knows": (999, Status.FINISHED),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
@pytest.mark.parametrize("name", SYSTEM_CALLS)
def test_the_kernel_ends_a_program_that_makes(sandbox: Sandbox, name: str) -> None:
    number, status = SYSTEM_CALLS[name]
    source = f"import ctypes\nctypes.CDLL(None).syscall({number}, 0, 0, 0, 0, 0)"
    assert sandbox.stdin(source, "").status is status


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_lands_inside_it(machine: str) -> None:
    program = seccomp.program(machine)
    steps = [program[i : i + 8] for i in range(0, len(program), 8)]
    for index, step in enumerate(steps):
        operation, if_true, if_false = step[0], step[2], step[3]
        far = int.from_bytes(step[4:], "little") if operation == 0x05 else 0
        if operation != 0x06:  # all but a return go on to another step
            assert index + 1 + max(if_true, if_false, far) < len(steps)
    assert len(steps) < 4096  # the kernel takes no more


def test_an_unknown_processor_has_no_filter_and_so_no_sandbox() -> None:
    with pytest.raises(NotImplementedError, match="riscv64"):
        seccomp.program("riscv64")


def test_a_zygote_that_dies_is_replaced_and_the_run_made_again() -> None:
    async def run() -> tuple[Status, ...]:
        async with Executor.open(slots=1) as executor:
            statuses = []

            async def kill_soon() -> None:
                await anyio.sleep(0.3)
                for pid in zygotes_of(os.getpid()):
                    os.kill(pid, signal.SIGKILL)

            async with anyio.create_task_group() as group:
                group.start_soon(kill_soon)
                source = "import time; time.sleep(0.6); print(1)"
                results = await executor.run_stdin(source, [""], Limits())
                statuses.append(results[0].status)
            results = await executor.run_stdin("print(1)", [""], Limits())
            return (*statuses, results[0].status)

    assert anyio.run(run) == (Status.FINISHED, Status.FINISHED)


def test_a_sandbox_that_fails_twice_is_a_fault_of_the_machine() -> None:
    async def run() -> None:
        async with Executor.open(slots=1) as executor, anyio.create_task_group() as tg:

            async def kill_always() -> None:
                while True:
                    await anyio.sleep(0.02)
                    for pid in zygotes_of(os.getpid()):
                        os.kill(pid, signal.SIGKILL)

            tg.start_soon(kill_always)
            try:
                with pytest.raises(JudgeUnavailable):
                    await executor.run_stdin(
                        "import time; time.sleep(9)", [""], Limits()
                    )
            finally:
                tg.cancel_scope.cancel()

    anyio.run(run)


def zygotes_of(judge: int) -> list[int]:
    """The processes that a judge started as zygotes."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            status = (folder / "status").read_text(encoding="utf-8")
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"\nPPid:\t{judge}\n" in status and b"assay.judging.boot" in command:
            found.append(int(folder.name))
    return found


def alive(mark: str) -> list[str]:
    """The processes of this machine with a mark in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
        except OSError:
            continue
    return found


def test_when_the_judge_is_killed_all_its_programs_die() -> None:
    mark = f"79{os.getpid()}"
    judge = f"""
import anyio
from assay.judging.executor import Executor
from assay.types import Limits
async def run():
    async with Executor.open(slots=1) as executor:
        program = '''
import os
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        os.execv("/bin/sleep", ["sleep", "{mark}"])
print(1, flush=True)
os.execv("/bin/sleep", ["sleep", "{mark}"])
'''
        await executor.run_stdin(program, [""], Limits(cpu_s=30))
anyio.run(run)
"""
    process = subprocess.Popen([sys.executable, "-c", judge])
    try:
        until = time.monotonic() + 30
        while len(alive(mark)) < 4 + 1 and time.monotonic() < until:
            time.sleep(0.05)  # the judge has the mark in its command line, too
        assert len(alive(mark)) == 4 + 1
    finally:
        process.kill()
        process.wait()
    until = time.monotonic() + 10
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.02)
    assert alive(mark) == []


def test_a_refused_step_names_what_mends_it() -> None:
    masked = how_to_mend({"what": "mount proc on /proc: refused", "errno": 1})
    assert "systempaths=unconfined" in masked or "AppArmor" in masked
    old = how_to_mend({"what": "mount_setattr /usr: missing", "errno": 38})
    assert "Linux 5.12" in old or "AppArmor" in old
    old = how_to_mend({"what": "Landlock has version 3 and 6 is needed", "errno": 95})
    assert "6.12" in old


def test_a_wall_found_open_stops_everything() -> None:
    """The self-test's probes see an open world: here, a slot without isolation."""
    slot = Slot(0, SlotSettings(isolated=False))
    try:
        with pytest.raises(JudgeUnavailable) as caught:
            selftest.isolation_of(slot)
    finally:
        slot.close()
    for wall in ("files: the judge's files", "net: a socket", "processes: others"):
        assert wall in str(caught.value)
    assert "syscalls: no filter" in str(caught.value)


def test_a_probe_that_cannot_tell_counts_as_a_wall_found_open() -> None:
    def confused() -> bool:
        raise KeyError

    assert not child_probe.held(confused)


def test_without_a_sandbox_every_observation_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        async with Executor.open(slots=1, unsafe=True) as executor:
            assert executor.isolation.tier == "none"
            assert executor.isolation.guarantees == frozenset()
            limits = Limits(cpu_s=0.3, wall_s=10)
            source = "print(int(input()) + 1)"
            (good,) = await executor.run_stdin(source, ["1"], limits)
            assert (good.stdout, good.isolation) == ("2\n", "none")
            (slow,) = await executor.run_stdin("while 1: pass", [""], limits)
            assert slow.status is Status.TIME_LIMIT

    anyio.run(run)
    assert "WITHOUT a sandbox" in caplog.text


def test_the_candidate_sees_no_environment_of_the_judge(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_SECRET", "1")
    seen = sandbox.stdin("import os; print('ASSAY_SECRET' in os.environ)")
    assert seen.stdout == "False\n"
