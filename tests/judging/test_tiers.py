"""The weaker tiers, where what the strongest needs is really missing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.errors import JudgeUnavailable, UsageError
from assay.judging import landlock
from assay.judging.executor import Executor
from assay.judging.guarantees import GUARANTEES, HELD, TIERS, missing
from judging.other_users import AS_NOBODY, DENIED, PYTHONPATH, run_module

needs_landlock = pytest.mark.skipif(
    landlock.version() < 6, reason="the kernel's Landlock is too old for this tier"
)
ONE_PROCESS, WITHOUT_PROC = "landlock", "namespaces-noproc"

ORDINARY = {
    "input": ("print(sum(map(int, input().split())))", "5\n"),
    "opened input": ("print(open('/dev/stdin').read().strip())", "2 3\n"),
    "opened output": ("print(5, file=open('/dev/stdout', 'w'))", "5\n"),
    "files": ("open('f', 'w').write('5'); print(open('f').read())", "5\n"),
    "folders": (
        "import os, shutil\n"
        "os.makedirs('a/b/c'); open('a/b/c/f', 'w').close()\n"
        "shutil.copyfile('a/b/c/f', 'g'); os.rename('a', 'd'); os.link('g', 'h')\n"
        "shutil.rmtree('d'); print(sorted(os.listdir('.')))",
        "['g', 'h', 'main.py']\n",
    ),
    "temporary files": (
        "import tempfile\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    open(folder + '/f', 'w').write('5')\n"
        "with tempfile.TemporaryFile('w+') as file:\n"
        "    file.write('5'); file.seek(0); print(file.read())",
        "5\n",
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "with Pool(4) as pool: print(sum(pool.map(int, ['2', '3'])))",
        "5\n",
    ),
    "tasks": (
        "import asyncio\n"
        "async def five(): await asyncio.sleep(0.01); return 5\n"
        "print(asyncio.run(five()))",
        "5\n",
    ),
    "a database": (
        "import sqlite3\n"
        "with sqlite3.connect('f.db') as base:\n"
        "    base.execute('create table t (n)')\n"
        "    base.execute('insert into t values (5)')\n"
        "    print(base.execute('select n from t').fetchone()[0])",
        "5\n",
    ),
    "its own status": (
        "print(open('/proc/self/status').read().startswith('Name'))",
        "True\n",
    ),
    "a signal to itself": (
        "import os, signal\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print(5))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)",
        "5\n",
    ),
}

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
    "one file": "open('f', 'wb').write(b'x' * (40 << 20))",
    "threads": (
        "import threading, time\n"
        "threading.stack_size(1 << 16)\n"
        "for n in range(60):\n"
        "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        "time.sleep(9)"
    ),
}


def rows(sources: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": name, "source": source} for name, source in sources.items()]


def run(
    user: str, backend: str, sources: dict[str, str], require: tuple[str, ...] = ()
) -> dict[str, Any]:
    order = {"backend": backend, "rows": rows(sources), "require": require}
    said = run_module(user, "judging.rows_in_a_tier", json.dumps(order), timeout_s=110)
    told: dict[str, Any] = json.loads(said)
    return told


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


@needs_landlock
def test_a_weaker_tier_is_told_of_once_and_names_what_would_mend_it() -> None:
    told = run(DENIED, "auto", {})
    (warning,) = told["logged"]
    assert "weaker sandbox 'landlock'" in warning
    assert "sudo sysctl -w user.max_user_namespaces=15000" in warning
    assert told["guarantees"] == sorted(HELD[ONE_PROCESS])


@needs_landlock
def test_what_is_required_is_had_or_nothing_runs() -> None:
    told = run(DENIED, "auto", {}, require=("net", "processes"))
    assert told["error"].startswith("JudgeUnavailable: the sandbox 'landlock' does not")
    assert "'processes'" in told["error"]
    assert "'net'" not in told["error"]
    assert "user.max_user_namespaces" in told["error"]
    assert "tier" in run(DENIED, "auto", {}, require=("net", "tree_kill", "nproc"))


def test_a_tier_that_is_asked_for_is_not_exchanged_for_another() -> None:
    told = run(DENIED, "namespaces", {})
    assert told["error"].startswith("JudgeUnavailable: no sandbox here: ")
    assert "user.max_user_namespaces" in told["error"]
    assert "--unsafe-no-sandbox" in told["error"]


MASKED = "mount --bind /dev/null /proc/version && exec"


def test_without_a_proc_of_its_own_a_job_sees_none_and_finds_its_input() -> None:
    sources = {name: source for name, (source, _) in ORDINARY.items()}
    for name in ("opened output", "its own status"):
        del sources[name]
    sources |= {
        "processes": "import os; print(os.listdir('/proc'))",
        "children": (
            "import os, sys\n"
            "if os.fork() == 0: print(5); sys.stdout.flush(); os._exit(0)\n"
            "os.wait()"
        ),
        "time of children": (
            "import os\n"
            "if os.fork() == 0:\n"
            "    if os.fork() == 0:\n"
            "        os.setsid()\n"
            "        while True: pass\n"
            "    os._exit(0)\n"
            "import time; time.sleep(60)"
        ),
        "memory of children": (
            "import os, time\n"
            "for _ in range(6):\n"
            "    if os.fork() == 0: x = bytearray(90 << 20); time.sleep(60)\n"
            "time.sleep(60)"
        ),
    }
    told = run_masked(sources)
    assert told["tier"] == WITHOUT_PROC
    assert set(told["guarantees"]) == set(GUARANTEES)
    assert "systempaths=unconfined" in told["logged"][0]
    seen = told["seen"]
    assert seen.pop("time of children")[0] == "time_limit"
    assert seen.pop("memory of children")[0] == "memory_limit"
    wanted = {name: text for name, (_, text) in ORDINARY.items()}
    wanted |= {"processes": "[]\n", "children": "5\n"}
    assert seen == {name: ["finished", wanted[name], ""] for name in seen}


def run_masked(sources: dict[str, str]) -> dict[str, Any]:
    """Run programs where no /proc can be mounted, as in a container that masks it."""
    from judging import other_users

    ordinary = other_users._command(AS_NOBODY)
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    command = [*ordinary[:-1], *shell, f'{MASKED} "$0" "$@"']
    env = {"PYTHONPATH": PYTHONPATH, "PATH": os.defpath, "TMPDIR": "/tmp"}
    tried = subprocess.run(
        [*command, "true"], env=env, capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("no /proc can be masked here")
    done = subprocess.run(
        [*command, ordinary[-1], "-m", "judging.rows_in_a_tier"],
        input=json.dumps({"backend": "auto", "require": [], "rows": rows(sources)}),
        capture_output=True,
        text=True,
        timeout=110,
        cwd="/",
        env=env,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


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
    from judging import other_users

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


def test_unknown_backends_and_guarantees_are_usage_errors() -> None:
    async def opened(**kwargs: Any) -> None:
        async with Executor.open(slots=1, **kwargs):
            pass

    with pytest.raises(UsageError, match="unknown sandbox backend 'docker'"):
        anyio.run(lambda: opened(backend="docker"))
    with pytest.raises(UsageError, match="unknown guarantee 'network'"):
        anyio.run(lambda: opened(require=frozenset({"network"})))
    with pytest.raises(JudgeUnavailable, match="'none' does not guarantee 'net'"):
        anyio.run(lambda: opened(unsafe=True, require=frozenset({"net"})))


def test_every_tier_guarantees_what_the_vocabulary_knows() -> None:
    assert set(TIERS) < set(HELD)
    for held in HELD.values():
        assert held <= set(GUARANTEES)
    assert missing({"net"}, {"files", "net", "ipc"}) == ("files", "ipc")
    assert sys.modules["assay.judging.guarantees"].__doc__
