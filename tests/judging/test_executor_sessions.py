from __future__ import annotations

import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from assay.types import Call, Limits, Observation, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=3.0, wall_s=20.0)


async def add(value: Any) -> Any:
    return value[0] + value[1]


def test_a_tester_asks_as_often_as_it_likes_and_ends_with_a_result(
    sandbox: Sandbox,
) -> None:
    child = """
total = 0
for pair in params["pairs"]:
    total += request(pair)
print("asked", len(params["pairs"]))
finish({"total": total})
"""
    params = {"pairs": [(1, 2), (3, 4)]}
    seen = sandbox.portal.call(sandbox.executor.tester, child, params, add, LIMITS)
    assert (seen.status, seen.value) == (Status.FINISHED, {"total": 10}), seen
    assert seen.stdout == "asked 2\n"


@pytest.mark.parametrize(
    ("child", "status", "error"),
    [
        ("1 / 0", Status.RUNTIME_ERROR, "ZeroDivisionError: division by zero"),
        ("pass", Status.RUNTIME_ERROR, "left before answering with exit status 120"),
        ("while 1: pass", Status.TIME_LIMIT, "more than 0.3 s of CPU time"),
        (
            "import os; os.write(4, b'\\2\\0\\0\\0{}')",
            Status.SECURITY_VIOLATION,
            "said what no tester says",
        ),
    ],
)
def test_a_tester_that_gives_no_result_says_why(
    sandbox: Sandbox, child: str, status: Status, error: str
) -> None:
    limits = Limits(cpu_s=0.3, wall_s=10.0)
    seen = sandbox.portal.call(sandbox.executor.tester, child, None, add, limits)
    assert (seen.status, seen.error) == (status, error)


def test_what_the_answering_side_raises_ends_the_tester_and_is_raised(
    sandbox: Sandbox,
) -> None:
    async def refuse(value: Any) -> Any:
        raise LookupError(value)

    with pytest.raises(LookupError, match="7"):
        sandbox.portal.call(sandbox.executor.tester, "request(7)", None, refuse, LIMITS)


def test_time_that_an_answer_takes_is_not_the_testers(sandbox: Sandbox) -> None:
    async def slowly(value: Any) -> Any:
        await anyio.sleep(1.7)
        return value

    limits = Limits(cpu_s=1.0, wall_s=1.5)
    seen = sandbox.portal.call(
        sandbox.executor.tester, "finish(request(5))", None, slowly, limits
    )
    assert (seen.status, seen.value) == (Status.FINISHED, 5)


def test_a_tester_waits_for_a_candidate_even_when_all_slots_are_taken(
    sandbox: Sandbox,
) -> None:
    """As many testers as slots, each with a candidate: nobody waits for ever."""

    async def test_one() -> Observation:
        executor = sandbox.executor

        async def on_request(value: Any) -> Any:
            async with executor.session("def f(x): return x + 1", LIMITS) as session:
                return (await session.call(Call(args=(value,)), "f")).value

        return await executor.tester("finish(request(1))", None, on_request, LIMITS)

    async def run() -> list[Any]:
        results: list[Any] = []

        async def keep() -> None:
            results.append((await test_one()).value)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(keep)
        return results

    assert sandbox.portal.call(run) == [2] * 4


def test_a_tester_can_import_what_it_was_given_and_a_candidate_cannot(
    sandbox: Sandbox,
) -> None:
    packages = (Path(sysconfig.get_paths()["purelib"]),)

    async def run() -> Observation:
        return await sandbox.executor.tester(
            "import pytest; finish(pytest.__name__)",
            None,
            add,
            LIMITS,
            packages=packages,
            preload=("pytest",),
        )

    assert sandbox.portal.call(run).value == "pytest"
    assert "No module named 'pytest'" in sandbox.stdin("import pytest").error


def test_a_large_result_arrives_whole_though_the_tester_is_gone(
    sandbox: Sandbox,
) -> None:
    child = "finish('x' * 900_000)"
    seen = sandbox.portal.call(sandbox.executor.tester, child, None, add, LIMITS)
    assert seen.value == "x" * 900_000


def test_a_cancelled_tester_leaves_its_slot_free(sandbox: Sandbox) -> None:
    async def run() -> Any:
        begun = time.monotonic()
        for _ in range(3):
            with anyio.move_on_after(0.1):
                await sandbox.executor.tester(
                    "while 1: pass", None, add, Limits(cpu_s=30)
                )
        seen = await sandbox.executor.tester("finish(params)", 3, add, LIMITS)
        assert time.monotonic() - begun < 30
        return seen.value

    assert sandbox.portal.call(run) == 3


def test_an_answer_that_comes_before_its_question_is_a_violation(
    sandbox: Sandbox,
) -> None:
    source = """
import os, threading
forged = b'\\x12\\0\\0\\0[1,"value",5,null]'
def f(x):
    if x == 1:
        threading.Timer(0.02, os.write, (4, forged)).start()
    return x
"""

    async def run() -> list[Observation]:
        async with sandbox.executor.session(source, LIMITS, entry_point="f") as session:
            first = await session.call(Call(args=(1,)))
            await anyio.sleep(0.5)
            forged = await session.call(Call(args=(2,)))
            return [first, forged, await session.call(Call(args=(3,)))]

    first, forged, fresh = sandbox.portal.call(run)
    assert (first.value, fresh.value) == (1, 3)
    assert forged.status is Status.SECURITY_VIOLATION
    assert forged.value is None
