"""A row of JSON -> `Problem`. The fields that are the grader's stay shut."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assay.errors import ProblemError
from assay.problems.checkers import row_checker, takes_several
from assay.problems.constraints import stated_constraints, stated_limits
from assay.problems.drafts import Draft, counted, finish
from assay.problems.examples import docstring_examples, examples_in
from assay.problems.row_tests import Tests, row_tests
from assay.problems.samples import contest_samples
from assay.problems.signature import Signature, read_signature
from assay.problems.source import lines_of
from assay.types import Checker, IOMode, Problem

VISIBLE = (
    "id", "title", "statement", "starter_code", "entry_point", "setup_code",
    "public_tests", "checker", "io_mode", "time_limit_s", "language",
)  # fmt: skip
"""All that is read of a row. Nothing else is looked at, whatever it is called."""


def read_row(row: Mapping[str, Any]) -> Problem:
    """Read one object of the published schema, of its `VISIBLE` fields alone.

    Raises:
        ProblemError: no statement, or a field of a wrong kind.
    """
    return finish(draft_row(row))


def draft_row(row: Mapping[str, Any], entry_point: str | None = None) -> Draft:
    """Read a row as far as options may still change it."""
    seen = {key: row[key] for key in VISIBLE if key in row}
    statement = seen.get("statement")
    name = str(seen.get("id") or "the JSON object")
    if not isinstance(statement, str) or not statement.strip():
        near = difflib.get_close_matches("statement", map(str, row), n=1, cutoff=0.6)
        hint = f"; did you mean its {near[0]!r}?" if near else ""
        raise ProblemError(
            f"{name} has no text under 'statement'{hint}; a problem is an object with "
            "at least that field"
        )
    for key in ("starter_code", "setup_code", "entry_point", "title", "language"):
        if not isinstance(seen.get(key), str | None):
            raise ProblemError(
                f"{name} has {type(seen[key]).__name__} under {key!r}; it must be text"
            )
    if entry_point is not None:
        seen["entry_point"] = entry_point
    return _draft(seen, statement, name)


def _draft(seen: Mapping[str, Any], statement: str, name: str) -> Draft:
    starter, entry_point = seen.get("starter_code") or "", seen.get("entry_point")
    io_mode, why = _io_mode(seen, name)
    signature = _signature(starter, entry_point)
    if signature is not None and entry_point is None and io_mode is IOMode.FUNCTION:
        entry_point = signature.entry_point
    tests, where = _tests(seen, statement, io_mode, signature, entry_point, name)
    problem = Problem(
        id=str(seen.get("id") or "problem"),
        title=seen.get("title") or "",
        statement=statement,
        io_mode=io_mode,
        language=seen.get("language") or "python",
        entry_point=entry_point if io_mode is IOMode.FUNCTION else None,
        starter_code=starter,
        setup_code=seen.get("setup_code") or "",
        cases=tests.cases,
        test_code=tests.test_code,
        limits=stated_limits(statement, time_limit_s=_time_limit(seen, name)),
        constraints=stated_constraints(statement),
        notes=("Read as a row of JSON.", why, counted(tests, where)),
    )
    return Draft(
        problem=problem,
        signature=signature,
        mode_is_sure=True,
        tolerance=tests.tolerance,
        checker=_checker(seen, io_mode, tests),
    )


def _io_mode(seen: Mapping[str, Any], name: str) -> tuple[IOMode, str]:
    given = seen.get("io_mode")
    if given is None:
        if seen.get("entry_point") or seen.get("starter_code"):
            return IOMode.FUNCTION, "A function is asked for: the row names it."
        return IOMode.STDIN, "A whole program is asked for: the row names no function."
    if given not in ("stdin", "function"):
        raise ProblemError(
            f"{name} has the io_mode {given!r}; only 'stdin' and 'function' are solved "
            "here, so choose another row"
        )
    words = {"stdin": "A whole program", "function": "A function"}[given]
    return IOMode(given), f"{words} is asked for: the row says io_mode {given!r}."


def _signature(starter: str, entry_point: str | None) -> Signature | None:
    if not starter.strip():
        return None
    try:
        return read_signature(starter, entry_point) or read_signature(starter)
    except SyntaxError:
        return None  # another language, or prose: the model reads it all the same


def _tests(
    seen: Mapping[str, Any],
    statement: str,
    io_mode: IOMode,
    signature: Signature | None,
    entry_point: str | None,
    name: str,
) -> tuple[Tests, str]:
    given = seen.get("public_tests") or []
    if isinstance(given, Mapping | str | int | float):
        raise ProblemError(
            f"{name} has {type(given).__name__} under 'public_tests'; it must be a "
            "list of objects with 'input' and 'output'"
        )
    if given:
        checker = seen.get("checker")
        several = isinstance(checker, Mapping) and takes_several(checker)
        tests = row_tests(given, io_mode, entry_point, signature, several=several)
        return tests, "the row's public_tests"
    if io_mode is IOMode.STDIN:
        return Tests(cases=contest_samples(statement)), "the statement"
    if signature is None:
        if entry_point is None or seen.get("language") not in (None, "python"):
            return Tests(), ""
        signature = Signature(entry_point=entry_point)
    found = docstring_examples(signature)
    if not found.count:
        found = examples_in(statement, signature)
        return Tests(cases=found.cases, test_code=found.test_code), "the statement"
    return Tests(cases=found.cases, test_code=found.test_code), "the docstring"


def _checker(
    seen: Mapping[str, Any], io_mode: IOMode, tests: Tests
) -> tuple[Checker, str] | None:
    """Return the row's own checker; none where it is found by inspection."""
    given = seen.get("checker")
    if isinstance(given, Mapping):
        return row_checker(given, tests.cases)
    if io_mode is IOMode.STDIN and "checker" in seen:
        return Checker(), "Answers are compared exactly up to trailing blanks."
    return None


