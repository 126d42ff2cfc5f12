"""One hostile program is data: it never ends the work on all the others."""

from __future__ import annotations

import itertools
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from assay.errors import ProblemError
from assay.judging import line, usage
from assay.judging.wire import frame, pack
from assay.types import (
    Call,
    Candidate,
    Limits,
    Observation,
    Status,
    TestCode,
    TestStyle,
)
from judging.judged import call_problem, judge

if TYPE_CHECKING:
    from pathlib import Path

    from judging.conftest import Sandbox

# Takes back what it printed before the judge can read it.
THIEF = """
import os
if os.fork() == 0:
    mine = os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK)
    while True:
        try:
            os.read(mine, 65536)
        except BlockingIOError:
            pass
for _ in range(60000):
    os.write(1, b"x" * 10)
"""


@pytest.mark.parametrize(
    "reply",
    [
        ("raise",),
        ("raise", [], (), {}, "", ""),
        ("raise", [["builtins", "X"]], (), {}, 10**5000, ""),
    ],
)
def test_a_forged_answer_to_loading_is_the_programs_failure(
    sandbox: Sandbox, reply: tuple[object, ...]
) -> None:
    forged = frame(pack(("value", reply, None)))
    code = f"import os, time\nos.write(4, {forged!r})\ntime.sleep(30)\n"
    tests = TestCode(source="assert f(1) == 1", style=TestStyle.ASSERTS)
    problem = call_problem("f", test_code=(tests,))
    (result,) = judge(sandbox, code, problem).results
    assert result.status is Status.SECURITY_VIOLATION


def test_a_program_that_reads_its_own_output_is_still_watched(sandbox: Sandbox) -> None:
    seen = sandbox.stdin(THIEF, limits=Limits(cpu_s=1.0))
    assert seen.status in (Status.FINISHED, Status.TIME_LIMIT)


@pytest.mark.parametrize(
    "act",
    [
        "os.nice(19)",
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_setaffinity(0, {0})",
    ],
)
def test_a_program_cannot_choose_to_starve(sandbox: Sandbox, act: str) -> None:
    seen = sandbox.stdin(f"import os\n{act}")
    assert seen.error.startswith("PermissionError")


def test_processes_that_wait_for_each_other_are_not_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str) -> str:
        if path.endswith("schedstat"):
            return "5 1000000000 7"
        return "9 (x) R 1 9 " + "0 " * 40

    monkeypatch.setattr(usage, "_read", read)
    monkeypatch.setattr(os, "listdir", lambda _path: ["7", "8", "9"])
    used = usage.of_job("namespaces", 7, -1, "", exact=False)
    assert used["processes"] == 3
    assert used["delay_s"] == pytest.approx(1.0)


def test_an_input_that_is_nested_too_deep_is_the_users_error(sandbox: Sandbox) -> None:
    deep: list[object] = []
    for _ in range(460):
        deep = [deep]
    with pytest.raises(ProblemError, match="deeper than 450 levels"):
        judge(sandbox, "def f(x): return 1", call_problem("f", ((deep,), 1)))


def test_an_errors_words_can_be_printed(sandbox: Sandbox) -> None:
    code = "def f(): raise ValueError('\\x1b[2J\\ud800')"
    (seen,) = sandbox.calls(code, "f", [()])
    assert seen.error == "ValueError: \\x1b[2J\\ud800 (line 1)"


class Spending:
    """A session whose calls take what it says."""

    def __init__(self, cpu_s: float) -> None:
        self.cpu_s = cpu_s

    async def call(self, _call: Call) -> Observation:
        reply: Any = ("ok", ("p", 1), [], "")
        return Observation(status=Status.FINISHED, value=reply, cpu_s=self.cpu_s)


@pytest.mark.parametrize(("cpu_s", "is_stopped"), [(0.01, False), (2.0, True)])
def test_all_calls_of_a_file_together_have_a_limit_of_cpu_time(
    monkeypatch: pytest.MonkeyPatch, cpu_s: float, is_stopped: bool
) -> None:
    # Each call takes a second of the clock, of which others may have had the most.
    clock = itertools.count()
    slow = SimpleNamespace(monotonic=lambda: float(next(clock)))
    monkeypatch.setattr(line, "time", slow)
    problem = call_problem("f", limits=Limits(cpu_s=1.0))
    session: Any = Spending(cpu_s)
    asked = line.Line(session, Candidate(code=""), problem)

    async def ask() -> None:
        for _ in range(30):
            await asked.exchange(("call", 1, [], []))

    anyio.run(ask)
    assert bool(asked.stopped) is is_stopped
