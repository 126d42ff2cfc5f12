"""The child program that loads a candidate once and answers calls, one by one.

Sent to the zygote as text. On descriptor 3 come the program and then a frame a call; on
4 go one frame when it is loaded and one an answer. The module is not `__main__`, so a
candidate's own test block does not run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

from assay.judging.loading import (
    SETUP,
    compile_program,
    describe,
    new_module,
    open_streams,
)
from assay.judging.wire import Channel, pack, unpack

_LONG = (str, bytes, list, tuple, set, dict)
_ATOMS = (int, float, str, bytes, bool, complex, type(None))


def main() -> NoReturn:
    """Load the program, say how that went, and answer until the judge has enough."""
    channel = Channel()
    order = unpack(channel.receive())
    open_streams()
    module = new_module("solution")
    failure = load(module, order["setup"], order["source"])
    if failure is None and order["entry_point"]:
        failure = missing(module, order["entry_point"])
    sys.stdout.flush()
    channel.send(pack(failure or ("loaded", "")))
    while failure is None:
        try:
            question = channel.receive()
        except EOFError:
            break
        channel.send(answer(module, question, order["max_bytes"]))
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
    entry_point, args, kwargs = unpack(question)
    try:
        value = find(module, entry_point)(*args, **dict(kwargs))
        after = None
        plain = all(type(arg) in _ATOMS for arg in args)
        if not plain and pack((entry_point, args, kwargs)) != question:
            after = args
        sys.stdout.flush()
        if type(value) in _LONG and len(value) > max_bytes:
            return pack(("large", f"an answer of {len(value)} parts"))
        payload = pack(("value", value, after))
    except BaseException as error:
        return pack(describe(error))
    if len(payload) > max_bytes:
        return pack(("large", f"an answer of {len(payload)} bytes"))
    return payload


if __name__ == "child":
    main()
