"""What the user gave, and the options beside it -> `Problem`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.errors import ProblemError
from assay.problems.checkers import named_checker
from assay.problems.drafts import Draft, finish, fits
from assay.problems.given_tests import GivenTests, read_tests_file
from assay.problems.rows import chosen_row, draft_row, read_json
from assay.problems.source import clean_text, lines_of, read_text_file
from assay.problems.texts import ASSUMED_NAME, python_draft, text_draft
from assay.types import IOMode, Problem


def read_problem(
    source: Path | str,
    *,
    tests: Path | None = None,
    io_mode: IOMode | None = None,
    checker: str | None = None,
    entry_point: str | None = None,
    row: str | int | None = None,
) -> Problem:
    """Read a problem from a file, or from its very text.

    Kinds, told apart by extension and content: a JSON object or a row of JSONL, a
    Python file with a signature, a contest's statement, plain words. What was found
    and why stands in `Problem.notes`. Nothing that was given is run.

    Args:
        source: A path to a file, or a text (which is never taken for a path).
        tests: The user's tests; they are added to the examples that are found.
        io_mode: Forces what would be found.
        checker: `exact`, `tokens`, `float[:tolerance]`, `unordered`,
            `program:FILE`, `icpc:FILE`.
        entry_point: What is to be called, where the source leaves it open.
        row: Index from 0, or id, in a file of many problems.

    Raises:
        ProblemError: says what cannot be read, and what to do.
    """
    chosen = named_checker(checker) if checker is not None else None
    draft = _draft(source, entry_point, row)
    if tests is not None:
        draft = _with_tests(draft, tests, entry_point, io_mode)
    return finish(_with_mode(draft, io_mode), chosen)


def _draft(source: Path | str, entry_point: str | None, row: str | int | None) -> Draft:
    if isinstance(source, Path):
        name = source.name
        if name.endswith((".jsonl", ".jsonl.gz", ".json.gz")):
            rows: Iterable[tuple[str, str]] = (
                (f"{source} line {number}", line) for number, line in lines_of(source)
            )
            return draft_row(chosen_row(rows, str(source), row), entry_point)
        text = read_text_file(source)
    else:
        name, text = "the text", clean_text(source, "the text")
        if not text.strip():
            raise ProblemError("the problem is empty; it must hold a statement")
    if name.endswith(".json") or re.match(r'\s*(?:\{\s*"|\[\s*\{\s*")', text):
        rows = _json_rows(text, str(source) if isinstance(source, Path) else name)
        return draft_row(chosen_row(rows, name, row), entry_point)
    if row is not None:
        raise ProblemError(
            f"{name} is one problem and no file of many, so there is no row {row!r}; "
            "leave the row out"
        )
    is_python = name.endswith(".py")
    draft = python_draft(text, name, entry_point, sure=is_python)
    return draft if draft is not None else text_draft(text, name, entry_point)


def _json_rows(text: str, name: str) -> Iterable[tuple[str, str]]:
    """Return named lines of JSON: of a list, of lines, or the one object."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
        return [(f"{name} line {n}", line) for n, line in enumerate(lines, 1)]
    value: Any = read_json(text, name)
    if isinstance(value, list):
        return [(f"{name} item {n}", json.dumps(v)) for n, v in enumerate(value)]
    return [(name, json.dumps(value))]


def _with_tests(
    draft: Draft, path: Path, entry_point: str | None, forced: IOMode | None
) -> Draft:
    problem = draft.problem
    known = None if draft.entry_is_assumed and not entry_point else problem.entry_point
    mode = forced or (problem.io_mode if draft.mode_is_sure else None)
    given = read_tests_file(path, mode, known or entry_point, draft.signature)
    if given.io_mode is not mode and mode is not None and draft.mode_is_sure:
        _refuse_other_mode(problem, given, path, forced)
    named = given.entry_point or problem.entry_point
    mode = forced or (problem.io_mode if draft.mode_is_sure else given.io_mode)
    notes = problem.notes
    if mode is not problem.io_mode:
        notes = (*notes, f"The tests are for a {_words(mode)}, so one is written.")
    if named != problem.entry_point and mode is IOMode.FUNCTION:
        notes = (*notes, f"The tests call `{named}`, so it is the entry point.")
    renamed = named != problem.entry_point and draft.entry_is_assumed
    return replace(
        draft,
        problem=replace(
            problem,
            io_mode=mode,
            entry_point=named if mode is IOMode.FUNCTION else None,
            starter_code="" if renamed else problem.starter_code,
            cases=problem.cases + given.tests.cases,
            test_code=problem.test_code + given.tests.test_code,
            notes=(*notes, given.note),
        ),
        mode_is_sure=True,
        entry_is_assumed=draft.entry_is_assumed and named == ASSUMED_NAME,
        tolerance=draft.tolerance or given.tests.tolerance,
    )


def _refuse_other_mode(
    problem: Problem, given: GivenTests, path: Path, forced: IOMode | None
) -> None:
    if forced is None:
        raise ProblemError(
            f"{path.name} tests a {_words(given.io_mode)} but the problem asks for a "
            f"{_words(problem.io_mode)}; give tests of that kind, or force the mode"
        )


def _words(io_mode: IOMode) -> str:
    return "whole program" if io_mode is IOMode.STDIN else "function"


def _with_mode(draft: Draft, forced: IOMode | None) -> Draft:
    """Keep the cases that the mode can run. All of them lost is an error.

    A user who forces a mode means it, but without a case nothing could be verified,
    and that is not what they asked for.
    """
    problem = draft.problem
    mode = forced or problem.io_mode
    kept = tuple(case for case in problem.cases if fits(case, mode))
    code = problem.test_code if mode is IOMode.FUNCTION else ()
    lost = len(problem.cases) - len(kept) + len(problem.test_code) - len(code)
    notes = list(problem.notes)
    if lost and not kept and not code:
        other = IOMode.FUNCTION if mode is IOMode.STDIN else IOMode.STDIN
        raise ProblemError(
            f"none of the {lost} examples can test a {_words(mode)}: they are for a "
            f"{_words(other)}; leave the mode {str(mode)!r} out or give tests for it"
        )
    if lost:
        notes.append(f"{lost} examples were left out: they are not for {mode}.")
    if forced is not None and forced is not problem.io_mode:
        notes.append(f"A {_words(forced)} is written, as asked.")
    entry_point = problem.entry_point
    if mode is IOMode.STDIN:
        entry_point = None
    elif entry_point is None:
        entry_point = draft.signature.entry_point if draft.signature else ASSUMED_NAME
        notes.append(f"The function is to be called `{entry_point}`.")
    changed = replace(
        problem,
        io_mode=mode,
        entry_point=entry_point,
        cases=kept,
        test_code=code,
        notes=tuple(notes),
    )
    return replace(draft, problem=changed)
