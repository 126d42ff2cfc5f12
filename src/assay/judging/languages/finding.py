"""Where a language's programs lie on this computer, found by running them.

Only programs on the user's own path are run, outside any sandbox, as the user would.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from assay.judging.languages.language import Language, Toolchain
from assay.judging.namespaces import SYSTEM

_PATIENCE_S = 30.0


def on_path(language: Language) -> Toolchain | None:
    """Find each tool on the path; None if one is missing or does not run."""
    found = [(name, shutil.which(name)) for name in language.tools]
    tools = [(name, str(Path(path).resolve())) for name, path in found if path]
    if len(tools) < len(found):
        return None
    version = first_line(tools[0][1], *language.version_words)
    if version is None:
        return None
    folders = {folder for _, path in tools for folder in folders_of(path)}
    return Toolchain(
        tools=tuple(tools), version=version, folders=tuple(sorted(folders))
    )


def folders_of(program: str) -> tuple[str, ...]:
    """What must be in view for a program to run: its installation, or nothing.

    Never a folder that holds a home folder: a program that lies in `~/bin` is shown
    alone.
    """
    path = Path(program).resolve()
    if is_system(path):
        return ()
    root = path.parent.parent if path.parent.name == "bin" else path.parent
    home = home_folder()
    if home is not None and (root == home or root in home.parents):
        return (str(path),)
    return (str(root),)


def home_folder() -> Path | None:
    """The user's home folder; None for a user who has none."""
    try:
        return Path.home().resolve()
    except RuntimeError:
        return None


def is_system(path: Path) -> bool:
    """Whether every sandbox shows it."""
    return any(path.is_relative_to(folder) for folder in SYSTEM)


def first_line(*command: str) -> str | None:
    """The first line that a program says, also on its error stream; None if none."""
    said = output_of(*command, with_errors=True)
    lines = [line.strip() for line in (said or "").splitlines()]
    return next((line for line in lines if line), None)


def output_of(*command: str, with_errors: bool = False) -> str | None:
    """What a program says; None if it does not run, or not to its end."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
