"""Asking the user's own checker program whether an answer is right.

Covered: the checker runs in a sandbox of its own, apart from the candidate, so an
answer can only reach it as data: a file, or its standard input. A checker that crashes,
does not end or ends with any other status accepts nothing, as an answer may be made to
do that to it. Not covered: a checker that evaluates what it reads, or that is wrong.
"""

from __future__ import annotations

import json
import logging
from importlib.resources import files

from assay.errors import JudgeUnavailable, ProblemError
from assay.judging.checkers import RIGHT, Comparison
from assay.judging.executor import Executor
from assay.judging.facts import show_text
from assay.judging.languages import is_own_python
from assay.types import Checker, Input, Limits, Observation, Status, Stdin

_ACCEPTING = {"files": frozenset({0, 42}), "icpc": frozenset({42})}
_REJECTING = {"files": frozenset({1, 43}), "icpc": frozenset({43})}
_WRONG = Comparison(passed=False, distance=1.0)
_LIMITS = Limits(cpu_s=10.0, memory_mb=1024, output_kb=4096, disk_mb=256)
_log = logging.getLogger(__name__)


async def ask_checker(
    executor: Executor, checker: Checker, given: Input, expected: object, got: object
) -> Comparison:
    """Run the checker on one answer. Texts are given as they are, values as literals.

    The files of a call hold `repr` of its `(args, kwargs)`, of the expected and of the
    given value: `ast.literal_eval` reads them.

    Raises:
        ProblemError: the checker is no program of a language that is known here.
        JudgeUnavailable: the sandbox failed, twice, or the language is not here.
    """
    source = _program(checker)
    if isinstance(given, Stdin):
        shown = (given.text, str(expected), str(got))
    else:
        call = (given.args, dict(given.kwargs))
        shown = (literal(call), literal(expected), literal(got))
    texts = dict(zip(("input", "expected", "output"), shown, strict=True))
    if is_own_python(checker.language):
        seen = await _run_python(executor, checker, source, texts)
    else:
        seen = await _run_built(executor, checker, source, texts)
    return _decision(checker, seen)


async def _run_python(
    executor: Executor, checker: Checker, source: str, texts: dict[str, str]
) -> Observation:
    order = {
        **texts,
        "source": source,
        "convention": checker.convention,
        "args": checker.args,
    }
    starter = files("assay.judging.inside") / "checker_run.py"
    text = starter.read_text(encoding="utf-8")
    (seen,) = await executor.run_stdin(text, [json.dumps(order)], _LIMITS)
    return seen


async def _run_built(
    executor: Executor, checker: Checker, source: str, texts: dict[str, str]
) -> Observation:
    is_icpc = checker.convention == "icpc"
    stdin = texts.pop("output") if is_icpc else ""
    beside = tuple((n, t.encode("utf-8", "surrogatepass")) for n, t in texts.items())
    third = ("feedback/",) if is_icpc else ("output",)
    seen = await executor.run_beside(
        source,
        (*beside, ("feedback/.made", b"")),  # a file, as only those bring a folder
        ("input", "expected", *third, *checker.args),
        stdin,
        _LIMITS,
        language=checker.language,
    )
    if seen.status is Status.COMPILE_ERROR:
        raise ProblemError(
            f"the checker program is no {checker.language} that compiles: "
            f"{show_text(seen.error)}"
        )
    return seen


def _program(checker: Checker) -> str:
    if not checker.source:
        raise ProblemError(
            "the checker is 'program' but no program was given; give its source"
        )
    if checker.any_of:
        raise ProblemError(
            "a checker program decides by itself which answers are right, so it cannot "
            "be asked for any of several; leave out 'any_of'"
        )
    if checker.convention not in _ACCEPTING:
        raise ProblemError(
            f"the checker's convention is {checker.convention!r}; known are 'files' "
            "and 'icpc'"
        )
    if not is_own_python(checker.language):
        return checker.source
    try:
        compile(checker.source, "checker.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise ProblemError(
            f"the checker program cannot be read as Python: {error.args[0]}"
            + (f" on line {line}" if line else "")
        ) from error
    return checker.source


def _decision(checker: Checker, seen: Observation) -> Comparison:
    if seen.status is Status.SANDBOX_FAILURE:
        raise JudgeUnavailable(f"the checker's sandbox failed: {show_text(seen.error)}")
    ended = seen.status in (Status.FINISHED, Status.RUNTIME_ERROR)
    if ended and seen.exit_code in _ACCEPTING[checker.convention]:
        return RIGHT
    if not ended or seen.exit_code not in _REJECTING[checker.convention]:
        _log.info("the checker did not decide: %s", show_text(seen.error))
    return _WRONG


def literal(value: object) -> str:
    """Write a value as `repr` does; ints that Python refuses to write as hex.

    >>> literal([1, ("a", {2: None})])
    "[1, ('a', {2: None})]"
    """
    try:
        return repr(value)
    except ValueError:
        return _with_hex(value)


def _with_hex(value: object) -> str:
    kind = type(value)
    # Loops, not comprehensions: those would cost a second frame a level.
    parts: list[str] = []
    if kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]
            parts.append(f"{_with_hex(key)}: {_with_hex(item)}")
        return f"{{{', '.join(parts)}}}"
    if kind in (list, tuple, set, frozenset):
        for item in value:  # type: ignore[attr-defined]
            parts.append(_with_hex(item))  # noqa: PERF401
        shown = ", ".join(parts)
        if kind is list:
            return f"[{shown}]"
        if kind is tuple:
            return f"({shown},)" if parts else "()"
        inner = f"{{{shown}}}" if parts else "set()"
        return inner if kind is set else f"frozenset({inner})"
    return hex(value) if isinstance(value, int) and kind is int else repr(value)
