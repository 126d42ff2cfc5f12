"""Programs of one process, in their user's own world and without namespaces."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judging import other_users
from judging.other_users import AS_NOBODY, DENIED, PYTHONPATH
from judging.tiers import ONE_PROCESS, ORDINARY, needs_landlock, run

# Each prints "done" where it worked. The first words are of the error it must meet.
LIBC = "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\n"
CHECKED = "if {} < 0: raise OSError(ctypes.get_errno(), 'refused')"
FORBIDDEN = {
    "read a file": "open({bait!r}).read()",
    "write a file": "open({bait!r}, 'a')",
    "empty a file": "import os; os.truncate({bait!r}, 0)",
    "move a file": "import os; os.rename({bait!r}, 'f')",
    "link a file": "import os; os.link({bait!r}, 'f')",
    "read a file by a link": "import os; os.symlink({bait!r}, 'f'); open('f').read()",
    "read a file by a handle": (
        "import os; fd = os.open({bait!r}, os.O_PATH); open(f'/proc/self/fd/{{fd}}')"
    ),
    "change a mode": "import os; os.chmod({bait!r}, 0o600)",
    "change an open mode": "import os; os.fchmod(os.open('/usr', 0), 0o700)",
    "change times": "import os; os.utime({bait!r}, (0, 0))",
    "change attributes": "import os; os.setxattr({bait!r}, 'user.a', b'')",
    "read attributes": "import os; os.getxattr({bait!r}, 'user.a')",
    "list folders": "import os; os.listdir('/tmp')",
    "list the root": "import os; os.listdir('/')",
    "write beside": "open('../f', 'w')",
    "write in a shared folder": "open('/tmp/f', 'w')",
    "write in shared memory": "open('/dev/shm/f', 'w')",
    "watch a file": LIBC
    + "fd = libc.inotify_init()\n"
    + CHECKED.format("libc.inotify_add_watch(fd, {bait!r}.encode(), 0xFFF)"),
    "lease a file": "import fcntl; fcntl.fcntl(open('/usr/bin/env'), 1024, 0)",
    "lock a file": "import fcntl; fcntl.flock(open('/usr/bin/env'), fcntl.LOCK_EX)",
    "flags of a file": (
        "import fcntl, struct\n"
        "fcntl.ioctl(open('main.py'), 0x40086602, struct.pack('l', 0))"
    ),
    "fork": "import os; os.fork()",
    "run a program": "import os; os.execv('/bin/echo', ['echo', 'done'])",
    "spawn a program": "import os; os.posix_spawn('/bin/echo', ['echo'], {{}})",
    "call a program": "import subprocess; subprocess.run(['echo'])",
    "signal the judge": "import os; os.kill({judge}, 0)",
    "signal its parent": "import os; os.kill(os.getppid(), 18)",
    "signal its parent's group": "import os; os.killpg(os.getpgid(os.getppid()), 18)",
    "signal everybody": (  # the kernel says that it did, and reached nobody
        "import os, signal; os.kill(-1, signal.SIGCONT); raise OSError"
    ),
    "have a signal sent": (
        "import fcntl, os, time\n"
        "r, w = os.pipe()\n"
        "fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())\n"
        "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)\n"
        "os.write(w, b'x'); time.sleep(0.1); raise OSError"  # it would end its parent
    ),
    "hold the judge": "import os; os.pidfd_open({judge})",
    "limit the judge": (
        "import resource; resource.prlimit({judge}, resource.RLIMIT_CPU, (1, 1))"
    ),
    "limit its parent": (
        "import os, resource\n"
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))"
    ),
    "slow its parent": "import os; os.setpriority(0, os.getppid(), 19)",
    "read the judge's environment": "open('/proc/{judge}/environ')",
    "read its parent's memory": "import os; open(f'/proc/{{os.getppid()}}/mem', 'rb')",
    "read its parent's maps": "import os; open(f'/proc/{{os.getppid()}}/maps')",
    "list its parent's files": "import os; os.listdir(f'/proc/{{os.getppid()}}/fd')",
    "list processes": "import os; os.listdir('/proc')",
    "list sockets": "open('/proc/self/net/unix')",
    "list mounts": "open('/proc/self/mountinfo')",
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "send to a path": (
        "import socket\n"
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "a.sendto(b'done', {path!r})"
    ),
    "send descriptors": (
        "import socket\na, b = socket.socketpair()\nsocket.send_fds(a, [b'x'], [0])"
    ),
    "share memory": LIBC + CHECKED.format("libc.shmget(1, 4096, 0o1666)"),
    "share a queue": LIBC + CHECKED.format("libc.msgget(1, 0o1666)"),
    "outlive its parent": LIBC + CHECKED.format("libc.prctl(1, 0)"),
    "hide its files": LIBC + CHECKED.format("libc.prctl(4, 0)"),
    "have a core dumped": (
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"
    ),
    "more memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"
    ),
}
QUICK = (  # gone before anybody looks, most often
    "import os\n"
    "for n in range(9):\n"
    "    os.posix_fallocate(os.open(str(n), os.O_CREAT | os.O_WRONLY), 0, 4 << 20)\n"
    "os._exit(0)"
)
EXCESS = {
    "files": "for n in range(100_000): open(str(n), 'w').close()",
    "folders": ("import os\nfor n in range(100_000): os.mkdir('d'); os.chdir('d')"),
    "bytes": (
        "import time\n"
        "for n in range(9): open(str(n), 'wb').write(b'x' * (4 << 20))\n"
        "time.sleep(9)"
    ),
    "bytes in files without names": (
        "import os, time\n"
        "kept = []\n"
        "for n in range(9):\n"
        "    kept.append(open('f', 'wb')); os.remove('f')\n"
        "    kept[-1].write(b'x' * (4 << 20)); kept[-1].flush()\n"
        "time.sleep(9)"
    ),
    "bytes in a closed folder": (
        "import os, time\n"
        "os.mkdir('d', 0o300)\n"
        "for n in range(9): open(f'd/{n}', 'wb').write(b'x' * (4 << 20))\n"
        "time.sleep(9)"
    ),
    **{f"bytes left at once, time {n}": QUICK for n in range(20)},
    "one file": "open('f', 'wb').write(b'x' * (40 << 20))",
    "threads": (
        "import threading, time\n"
        "threading.stack_size(1 << 16)\n"
        "for n in range(60):\n"
        "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        "time.sleep(9)"
    ),
}


@pytest.fixture(params=[DENIED, AS_NOBODY])
def one_process(request: pytest.FixtureRequest) -> Callable[..., dict[str, Any]]:
    """Runs programs in the tier of one process: because nothing else is to be had, as
    the owner of what it must not reach, or because it was asked for."""
    backend = "auto" if request.param == DENIED else ONE_PROCESS

    def run_there(sources: dict[str, str], **kwargs: Any) -> dict[str, Any]:
        told = run(request.param, backend, sources, **kwargs)
        assert told.get("tier", ONE_PROCESS) == ONE_PROCESS, told
        return told

    return run_there


@needs_landlock
def test_one_process_runs_ordinary_programs(
    one_process: Callable[..., dict[str, Any]],
) -> None:
    told = one_process({name: source for name, (source, _) in ORDINARY.items()})
    wanted = {name: ["finished", text, ""] for name, (_, text) in ORDINARY.items()}
    assert told["seen"] == wanted


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a program of the same user must not reach."""
    tmp_path.chmod(0o777)
    for folder in list(tmp_path.parents)[:-2]:
        if folder.owner() == tmp_path.owner():
            folder.chmod(folder.stat().st_mode | 0o055)
    file = tmp_path / "secret.txt"
    file.write_text("42", encoding="ascii")
    file.chmod(0o666)
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        path.chmod(0o777)
        listener.setblocking(False)
        before = file.stat()
        signals: list[int] = []
        usual = signal.signal(signal.SIGCONT, lambda number, _: signals.append(number))
        yield {"bait": str(file), "path": str(path), "judge": os.getpid()}
        signal.signal(signal.SIGCONT, usual)
        assert signals == []
        after = file.stat()
        with pytest.raises(BlockingIOError):
            listener.recv(9)
    assert file.read_text(encoding="ascii") == "42"
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)


