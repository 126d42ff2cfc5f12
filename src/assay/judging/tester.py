"""Runs tests in one sandbox and the candidate in another; data crosses through here.

Covered: what a candidate prints, returns, patches or exits with cannot make a test
pass. It cannot reach the process in which a test compares, and a test counts as passed
only if that process names it, after the judge asked for it by name.
Not covered: tests that leave the decision to the candidate (see `inside/proxies.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from assay.judging.bundle import candidate_program, tester_program
from assay.judging.distance import token_distance
from assay.judging.executor import Executor
from assay.judging.facts import show_text
from assay.judging.inside.outcomes import (
    IMPORT_OF_TESTS,
    LEFT_OUT,
    PASSED,
    RAISED,
    SKIPPED,
)
from assay.judging.line import (
    LONGEST_VALUE_KB,
    STOPPING,
    Line,
    candidate_limits,
    require_sandbox,
)
from assay.judging.test_code import TestReading, read_test_code
from assay.types import (
    Candidate,
    CaseResult,
    Limits,
    Observation,
    Problem,
    Status,
    TestCode,
    TestStyle,
    Value,
)

_SLOW_TO_IMPORT = frozenset({"numpy", "pytest"})
_STATUSES = {
    PASSED: Status.PASSED,
    RAISED: Status.RUNTIME_ERROR,
    SKIPPED: Status.SKIPPED,
    LEFT_OUT: Status.SKIPPED,
}


async def run_test_code(
    executor: Executor,
    candidate: Candidate,
    problem: Problem,
    tests: TestCode,
    packages: tuple[Path, ...] = (),
) -> tuple[CaseResult, ...]:
    """Run a file's tests on a candidate: a result for each, in their order.

    Raises:
        ProblemError: the file is no Python or holds no test.
        JudgeUnavailable: a sandbox failed, twice.
    """
    reading = read_test_code(tests, packages)
    program = candidate_program()
    limits = candidate_limits(problem.limits)
    async with executor.session(
        program, limits, entry_point="exchange", packages=problem.packages
    ) as session:
        line = Line(session, candidate, problem)
        failure = await line.load()
        if failure is not None:
            return _all_failed(reading.names, failure)
        run = _Run(line)
        ended = await executor.tester(
            tester_program(tests.style),
            _params(tests, reading, problem),
            run.answer,
            _tester_limits(problem.limits),
            packages=packages,
            preload=_preload(tests, reading),
        )
    require_sandbox(ended)
    return run.results(reading.names, ended)


@dataclass(slots=True)
class _Run:
    """One run of a tests file: hears what the tests report, and keeps it."""

    line: Line
    current: str = ""
    began_cpu_s: float = 0.0
    started: set[str] = field(default_factory=set)
    collected: tuple[str, ...] | None = None
    ends: dict[str, CaseResult] = field(default_factory=dict)
    deaths: dict[str, CaseResult] = field(default_factory=dict)

    async def answer(self, message: Value) -> Value:
        """Answer a message of the tests."""
        match message:
            case ("candidate", frame):
                self.line.on_end = self._note_death
                return await self.line.exchange(frame)
            case ("start", str(name)):
                self.current = name
                self.began_cpu_s = self.line.cpu_s
                self.started.add(name)
            case ("collected", [*names]):
                self.collected = tuple(str(name) for name in names)
            case ("end", str(name), outcome, str(asked), str(wanted), str(got)):
                self._note_end(name, outcome, asked, wanted, got)
        return None

    def results(
        self, names: tuple[str, ...], ended: Observation
    ) -> tuple[CaseResult, ...]:
        """A result for each test that must be there, then for what else failed."""
        expected = self.collected if self.collected else names
        known = [self._result(name, ended) for name in expected]
        others = [n for n in {**self.ends, **self.deaths} if n not in expected]
        extra = [self._result(name, ended) for name in others]
        return (*known, *(result for result in extra if not result.passed))

    def _result(self, name: str, ended: Observation) -> CaseResult:
        death, end = self.deaths.get(name), self.ends.get(name)
        if death is not None:
            asked = end.input_text if end else ""
            return replace(death, name=name or "setup of the tests", input_text=asked)
        if end is not None:
            return end
        if self.line.stopped:
            return CaseResult(status=Status.SKIPPED, name=name)
        reason = self._import_failure() or "the test was not run to its end"
        text = show_text(ended.error or reason)
        if name not in self.started and ended.status is not Status.FINISHED:
            return CaseResult(status=Status.SKIPPED, name=name, got_text=text)
        is_limit = ended.status in STOPPING
        status = ended.status if is_limit else Status.RUNTIME_ERROR
        return CaseResult(status=status, name=name, got_text=text)

    def _import_failure(self) -> str:
        end = self.ends.get(IMPORT_OF_TESTS)
        return f"the tests cannot be imported: {end.got_text}" if end else ""

    def _note_death(self, result: CaseResult) -> None:
        self.deaths.setdefault(self.current, result)

    def _note_end(
        self, name: str, outcome: object, asked: str, wanted: str, got: str
    ) -> None:
        before = self.ends.get(name)
        if before is not None and before.counts and not before.passed:
            return  # a failure of one phase is not undone by a later one
        status = _STATUSES.get(str(outcome), Status.WRONG_ANSWER)
        if outcome == RAISED and got.startswith("MemoryError"):
            status = Status.MEMORY_LIMIT
        distance = 0.0 if status is Status.PASSED else 1.0
        if status is Status.WRONG_ANSWER and wanted and got:
            distance = max(0.01, token_distance(wanted, got))
        self.ends[name] = CaseResult(
            status=status,
            name=name,
            input_text=show_text(asked),
            expected_text=show_text(wanted),
            got_text=show_text(got),
            distance=distance,
            counts=outcome != LEFT_OUT,
            cpu_s=self.line.cpu_s - self.began_cpu_s,
        )


def _params(tests: TestCode, reading: TestReading, problem: Problem) -> Value:
    entry = problem.entry_point or ""
    free = reading.free
    if entry.isidentifier() and tests.style is not TestStyle.PYTEST:
        free |= {entry}  # it may be called as a builtin is, which is defined then
    names = [[name, name] for name in sorted(free - {"candidate"})]
    if "candidate" in free:
        names.append(["candidate", entry or "candidate"])
    return {
        "source": tests.source,
        "items": [[i.kind, i.name, i.position, i.parent] for i in reading.items],
        "entry_point": entry,
        "names": names,
        "modules": sorted(reading.modules),
        "classes": sorted(_tested_classes(reading, entry)),
        "own": sorted(reading.used - reading.free - {entry}),
    }


def _tested_classes(reading: TestReading, entry: str) -> frozenset[str]:
    """Names of the solution that tests use; a class of them may be what is tested.

    Not the class that only holds the function: its objects answer nothing of their own.
    """
    owner, _, method = entry.rpartition("().")
    return reading.taken - ({owner, "Solution"} if method and owner else {"Solution"})


def _preload(tests: TestCode, reading: TestReading) -> tuple[str, ...]:
    runner = {"pytest"} if tests.style is TestStyle.PYTEST else set()
    return tuple(sorted((reading.packages | runner) & _SLOW_TO_IMPORT))


def _tester_limits(limits: Limits) -> Limits:
    """Wide: tests are not what is judged, and a candidate's time is its own."""
    return Limits(
        cpu_s=max(20.0, 5 * limits.cpu_s),
        memory_mb=max(2048, limits.memory_mb),
        disk_mb=max(64, limits.disk_mb),
        output_kb=2 * max(LONGEST_VALUE_KB, limits.output_kb),
    )


def _all_failed(names: tuple[str, ...], failure: CaseResult) -> tuple[CaseResult, ...]:
    first = replace(failure, name=names[0])
    rest = [CaseResult(status=Status.SKIPPED, name=name) for name in names[1:]]
    return (first, *rest)
