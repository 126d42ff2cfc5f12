"""A file of many programs: each row is told of, in order, whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import JudgeUnavailable
from assay.judging.corpus import (
    LONGEST_ROW,
    BadRow,
    CorpusRow,
    JudgedRow,
    RowResult,
    each,
    judge_rows,
    lines_of,
    read_line,
    read_rows,
)
from assay.judging.corpus_row import CHECKER_FIELDS
from assay.judging.judge import LocalJudge
from assay.types import (
    Call,
    Candidate,
    CaseResult,
    Checker,
    Input,
    IOMode,
    Isolation,
    Limits,
    Observation,
    Problem,
    Status,
    Verdict,
)

if TYPE_CHECKING:
    from judging.conftest import Sandbox

ADD = "def add(a, b):\n    return a + b\n"
PRINT = "print(sum(map(int, input().split())))"
LIMITS = {"cpu_s": 2, "wall_s": 20}


def text_row(name: Any = "t", source: Any = PRINT, **more: Any) -> dict[str, Any]:
    cases = [{"stdin": "2 3\n", "expected": "5"}]
    row = {"id": name, "mode": "stdin", "source": source, "cases": cases}
    return {**row, "limits": LIMITS, **more}


def call_row(name: Any = "c", source: Any = ADD, **more: Any) -> dict[str, Any]:
    cases = [{"args": [2, 3], "expected": 5}, {"args": [[1], [2]], "expected": [1, 2]}]
    row = {"id": name, "mode": "function", "source": source, "entry_point": "add"}
    return {**row, "cases": cases, "limits": LIMITS, **more}


def line(row: Any) -> bytes:
    return json.dumps(row).encode()


def read(*lines: bytes) -> list[CorpusRow | BadRow]:
    async def run() -> list[CorpusRow | BadRow]:
        return [row async for row in read_rows(each(lines))]

    return anyio.run(run)


def judged(sandbox: Sandbox, *lines: bytes) -> list[RowResult]:
    results: list[RowResult] = []

    async def run() -> None:
        judge = LocalJudge(sandbox.executor)
        await judge_rows(judge, read_rows(each(lines)), results.append)

    sandbox.portal.call(run)
    return results


def statuses(results: Sequence[RowResult]) -> dict[str | None, str]:
    return {
        r.row.id if isinstance(r, JudgedRow) else r.id: (
            r.status if isinstance(r, JudgedRow) else "error"
        )
        for r in results
    }


def test_programs_of_both_modes_get_their_status_in_the_order_of_the_rows(
    sandbox: Sandbox,
) -> None:
    found = judged(
        sandbox,
        line(text_row("slow", "import time; time.sleep(0.5); " + PRINT)),
        line(text_row("wrong", "print(6)")),
        line(text_row("crash", "1 / 0")),
        line(call_row("sum")),
        line(call_row("none", "def add(a, b): pass")),
        line(
            call_row(
                "tuple", "def add(a, b): return tuple(a) + tuple(b) if a != 2 else 5"
            )
        ),
        line(call_row("syntax", "def add(")),
    )
    assert list(statuses(found).items()) == [
        ("slow", "passed"),
        ("wrong", "wrong_answer"),
        ("crash", "runtime_error"),
        ("sum", "passed"),
        ("none", "wrong_answer"),
        ("tuple", "passed"),
        ("syntax", "compile_error"),
    ]


def test_a_bad_row_is_told_of_in_its_place_and_the_rest_is_judged(
    sandbox: Sandbox,
) -> None:
    found = judged(
        sandbox, b"{", line(text_row("a")), line([1]), line(text_row("b", cases=[]))
    )
    first, judged_row, third, last = found
    assert isinstance(first, BadRow)
    assert isinstance(judged_row, JudgedRow)
    assert judged_row.status is Status.PASSED
    assert isinstance(third, BadRow)
    assert third.error == "row 3: is a list; write one JSON object a line"
    assert isinstance(last, BadRow)
    assert last.id == "b"
    assert "nothing to judge by" in last.error


def test_what_the_judge_refuses_is_a_bad_row(sandbox: Sandbox) -> None:
    (found,) = judged(sandbox, line(text_row(language="klingon")))
    assert isinstance(found, BadRow)
    assert (found.id, found.number) == ("t", 1)
    assert found.error.startswith("row 1: ")
    assert "klingon" in found.error


def test_a_program_that_is_no_text_is_no_failure_of_the_machine(
    sandbox: Sandbox,
) -> None:
    lone = b'{"id": "s", "mode": "stdin", "source": "print(\'\\ud800\')", '
    lone += b'"cases": [{"stdin": "\\ud800", "expected": "5"}]}'
    (found,) = judged(sandbox, lone)
    assert isinstance(found, JudgedRow)
    assert found.status in (Status.RUNTIME_ERROR, Status.COMPILE_ERROR)


BAD = [
    (b"", None),
    (b"\xff{}", "row 1: is not UTF-8 (byte 0)"),
    (b"nope", "row 1: is not JSON ("),
    (b"[" * 100_000, "row 1: is "),
    (b"1" * 5000, "row 1: is not JSON ("),
    (b"7", "row 1: is a number; write one JSON object a line"),
    (line({}), "row 1: 'id' is missing"),
    (line(text_row(7)), "row 1: 'id' is a number; give a text"),
    (line(text_row("")), "row 1: 'id' has 0 characters"),
    (line(text_row("x" * 501)), "row 1: 'id' has 501 characters"),
    (line(text_row(mode="stdout")), "row 1: 'mode' is 'stdout'; it is stdin or"),
    (line(text_row(source=None)), "row 1: 'source' is null; give a text"),
    (line(text_row(langage="c")), "row 1: unknown key 'langage'; known: cases,"),
    (line(text_row(cases={})), "row 1: 'cases' is an object; give a list"),
    (line(text_row(cases=[1])), "row 1: case 1: is a number; a case is an object"),
    (line(text_row(cases=[{"stdin": ""}])), "row 1: case 1: 'expected' is missing"),
    (
        line(text_row(cases=[{"stdin": "", "expected": 5}])),
        "row 1: case 1: 'expected' is a number; give a text",
    ),
    (
        line(text_row(cases=[{"stdin": "", "args": [], "expected": "5"}])),
        "row 1: case 1: unknown key 'args'",
    ),
    (line(text_row(entry_point="f")), "row 1: 'entry_point' is given but the mode is"),
    (line(call_row(entry_point=None)), "row 1: 'entry_point' is null; the mode"),
    (line(call_row(cases=[{"args": 1, "expected": 1}])), "row 1: case 1: 'args' is a"),
    (line(text_row(limits={"cpu": 1})), "row 1: limits: unknown key 'cpu'"),
    (line(text_row(limits={"cpu_s": 0})), "row 1: limits: 'cpu_s' is 0; give a number"),
    (line(text_row(limits={"cpu_s": True})), "row 1: limits: 'cpu_s' is True"),
    (line(text_row(limits={"cpu_s": float("nan")})), "row 1: limits: 'cpu_s' is nan"),
    (line(text_row(limits={"files": 2.5})), "row 1: limits: 'files' is 2.5; give a wh"),
    (line(text_row(limits=[])), "row 1: 'limits' is a list; give an object"),
    (line(text_row(checker="close")), "row 1: 'checker' is 'close'; it is exact,"),
    (line(text_row(checker="float:x")), "row 1: checker: the tolerance 'float' is 'x'"),
    (line(text_row(checker=1)), "row 1: 'checker' is a number; give a name or"),
    (line(text_row(checker={})), "row 1: checker: 'kind' is missing"),
    (line(text_row(checker={"kind": "program"})), "row 1: checker: the kind program"),
    (
        line(text_row(checker={"kind": "exact", "any_of": 1})),
        "row 1: checker: 'any_of' is a number; give true or false",
    ),
    (
        line(text_row(checker={"kind": "exact", "any_of": True})),
        "row 1: case 1: 'expected' is a text; give a list",
    ),
]


@pytest.mark.parametrize(("text", "told"), BAD)
def test_what_is_wrong_with_a_row_is_said(text: bytes, told: str | None) -> None:
    found = read(text)
    if told is None:
        assert found == []
        return
    (row,) = found
    assert isinstance(row, BadRow)
    assert row.error.startswith(told)
    assert "\n" not in row.error
    assert len(row.error) < 300


def test_a_row_keeps_all_that_it_says() -> None:
    checker = {"kind": "float", "abs_tol": 0.5, "rel_tol": 0}
    more: dict[str, Any] = {
        "setup_code": "import math",
        "checker": checker,
        "language": "python",
    }
    limits = {"cpu_s": 1, "wall_s": None, "memory_mb": 64, "output_kb": 2}
    case = {"args": [1], "kwargs": {"k": [2]}, "expected": None, "name": "first"}
    (row,) = read(line(call_row("x", limits=limits, cases=[case], **more)))
    assert isinstance(row, CorpusRow)
    assert row.candidate == Candidate(code=ADD)
    problem = row.problem
    assert (row.id, row.number, problem.io_mode) == ("x", 1, IOMode.FUNCTION)
    assert problem.setup_code == "import math"
    assert problem.limits == Limits(cpu_s=1.0, memory_mb=64, output_kb=2)
    assert (problem.checker.abs_tol, problem.checker.rel_tol) == (0.5, 0)
    assert problem.cases[0].input == Call(args=(1,), kwargs=(("k", [2]),))
    assert (problem.cases[0].name, problem.cases[0].expected) == ("first", None)


def test_every_field_of_a_checker_can_be_given() -> None:
    assert CHECKER_FIELDS.keys() == {f.name for f in fields(Checker)} - {"kind"}


def test_an_id_that_came_before_is_refused_and_its_first_row_is_kept() -> None:
    rows = read(line(text_row("a")), b"  ", line(text_row("b")), line(text_row("a")))
    assert [type(row) for row in rows] == [CorpusRow, CorpusRow, BadRow]
    last = rows[-1]
    assert isinstance(last, BadRow)
    assert (last.number, last.id) == (4, "a")
    assert "row 4: the id 'a' stands in a row before" in last.error


def test_a_byte_order_mark_is_passed_over() -> None:
    (row,) = read(b"\xef\xbb\xbf" + line(text_row("a")) + b"\r")
    assert isinstance(row, CorpusRow)


def test_a_row_longer_than_allowed_is_refused_and_not_kept() -> None:
    n_blocks = (LONGEST_ROW >> 20) + 40

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(n_blocks):
            yield b"x" * (1 << 20)
        yield b"\n" + line(text_row("next"))

    async def run() -> list[tuple[int, bytes]]:
        return [(len(each), each[:9]) async for each in lines_of(blocks())]

    (long, _), (_, start) = anyio.run(run)
    assert LONGEST_ROW < long <= LONGEST_ROW + (2 << 20)
    assert start == b'{"id": "n'
    bad = read_line(b"x" * (LONGEST_ROW + 1), 3)
    assert isinstance(bad, BadRow)
    assert bad.error == "row 3: is longer than 64 MB; split its cases up"


@given(st.lists(st.binary(max_size=12)), st.data())
@settings(max_examples=60)
def test_blocks_are_cut_into_the_lines_of_the_file(
    parts: list[bytes], data: st.DataObject
) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def run() -> list[bytes]:
        return [each async for each in lines_of(blocks())]

    wanted = b"".join(parts).split(b"\n")
    assert anyio.run(run) == (wanted if wanted[-1] else wanted[:-1])


class CountingJudge:
    """A judge that takes its time: the first row the longest."""

    isolation = Isolation(tier="none", guarantees=frozenset())

    def __init__(self, fails: str = "") -> None:
        self.n_now = self.n_most = self.n_begun = 0
        self.first_may_end = anyio.Event()
        self._fails = fails

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        self.n_now += 1
        self.n_begun += 1
        self.n_most = max(self.n_most, self.n_now)
        if problem.id == "0":
            await self.first_may_end.wait()
        await anyio.lowlevel.checkpoint()
        self.n_now -= 1
        if problem.id == self._fails:
            raise JudgeUnavailable("the sandbox failed twice: no reason known")
        result = CaseResult(status=Status.PASSED)
        return Verdict(candidate=candidate, results=(result,))

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        raise AssertionError("a corpus is judged, not observed")


def test_rows_in_flight_and_rows_that_wait_are_bounded() -> None:
    n_read = 0
    told: list[str] = []

    async def rows() -> AsyncIterator[bytes]:
        nonlocal n_read
        for index in range(200):
            n_read += 1
            yield line(text_row(str(index)))

    def tell(result: RowResult) -> None:
        assert isinstance(result, JudgedRow)
        told.append(result.row.id)

    async def run() -> None:
        judge = CountingJudge()
        async with anyio.create_task_group() as group:
            group.start_soon(
                lambda: judge_rows(judge, read_rows(rows()), tell, at_once=3)
            )
            await anyio.wait_all_tasks_blocked()
            assert told == []
            assert judge.n_most == 3
            assert judge.n_begun == n_read == 12
            judge.first_may_end.set()

    anyio.run(run)
    assert told == [str(index) for index in range(200)]


def test_a_sandbox_that_failed_is_told_of_its_row_alone() -> None:
    results: list[RowResult] = []

    async def run() -> None:
        judge = CountingJudge(fails="1")
        judge.first_may_end.set()
        lines = [line(text_row(str(index))) for index in range(3)]
        await judge_rows(judge, read_rows(each(lines)), results.append)

    anyio.run(run)
    assert statuses(results) == {"0": "passed", "1": "sandbox_failure", "2": "passed"}
    failed = results[1]
    assert isinstance(failed, JudgedRow)
    assert failed.verdict is None
    assert "failed twice" in failed.error


def test_what_the_caller_raises_ends_the_work() -> None:
    async def run() -> None:
        judge = CountingJudge()
        judge.first_may_end.set()

        def tell(result: RowResult) -> None:
            raise BrokenPipeError

        lines = [line(text_row(str(index))) for index in range(50)]
        await judge_rows(judge, read_rows(each(lines)), tell)

    with pytest.raises(BrokenPipeError):
        anyio.run(run)
