from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from assay.judging.wire import Opaque
from assay.types import Call, Limits, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

SHORT = Limits(cpu_s=0.3, wall_s=20.0)


def test_a_function_answers_each_call_and_keeps_its_globals(sandbox: Sandbox) -> None:
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return tuple(seen)"
    results = sandbox.calls(source, "f", [(1,), ("a",)])
    assert [each.value for each in results] == [(1,), (1, "a")]
    assert [each.status for each in results] == [Status.FINISHED] * 2


def test_what_a_call_prints_belongs_to_that_call(sandbox: Sandbox) -> None:
    source = "print('loading')\ndef f(x):\n    print('got', x)\n    return x"
    results = sandbox.calls(source, "f", [(1,), (2,)])
    assert [each.stdout for each in results] == ["got 1\n", "got 2\n"]


def test_a_block_for_main_does_not_run_in_function_mode(sandbox: Sandbox) -> None:
    source = "def f(): return __name__\nif __name__ == '__main__': 1 / 0"
    (seen,) = sandbox.calls(source, "f", [()])
    assert seen.value == "solution"


@pytest.mark.parametrize("entry_point", ["Solution().add", "add"])
def test_a_method_gets_a_fresh_instance_for_each_call(
    sandbox: Sandbox, entry_point: str
) -> None:
    source = """
class Node: pass
class Solution:
    def __init__(self): self.n = 0
    def add(self, x):
        self.n += x
        return self.n
"""
    results = sandbox.calls(source, entry_point, [(1,), (5,)])
    assert [each.value for each in results] == [1, 5]


def test_keyword_arguments_arrive_by_name(sandbox: Sandbox) -> None:
    async def run() -> object:
        call = Call(args=(7,), kwargs=(("by", 2), ("then", -1)))
        source = "def f(x, *, by, then): return x // by + then"
        (seen,) = await sandbox.executor.run_calls(source, "f", [call], SHORT)
        return seen.value

    assert sandbox.portal.call(run) == 2


def test_arguments_come_back_only_when_the_call_changed_them(
    sandbox: Sandbox,
) -> None:
    source = "def f(xs, y):\n    if y: xs.sort()\n    return None"
    same, changed = sandbox.calls(source, "f", [([2, 1], 0), ([2, 1], 1)])
    assert same.args_after is None
    assert changed.args_after == ([1, 2], 1)


def test_setup_runs_first_and_does_not_shift_line_numbers(sandbox: Sandbox) -> None:
    setup = "from typing import List\nimport math\n\n"
    source = "def f(x: List[int]):\n    return math.sqrt(x)"
    good, bad = sandbox.calls(source, "f", [(4,), (-4,)], setup=setup)
    assert good.value == 2.0
    assert bad.error == "ValueError: math domain error (line 2)"


def test_an_exception_fails_its_call_and_no_other(sandbox: Sandbox) -> None:
    source = "import sys\ndef f(x):\n    if x: sys.exit(0)\n    return x"
    bad, good = sandbox.calls(source, "f", [(1,), (0,)])
    assert (bad.status, bad.error) == (Status.RUNTIME_ERROR, "SystemExit: 0 (line 3)")
    assert (good.status, good.value) == (Status.FINISHED, 0)


def test_a_call_without_end_is_cut_and_the_rest_still_runs(sandbox: Sandbox) -> None:
    source = "def f(x):\n    while x == 2: pass\n    return x"
    results = sandbox.calls(source, "f", [(1,), (2,), (3,)], SHORT)
    wanted = [Status.FINISHED, Status.TIME_LIMIT, Status.FINISHED]
    assert [each.status for each in results] == wanted
    assert results[1].error == "more than 0.3 s of CPU time"
    assert results[1].cpu_s >= 0.3


def test_limits_are_for_each_call_and_not_for_their_sum(sandbox: Sandbox) -> None:
    source = """
import time
def f():
    until = time.process_time() + 0.15
    while time.process_time() < until: pass
"""
    results = sandbox.calls(source, "f", [()] * 4, SHORT)
    assert [each.status for each in results] == [Status.FINISHED] * 4


def test_a_program_that_ends_each_time_is_given_up_after_three_restarts(
    sandbox: Sandbox,
) -> None:
    source = "import os\ndef f(x): os._exit(x)"
    results = sandbox.calls(source, "f", [(0,)] * 6, SHORT)
    ended = [each.status for each in results]
    assert ended == [Status.RUNTIME_ERROR] * 4 + [Status.SKIPPED] * 2
    assert results[0].error == "left before answering with exit status 0"


