"""Make a program answer to the name, the class and the manner that a problem calls."""

from __future__ import annotations

import ast
import difflib

from assay.sampling.fitness import fits, fold, is_static
from assay.sampling.imports import is_known
from assay.sampling.scripts import as_function
from assay.sampling.starter import Entry, definitions, entry_of, starter_source
from assay.sampling.syntax import (
    Function,
    classes,
    functions,
    is_stub,
    methods,
    names_of,
    parse,
    reads_input,
    without_nodes,
    writes_output,
)
from assay.types import IOMode, Problem

_MAIN_NAMES = ("main", "solve", "run", "solution")


def align(code: str, problem: Problem) -> str:
    """The program with what it lacks to be called as the problem calls it.

    A program that already fits is returned as it is. Text is only added, at the end or
    the beginning; a stub that hides the real function is the one thing taken out.
    """
    if problem.io_mode is IOMode.STDIN:
        return _with_main_call(code)
    entry = entry_of(problem)
    if entry is None:
        return code
    code = _without_hiding_stub(code, entry)
    code = _with_starter_definitions(code, problem)
    code = _with_instance_parameters(code, entry)
    align_to = _to_function if entry.class_name is None else _to_method
    aligned = align_to(code, entry)
    return aligned if parse(aligned) is not None else code


def _appended(code: str, addition: str) -> str:
    return f"{code.rstrip()}\n\n\n{addition}\n"


def _to_function(code: str, entry: Entry) -> str:
    name = entry.name
    tree = parse(code)
    if tree is None:
        return code
    if name in names_of(code).bound:
        return _without_self(code, tree, entry)
    owner, method = _method_for(tree, entry, entry.class_name)
    if owner and method and fold(method) == fold(name):
        return _appended(code, _forwarding(name, f"{owner}().{method}"))
    other = _function_for(tree, entry)
    if other:
        return _appended(code, f"{name} = {other}")
    if owner and method:
        return _appended(code, _forwarding(name, f"{owner}().{method}"))
    return as_function(code, entry) or code


def _forwarding(name: str, target: str, *, first: str = "") -> str:
    parameters = ", ".join(filter(None, [first, "*args", "**kwargs"]))
    return f"def {name}({parameters}):\n    return {target}(*args, **kwargs)"


def _without_self(code: str, tree: ast.Module, entry: Entry) -> str:
    """Bind the `self` of a method that stands outside of a class."""
    node = next((f for f in functions(tree) if f.name == entry.name), None)
    known = entry.parameters is not None and "self" not in entry.parameters
    is_bound = any(
        isinstance(n, ast.Assign) and _assigns(n, entry.name) for n in tree.body
    )
    if node is None or not _has_self(node) or not known or is_bound:
        return code
    holder = f"class _Self:\n    {entry.name} = {entry.name}"
    return _appended(code, f"{holder}\n\n\n{entry.name} = _Self().{entry.name}")


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(getattr(target, "id", "") == name for target in node.targets)


def _to_method(code: str, entry: Entry) -> str:
    tree = parse(code)
    if tree is None:
        return code
    wanted = entry.class_name or ""
    names = {c.name: [m.name for m in methods(c)] for c in classes(tree)}
    bound = names_of(code).bound
    if entry.name in names.get(wanted, []):
        return code
    if _sets(tree, wanted, entry.name) or (wanted in names and _inherits(tree, wanted)):
        return code
    owner, method = _method_for(tree, entry, wanted)
    exact = [c for c, found in names.items() if entry.name in found]
    if exact:
        return code if wanted in bound else _appended(code, f"{wanted} = {exact[-1]}")
    function = _function_for(tree, entry)
    if function and (owner is None or fold(function) == fold(entry.name)):
        return _appended(code, _class_around(tree, function, entry, wanted in names))
    if owner is None or method is None:
        return code
    renamed = "" if owner == wanted else f"{wanted} = {owner}\n"
    stored = f'{wanted}.{entry.name} = {owner}.__dict__["{method}"]'
    return _appended(code, renamed + stored)


def _class_around(tree: ast.Module, function: str, entry: Entry, is_there: bool) -> str:
    """A class whose method is the function that stands outside of it."""
    node = next(f for f in functions(tree) if f.name == function)
    is_method = _has_self(node) and "self" not in (entry.parameters or ())
    base = f"({entry.class_name})" if is_there else ""
    value = function if is_method else f"staticmethod({function})"
    return f"class {entry.class_name}{base}:\n    {entry.name} = {value}"


def _sets(tree: ast.Module, owner: str, name: str) -> bool:
    """Whether a member is assigned, in the class or to it."""
    stored = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Name)]
    inside = {id(n) for c in classes(tree) if c.name == owner for n in ast.walk(c)}
    return any(
        node.attr == name and getattr(node.value, "id", "") == owner
        if isinstance(node, ast.Attribute)
        else node.id == name and id(node) in inside
        for node in stored
        if isinstance(node.ctx, ast.Store)
    )


def _inherits(tree: ast.Module, name: str) -> bool:
    return any(c.bases for c in classes(tree) if c.name == name)


def _has_self(node: Function) -> bool:
    return [arg.arg for arg in node.args.args[:1]] == ["self"]


