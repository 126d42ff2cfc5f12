"""Kattis and ICPC problem packages: a folder with its data, limits and submissions.

Read are both the `legacy` format and its successors (2023-07, 2025-09). Interactive,
multi-pass and scoring packages are refused: no program that reads and prints once can
be judged by them.

Source: Kattis/problem-package-format, `spec/legacy.md`, `spec/2025-09.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.bench.datasets.kattis_checker import checker_of, language_named
from assay.bench.datasets.making import (
    grading_limits,
    hidden_by_cases,
    none_hidden,
    shown,
)
from assay.bench.datasets.small_yaml import read_yaml
from assay.bench.tasks import Reference, Task
from assay.errors import ProblemError
from assay.problems.source import read_text_file

_STATEMENTS = ("statement", "problem_statement")
_WRONG = ("wrong_answer", "run_time_error")
"""Not those that are too slow: the limits here are wider than the package's."""
_REFUSED = ("interactive", "multi-pass", "multipass", "scoring", "submit-answer")


def packages_in(folder: Path) -> tuple[Path, ...]:
    """The folder itself if it is a package, else the packages right below it.

    Raises:
        ProblemError: there is none.
    """
    if (folder / "problem.yaml").is_file():
        return (folder,)
    below = sorted(file.parent for file in folder.glob("*/problem.yaml"))
    if not below:
        raise ProblemError(
            f"{folder} holds no problem.yaml, nor does a folder right below it; give a "
            "Kattis problem package or a folder of such, or a .jsonl file"
        )
    return tuple(below)


def read_package(folder: Path) -> Task:
    """Read one package.

    Raises:
        ProblemError: it is of a type that cannot be judged, or has no secret cases.
    """
    name = str(folder)
    try:
        facts = read_yaml(_text(folder / "problem.yaml"), f"{folder}/problem.yaml")
        _refuse_types(facts, name)
        row = _visible_row(folder, facts)
        return _task(folder, facts, row, name)
    except OSError as error:
        raise ProblemError(
            f"{error.filename or name} cannot be read ({error.strerror}); check its "
            "permissions"
        ) from error


def _task(
    folder: Path, facts: Mapping[str, Any], row: dict[str, Any], name: str
) -> Task:
    limits = facts.get("limits") or {}
    secret = _cases(folder / "data" / "secret")
    if not secret:
        raise none_hidden(name)
    grading = grading_limits(row.get("time_limit_s"), _number(limits, "memory"))
    checker = checker_of(folder, facts)
    hidden = hidden_by_cases(row, secret, name, limits=grading)
    accepted = _submissions(folder, ("accepted",))
    return Task(
        problem=replace(shown(row), checker=checker),
        hidden=replace(hidden, checker=checker),
        reference=_preferred(accepted),
        wrong=_submissions(folder, _WRONG),
        time_limit_s=row.get("time_limit_s"),
        meta={
            key: str(facts[key])
            for key in ("source", "license", "author", "uuid")
            if facts.get(key)
        },
    )


def _refuse_types(facts: Mapping[str, Any], name: str) -> None:
    kinds = facts.get("type") or "pass-fail"
    words = " ".join(kinds) if isinstance(kinds, list) else str(kinds)
    words += f" {facts.get('validation') or ''}"
    for refused in _REFUSED:
        if refused in words.split() or (refused == "scoring" and "score" in words):
            raise ProblemError(
                f"{name} is a package of the type {refused!r}; only pass-fail packages "
                "whose programs read once and print once can be judged: leave it out"
            )


def _visible_row(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": folder.resolve().name,
        "title": _title(facts),
        "statement": _statement(folder),
        "io_mode": "stdin",
        "public_tests": _cases(folder / "data" / "sample"),
        "checker": {"type": "tokens"},  # replaced by the package's own
        "time_limit_s": _time_limit(folder, facts),
    }


def _title(facts: Mapping[str, Any]) -> str:
    name = facts.get("name") or ""
    if isinstance(name, Mapping):
        return str(name.get("en") or next(iter(name.values()), ""))
    return str(name)


def _statement(folder: Path) -> str:
    found = [
        file
        for place in _STATEMENTS
        for ending in ("md", "tex")
        for file in sorted((folder / place).glob(f"problem*.{ending}"))
    ]
    if not found:
        raise ProblemError(
            f"{folder} has no statement in Markdown or TeX under "
            f"{' or '.join(_STATEMENTS)}; only text can be read"
        )
    english = (f for f in found if f.name.split(".")[1:-1] in ([], ["en"]))
    return _text(next(english, found[0]))


def _cases(folder: Path) -> list[dict[str, str]]:
    """The cases of a folder and of the groups in it, by path."""
    tests = []
    for given in sorted(folder.rglob("*.in")):
        answer = given.with_suffix(".ans")
        if not answer.is_file():
            raise ProblemError(
                f"{given} has no answer beside it ({answer.name}); add it or remove "
                "the input"
            )
        tests.append({"input": _text(given), "output": _text(answer)})
    return tests


def _time_limit(folder: Path, facts: Mapping[str, Any]) -> float | None:
    """Seconds: of the newer formats, or of the files that contest systems add."""
    stated = _number(facts.get("limits") or {}, "time_limit")
    if stated is not None:
        return float(stated)
    for name in (".timelimit", "domjudge-problem.ini"):
        if (folder / name).is_file():
            pattern = r"(?:timelimit\s*=\s*['\"]?)?(\d+(?:\.\d+)?)"
            found = re.search(pattern, _text(folder / name))
            if found:
                return float(found[1]) or None
    return None


def _number(limits: Any, key: str) -> Any:
    value = limits.get(key) if isinstance(limits, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if value > 0 else None


def _submissions(folder: Path, kinds: tuple[str, ...]) -> tuple[Reference, ...]:
    """Programs of one file in a language that is known; those of several are left."""
    files = [
        file
        for kind in kinds
        for file in sorted((folder / "submissions" / kind).glob("*"))
        if file.is_file()
    ]
    programs = []
    for file in files:
        language = language_named(file.name)
        if language is not None:
            programs.append(Reference(code=read_text_file(file), language=language))
    return tuple(programs)


def _preferred(accepted: tuple[Reference, ...]) -> Reference | None:
    """A Python one if there is one: of it mutants can be made."""
    python = (each for each in accepted if each.language == "python")
    return next(python, accepted[0] if accepted else None)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