@needs_landlock
def test_one_process_cannot(
    one_process: Callable[..., dict[str, Any]], bait: dict[str, Any]
) -> None:
    sources = {
        name: source.format(**bait) + "\nprint('done')"
        for name, source in FORBIDDEN.items()
    }
    seen = one_process(sources)["seen"]
    refused = ("PermissionError", "OSError", "FileNotFoundError", "ValueError")
    wrong = {
        name: result
        for name, result in seen.items()
        if result[0] != "runtime_error"
        or "done" in result[1]
        or not result[2].startswith(refused)
    }
    assert wrong == {}
    assert set(seen) == set(FORBIDDEN)


@needs_landlock
def test_one_process_has_no_more_than_its_share_of_the_disk_and_threads(
    one_process: Callable[..., dict[str, Any]],
) -> None:
    seen = one_process(EXCESS)["seen"]
    assert {name: result[0] for name, result in seen.items()} == dict.fromkeys(
        EXCESS, "runtime_error"
    ), seen


@needs_landlock
def test_nothing_of_one_process_stays(
    one_process: Callable[..., dict[str, Any]],
) -> None:
    left = "import os\nprint(os.getcwd())\nopen('f', 'w')\nos.makedirs('a/b')\n"
    seen = one_process({"left": left, "again": left})["seen"]
    places = [Path(result[1].strip()) for result in seen.values()]
    assert len(set(places)) == 2
    for place in places:
        assert place.parent.name.startswith("assay-box-")
        assert not place.parent.exists()


