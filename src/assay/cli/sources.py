"""What the commands read and write: problems, programs, stdin and stdout as bytes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from assay.config import SandboxConfig
from assay.errors import EnvironmentFault, UsageError
from assay.types import Problem


def source_of(argument: str) -> Path | str:
    """A file, the text on stdin for `-`, or the argument itself if it is a sentence."""
    if argument == "-":
        return _stdin_bytes("the problem").decode("utf-8", "replace")
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
            data = _stdin_bytes("the program")
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


def open_stdin(wanted: str) -> BinaryIO:
    """Stdin as bytes, from which `wanted` is to come.

    Raises:
        UsageError: whoever started us has closed it.
    """
    if sys.stdin is None:
        raise UsageError(
            f"{wanted} was to come from stdin, which is closed; name a file, or open it"
        )
    return sys.stdin.buffer


def write_stdout(data: bytes) -> None:
    """Write a program as UTF-8, whatever the terminal's own encoding is.

    Raises:
        EnvironmentFault: stdout is closed, or the file behind it takes no more.
        BrokenPipeError: whoever read it has gone.
    """
    if sys.stdout is None:
        raise EnvironmentFault("stdout is closed; open it, since the answer goes there")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise EnvironmentFault(
            f"stdout cannot be written to ({error.strerror}); make room, or send it "
            "elsewhere"
        ) from error


def _stdin_bytes(wanted: str) -> bytes:
    return open_stdin(wanted).read()
