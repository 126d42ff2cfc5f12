"""The project's own schema: one JSON object a line, visible and hidden fields apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import date, text, text_or_none
from assay.bench.datasets.making import (
    grading_limits,
    hidden_by_cases,
    hidden_by_code,
    hidden_by_tests,
    shown,
)
from assay.bench.datasets.sources import asserts_file
from assay.bench.tasks import AnsweredBy, Reference, Task
from assay.errors import ProblemError
from assay.judging.languages import is_own_python
from assay.problems.rows import VISIBLE
from assay.types import Problem, TestStyle

_HIDDEN = (
    "hidden_tests", "test_code", "reference_solution", "reference_language", "verified",
    "meta", "source", "license", "date", "difficulty",
)  # fmt: skip
_KNOWN_WRONG = ("buggy_solution", "buggy")
_FILE_HEADING = re.compile(r"^// file: ", re.MULTILINE)


def _read(row: Mapping[str, Any], where: str) -> Task:
    limit = row.get("time_limit_s")
    problem = _repository(row) if row.get("io_mode") == "repo" else shown(row)
    hidden, answered_by = _hidden(row, problem, where)
    return Task(
        problem=problem,
        hidden=hidden,
        answered_by=answered_by,
        reference=_reference(row, where),
        wrong=_wrong(row, where),
        date=date(row.get("date"), where),
        difficulty=text_or_none(row, "difficulty", where),
        time_limit_s=float(limit) if limit else None,
        meta=_meta(row),
    )


def _repository(row: Mapping[str, Any]) -> Problem:
    """A small repository: several functions, so no entry point; its files are shown."""
    starter = str(row.get("starter_code") or "")
    language = str(row.get("language") or "python")
    if is_own_python(language):  # a heading that is a comment in this language too
        starter = _FILE_HEADING.sub("# file: ", starter)
    seen = {**row, "io_mode": "function", "starter_code": starter, "entry_point": None}
    return replace(shown(seen), entry_point=None)


def _hidden(
    row: Mapping[str, Any], problem: Problem, where: str
) -> tuple[Problem, AnsweredBy | None]:
    limits = grading_limits(row.get("time_limit_s"))
    code = text_or_none(row, "test_code", where)
    if code is None:
        return hidden_by_cases(row, row.get("hidden_tests"), where, limits=limits), None
    if row.get("io_mode") == "repo":
        style = TestStyle.UNITTEST
        return hidden_by_code(problem, code, where, style=style, limits=limits), None
    if not is_own_python(problem.language):
        return hidden_by_code(problem, code, where, limits=limits), None
    source = asserts_file(code, problem.entry_point or "candidate", problem.setup_code)
    return hidden_by_tests(problem, source, where, limits=limits)


def _reference(row: Mapping[str, Any], where: str) -> Reference | None:
    code = text_or_none(row, "reference_solution", where)
    if code is None:
        return None
    language = text_or_none(row, "reference_language", where)
    return Reference(code=code, language=language or _language(row))


def _wrong(row: Mapping[str, Any], where: str) -> tuple[Reference, ...]:
    meta = row.get("meta") or {}
    if not isinstance(meta, Mapping):
        raise ProblemError(
            f"{where} has {type(meta).__name__} under 'meta'; it must be an object"
        )
    codes = [text(meta, key, where) for key in _KNOWN_WRONG if meta.get(key)]
    return tuple(Reference(code=code, language=_language(row)) for code in codes)


def _language(row: Mapping[str, Any]) -> str:
    return str(row.get("language") or "python")


def _meta(row: Mapping[str, Any]) -> dict[str, str]:
    kept = {key: row[key] for key in ("source", "license") if row.get(key)}
    more = {
        key: value
        for key, value in (row.get("meta") or {}).items()
        if isinstance(value, str) and key not in _KNOWN_WRONG and len(value) <= 500
    }
    verified = row.get("verified")
    told = {} if verified is None else {"verified": str(verified).lower()}
    return {key: str(value) for key, value in {**more, **kept, **told}.items()}


ROWS = Format(
    name="rows",
    sign=frozenset({"id", "statement"}),
    required=("id", "statement"),
    known=(*VISIBLE, *_HIDDEN),
    read=_read,
)