def _function_for(tree: ast.Module, entry: Entry) -> str | None:
    """The function that was meant: by its name, by being the only one, or the last."""
    usable = [
        f
        for f in functions(tree)
        if not is_stub(f) and (fits(f, entry.arity) or _fits_as_method(f, entry))
    ]
    usable = [f for f in usable if f.name not in _MAIN_NAMES[:1] or not reads_input(f)]
    named = _nearest([f.name for f in usable], entry.name)
    if named:
        return named
    public = [f for f in usable if not f.name.startswith(("_", "test"))]
    inner = {
        name.id
        for f in functions(tree)
        if f.name not in _MAIN_NAMES[:1]
        for name in ast.walk(f)
        if isinstance(name, ast.Name) and name.id != f.name
    }
    outer = [f for f in public if f.name not in inner] or public
    silent = [f for f in outer if not reads_input(f)]
    chosen = silent or outer
    return chosen[-1].name if chosen else None


def _fits_as_method(node: Function, entry: Entry) -> bool:
    return _has_self(node) and fits(node, entry.arity, bound=True)


def _method_for(
    tree: ast.Module, entry: Entry, wanted: str | None
) -> tuple[str | None, str | None]:
    """The class and the method that were meant."""
    owners = sorted(classes(tree), key=lambda c: c.name in (wanted, "Solution"))
    for owner in reversed(owners):
        usable = [
            m.name
            for m in methods(owner)
            if not m.name.startswith("_")
            and not is_stub(m)
            and fits(m, entry.arity, bound=True)
        ]
        named = _nearest(usable, entry.name)
        if named or usable:
            return owner.name, named or usable[-1]
    return None, None


def _nearest(names: list[str], wanted: str) -> str | None:
    same = [name for name in names if fold(name) == fold(wanted)]
    if same:
        return same[-1]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
    return near[0] if near else None


def _without_hiding_stub(code: str, entry: Entry) -> str:
    """Take out stubs of the entry where there is a real one: the last would win."""
    tree = parse(code)
    same = [f for f in functions(tree) if f.name == entry.name] if tree else []
    stubs = [f for f in same if is_stub(f)]
    return without_nodes(code, stubs) if 0 < len(stubs) < len(same) else code


def _with_starter_definitions(code: str, problem: Problem) -> str:
    """Put the starter code's own definitions above a program that relies on them."""
    missing = names_of(code).unbound - names_of(problem.setup_code).bound
    unknown = frozenset(name for name in missing if not is_known(name))
    if not missing or not problem.starter_code:
        return code
    provided = definitions(starter_source(problem), unknown or missing)
    return f"{provided}\n\n\n{code}" if provided else code


def _with_instance_parameters(code: str, entry: Entry) -> str:
    """Declare methods static that forgot `self`."""
    tree = parse(code)
    if tree is None or entry.arity is None:
        return code
    lines = code.split("\n")
    for owner in classes(tree):
        for node in reversed(methods(owner)):
            if _lacks_self(node, owner, entry):
                line = lines[node.lineno - 1]
                indent = line[: len(line) - len(line.lstrip())]
                lines.insert(node.lineno - 1, f"{indent}@staticmethod")
    mended = "\n".join(lines)
    return mended if parse(mended) is not None else code


def _lacks_self(node: Function, owner: ast.ClassDef, entry: Entry) -> bool:
    first = [arg.arg for arg in node.args.args[:1]]
    if node.decorator_list or first in (["self"], ["cls"]) or node.name[:2] == "__":
        return False
    called = {
        len(call.args)
        for call in ast.walk(owner)
        if isinstance(call, ast.Call) and _calls_own(call, node.name)
    }
    if fold(node.name) == fold(entry.name):
        called.add(entry.arity or 0)
    return len(node.args.args) in called and not is_static(node)


def _calls_own(node: ast.Call, name: str) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and getattr(node.func.value, "id", "") == "self"
    )


def _with_main_call(code: str) -> str:
    """Call the function that reads the input, if it is defined and never called."""
    tree = parse(code)
    if tree is None:
        return code
    top = [n for n in tree.body if not isinstance(n, Function | ast.ClassDef)]
    if any(reads_input(n) and _runs(n) for n in top):
        return code
    used = names_of(code).used
    ready = [
        f
        for f in functions(tree)
        if f.name not in used and fits(f, 0) and not is_stub(f)
    ]
    reading = [f for f in ready if f.name in _MAIN_NAMES or reads_input(f)]
    if not reading or not (reads_input(tree) or writes_output(tree)):
        return code
    ranks = {name: rank for rank, name in enumerate(_MAIN_NAMES)}
    chosen = min(reading, key=lambda f: ranks.get(f.name, len(ranks)))
    if isinstance(chosen, ast.AsyncFunctionDef):
        return _appended(code, f"import asyncio\n\nasyncio.run({chosen.name}())")
    silent = not writes_output(tree) and any(
        isinstance(n, ast.Return) and n.value is not None for n in ast.walk(chosen)
    )
    call = f"{chosen.name}()"
    return _appended(code, f"print({call})" if silent else call)


def _runs(node: ast.stmt) -> bool:
    """Whether it reads already, unlike `input = sys.stdin.readline`."""
    return any(isinstance(item, ast.Call) for item in ast.walk(node))
