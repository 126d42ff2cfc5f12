"""A package's output validator -> a checker: the default one's flags, or a program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.bench.datasets.small_yaml import read_yaml
from assay.errors import ProblemError
from assay.judging.languages import language_of_file
from assay.types import Checker, CheckerKind

_FOLDERS = ("output_validator", "output_validators")
_GROUPS = ("test_group.yaml", "testdata.yaml")
_FLAGS = ("output_validator_args", "output_validator_flags")
_TOLERANCES = (
    "float_tolerance",
    "float_relative_tolerance",
    "float_absolute_tolerance",
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"[^\n]*$', re.MULTILINE)
_HEADERS = frozenset({".h", ".hpp", ".hh"})


def checker_of(folder: Path, facts: Mapping[str, Any]) -> Checker:
    """The checker of a package.

    The default validator compares tokens and takes upper and lower case alike, unless
    its flags say otherwise. One of the package's own must be a program of one file,
    besides headers, which are put in its place.

    Raises:
        ProblemError: an unknown flag, or a validator that is built by a script.
    """
    flags = _flags(folder, facts)
    validator = _validator(folder)
    asked = str(facts.get("validation") or "").split()[:1]
    if asked == ["default"] or validator is None:
        if asked == ["custom"]:
            raise ProblemError(
                f"{folder} asks for a validator of its own but has none under "
                "output_validators; add it"
            )
        return _default(flags, str(folder))
    return Checker(
        kind=CheckerKind.PROGRAM,
        source=_with_headers(validator),
        language=language_of_file(validator.name),
        convention="icpc",
        args=flags,
    )


def _flags(folder: Path, facts: Mapping[str, Any]) -> tuple[str, ...]:
    places = [folder / "data" / name for name in _GROUPS]
    places += [folder / "data" / "secret" / name for name in _GROUPS]
    given: Any = facts.get("validator_flags")
    for place in places:
        if place.is_file():
            group = read_yaml(place.read_text(encoding="utf-8"), str(place))
            given = next((group[key] for key in _FLAGS if group.get(key)), given)
    if isinstance(given, list):
        return tuple(map(str, given))
    return tuple(shlex.split(str(given or "")))


def _default(flags: tuple[str, ...], name: str) -> Checker:
    words = list(flags)
    exact, case, tolerances = False, False, dict[str, float]()
    while words:
        word = words.pop(0)
        if word in _TOLERANCES and words:
            tolerances[word] = _tolerance(words.pop(0), word, name)
        elif word in ("case_sensitive", "space_change_sensitive"):
            exact |= word == "space_change_sensitive"
            case |= word == "case_sensitive"
        else:
            raise ProblemError(
                f"{name} has the validator flag {word!r}, which the default validator "
                "does not know; correct problem.yaml"
            )
    if tolerances:
        both = tolerances.get("float_tolerance", 0.0)
        return Checker(
            kind=CheckerKind.FLOAT,
            abs_tol=tolerances.get("float_absolute_tolerance", both),
            rel_tol=tolerances.get("float_relative_tolerance", both),
            ignore_case=not case,
        )
    kind = CheckerKind.EXACT if exact else CheckerKind.TOKENS
    return Checker(kind=kind, ignore_case=not case)


def _tolerance(word: str, flag: str, name: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ProblemError(
            f"{name} has {word!r} after {flag!r}, which is no number of at least 0; "
            "correct problem.yaml"
        )
    return value


def _validator(folder: Path) -> Path | None:
    found = [
        file
        for place in _FOLDERS
        for file in sorted((folder / place).rglob("*"))
        if file.is_file() and file.suffix not in _HEADERS
    ]
    programs = [file for file in found if language_named(file.name)]
    if not found:
        return None
    if any(file.name in ("build", "run") for file in found) or len(programs) != 1:
        names = ", ".join(file.name for file in found)
        raise ProblemError(
            f"{folder} has an output validator of several files or with a build script "
            f"({names}); only one program with headers can be run: leave it out"
        )
    return programs[0]


def language_named(file: str) -> str | None:
    """The language that a file's ending stands for; None where it stands for none."""
    if Path(file).suffix.lower() in (".py", ".py3"):
        return "python"
    found = language_of_file(file)
    return None if found == "python" else found


def _with_headers(file: Path) -> str:
    """The program with its own headers in place of their `#include`, each once."""
    seen: set[str] = set()

    def put(found: re.Match[str]) -> str:
        header = file.parent / found[1]
        if not header.is_file() or header.parent.resolve() != file.parent.resolve():
            return found[0]
        if found[1] in seen:
            return ""
        seen.add(found[1])
        text = header.read_text(encoding="utf-8", errors="replace")
        return _INCLUDE.sub(put, text.replace("#pragma once", ""))

    return _INCLUDE.sub(put, file.read_text(encoding="utf-8", errors="replace"))
