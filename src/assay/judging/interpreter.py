"""Which Python runs behind the wall, and where it lies."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path


def base_interpreter() -> str:
    """The program of this Python, without a virtual environment."""
    executable = getattr(sys, "_base_executable", None) or sys.executable
    return str(Path(executable).resolve())


def interpreter_folders() -> list[str]:
    """Where the interpreter and its library lie, if not in the system's folders."""
    paths = sysconfig.get_paths()
    wanted = [sys.base_prefix, sys.base_exec_prefix, paths["stdlib"], "/nix/store"]
    wanted += [paths["platstdlib"], str(Path(base_interpreter()).parent)]
    folders = {
        folder for path in wanted for folder in (path, str(Path(path).resolve()))
    }
    found = (each for each in folders - {"/usr"} if os.access(each, os.X_OK))
    # Shortest first: what lies inside a folder that is in view is in view.
    return sorted(found, key=len)
