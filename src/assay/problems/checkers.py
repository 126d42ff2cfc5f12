"""How answers are to be compared: asked for, from the row, or by inspection."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.errors import ProblemError
from assay.problems.constraints import plain_text
from assay.problems.source import read_text_file
from assay.types import Case, Checker, CheckerKind, IOMode, Value

_NAMES = ("exact", "tokens", "float", "unordered", "program")
_LANGUAGES = {
    **{".c": "c", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".go": "go"},
    **{".java": "java", ".js": "javascript", ".mjs": "javascript", ".rs": "rust"},
    **{".sh": "bash", ".ts": "typescript"},
}
_TOLERANCE = re.compile(
    r"(?i)(?:absolute|relative|error|precision|tolerance|differ\w*|within|accura\w*|"
    r"decimal)[^\n]{0,160}?(?<![\w.])(10\s?\^\s?-\s?\d+|1e-\d+|0\.0+1)\b"
)
_ANY_ORDER = re.compile(
    r"(?i)(?:return|print|output|answer|list|report|display|write|result)[^.\n]{0,100}"
    r"\b(?:in|is) (?:an |any )(?:arbitrary )?order"
    r"|order (?:of|in) the (?:output|answer|result)[^.\n]{0,40}"
    r"(?:does not|doesn't) matter"
)
_SEVERAL = re.compile(
    r"(?i)(?:multiple|several|more than one)[^.\n]{0,60}"
    r"(?:solutions?|answers?|ways?|possibilities|optimal)[^.\n]{0,60}"
    r"\b(?:any|either|one of)\b"
    r"|\b(?:print|output|return|find) any\b"
)


def named_checker(text: str) -> Checker:
    """Return the checker that an option names: `float:1e-4`, `program:check.py`, ...

    A checker program is in the language that its file's name says; Python if in doubt.

    Raises:
        ProblemError: an unknown name, a tolerance that is none, a missing program.
    """
    name, colon, rest = text.strip().partition(":")
    known = (*_NAMES, "icpc")
    if name not in known:
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "use one of them"
        raise ProblemError(
            f"unknown checker {name!r}; known are exact, tokens, float[:tolerance], "
            f"unordered, program:FILE and icpc:FILE; {hint}"
        )
    if name in ("program", "icpc"):
        if not rest:
            raise ProblemError(f"the checker {name!r} needs a file; write {name}:FILE")
        return Checker(
            kind=CheckerKind.PROGRAM,
            source=read_text_file(Path(rest)),
            language=_LANGUAGES.get(Path(rest).suffix.lower(), "python"),
            convention="icpc" if name == "icpc" else "files",
        )
    if name != "float" or not colon:
        if colon:
            raise ProblemError(
                f"the checker {name!r} takes nothing after its name but got {rest!r}; "
                "leave it out"
            )
        return Checker(kind=CheckerKind(name))
    try:
        tolerance = float(rest)
    except ValueError:
        tolerance = -1.0
    if not 0 <= tolerance < math.inf:
        raise ProblemError(
            f"the tolerance {rest!r} of the checker 'float' is no number of at least "
            "0; write for example float:1e-6"
        )
    return Checker(kind=CheckerKind.FLOAT, abs_tol=tolerance, rel_tol=tolerance)


def row_checker(given: Mapping[str, Any], cases: Sequence[Case]) -> tuple[Checker, str]:
    """Return the checker of a row's `checker` object, and the reason for it."""
    kind = str(given.get("type", "")).lower()
    ignore_case = bool(given.get("case_insensitive", False))
    if kind in ("json", "values", "function"):
        kind = "float" if any(_has_float(c.expected) for c in cases) else "exact"
    if kind in ("unordered", "set", "multiset", "any_order"):
        kind = "unordered"
    if kind not in _NAMES or kind == "program":
        near = difflib.get_close_matches(kind, (*_NAMES[:-1], "json"), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "use one of them"
        raise ProblemError(
            f"unknown checker type {kind!r} in the row; known are exact, tokens, "
            f"float, unordered and json; {hint}"
        )
    checker = Checker(
        kind=CheckerKind(kind),
        ignore_case=ignore_case,
        any_of=takes_several(given),
        strict_types=bool(given.get("strict_types", False)),
    )
    if checker.any_of and not all(_is_several(c.expected) for c in cases):
        raise ProblemError(
            "the row's checker says 'any_of', so each test's 'output' must be a list "
            "of at least one right answer"
        )
    if kind == "float":
        try:
            absolute = float(given.get("abs", 1e-6))
            relative = float(given.get("rel", absolute))
        except (TypeError, ValueError) as error:
            raise ProblemError(
                f"the row's checker has a tolerance that is no number ({error}); give "
                "'abs' and 'rel' as numbers"
            ) from error
        if not (0 <= absolute < math.inf and 0 <= relative < math.inf):
            raise ProblemError(
                f"the row's checker has the tolerances {absolute:g} and {relative:g}; "
                "give 'abs' and 'rel' as numbers of at least 0"
            )
        checker = replace(checker, abs_tol=absolute, rel_tol=relative)
    return checker, f"Answers are compared by {describe(checker)}, as the row says."


def takes_several(given: Mapping[str, Any]) -> bool:
    """Whether a row's `checker` object says that an output lists the right answers."""
    return bool(given.get("any_of", False))


def _is_several(expected: Value) -> bool:
    return isinstance(expected, list | tuple) and len(expected) > 0


def found_checker(
    statement: str, io_mode: IOMode, cases: Sequence[Case]
) -> tuple[Checker, str]:
    """Return the checker that the statement and the examples call for, and why.

    Whole programs are compared token by token, since the judges that such statements
    come from ignore white space; exactly where an expected output is a drawing
    (blanks at a line's start or several in a row). Values are compared exactly.
    """
    plain = plain_text(statement)
    expected = [c.expected for c in cases]
    stated = _TOLERANCE.search(plain)
    is_text = io_mode is IOMode.STDIN
    fractions = any(map(text_has_fractions if is_text else _has_float, expected))
    if stated and (is_text or fractions):
        tolerance = _tolerance(stated[1])
        checker = Checker(kind=CheckerKind.FLOAT, abs_tol=tolerance, rel_tol=tolerance)
        return checker, f"Numbers may differ by {tolerance:g}, as the statement says."
    if _ANY_ORDER.search(plain) and _order_matters(io_mode, expected):
        return (
            Checker(kind=CheckerKind.UNORDERED),
            "Answers are compared in any order, as the statement says.",
        )
    if fractions:
        return (
            Checker(kind=CheckerKind.FLOAT),
            "Numbers may differ by 1e-06, since expected answers have fractions.",
        )
    if io_mode is IOMode.FUNCTION:
        return Checker(), "Answers are compared exactly."
    if any(_is_drawing(text) for text in expected):
        return (
            Checker(),
            "Answers are compared exactly up to trailing blanks, since blanks seem to "
            "matter in the samples.",
        )
    return (
        Checker(kind=CheckerKind.TOKENS),
        "Answers are compared token by token, as contest judges do.",
    )


def warning_of(statement: str, checker: Checker) -> str | None:
    """Return a note where several answers may be right and only one is known."""
    if checker.kind is CheckerKind.PROGRAM or checker.any_of:
        return None
    if not _SEVERAL.search(statement):
        return None
    return (
        "The statement accepts several answers but only the given one will pass; give "
        "the checker program:FILE to accept the others."
    )


def describe(checker: Checker) -> str:
    """Return a checker in words."""
    case = ", upper and lower case alike" if checker.ignore_case else ""
    words = {
        CheckerKind.EXACT: "equality",
        CheckerKind.TOKENS: "tokens",
        CheckerKind.FLOAT: f"numbers within {checker.abs_tol:g}",
        CheckerKind.UNORDERED: "items in any order",
        CheckerKind.PROGRAM: "your program",
    }
    several = " with any of the right answers" if checker.any_of else ""
    return words[checker.kind] + several + case


def _tolerance(text: str) -> float:
    match = re.fullmatch(r"10\s?\^\s?-\s?(\d+)", text)
    return 10.0 ** -min(int(match[1]), 300) if match else float(text)


def _has_float(value: Value) -> bool:
    if isinstance(value, float):
        return True
    if isinstance(value, str):
        return False
    if isinstance(value, dict):
        return any(_has_float(v) for pair in value.items() for v in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_has_float, value))
    return False


def _order_matters(io_mode: IOMode, expected: Sequence[Value]) -> bool:
    """Whether lines or items could be put in another order at all."""
    if io_mode is IOMode.STDIN:
        return any(len(str(text).split("\n")) > 2 for text in expected)
    return not expected or any(isinstance(e, list | tuple) for e in expected)


def _is_drawing(text: Value) -> bool:
    return isinstance(text, str) and bool(re.search(r"(?m)^ +\S|\S {2,}\S", text))


def text_has_fractions(text: str) -> bool:
    """Whether a text's tokens are numbers of which some have a fraction."""
    tokens = text.split()
    return any(re.fullmatch(r"-?\d+\.\d+(?:[eE][-+]?\d+)?", t) for t in tokens)