def _time_limit(seen: Mapping[str, Any], name: str) -> float | None:
    given = seen.get("time_limit_s")
    if given is None or (isinstance(given, int | float) and given > 0):
        return None if given is None else float(given)
    raise ProblemError(
        f"{name} has {given!r} under 'time_limit_s'; it must be a positive number"
    )


def read_rows(path: Path) -> Iterator[Problem]:
    """Read the problems of a .jsonl or .jsonl.gz file, one at a time.

    Raises:
        ProblemError: naming the line that cannot be read.
    """
    for number, line in lines_of(path):
        yield read_row(row_object(line, f"{path} line {number}"))


def row_object(text: str, name: str) -> Mapping[str, Any]:
    """Parse one JSON object.

    Raises:
        ProblemError: with line and column, where it is broken.
    """
    value = read_json(text, name)
    if not isinstance(value, dict):
        raise ProblemError(
            f"{name} holds a JSON {type(value).__name__} where a problem is an object "
            "with at least 'statement'"
        )
    return value


def read_json(text: str, name: str) -> Any:
    """Parse JSON, or raise a ProblemError with line and column."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ProblemError(
            f"{name} is broken JSON at line {error.lineno} column {error.colno} "
            f"({error.msg}); mend it there"
        ) from error
    except RecursionError as error:
        raise ProblemError(
            f"{name} is JSON nested too deeply to read; flatten it"
        ) from error


def chosen_row(
    rows: Iterable[tuple[str, str]], name: str, row: str | int | None
) -> Mapping[str, Any]:
    """Return the row with a given id, or index from 0, out of named lines of JSON.

    Raises:
        ProblemError: there is no such row, or none is chosen among several.
    """
    first: Mapping[str, Any] = {}
    at_index: tuple[str, str] | None = None
    n_rows = 0
    for where, line in rows:
        if not n_rows:
            first = row_object(line, where)
        if isinstance(row, str) and json.dumps(row)[1:-1] in line:
            given = row_object(line, where)
            if str(given.get("id")) == row:
                return given
        if row is not None and str(row) == str(n_rows):
            at_index = (where, line)
            if isinstance(row, int):
                break
        n_rows += 1
    if at_index is not None:
        return row_object(at_index[1], at_index[0])
    if not n_rows:
        raise ProblemError(f"{name} has no row; it must hold a JSON object a line")
    if row is None and n_rows == 1:
        return first
    how = f"a number from 0 to {n_rows - 1} or an id such as {first.get('id', 0)!r}"
    if row is None:
        raise ProblemError(f"{name} has {n_rows} problems; choose one row by {how}")
    raise ProblemError(f"{name} has no row {row!r} among its {n_rows}; give {how}")
