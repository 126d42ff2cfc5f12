"""The judge of this computer: runs candidates in sandboxes and compares out here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from assay.concurrency import gather
from assay.errors import JudgeUnavailable, ProblemError
from assay.judging.checker_program import ask_checker
from assay.judging.checkers import Comparison, compare_text, compare_value
from assay.judging.executor import Executor
from assay.judging.facts import show_failure, show_input, show_text, show_value
from assay.judging.languages import is_own_python, language_of
from assay.judging.test_code import read_test_code
from assay.judging.tester import run_test_code
from assay.judging.wire import WireError
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    CheckerKind,
    Input,
    IOMode,
    Isolation,
    Observation,
    Problem,
    Status,
    Stdin,
    TestCode,
    Value,
    Verdict,
)

_HOPELESS = frozenset(
    {Status.COMPILE_ERROR, Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT}
)
"""After such a failure the rest is skipped: it is dear, or fails the same way."""


_FIRST_ROUND = 8
_ROUND_FACTOR = 8


class LocalJudge:
    """A `Judge` on an executor of this computer.

    Expected values stay in this process: the executor is given inputs only, except
    that a checker program gets both answers in a sandbox without the candidate.
    """

    def __init__(self, executor: Executor, *, packages: tuple[Path, ...] = ()) -> None:
        """Judge with `executor`; tests may import what lies in `packages` too."""
        self._executor = executor
        self._packages = (*packages, *_site_packages())

    @property
    def isolation(self) -> Isolation:
        """What holds while a program runs."""
        return self._executor.isolation

    async def judge(
        self, candidate: Candidate, problem: Problem, *, stop_at_failure: bool = False
    ) -> Verdict:
        """Run the given cases, then the tests, and compare here.

        After a case that met a limit the rest is skipped. A call that returns None is
        taken to answer with its first argument as it is then, where the starter code
        says that the function returns None.

        Args:
            stop_at_failure: Skip the rest after any case that was not passed, and tell
                no facts of those that were: for a grader, who has thousands of them.

        Raises:
            ProblemError: the problem's cases, tests or checker cannot be used.
            JudgeUnavailable: the sandbox itself failed, twice.
        """
        _check_language(problem)
        lean = stop_at_failure
        results: tuple[CaseResult, ...] = ()
        for n in _rounds(len(problem.cases), whole=not lean):
            cases = problem.cases[len(results) : len(results) + n]
            seen = _filled([], n)
            if all(each.passed for each in results):
                inputs = tuple(case.input for case in cases)
                seen = await self._run(
                    candidate, problem, inputs, skip_after_limit=True
                )
            results += await self._results(
                problem, len(results), cases, seen, lean=lean
            )
        for tests in problem.test_code:
            results += await self._test_results(candidate, problem, tests, results)
        tier = self.isolation.tier
        return Verdict(candidate=candidate, results=results, isolation=tier)

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        """Run on inputs whose answers nobody knows. In the order of `inputs`.

        Raises:
            ProblemError: an input is of the other I/O mode than the problem.
            JudgeUnavailable: the sandbox itself failed, twice.
        """
        return await self._run(candidate, problem, inputs, skip_after_limit=False)

    async def _run(
        self,
        candidate: Candidate,
        problem: Problem,
        inputs: tuple[Input, ...],
        *,
        skip_after_limit: bool,
    ) -> tuple[Observation, ...]:
        _check_language(problem)
        if not inputs:
            return ()
        if problem.io_mode is IOMode.FUNCTION:
            calls = _calls(inputs)
            seen = await self._run_calls(candidate, problem, calls, skip_after_limit)
        else:
            texts = _texts(inputs)
            seen = await self._run_texts(candidate, problem, texts, skip_after_limit)
        broken = [each for each in seen if each.status is Status.SANDBOX_FAILURE]
        if broken:
            reason = show_text(broken[0].error) or "no reason known"
            raise JudgeUnavailable(f"the sandbox failed twice: {reason}")
        return seen

    async def _run_calls(
        self,
        candidate: Candidate,
        problem: Problem,
        calls: list[Call],
        skip_after_limit: bool,
    ) -> tuple[Observation, ...]:
        name, limits, setup = problem.entry_point, problem.limits, problem.setup_code
        if name is None:
            raise ProblemError(
                f"problem {problem.id!r} is to be called but names no function; "
                "give its entry_point"
            )
        try:
            return await self._executor.run_calls(
                candidate.code,
                name,
                calls,
                limits,
                setup=setup,
                packages=problem.packages,
                stop_at=_HOPELESS if skip_after_limit else frozenset(),
            )
        except WireError as error:  # of an input: what comes back raises nothing
            raise ProblemError(
                f"an input of problem {problem.id!r} cannot be given to a program: "
                f"{error}; give a flatter one"
            ) from error

    async def _run_texts(
        self,
        candidate: Candidate,
        problem: Problem,
        texts: list[str],
        skip_after_limit: bool,
    ) -> tuple[Observation, ...]:
        run = partial(
            self._executor.run_stdin,
            candidate.code,
            limits=problem.limits,
            language=problem.language,
            setup=problem.setup_code,
            packages=problem.packages,
        )
        if not skip_after_limit:
            return await run(texts)
        seen: list[Observation] = []
        while len(seen) < len(texts) and not (seen and seen[-1].status in _HOPELESS):
            more = await run(texts[len(seen) :], stop_at_failure=True)
            seen += [each for each in more if each.status is not Status.SKIPPED]
        return _filled(seen, len(texts))

    async def _results(
        self,
        problem: Problem,
        start: int,
        cases: tuple[Case, ...],
        seen: tuple[Observation, ...],
        *,
        lean: bool,
    ) -> tuple[CaseResult, ...]:
        """Compare what was seen. Lean: no facts of what passed, and up to a failure."""
        calls = [
            partial(self._case_result, problem, start + place, *pair, lean=lean)
            for place, pair in enumerate(zip(cases, seen, strict=True))
        ]
        if problem.checker.kind is CheckerKind.PROGRAM:  # each waits for a sandbox
            return await gather(calls)
        results: list[CaseResult] = []
        for call, case in zip(calls, cases, strict=True):
            if lean and results and not results[-1].passed:
                results.append(CaseResult(status=Status.SKIPPED, name=case.name))
            else:
                results.append(await call())
        return tuple(results)

    async def _case_result(
        self, problem: Problem, index: int, case: Case, seen: Observation, *, lean: bool
    ) -> CaseResult:
        result = CaseResult(
            status=seen.status,
            name=case.name or f"case {index + 1}",
            cpu_s=seen.cpu_s,
            wall_s=seen.wall_s,
            peak_mb=seen.peak_mb,
        )
        answer = _answer(problem, case, seen)
        if seen.status is Status.FINISHED:
            compared = await self._compare(problem, case, answer)
            status = Status.PASSED if compared.passed else Status.WRONG_ANSWER
            result = replace(result, status=status, distance=compared.distance)
            if lean and result.passed:
                return result
        is_text = isinstance(case.input, Stdin)
        if seen.status is Status.FINISHED:
            got_text = _show(answer, is_text)
        elif seen.status is Status.SKIPPED:
            got_text = "not run"
        else:
            got_text = show_failure(seen, problem.limits)
        return replace(
            result,
            input_text=show_input(case.input, problem.entry_point),
            expected_text=_show(case.expected, is_text),
            got_text=got_text,
        )

    async def _compare(self, problem: Problem, case: Case, answer: Value) -> Comparison:
        checker = problem.checker
        if checker.kind is CheckerKind.PROGRAM:
            return await ask_checker(
                self._executor, checker, case.input, case.expected, answer
            )
        if isinstance(case.input, Stdin):
            return compare_text(checker, case.expected, answer)
        return compare_value(checker, case.expected, answer)

    async def _test_results(
        self,
        candidate: Candidate,
        problem: Problem,
        tests: TestCode,
        before: tuple[CaseResult, ...],
    ) -> tuple[CaseResult, ...]:
        if any(result.status in _HOPELESS for result in before):
            names = read_test_code(tests, self._packages).names
            return tuple(CaseResult(status=Status.SKIPPED, name=n) for n in names)
        return await run_test_code(
            self._executor, candidate, problem, tests, self._packages
        )


def _rounds(n: int, *, whole: bool) -> Iterator[int]:
    """How many cases to run at once: all, or few first, where a failure ends it.

    >>> list(_rounds(200, whole=False)), list(_rounds(200, whole=True))
    ([8, 64, 128], [200])
    """
    size = n if whole else _FIRST_ROUND
    while n:
        yield min(size, n)
        n -= min(size, n)
        size *= _ROUND_FACTOR


@asynccontextmanager
async def open_judge(
    *,
    slots: int | None = None,
    unsafe: bool = False,
    packages: tuple[Path, ...] = (),
    cache: Path | None = None,
    backend: str = "auto",
    image: str | None = None,
    require: frozenset[str] = frozenset(),
) -> AsyncIterator[LocalJudge]:
    """Open sandboxes and a judge on them; close them at the end.

    Raises:
        JudgeUnavailable: no sandbox can be made here; says what mends it.
    """
    async with Executor.open(
        slots=slots,
        unsafe=unsafe,
        backend=backend,
        image=image,
        require=require,
        cache=cache,
    ) as executor:
        yield LocalJudge(executor, packages=packages)


def _check_language(problem: Problem) -> None:
    """Raise if the language is unknown, or is asked for more than it has here."""
    if is_own_python(problem.language):
        return
    language = language_of(problem.language)
    if problem.io_mode is IOMode.FUNCTION or problem.test_code:
        raise ProblemError(
            f"problem {problem.id!r} is in {language.name}, where neither functions "
            "can be called nor tests written as code can be run; give cases with "
            "standard input and output, or use 'python'"
        )


def _calls(inputs: tuple[Input, ...]) -> list[Call]:
    calls = [given for given in inputs if isinstance(given, Call)]
    if len(calls) < len(inputs):
        raise ProblemError("an input is a text, but the problem's function is called")
    return calls


def _texts(inputs: tuple[Input, ...]) -> list[str]:
    texts = [given.text for given in inputs if isinstance(given, Stdin)]
    if len(texts) < len(inputs):
        raise ProblemError("an input is a call, but the problem's program reads text")
    return texts


def _filled(seen: list[Observation], n: int) -> tuple[Observation, ...]:
    return (*seen, *[Observation(status=Status.SKIPPED)] * (n - len(seen)))


def _answer(problem: Problem, case: Case, seen: Observation) -> Value:
    if isinstance(case.input, Stdin):
        return seen.stdout
    args = case.input.args if seen.args_after is None else seen.args_after
    in_place = seen.value is None and case.expected is not None
    if in_place and args and _returns_none(problem):
        return args[0]  # what was right before may be left as it is
    return seen.value


def _returns_none(problem: Problem) -> bool:
    """Whether the starter code says so, as LeetCode's tasks in place do."""
    name = (problem.entry_point or "").rpartition(".")[2]
    signature = rf"def\s+{re.escape(name)}\s*\([^:]*?(?::[^:]*?)*?\)\s*->\s*None\s*:"
    return re.search(signature, problem.starter_code) is not None


def _show(value: Value, is_text: bool) -> str:
    return show_text(str(value)) if is_text else show_value(value)


def _site_packages() -> tuple[Path, ...]:
    """Where pytest lies, for tests to import it and what is installed beside it."""
    spec = find_spec("pytest")
    if spec is None or spec.origin is None:
        return ()
    return (Path(spec.origin).parent.parent,)
