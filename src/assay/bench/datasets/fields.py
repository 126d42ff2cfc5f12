"""Columns of a row, or an error that names the row, the column and what was there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from assay.errors import ProblemError

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?")


def require(row: Mapping[str, Any], columns: Iterable[str], where: str) -> None:
    """Raise unless the row has each of the columns; name near ones."""
    for column in columns:
        if column not in row:
            raise ProblemError(
                f"{where} has no column {column!r}{near(column, row)}; "
                "add it or fetch the file again"
            )


def refuse_others(row: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Raise if the row has a column that is not known; name the near one."""
    for column in row:
        if column not in known:
            raise ProblemError(
                f"{where} has an unknown column {column!r}{near(column, known)}; "
                "rename it or put it under 'meta'"
            )


def near(word: str, known: Iterable[str]) -> str:
    """`, but 'statment' is near` where a known word is close, else nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f", but {found[0]!r} is near" if found else ""


def text(row: Mapping[str, Any], column: str, where: str) -> str:
    """A column that must hold text, not blank.

    Raises:
        ProblemError: it is missing, blank, or of another kind.
    """
    value = row.get(column)
    if not isinstance(value, str) or not value.strip():
        what = "no text" if value in (None, "") else f"{value!r:.60}"
        raise ProblemError(f"{where} has {what} under {column!r}; it must hold text")
    return value


def text_or_none(row: Mapping[str, Any], column: str, where: str) -> str | None:
    """A column that may be absent, null or blank, and else must hold text."""
    value = row.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return text(row, column, where)


def date(value: object, where: str) -> str | None:
    """A day as YYYY-MM-DD. Of a year or month its first day: the earliest it can be.

    >>> date("2024-05-04T10:30:00", ""), date("2024-12", ""), date(None, "")
    ('2024-05-04', '2024-12-01', None)
    """
    if value is None or value == "":
        return None
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ProblemError(f"{where} has the date {value!r}; write YYYY-MM-DD")
    return f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"
