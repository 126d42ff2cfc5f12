"""What the problem's own code says about the program that is asked for."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from assay.sampling.syntax import (
    Function,
    classes,
    functions,
    is_stub,
    methods,
    names_of,
    parse,
    segments,
)
from assay.types import Call, IOMode, Problem

_METHOD_ENTRY = re.compile(r"^(\w+)\(\)\.(\w+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is called: a function, or a method of a class made without arguments."""

    name: str
    class_name: str | None = None
    parameters: tuple[str, ...] | None = None  # without `self`; None: not known
    arity: int | None = None  # how many arguments are passed; None: not known


def entry_of(problem: Problem) -> Entry | None:
    """What the problem calls, or None if it runs a whole program.

    The number of arguments comes from the starter code, else from the cases, else from
    the calls in the given tests.
    """
    if problem.io_mode is not IOMode.FUNCTION or not problem.entry_point:
        return None
    match = _METHOD_ENTRY.match(problem.entry_point.strip())
    class_name = match[1] if match else None
    name = match[2] if match else problem.entry_point.strip()
    node = _stub(problem, class_name, name)
    parameters = None if node is None else _parameters(node, class_name is not None)
    arity = _called_arity(problem, name) if parameters is None else len(parameters)
    return Entry(name=name, class_name=class_name, parameters=parameters, arity=arity)


def starter_source(problem: Problem) -> str:
    """The starter code as a program, or nothing; a bare signature gets a body."""
    code = problem.starter_code.rstrip()
    if parse(code) is not None:
        return code + "\n" if code else ""
    header = code.split("\n")[-1]
    indent = header[: len(header) - len(header.lstrip())] + "    "
    completed = f"{code}\n{indent}pass\n"
    return completed if parse(completed) is not None else ""


def definitions(code: str, wanted: frozenset[str]) -> str:
    """The top-level statements of `code` that bind the wanted names, and what they use.

    Functions that do nothing are left out: they are what is to be written.
    """
    tree = parse(code)
    if tree is None:
        return ""
    pieces = segments(code, tree)
    names = [names_of(piece) for piece in pieces]
    chosen: set[int] = set()
    missing = set(wanted)
    while missing:
        found = {
            i
            for i, node in enumerate(tree.body)
            if i not in chosen
            and names[i].bound & missing
            and not (isinstance(node, Function) and is_stub(node))
        }
        chosen |= found
        missing = {name for i in found for name in names[i].unbound}
    return "\n".join(pieces[i] for i in sorted(chosen))


def under_signature(body: str, problem: Problem) -> str | None:
    """The starter code's function with this body. None if there is no such function."""
    entry = entry_of(problem)
    code = starter_source(problem)
    tree = parse(code)
    if entry is None or tree is None:
        return None
    node = _stub(problem, entry.class_name, entry.name)
    if node is None or not is_stub(node) or node.end_lineno is None:
        return None
    lines = code.split("\n")
    indent = " " * node.body[0].col_offset
    inner = "\n".join(
        indent + line if line.strip() else "" for line in body.split("\n")
    )
    filler = isinstance(node.body[-1], ast.Pass)
    above = lines[: node.end_lineno - filler]
    return "\n".join([*above, inner, *lines[node.end_lineno :]])


def _stub(problem: Problem, class_name: str | None, name: str) -> Function | None:
    tree = parse(starter_source(problem))
    if tree is None:
        return None
    places = [functions(tree)] if class_name is None else []
    places += [methods(c) for c in classes(tree) if class_name in (None, c.name)]
    found = [node for place in places for node in place if node.name == name]
    return found[-1] if found else None


def _parameters(node: Function, is_method: bool) -> tuple[str, ...]:
    names = tuple(arg.arg for arg in [*node.args.posonlyargs, *node.args.args])
    return names[1:] if is_method and names[:1] == ("self",) else names


def _called_arity(problem: Problem, name: str) -> int | None:
    for case in problem.cases:
        if isinstance(case.input, Call):
            return len(case.input.args) + len(case.input.kwargs)
    for test in problem.test_code:
        tree = parse(test.source)
        for node in ast.walk(tree) if tree else ():
            if (
                isinstance(node, ast.Call)
                and name == getattr(node.func, "id", getattr(node.func, "attr", None))
                and not any(isinstance(arg, ast.Starred) for arg in node.args)
            ):
                return len(node.args) + len(node.keywords)
    return None
