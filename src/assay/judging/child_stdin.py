"""The child program that runs a whole candidate, as `python main.py` would.

Sent to the zygote as text. Descriptor 3 holds one frame, the program; 4 takes at most
one, how it failed, which only words the error: whether it failed is its exit status.
"""

from __future__ import annotations

import atexit
import os
import sys
from types import ModuleType
from typing import NoReturn

from assay.judging.loading import (
    SETUP,
    compile_program,
    describe,
    exit_status,
    new_module,
)
from assay.judging.wire import Channel, pack, unpack


def main() -> NoReturn:
    """Run the program to its end, with all that Python does at an end."""
    channel = Channel()
    setup, source = unpack(channel.receive())
    os.close(3)
    first = os.getpid()
    module = new_module("__main__")
    status = 0
    stage = "compile"
    try:
        if setup:
            exec(compile_program(setup, SETUP), vars(module))
        program = compile_program(source)
        stage = "run"
        exec(program, vars(module))
    except SystemExit as error:
        status = exit_status(error)
    except BaseException as error:
        status = 1
        if os.getpid() == first:  # not in a process that the program forked
            kind, line = describe(error)
            is_syntax = stage == "compile" and isinstance(error, SyntaxError)
            channel.send(pack(("compile" if is_syntax else kind, line)))
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        sys.excepthook(type(error), error.with_traceback(trace), trace)
    end(module, status)


def end(module: ModuleType, status: int) -> NoReturn:
    """Leave as the interpreter does: threads, exit functions, files, then the status.

    The module is emptied so that files it left open are flushed; the interpreter's own
    end would take as long as the run.
    """
    try:
        if threading := sys.modules.get("threading"):  # else there are no threads
            threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        vars(module).clear()
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as error:
        status = exit_status(error)
    except BaseException:
        status = status or 120
    os._exit(status)
