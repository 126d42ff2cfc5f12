"""One task's check: its reference, wrong programs, mutants and formatting twins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assay.bench.answers import with_answers
from assay.bench.mutants import wrong_programs
from assay.bench.tasks import Reference, Task
from assay.bench.twins import (
    answers_of,
    differs_by,
    doubts,
    harmless_twin,
    refused_twin,
)
from assay.errors import JudgeUnavailable, ProblemError, ToolchainMissing
from assay.judging.languages import is_own_python
from assay.types import (
    Candidate,
    CaseResult,
    CheckerKind,
    IOMode,
    Judge,
    Problem,
    Status,
    Stdin,
    Value,
    Verdict,
)

_MISSING_MODULE = re.compile(r"No module named '([\w.]+)'")
_SHOWN = 160
_LONGEST_TWIN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found of a task."""

    kind: str  # reference | given cases | wrong program | known wrong | mutant | twin
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCheck:
    """What was found of one task. It holds if nothing fails and all was checked."""

    task: str
    failures: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()  # e.g. mutants that pass: they may be right
    not_checked: str | None = None  # why not, or not all
    harness_error: bool = False  # the sandbox failed: run the check again
    n_mutants: int = 0
    n_killed: int = 0
    reference_cpu_s: float | None = None


async def check_task(task: Task, judge: Judge, *, n_mutants: int = 8) -> TaskCheck:
    """Check one task. What cannot be run here is told in the result, never raised."""
    check = _Check(task, judge, n_mutants)
    try:
        await check.run()
    except ToolchainMissing as error:
        check.not_checked = str(error)
    except JudgeUnavailable as error:
        check.not_checked, check.harness_error = str(error), True
    except ProblemError as error:
        check.not_checked = str(error)
    return check.result()