JUDGE = """
import os, sys, time, anyio
from assay.judging.executor import Executor
from assay.types import Call, Limits
source = "import os\\ndef where(): return os.getpid(), os.getppid(), os.getcwd()"
async def run():
    async with Executor.open(slots=1, backend="landlock") as executor:
        async with executor.session(source, Limits(), entry_point="where") as session:
            seen = await session.call(Call())
            print(*seen.value, flush=True)
            await anyio.sleep(60)
anyio.run(run)
"""


@needs_landlock
@pytest.mark.parametrize("victim", ["judge", "zygote"])
def test_one_process_dies_with(victim: str) -> None:
    command = other_users._command(AS_NOBODY)
    env = {"PYTHONPATH": PYTHONPATH, "PATH": os.defpath}
    with subprocess.Popen(
        [*command, "-c", JUDGE], stdout=subprocess.PIPE, text=True, env=env, cwd="/"
    ) as judge:
        assert judge.stdout is not None
        job, zygote, place = judge.stdout.readline().split()
        os.kill(judge.pid if victim == "judge" else int(zygote), signal.SIGKILL)
        until = time.monotonic() + 20
        while Path(f"/proc/{job}").exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert not Path(f"/proc/{job}").exists()
        if victim == "judge":  # a killed zygote's folder is removed by the next one
            while Path(place).parent.exists() and time.monotonic() < until:
                time.sleep(0.01)
            assert not Path(place).parent.exists()
        judge.kill()


FORKING = """
import anyio
from assay.judging.executor import Executor
from assay.types import Call, Limits
source = "seen = []\\ndef f(x): seen.append(x); return 1 // x, len(seen)"
async def run():
    async with Executor.open(slots=1, backend="landlock") as executor:
        calls = [Call(args=(x,)) for x in (1, 0, 0, 0, 0, 0, 1)]
        found = await executor.run_calls(source, "f", calls, Limits(), fork=True)
        print([(str(seen.status), seen.value) for seen in found])
anyio.run(run)
"""


@needs_landlock
def test_one_process_forgets_between_calls_where_it_should_fork() -> None:
    done = subprocess.run(
        [*other_users._command(AS_NOBODY), "-c", FORKING],
        env={"PYTHONPATH": PYTHONPATH, "PATH": os.defpath},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    good, bad = "('finished', (1, 1))", "('runtime_error', None)"
    wanted = [good, *[bad] * 5, good]
    assert done.stdout.strip() == f"[{', '.join(wanted)}]", done.stderr


JUDGED = """
import anyio
from assay.judging.judge import open_judge
from assay.types import Candidate, IOMode, Problem, TestCode, TestStyle
sources = {
    TestStyle.ASSERTS: "def test_two(): assert add(2, 3) == 5",
    TestStyle.UNITTEST: (
        "import unittest\\nfrom solution import add\\n"
        "class Two(unittest.TestCase):\\n"
        "    def test_two(self): self.assertEqual(add(2, 3), 5)"
    ),
    TestStyle.PYTEST: (
        "from solution import add\\n"
        "def test_two(tmp_path): (tmp_path / 'f').touch(); assert add(2, 3) == 5"
    ),
}
async def run():
    async with open_judge(slots=1, backend="landlock") as judge:
        for style, source in sources.items():
            tests = (TestCode(source=source, style=style),)
            problem = Problem(
                id="add", statement="", io_mode=IOMode.FUNCTION, entry_point="add",
                test_code=tests,
            )
            for sign in "+-":
                code = f"def add(a, b): return a {sign} b"
                verdict = await judge.judge(Candidate(code=code), problem)
                print(style, *(str(result.status) for result in verdict.results))
anyio.run(run)
"""


@needs_landlock
def test_tests_of_every_style_run_as_one_process() -> None:
    done = subprocess.run(
        [*other_users._command(DENIED), "-c", JUDGED],
        env={"PYTHONPATH": PYTHONPATH, "PATH": os.defpath},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    wanted = [
        f"{style} {status}"
        for style in ("asserts", "unittest", "pytest")
        for status in ("passed", "wrong_answer")
    ]
    assert done.stdout.splitlines() == wanted, done.stderr
