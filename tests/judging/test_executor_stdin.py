from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Limits, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

FINISHED_PROGRAMS = {
    "a guarded main": """
def main():
    print(sum(map(int, input().split())))
if __name__ == "__main__":
    main()
""",
    "exit() after the answer": "print(sum(map(int, input().split()))); exit()",
    "a hard exit after a flush": """
import os
print(sum(map(int, input().split())), flush=True)
os._exit(0)
""",
    "the path of standard input": """
with open("/dev/stdin") as file:
    print(sum(map(int, file.read().split())))
""",
    "the path of standard output": """
with open("/dev/stdout", "w") as file:
    print(sum(map(int, input().split())), file=file)
""",
    "raw descriptors": """
import os
os.write(1, b"%d" % sum(map(int, os.read(0, 100).split())))
""",
    "an unflushed file of its own on descriptor 1": """
out = open(1, "w")
out.write(str(sum(map(int, open(0).read().split()))))
""",
    "another standard output, flushed by nobody": """
import io, sys
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, write_through=False)
print(sum(map(int, sys.stdin.buffer.read().split())))
""",
    "an exit function": """
import atexit
atexit.register(lambda: print(sum(map(int, input().split()))))
""",
    "a thread that outlives the main one": """
import threading, time
def late():
    time.sleep(0.02)
    print(sum(map(int, input().split())))
threading.Thread(target=late).start()
""",
    "a large stack for deep recursion": """
import sys, threading
sys.setrecursionlimit(10**6)
threading.stack_size(64 << 20)
def down(n):
    return 0 if n == 0 else 1 + down(n - 1)
def main():
    print(sum(map(int, input().split())) + down(10_000) - 10_000)
thread = threading.Thread(target=main)
thread.start()
thread.join()
""",
    "a pickled dataclass": """
import dataclasses, pickle
@dataclasses.dataclass
class Pair:
    a: int
    b: int
pair = pickle.loads(pickle.dumps(Pair(*map(int, input().split()))))
print(pair.a + pair.b)
""",
    "its own source": """
import inspect
def add(a, b):
    return a + b
assert "return a + b" in inspect.getsource(add)
print(add(*map(int, input().split())))
""",
    "worker processes": """
import multiprocessing
def same(x):
    return x
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(sum(pool.map(same, map(int, input().split()))))
""",
    "another program": """
import subprocess
a, b = input().split()
print(subprocess.check_output(["expr", a, "+", b], text=True))
""",
    "files of its own": """
import tempfile
with tempfile.NamedTemporaryFile("w+") as file, open("mine.txt", "w") as mine:
    file.write(input())
    file.seek(0)
    print(sum(map(int, file.read().split())))
""",
    "an event loop": """
import asyncio
async def main():
    await asyncio.sleep(0)
    print(sum(map(int, input().split())))
asyncio.run(main())
""",
}


@pytest.mark.parametrize("name", FINISHED_PROGRAMS)
def test_an_honest_program_finishes_with_its_answer(
    sandbox: Sandbox, name: str
) -> None:
    seen = sandbox.stdin(FINISHED_PROGRAMS[name], "40 2\n")
    assert (seen.status, seen.stdout.strip()) == (Status.FINISHED, "42"), seen
    assert seen.exit_code == 0
    assert seen.isolation == "namespaces"


FAILING_PROGRAMS = {
    "x = 1\nx / 0": (
        Status.RUNTIME_ERROR,
        "ZeroDivisionError: division by zero (line 2)",
    ),
    "print(1)\nraise SystemExit(3)": (Status.RUNTIME_ERROR, "ended with exit status 3"),
    "def f(:\n  pass": (Status.COMPILE_ERROR, "SyntaxError: invalid syntax (line 1)"),
    "a = 1\0": (
        Status.COMPILE_ERROR,
        "SyntaxError: source code string cannot contain null bytes",
    ),
    "input()\ninput()": (
        Status.RUNTIME_ERROR,
        "EOFError: EOF when reading a line (line 1)",
    ),
    "import json\njson.loads('[')": (
        Status.RUNTIME_ERROR,
        "JSONDecodeError: Expecting value: line 1 column 2 (char 1) (line 2)",
    ),
    "import ctypes\nctypes.string_at(0)": (Status.RUNTIME_ERROR, "ended by SIGSEGV"),
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nraise KeyError(1)": (
        Status.RUNTIME_ERROR,
        "KeyError: 1 (line 3)",
    ),
    "def f():\n  f()\nf()": (
        Status.RUNTIME_ERROR,
        "RecursionError: maximum recursion depth exceeded (line 2)",
    ),
    "import ctypes\nctypes.CDLL(None).syscall(165, 0, 0, 0, 0, 0)": (
        Status.SECURITY_VIOLATION,
        "made a system call that is forbidden",
    ),
}


@pytest.mark.parametrize("source", FAILING_PROGRAMS)
def test_a_failure_is_told_in_one_line_with_the_programs_own_line_number(
    sandbox: Sandbox, source: str
) -> None:
    seen = sandbox.stdin(source, "")
    assert (seen.status, seen.error) == FAILING_PROGRAMS[source]


def test_a_traceback_shows_the_program_and_nothing_of_ours(sandbox: Sandbox) -> None:
    seen = sandbox.stdin("def f():\n    return 1 / 0\nf()")
    assert 'File "/work/main.py", line 2, in f\n    return 1 / 0' in seen.stderr_tail
    assert seen.stderr_tail.count("File ") == 2


def test_output_that_is_no_text_is_kept_apart_from_the_right_answer(
    sandbox: Sandbox,
) -> None:
    seen = sandbox.stdin("import sys; sys.stdout.buffer.write(b'5\\n\\xff')")
    assert seen.status is Status.FINISHED
    assert seen.stdout == "5\n\ufffd"


def test_a_megabyte_goes_in_and_comes_out(sandbox: Sandbox) -> None:
    text = "x" * (1 << 20)
    seen = sandbox.stdin("print(len(input()))\nprint('y' * 1_000_000)", text + "\n")
    assert seen.stdout == f"{1 << 20}\n" + "y" * 1_000_000 + "\n"


def test_runs_share_nothing_and_keep_the_order_of_their_inputs(
    sandbox: Sandbox,
) -> None:
    source = """
import os
seen = [p for p in ("/tmp/m", "/work/m", "/dev/shm/m") if os.path.exists(p)]
for path in ("/tmp/m", "/work/m", "/dev/shm/m"):
    open(path, "w").close()
print(input(), seen)
"""
    texts = [str(number) for number in range(8)]
    results = sandbox.portal.call(
        sandbox.executor.run_stdin, source, texts, Limits(cpu_s=3, wall_s=20)
    )
    assert [each.stdout for each in results] == [f"{text} []\n" for text in texts]


def test_after_a_failure_the_rest_is_skipped_where_that_was_asked(
    sandbox: Sandbox,
) -> None:
    async def run() -> list[Status]:
        results = await sandbox.executor.run_stdin(
            "print(1 / int(input()))",
            ["1", "0", "2"],
            Limits(cpu_s=3, wall_s=20),
            stop_at_failure=True,
        )
        return [each.status for each in results]

    wanted = [Status.FINISHED, Status.RUNTIME_ERROR, Status.SKIPPED]
    assert sandbox.portal.call(run) == wanted


def test_strings_hash_alike_in_every_run_so_sets_print_alike(sandbox: Sandbox) -> None:
    source = "print(set('abcdefgh'), hash('x'))"
    assert len({sandbox.stdin(source).stdout for _ in range(4)}) == 1