class _Check:
    """One task being checked; what it has found so far."""

    def __init__(self, task: Task, judge: Judge, n_mutants: int) -> None:
        self.task, self.judge, self.n_mutants = task, judge, n_mutants
        self.failures: list[Finding] = []
        self.warnings: list[Finding] = []
        self.not_checked: str | None = None
        self.harness_error = False
        self.mutants = self.killed = 0
        self.cpu_s: float | None = None

    def result(self) -> TaskCheck:
        return TaskCheck(
            task=self.task.problem.id,
            failures=tuple(self.failures),
            warnings=tuple(self.warnings),
            not_checked=self.not_checked,
            harness_error=self.harness_error,
            n_mutants=self.mutants,
            n_killed=self.killed,
            reference_cpu_s=self.cpu_s,
        )

    def fail(self, kind: str, text: str) -> None:
        self.failures.append(Finding(kind=kind, text=text))

    def warn(self, kind: str, text: str) -> None:
        self.warnings.append(Finding(kind=kind, text=text))

    async def run(self) -> None:
        self.task, _ = await with_answers(self.task, self.judge)
        self.warnings += [
            Finding(kind="twin", text=t) for t in doubts(self.task.hidden)
        ]
        await self.check_reference()
        if self.not_checked is not None and self.task.reference is not None:
            return  # what makes the reference fail here makes others fail too
        await self.check_known_wrong()
        await self.check_wrong_programs()
        await self.check_twins()

    async def judged(self, program: Reference, problem: Problem) -> Verdict:
        chosen = replace(problem, language=_language(program, problem))
        return await self.judge.judge(Candidate(code=program.code), chosen)

    async def check_reference(self) -> None:
        reference, hidden = self.task.reference, self.task.hidden
        if reference is None:
            self.not_checked = "the row has no reference solution"
            return
        verdict = await self.judged(reference, hidden)
        self.cpu_s = round(sum(r.cpu_s for r in verdict.results), 3)
        bad = _first_failure(verdict)
        if bad is not None:
            await self.note_reference(reference, hidden, bad)
        given = replace(self.task.problem, limits=hidden.limits)
        if self.not_checked is None and given.has_given_tests:
            failed = _first_failure(await self.judged(reference, given))
            if failed is not None:
                form = await self.by_form_only(reference, given)
                self.fail("given cases", f"the reference fails {_told(failed)}{form}")

    async def note_reference(
        self, reference: Reference, hidden: Problem, bad: CaseResult
    ) -> None:
        missing = _MISSING_MODULE.search(bad.got_text)
        if missing and is_own_python(reference.language):
            self.not_checked = (
                f"it needs the package {missing[1]!r}, which a program cannot import "
                "here"
            )
            return
        form = await self.by_form_only(reference, hidden)
        self.fail("reference", f"the reference fails {_told(bad)}{form}")

    async def by_form_only(self, reference: Reference, problem: Problem) -> str:
        """Words, where all wrong answers differ from the expected ones in form only."""
        if not problem.cases or problem.checker.kind is CheckerKind.PROGRAM:
            return ""
        chosen = replace(problem, language=_language(reference, problem))
        inputs = tuple(case.input for case in problem.cases)
        candidate = Candidate(code=reference.code)
        seen = await self.judge.observe(candidate, chosen, inputs)
        forms: dict[str, None] = {}
        for case, each in zip(problem.cases, seen, strict=True):
            if each.status is not Status.FINISHED:
                return ""
            got: Value = each.stdout if problem.io_mode is IOMode.STDIN else each.value
            if case.expected == got:
                continue
            ways = [
                differs_by(answer, got, problem.io_mode)
                for answer in answers_of(problem.checker, case)
            ]
            way = next((way for way in ways if way is not None), None)
            if way is None:
                return ""
            forms[way] = None
        return f"; its answers differ by form only: {', '.join(forms)}" if forms else ""

    async def check_known_wrong(self) -> None:
        for number, program in enumerate(self.task.wrong, 1):
            verdict = await self.judged(program, self._quick())
            if verdict.passed:
                self.fail(
                    "known wrong",
                    f"program {number} that the dataset says is wrong passes all "
                    f"{len(verdict.counted)} hidden tests",
                )

    async def check_wrong_programs(self) -> None:
        # Mutants of a program that fails say nothing of the tests.
        wanted = 0 if self.failures else self.n_mutants
        quick = self._quick()
        for kind, program in wrong_programs(self.task, n_mutants=wanted):
            is_mutant = kind.startswith("mutant")
            passed = (await self.judged(program, quick)).passed
            if is_mutant:
                self.mutants += 1
                self.killed += not passed
            if passed and is_mutant:
                self.warn("mutant", f"{kind.removeprefix('mutant: ')} passes")
            elif passed:
                n_tests = len(self.task.hidden.cases) or len(self.task.hidden.test_code)
                self.fail(
                    "wrong program",
                    f"the {kind} passes all hidden tests ({n_tests}), by chance or "
                    "because they show nothing",
                )

    def _quick(self) -> Problem:
        """Limits for wrong programs, some without end: by what the reference took."""
        limits = self.task.hidden.limits
        cpu_s = min(limits.cpu_s, max(2.0, 4 * (self.cpu_s or 0.0)))
        return replace(self.task.hidden, limits=replace(limits, cpu_s=cpu_s))

    async def check_twins(self) -> None:
        hidden = self.task.hidden
        if hidden.io_mode is not IOMode.STDIN or not hidden.cases:
            return
        refused = refused_twin(hidden)
        if hidden.checker.kind is CheckerKind.PROGRAM:
            refused = await self._refused_by_program()
        if refused is not None:
            self.fail(
                "twin",
                f"the checker refuses the expected output of {refused} with blanks at "
                "its lines' ends",
            )

    async def _refused_by_program(self) -> str | None:
        case = self.task.hidden.cases[0]
        text = harmless_twin(str(case.expected))
        if not isinstance(case.input, Stdin) or len(text) > _LONGEST_TWIN:
            return None
        program = Reference(code=f"import sys\nsys.stdout.write({text!r})\n")
        alone = replace(self.task.hidden, cases=(case,))
        passed = (await self.judged(program, alone)).passed
        return None if passed else case.name or "case 1"


def _language(program: Reference, problem: Problem) -> str:
    """The program's; the problem's own spelling of it where both mean Python."""
    both = is_own_python(program.language) and is_own_python(problem.language)
    return problem.language if both else program.language


def _first_failure(verdict: Verdict) -> CaseResult | None:
    bad = (r for r in verdict.counted if r.status is not Status.PASSED)
    if not verdict.counted:
        return CaseResult(status=Status.SKIPPED, name="the tests: none of them counts")
    return next(bad, None)


def _told(result: CaseResult) -> str:
    parts = [f"{result.name}: {result.status.value}"]
    if result.expected_text:
        parts.append(f"wanted {_short(result.expected_text)}")
    if result.got_text:
        parts.append(f"got {_short(result.got_text)}")
    return ", ".join(parts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


def findings_of(result: TaskCheck) -> Iterator[tuple[str, Finding]]:
    """All findings of a task with what each means, failures first."""
    for finding in result.failures:
        yield "fails", finding
    for finding in result.warnings:
        yield "warning", finding
