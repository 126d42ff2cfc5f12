"""The child program that loads a candidate once and answers calls, one by one.

Sent to the zygote as text. On descriptor 3 come the program and then a frame a call; on
4 go one frame when it is loaded and one an answer: a byte that says of what kind it is,
the number of the question, the value. Where each call is to find the program as it was
loaded, a fork makes the call, and a second frame tells how the fork ended. The module
is not `__main__`, so a candidate's own test block does not run.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

from assay.judging.loading import (
    SETUP,
    compile_program,
    describe,
    new_module,
)
from assay.judging.wire import Channel, pack, unpack

HEAD = 5  # of a question: its form, and four bytes of its number
_LONG = (str, bytes, list, tuple, set, dict)
_ATOMS = (int, float, str, bytes, bool, complex, type(None))


def main() -> NoReturn:
    """Load the program, say how that went, and answer until the judge has enough."""
    channel = Channel()
    order = unpack(channel.receive())
    module = new_module("solution")
    failure = load(module, order["setup"], order["source"])
    if failure is None and order["entry_point"]:
        failure = missing(module, order["entry_point"])
    sys.stdout.flush()
    said = b"l" if failure is None else b"e" + pack(failure)
    channel.send(said)
    reply = in_fork if order["fork"] else answer
    while failure is None:
        try:
            question = channel.receive()
        except EOFError:
            break
        said = reply(module, question, order["max_bytes"])
        channel.send(said[:1] + question[1:HEAD] + said[1:])
    os._exit(0)


def load(module: ModuleType, setup: str, source: str) -> tuple[str, str] | None:
    """Run the setup and the program in the module; tell the kind of a failure."""
    stage = "compile"
    try:
        if setup:
            exec(compile_program(setup, SETUP), vars(module))
        program = compile_program(source)
        stage = "run"
        exec(program, vars(module))
    except BaseException as error:
        kind, line = describe(error)
        is_syntax = stage == "compile" and isinstance(error, SyntaxError)
        return ("compile" if is_syntax else kind), line
    return None


def missing(module: ModuleType, entry_point: str) -> tuple[str, str] | None:
    """Say that an entry point is not there to be called."""
    try:
        if callable(find(module, entry_point)):
            return None
        return "error", f"{entry_point} is not a function"
    except BaseException as error:
        return describe(error)


def find(module: ModuleType, entry_point: str) -> Callable[..., Any]:
    """The function, or the method of a fresh instance, that an entry point names.

    A bare name that the module lacks is looked for as a method, where exactly one of
    the module's classes has it.

    Raises:
        NameError: nothing has that name.
    """
    names = vars(module)
    owner, _, method = entry_point.rpartition("().")
    if not owner and entry_point in names:
        found: Callable[..., Any] = names[entry_point]
        return found
    if not owner:
        method = entry_point
        owners = [name for name, each in names.items() if has(each, module, method)]
        owner = owners[0] if len(owners) == 1 else ""
    if owner not in names or not hasattr(names[owner], method):
        raise NameError(f"the program defines no {entry_point!r}")
    bound: Callable[..., Any] = getattr(names[owner](), method)
    return bound


def has(value: Any, module: ModuleType, method: str) -> bool:
    """Whether this is a class of this module with such a method."""
    return (
        isinstance(value, type)
        and value.__module__ == module.__name__
        and callable(getattr(value, method, None))
    )


def answer(module: ModuleType, question: bytes, max_bytes: int) -> bytes:
    """Make one call; encode what came of it, and the arguments if they changed."""
    is_marshalled = question[:1] == b"m"  # the judge's own words, so these are safe
    asked = marshal.loads(question[HEAD:]) if is_marshalled else unpack(question[HEAD:])
    entry_point, args, kwargs = asked
    try:
        value = find(module, entry_point)(*args, **dict(kwargs))
        changed = False
        for arg in args:
            if type(arg) not in _ATOMS:
                changed = not is_same(asked, question)
                break
        sys.stdout.flush()
        if type(value) in _LONG and len(value) > max_bytes:
            return b"e" + pack(("large", f"an answer of {len(value)} parts"))
        payload = b"a" + pack((value, args)) if changed else b"v" + pack(value)
    except BaseException as error:
        return b"e" + pack(describe(error))
    if len(payload) > max_bytes:
        return b"e" + pack(("large", f"an answer of {len(payload)} bytes"))
    return payload


def is_same(asked: tuple[Any, ...], question: bytes) -> bool:
    """Whether a call left its arguments as they were sent."""
    try:
        if question[:1] == b"m":
            return marshal.dumps(asked, 2) == question[HEAD:]
    except ValueError:
        return False
    return pack(asked) == question[HEAD:]


def in_fork(module: ModuleType, question: bytes, max_bytes: int) -> bytes:
    """Make one call in a fork, which answers; tell how it ended and what it used."""
    first = os.fork()
    if first == 0:
        said = answer(module, question, max_bytes)
        Channel().send(said[:1] + question[1:HEAD] + said[1:])
        os._exit(0)
    _, status, used = os.wait4(first, 0)
    if os.getpid() == 1:  # the first process of its own small world: end the others
        try:
            os.kill(-1, signal.SIGKILL)
            while True:
                os.waitpid(-1, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
    cpu_s = used.ru_utime + used.ru_stime
    return b"d" + pack((os.waitstatus_to_exitcode(status), cpu_s))