@pytest.mark.parametrize(
    ("source", "status", "error"),
    [
        ("x = 1", Status.RUNTIME_ERROR, "NameError: the program defines no 'f'"),
        ("f = 3", Status.RUNTIME_ERROR, "f is not a function"),
        ("def f(:", Status.COMPILE_ERROR, "SyntaxError: invalid syntax (line 1)"),
        (
            "\n1 / 0",
            Status.RUNTIME_ERROR,
            "ZeroDivisionError: division by zero (line 2)",
        ),
        ("import os; os._exit(0)", Status.RUNTIME_ERROR, "left before answering"),
        ("while 1: pass", Status.TIME_LIMIT, "more than 0.3 s of CPU time"),
        ("x = bytearray(1 << 33)", Status.MEMORY_LIMIT, "MemoryError (line 1)"),
    ],
)
def test_a_program_that_does_not_load_fails_every_call_alike(
    sandbox: Sandbox, source: str, status: Status, error: str
) -> None:
    runs = sandbox.executor.n_runs
    results = sandbox.calls(source, "f", [(), ()], SHORT)
    assert [each.status for each in results] == [status] * 2
    assert results[0].error.startswith(error), results[0].error
    assert sandbox.executor.n_runs == runs + 1


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        # answers before it is asked, in every form we know
        (
            "import os, json\n"
            "for fd in range(3, 20):\n"
            "    try: os.write(fd, b'\\x12\\0\\0\\0' + b'[1,\"value\",5,null]' )\n"
            "    except OSError: pass\n"
            "def f(): return None",
            {Status.SECURITY_VIOLATION, Status.OUTPUT_LIMIT},
        ),
        # answers twice
        (
            "import os\n"
            "def f():\n"
            "    os.write(4, b'\\x12\\0\\0\\0[1,\"value\",5,null]' * 2)",
            {Status.SECURITY_VIOLATION},
        ),
        # answers with what is no value
        (
            "import os\ndef f(): os.write(4, b'\\x02\\0\\0\\0{}')",
            {Status.SECURITY_VIOLATION},
        ),
        # announces an answer of four gigabytes
        (
            "import os\ndef f(): os.write(4, b'\\xff\\xff\\xff\\xff')",
            {Status.OUTPUT_LIMIT},
        ),
        ("def f(): return 'x' * (64 << 20)", {Status.OUTPUT_LIMIT}),
        ("def f():\n x = []\n x.append(x)\n return x", {Status.RUNTIME_ERROR}),
        (
            "class E(Exception):\n"
            "    def __str__(self): import os; os._exit(0)\n"
            "def f(): raise E",
            {Status.RUNTIME_ERROR},
        ),
        ("import os\ndef f(): os.execv('/bin/true', ['true'])", {Status.RUNTIME_ERROR}),
    ],
)
def test_no_trick_with_the_answer_finishes_a_call(
    sandbox: Sandbox, body: str, statuses: set[Status]
) -> None:
    (seen,) = sandbox.calls(body, "f", [()])
    assert seen.status in statuses, seen
    assert seen.value is None


def test_an_object_that_equals_everything_arrives_opaque(sandbox: Sandbox) -> None:
    source = """
class Any(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
def f(): return Any(5)
"""
    (seen,) = sandbox.calls(source, "f", [()])
    assert isinstance(seen.value, Opaque)


def test_a_counter_comes_back_as_the_dict_it_equals(sandbox: Sandbox) -> None:
    source = "from collections import Counter\ndef f(s): return Counter(s)"
    (seen,) = sandbox.calls(source, "f", [("aab",)])
    assert type(seen.value) is dict
    assert seen.value == Counter("aab")


def test_a_large_list_goes_in_and_comes_back(sandbox: Sandbox) -> None:
    numbers = list(range(100_000))
    (seen,) = sandbox.calls("def f(xs): return xs[::-1]", "f", [(numbers,)])
    assert seen.value == numbers[::-1]


def test_a_session_keeps_its_program_between_calls_and_names_others(
    sandbox: Sandbox,
) -> None:
    source = """
class Stack:
    def size(self): return len(items)
items = []
def push(x): items.append(x)
def crash(): import os; os._exit(1)
"""

    async def run() -> list[object]:
        async with sandbox.executor.session(source, SHORT) as session:
            await session.call(Call(args=(1,)), "push")
            await session.call(Call(args=(1,)), "push")
            full = await session.call(Call(), "Stack().size")
            crashed = await session.call(Call(), "crash")
            fresh = await session.call(Call(), "Stack().size")
            missing = await session.call(Call(), "pop")
            return [full.value, crashed.status, fresh.value, missing.error]

    assert sandbox.portal.call(run) == [
        2,
        Status.RUNTIME_ERROR,
        0,
        "NameError: the program defines no 'pop'",
    ]


def test_memory_beside_quick_answers_is_watched(sandbox: Sandbox) -> None:
    source = (
        "import os, time\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        kept = [bytearray(b'x' * (40 << 20)) for _ in range(3)]\n"
        "        time.sleep(60)\n"
        "def f(n):\n    time.sleep(0.002)\n    return n"
    )
    limits = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=160)
    seen = sandbox.calls(source, "f", [(n,) for n in range(1500)], limits)
    assert Status.MEMORY_LIMIT in {each.status for each in seen}, seen[-1]
