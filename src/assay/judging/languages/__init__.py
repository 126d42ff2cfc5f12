"""The languages that can be judged, one small file each.

The judge's own Python is not among them: its programs run in a warm interpreter.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from assay.errors import ProblemError, ToolchainMissing
from assay.judging.languages.bash import BASH
from assay.judging.languages.c import C
from assay.judging.languages.cpp import CPP
from assay.judging.languages.go import GO
from assay.judging.languages.java import JAVA
from assay.judging.languages.javascript import JAVASCRIPT
from assay.judging.languages.language import Language, Toolchain
from assay.judging.languages.python import is_python, other_pythons, python
from assay.judging.languages.rust import RUST
from assay.judging.languages.typescript import TYPESCRIPT

LANGUAGES: tuple[Language, ...] = (C, CPP, GO, RUST, JAVA, JAVASCRIPT, TYPESCRIPT, BASH)

_OWN_VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
_OWN = frozenset({"python", "python3", "py", "py3", _OWN_VERSION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whether a language can be judged here, and what would bring it if not."""

    name: str
    present: bool
    version: str = ""
    path: str = ""
    package: str = ""


def is_own_python(name: str) -> bool:
    """Whether a name stands for the Python that the judge itself runs on."""
    return name.strip().lower() in _OWN


def language_of(name: str) -> Language:
    """The language of a name or of one of its other names.

    Raises:
        ProblemError: no language has that name.
    """
    wanted = name.strip().lower()
    for language in LANGUAGES:
        if wanted == language.name or wanted in language.aliases:
            return language
    if is_python(wanted):
        return python(wanted)
    known = ", ".join(("python", *(language.name for language in LANGUAGES)))
    raise ProblemError(
        f"language {name!r} is not known here; use one of {known}, or "
        "python3.X of 3.11 or newer"
    )


def language_of_file(name: str) -> str:
    """The name of the language that a file's suffix stands for; else `python`."""
    suffix = Path(name).suffix.lower()
    fits = (each.name for each in LANGUAGES if suffix in each.suffixes)
    return next(fits, "python")


def toolchain_of(language: Language) -> Toolchain:
    """Find a language's programs here. Runs them, which takes up to a second.

    Raises:
        ToolchainMissing: they are not here; says which package brings them.
    """
    found = language.find(language)
    if found is None:
        tools = " and ".join(repr(tool) for tool in language.tools)
        raise ToolchainMissing(
            f"programs in {language.name} cannot be judged here: {tools} cannot be "
            f"run; install the package {language.package}, e.g. with "
            f"'apt-get install {language.package}'"
        )
    return found


def find_languages() -> tuple[Found, ...]:
    """Look for every language on this computer. Takes a second or two."""
    version = ".".join(map(str, sys.version_info[:3]))
    own = Found(name="python", present=True, version=version, path=sys.executable)
    others = map(python, other_pythons(_OWN_VERSION))
    return (own, *map(_look_for, (*LANGUAGES, *others)))


def _look_for(language: Language) -> Found:
    toolchain = language.find(language)
    if toolchain is None:
        return Found(name=language.name, present=False, package=language.package)
    return Found(
        name=language.name,
        present=True,
        version=toolchain.version,
        path=toolchain.tools[0][1],
        package=language.package,
    )
