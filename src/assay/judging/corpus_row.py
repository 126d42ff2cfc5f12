"""One row of a corpus file -> `Problem`. Pure: JSON in, typed values out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from assay.judging.possible import fault_of
from assay.types import (
    Call,
    Case,
    Checker,
    CheckerKind,
    IOMode,
    Limits,
    Problem,
    Stdin,
    Value,
)

_REQUIRED = ("id", "mode", "source", "cases")
KEYS = frozenset(
    {
        *_REQUIRED,
        "language",
        "entry_point",
        "limits",
        "setup_code",
        "checker",
        "packages",
    }
)
_CASE_KEYS = {
    IOMode.STDIN: frozenset({"stdin", "expected", "name"}),
    IOMode.FUNCTION: frozenset({"args", "kwargs", "expected", "name"}),
}
_NAMED = frozenset({"exact", "tokens", "float", "unordered"})
_LONGEST_ID = 500
_SHOWN = 60


class RowError(ValueError):
    """What is wrong with a row, and what to do, for its author to read."""


def read_object(line: bytes, longest: int) -> dict[str, Any]:
    """Parse a line as one JSON object.

    Raises:
        RowError: too long, not UTF-8, not JSON, not an object.
    """
    if len(line) > longest:
        raise RowError(f"is longer than {longest >> 20} MB; split its cases up")
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RowError(
            f"is not UTF-8 (byte {error.start}); save the file as UTF-8"
        ) from error
    except RecursionError as error:
        raise RowError("is nested too deep to be read; give flatter values") from error
    except ValueError as error:
        raise RowError(f"is not JSON ({error}); write one object a line") from error
    if not isinstance(found, dict):
        raise RowError(f"is {_kind(found)}; write one JSON object a line")
    return found


def problem_of(row: Mapping[str, Any]) -> Problem:
    """Read a row without its program.

    Raises:
        RowError: a field is missing, unknown, or of the wrong type or value.
    """
    _require_keys(row, KEYS, _REQUIRED, "")
    name = _typed(row, "id", str)
    if not name or len(name) > _LONGEST_ID:
        raise RowError(f"'id' has {len(name)} characters; give 1 to {_LONGEST_ID}")
    _typed(row, "source", str)
    mode = _mode(_typed(row, "mode", str))
    checker = _checker(row.get("checker", "exact"))
    return Problem(
        id=name,
        statement="",
        io_mode=mode,
        language=_typed(row, "language", str, "python"),
        entry_point=_entry_point(row, mode),
        setup_code=_typed(row, "setup_code", str, ""),
        packages=_texts(row.get("packages", []), "packages", ""),
        cases=_cases(_typed(row, "cases", list), mode, checker),
        checker=checker,
        limits=_limits(_typed(row, "limits", dict, {})),
    )


def _mode(text: str) -> IOMode:
    try:
        return IOMode(text)
    except ValueError as error:
        raise RowError(f"'mode' is {_cut(text)}; it is stdin or function") from error


def _entry_point(row: Mapping[str, Any], mode: IOMode) -> str | None:
    if mode is IOMode.STDIN:
        if row.get("entry_point") is not None:
            raise RowError(
                "'entry_point' is given but the mode is stdin; leave it out, or "
                "write the mode function"
            )
        return None
    name = row.get("entry_point")
    if not isinstance(name, str) or not name.strip():
        raise RowError(
            f"'entry_point' is {_kind(name)}; the mode function needs a name to call"
        )
    return name


def _cases(rows: list[Any], mode: IOMode, checker: Checker) -> tuple[Case, ...]:
    if not rows:
        raise RowError("'cases' is empty, so there is nothing to judge by; give one")
    return tuple(_case(row, n, mode, checker) for n, row in enumerate(rows, 1))


def _case(row: Any, number: int, mode: IOMode, checker: Checker) -> Case:
    where = f"case {number}: "
    if not isinstance(row, dict):
        raise RowError(f"{where}is {_kind(row)}; a case is an object")
    needed = ("stdin" if mode is IOMode.STDIN else "args", "expected")
    _require_keys(row, _CASE_KEYS[mode], needed, where)
    name = _typed(row, "name", str, f"case {number}", where)
    if mode is IOMode.STDIN:
        text = _typed(row, "stdin", str, where=where)
        wanted = _expected_text(row, checker, where)
        return Case(input=Stdin(text=text), expected=wanted, name=name)
    if checker.any_of:
        _typed(row, "expected", list, where=where)
    args = _typed(row, "args", list, where=where)
    kwargs = _typed(row, "kwargs", dict, {}, where=where)
    call = Call(args=tuple(args), kwargs=tuple(kwargs.items()))
    return Case(input=call, expected=row["expected"], name=name)


def _expected_text(row: dict[str, Any], checker: Checker, where: str) -> Value:
    if not checker.any_of:
        return _typed(row, "expected", str, where=where)
    texts = _typed(row, "expected", list, where=where)
    if not all(isinstance(text, str) for text in texts):
        raise RowError(f"{where}'expected' must be a list of texts, as 'any_of' is set")
    return texts


def _limits(row: dict[str, Any]) -> Limits:
    known = frozenset(each.name for each in fields(Limits))
    _require_keys(row, known, (), "limits: ")
    return Limits(**{name: _limit(name, row[name]) for name in row})


def _limit(name: str, value: Any) -> Any:
    if (fault := fault_of(name, value)) is not None:
        raise RowError(f"limits: {name!r} is {_cut(value)}; {fault}")
    return value


def _checker(value: Any) -> Checker:
    """Read `"float:1e-4"` or an object with the fields of `Checker`."""
    if isinstance(value, str):
        name, colon, rest = value.partition(":")
        if name not in _NAMED or (colon and name != "float"):
            raise RowError(
                f"'checker' is {_cut(value)}; it is exact, tokens, float[:tolerance], "
                "unordered, or an object with 'kind'"
            )
        if not colon:
            return Checker(kind=_kind_of(name))
        tolerance = _tolerance(rest)
        return Checker(kind=_kind_of(name), abs_tol=tolerance, rel_tol=tolerance)
    if not isinstance(value, dict):
        raise RowError(f"'checker' is {_kind(value)}; give a name or an object")
    _require_keys(value, frozenset({"kind", *CHECKER_FIELDS}), ("kind",), "checker: ")
    kind = _kind_of(_typed(value, "kind", str, where="checker: "))
    given: dict[str, Any] = {"kind": kind}
    for name, read in CHECKER_FIELDS.items():
        if name in value:
            given[name] = read(value[name], name)
    if given["kind"] is CheckerKind.PROGRAM and not given.get("source"):
        raise RowError("checker: the kind program needs its text as 'source'")
    return Checker(**given)


def _kind_of(name: str) -> CheckerKind:
    try:
        return CheckerKind(name)
    except ValueError as error:
        known = ", ".join(CheckerKind)
        raise RowError(f"checker: unknown kind {_cut(name)}; known: {known}") from error


def _tolerance(value: Any, name: str = "float") -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not (0 <= number < math.inf) or isinstance(value, bool):
        raise RowError(f"checker: the tolerance {name!r} is {_cut(value)}; give 1e-6")
    return number


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise RowError(f"checker: {name!r} is {_kind(value)}; give a text")
    return value


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise RowError(f"checker: {name!r} is {_kind(value)}; give true or false")
    return value


def _convention(value: Any, name: str) -> str:
    if value not in ("files", "icpc"):
        raise RowError(f"checker: {name!r} is {_cut(value)}; it is files or icpc")
    return str(value)


def _texts(value: Any, name: str, where: str = "checker: ") -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise RowError(f"{where}{name!r} is {_kind(value)}; give a list of texts")
    return tuple(value)


CHECKER_FIELDS: dict[str, Callable[[Any, str], Any]] = {
    "abs_tol": _tolerance,
    "rel_tol": _tolerance,
    "ignore_case": _flag,
    "any_of": _flag,
    "strict_types": _flag,
    "source": _text,
    "language": _text,
    "convention": _convention,
    "args": _texts,
}


def _require_keys(
    row: Mapping[str, Value],
    known: frozenset[str],
    needed: tuple[str, ...],
    where: str,
) -> None:
    missing = [name for name in needed if name not in row]
    if missing:
        raise RowError(f"{where}{missing[0]!r} is missing; it must be given")
    unknown = sorted(row.keys() - known)
    if unknown:
        raise RowError(
            f"{where}unknown key {_cut(unknown[0])}; known: {', '.join(sorted(known))}"
        )


_MISSING = object()
_WORDS: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}


def _typed(
    row: Mapping[str, Any],
    name: str,
    wanted: type,
    default: Any = _MISSING,
    where: str = "",
) -> Any:
    if name not in row and default is not _MISSING:
        return default
    value = row.get(name)
    if type(value) is not wanted:
        raise RowError(f"{where}{name!r} is {_kind(value)}; give {_WORDS[wanted]}")
    return value


def _kind(value: Any) -> str:
    """Name a JSON value's type without showing the value."""
    names = {bool: "true or false", type(None): "null"}
    return names.get(type(value)) or _WORDS.get(type(value), "a number")


def _cut(value: Any) -> str:
    try:
        text = ascii(value)
    except ValueError:  # an int of too many digits
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
