"""Another Python than the judge's own, started anew for each run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from assay.judging.languages.finding import (
    folders_of,
    home_folder,
    is_system,
    output_of,
)
from assay.judging.languages.language import Language, Toolchain, named

HELLO = "print(sum(map(int, input().split())))\n"
GREEDY = """\
word = input()
while word == "loop":
    pass
parts = []
while True:
    parts.append(b"x" * (1 << 20))
"""
_PREFIX = "python3."
_ASK = """\
import json, platform, sys, sysconfig
folders = [sys.base_prefix, sysconfig.get_paths()["stdlib"]]
print(json.dumps([sys.executable, platform.python_version(), folders]))
"""
_ASK_PACKAGES = """\
import importlib.util, json, os, sys
found = [importlib.util.find_spec(name) for name in sys.argv[1:]]
print(json.dumps([os.path.dirname(os.path.dirname(each.origin)) for each in found]))
"""
_CHECK = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"
_PYENV, _UV = ".pyenv/versions", ".local/share/uv/python"


def python(name: str) -> Language:
    """The language `python3.X`, run by the interpreter of that name."""
    return Language(
        name=name,
        package=name,
        tools=(name,),
        find=_find,
        layout=named("main.py"),
        compile=("{python}", "-I", "-S", "-c", _CHECK, "{source}"),
        artifacts=("main.py",),
        run=("{python}", "-s", "-P", "main.py"),
        extra_processes=4,
        out_of_memory=("MemoryError",),
        hello=HELLO,
        greedy=GREEDY,
    )


def is_python(name: str) -> bool:
    """Whether it has the form `python3.X`, with an X of our time."""
    minor = name.removeprefix(_PREFIX)
    is_number = minor.isascii() and minor.isdigit() and len(minor) <= 2
    return name.startswith(_PREFIX) and is_number and int(minor) >= 11


def other_pythons(own: str) -> tuple[str, ...]:
    """The names of the Pythons that lie here, without our own."""
    names = {path.name for path in _candidates("python3.*")}
    names |= {name for name in _of_path() if is_python(name)}
    wanted = {name for name in names if is_python(name) and name != own}
    return tuple(sorted(wanted, key=lambda name: int(name.removeprefix(_PREFIX))))


def folders_of_packages(program: str, packages: tuple[str, ...]) -> tuple[Path, ...]:
    """Where an interpreter finds packages; empty if it lacks one of them."""
    said = output_of(program, "-c", _ASK_PACKAGES, *packages)
    return tuple(dict.fromkeys(map(Path, json.loads(said)))) if said else ()


def _find(language: Language) -> Toolchain | None:
    given = shutil.which(language.name)
    paths = [given] if given else []
    paths += map(str, _candidates(language.name))
    for path in paths:  # the first may be a script that says it is not there
        said = output_of(path, "-I", "-c", _ASK)
        if said is None:
            continue
        program, version, folders = json.loads(said)
        real = Path(program).resolve()
        shown = {*folders_of(str(real))}
        shown |= {each for each in folders if not is_system(Path(each).resolve())}
        return Toolchain(
            tools=(("python", str(real)),),
            version=version,
            folders=tuple(sorted(shown)),
        )
    return None


def _candidates(name: str) -> Iterator[Path]:
    """Where pyenv and uv keep interpreters that the path may not show."""
    home = home_folder()
    if home is None:
        return
    for folder in (_PYENV, _UV):
        yield from sorted((home / folder).glob(f"*/bin/{name}"), reverse=True)


def _of_path() -> Iterator[str]:
    for folder in ("/usr/bin", "/usr/local/bin"):
        yield from (path.name for path in Path(folder).glob(f"{_PREFIX}*"))
