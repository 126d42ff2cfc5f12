"""How a child program loads a candidate: streams, a module, errors in one line.

Runs behind the wall, beside the candidate. Nothing here need be trusted: the judge
believes an exit status from the kernel and values that it checks itself.
"""

# The same plain calls as a candidate would make itself.
# ruff: noqa: PTH109, PTH123, SIM115

from __future__ import annotations

import builtins
import os
import sys
from types import CodeType, ModuleType, TracebackType
from typing import Any

PROGRAM = "main.py"  # in the folder where the job works
SETUP = "setup.py"


def open_streams() -> None:
    """Make the standard streams of all jobs to come, which find theirs at 0, 1 and 2.

    Made on files of the kinds that a job is given, since a stream remembers the kind.
    """
    reading, writing = os.pipe()
    for target, fd in ((0, os.memfd_create("stdin")), (1, writing), (2, writing)):
        os.dup2(fd, target)
    os.close(reading)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(
        2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)
    null = os.open(os.devnull, os.O_RDWR)
    for target in range(3):
        os.dup2(null, target)
    os.close(null)


def new_module(name: str) -> ModuleType:
    """An empty module of that name, with the program's path."""
    module = ModuleType(name)
    here = os.getcwd()
    module.__dict__.update(__file__=f"{here}/{PROGRAM}", __builtins__=builtins)
    sys.modules[name] = module
    sys.path.insert(0, here)
    return module


def compile_program(source: str, name: str = PROGRAM) -> CodeType:
    """Compile a program, and put its text where tracebacks and `inspect` look.

    Raises:
        SyntaxError: also where Python would say ValueError, as for a zero byte.
    """
    try:
        code = compile(source, f"{os.getcwd()}/{name}", "exec", dont_inherit=True)
        with open(name, "wb") as file:
            file.write(source.encode())
    except SyntaxError:
        raise
    except ValueError as error:
        raise SyntaxError(str(error)) from None
    return code


def describe(error: BaseException) -> tuple[str, str]:
    """What kind of failure an exception is, and its line for the user.

    The line number is of the candidate's own program, where one is known.
    """
    line, message = _last_line(error.__traceback__), str(error)
    if isinstance(error, SyntaxError):
        message = error.msg
        line = error.lineno if _is_program(error.filename) else line
    words = " ".join(message.split())[:300]
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    kind = "memory" if isinstance(error, MemoryError) else "error"
    return kind, f"{text} (line {line})" if line else text


def _last_line(trace: TracebackType | None) -> int | None:
    line = None
    while trace is not None:
        if _is_program(trace.tb_frame.f_code.co_filename):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _is_program(path: str | None) -> bool:
    return path is not None and path.rpartition("/")[2] == PROGRAM


def exit_status(error: SystemExit) -> int:
    """The status that Python ends with for a SystemExit; prints what it must."""
    status: Any = error.code
    if status is None:
        return 0
    if isinstance(status, int):
        return status & 0xFF
    sys.stderr.write(f"{status}\n")
    return 1
