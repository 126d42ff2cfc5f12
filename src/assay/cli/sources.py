"""What the commands read and write: problems, programs, stdin and stdout as bytes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from assay.config import SandboxConfig
from assay.errors import UsageError
from assay.types import Problem


def source_of(argument: str) -> Path | str:
    """A file, the text on stdin for `-`, or the argument itself if it is a sentence."""
    if argument == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    if " " in argument.strip() or "\n" in argument:
        return Path(argument) if is_file(argument) else argument
    return Path(argument)


def is_file(argument: str) -> bool:
    """Whether a text is a file's path. One that is too long for a path is none."""
    try:
        return Path(argument).is_file()
    except OSError:
        return False


def with_limits(problem: Problem, sandbox: SandboxConfig) -> Problem:
    """The problem, with the limits of the settings where they say any."""
    limits = problem.limits
    return replace(
        problem,
        limits=replace(
            limits,
            cpu_s=sandbox.cpu_limit or limits.cpu_s,
            memory_mb=sandbox.memory_limit or limits.memory_mb,
        ),
    )


def read_program(argument: str) -> str:
    """Read a program from a file, or from stdin for `-`.

    Raises:
        UsageError: there is no such file, or it is not UTF-8.
    """
    name = "stdin" if argument == "-" else repr(argument)
    try:
        if argument == "-":
            data = sys.stdin.buffer.read()
        else:
            data = Path(argument).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"the program {name} cannot be read ({why}); name a file, or - for stdin"
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the program {name} is not UTF-8 (byte {error.start}); give its source "
            "text, saved as UTF-8"
        ) from error


def write_stdout(data: bytes) -> None:
    """Write a program as UTF-8, whatever the terminal's own encoding is."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
