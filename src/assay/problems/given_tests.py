"""The user's own tests file -> cases and test code."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.errors import ProblemError
from assay.problems.asserts import is_foreign, tested_name
from assay.problems.calls import make_call
from assay.problems.literals import parse
from assay.problems.row_tests import Tests, read_statements, row_tests
from assay.problems.rows import read_json
from assay.problems.signature import Signature
from assay.problems.source import read_text_file
from assay.types import Call, Case, IOMode, TestCode, TestStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTests:
    """The tests of a file, the mode they are for, and the function they call."""

    tests: Tests
    io_mode: IOMode
    entry_point: str | None
    note: str


def read_tests_file(
    path: Path,
    io_mode: IOMode | None,
    entry_point: str | None,
    signature: Signature | None,
) -> GivenTests:
    """Read a JSON list of cases, a file of asserts, or one of unittest or pytest.

    Args:
        path: The file.
        io_mode: The problem's mode, where it is sure; settles what texts mean.
        entry_point: The problem's, where it names one; else taken from the tests.
        signature: Of the entry point, where it is known.

    Raises:
        ProblemError: it cannot be read, or holds no test.
    """
    text = read_text_file(path)
    if path.suffix in (".json", ".jsonl") or text.lstrip()[:1] in ("[", "{"):
        return _json_tests(text, path, io_mode, entry_point, signature)
    try:
        tree = parse(text)
    except SyntaxError as error:
        raise ProblemError(
            f"{path} has a syntax error in line {error.lineno or 1} ({error.msg}); "
            "mend the tests file"
        ) from error
    entry_point = entry_point or tested_name(text)
    if _is_unittest(tree):
        code = TestCode(source=text, style=TestStyle.UNITTEST, name=path.name)
        return GivenTests(
            tests=Tests(test_code=(code,)),
            io_mode=IOMode.FUNCTION,
            entry_point=entry_point,
            note=f"The tests of {path.name} are run by unittest.",
        )
    if _is_pytest(tree):
        code = TestCode(source=text, style=TestStyle.PYTEST, name=path.name)
        return GivenTests(
            tests=Tests(test_code=(code,)),
            io_mode=IOMode.FUNCTION,
            entry_point=entry_point,
            note=f"The tests of {path.name} are run by pytest.",
        )
    return _assert_tests(text, tree, path, entry_point, signature)


def _is_unittest(tree: ast.Module) -> bool:
    """Whether all tests of a file are of classes that unittest runs by itself."""
    imported = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    if any("pytest" in ast.unparse(node) for node in imported):
        return False
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    if any(isinstance(n, functions) and n.name.startswith("test") for n in tree.body):
        return False  # which pytest runs, and unittest would leave out
    kinds = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bases = [ast.unparse(base) for kind in kinds for base in kind.bases]
    return any(base.endswith("TestCase") for base in bases)


def _is_pytest(tree: ast.Module) -> bool:
    for node in tree.body:
        if isinstance(node, ast.Import) and any(
            a.name in ("pytest", "unittest") for a in node.names
        ):
            return True
        if isinstance(node, ast.ImportFrom) and node.module in ("pytest", "unittest"):
            return True
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and node.name.startswith(("test_", "Test")):
            return True
    return False


def _assert_tests(
    text: str,
    tree: ast.Module,
    path: Path,
    entry_point: str | None,
    signature: Signature | None,
) -> GivenTests:
    plain, rest = [], []
    defined = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in tree.body:
        uses = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if isinstance(node, ast.Assert) and not uses & defined:
            source = ast.get_source_segment(text, node) or ast.unparse(node)
            plain.append((f"{path.name} line {node.lineno}", source))
        elif not _imports_the_answer(node):
            rest.append(node)
    read = read_statements(plain, entry_point, signature)
    setup = [n for n in rest if isinstance(n, ast.Import | ast.ImportFrom)]
    code = list(read.test_code)
    if any(isinstance(n, ast.Assert) for node in rest for n in ast.walk(node)):
        source = "\n".join(ast.unparse(node) for node in rest) + "\n"
        code.append(TestCode(source=source, name=path.name))
    prelude = "".join(f"{ast.unparse(node)}\n" for node in setup)
    code = [
        t if t.name == path.name else TestCode(source=prelude + t.source, name=t.name)
        for t in code
    ]
    count = len(read.cases) + len(code)
    if not count:
        raise ProblemError(
            f"{path} has no test in it; write asserts such as "
            f"`assert {entry_point or 'f'}(1) == 2`, or a JSON list of cases"
        )
    return GivenTests(
        tests=Tests(cases=read.cases, test_code=tuple(code), tolerance=read.tolerance),
        io_mode=IOMode.FUNCTION,
        entry_point=entry_point,
        note=f"{count} {'test' if count == 1 else 'tests'} added from {path.name}.",
    )


def _imports_the_answer(node: ast.stmt) -> bool:
    """Whether a line imports what is to be written: no such module will exist."""
    return isinstance(node, ast.ImportFrom) and is_foreign(node.module)


def _json_tests(
    text: str,
    path: Path,
    io_mode: IOMode | None,
    entry_point: str | None,
    signature: Signature | None,
) -> GivenTests:
    given = _case_list(text, path)
    label = f"{path.name} case"
    calls = [isinstance(c, Mapping) and "input" not in c for c in given]
    if all(calls):
        cases = tuple(
            _call_case(case, f"{label} {number}", signature)
            for number, case in enumerate(given, 1)
        )
        mode, tests = IOMode.FUNCTION, Tests(cases=cases)
    elif any(calls):
        raise ProblemError(
            f"{path} mixes cases with 'input' and cases with 'args'; write all of them "
            "in one of the two forms"
        )
    else:
        mode = io_mode or _mode_of_texts(given)
        tests = row_tests(given, mode, entry_point, signature, label)
    count = len(tests.cases) + len(tests.test_code)
    note = f"{count} {'test' if count == 1 else 'tests'} added from {path.name}."
    return GivenTests(tests=tests, io_mode=mode, entry_point=entry_point, note=note)


def _case_list(text: str, path: Path) -> Sequence[Mapping[str, Any]]:
    if path.suffix == ".jsonl":
        lines = [line for line in text.split("\n") if line.strip()]
        given: Any = [read_json(line, f"{path} line") for line in lines]
    else:
        given = read_json(text, str(path))
    if isinstance(given, dict):
        keys = [k for k in ("tests", "cases", "public_tests") if k in given]
        given = given[keys[0]] if keys else given
    if not isinstance(given, list):
        raise ProblemError(
            f"{path} holds a JSON {type(given).__name__} where a list of cases is "
            'needed; write [{"input": "...", "output": "..."}]'
        )
    if not given:
        raise ProblemError(f"{path} has no test in it; add at least one case")
    for number, case in enumerate(given, 1):
        if not isinstance(case, dict):
            raise ProblemError(
                f"{path} case {number} is a {type(case).__name__}; write an object "
                "with 'input' and 'output', or with 'args' and 'expected'"
            )
    return given


def _mode_of_texts(given: Sequence[Mapping[str, Any]]) -> IOMode:
    texts = all(
        isinstance(c.get("input"), str)
        and isinstance(c.get("output"), str)
        and not str(c["input"]).lstrip().startswith("assert ")
        for c in given
    )
    return IOMode.STDIN if texts else IOMode.FUNCTION


def _call_case(
    case: Mapping[str, Any], label: str, signature: Signature | None
) -> Case:
    known = ("args", "kwargs", "expected", "output", "name")
    for key in case:
        if key not in known:
            near = difflib.get_close_matches(key, (*known, "input"), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ProblemError(
                f"{label} has the unknown field {key!r}{hint}; a case has 'args' "
                "and 'expected', or 'input' and 'output'"
            )
    if not {"expected", "output"} & set(case) or not {"args", "kwargs"} & set(case):
        raise ProblemError(
            f"{label} lacks {'args' if 'args' not in case else 'expected'!r}; a case "
            "has 'args' (a list) and 'expected'"
        )
    args, kwargs = case.get("args", []), case.get("kwargs", {})
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise ProblemError(
            f"{label} has {type(args).__name__} under 'args' and "
            f"{type(kwargs).__name__} under 'kwargs'; they must be a list and an object"
        )
    parameters = signature.parameters if signature else ()
    call: Call = make_call(args, tuple(kwargs.items()), parameters)
    if len(call.args) + len(call.kwargs) < len(args) + len(kwargs) or (
        signature is not None
        and parameters
        and not signature.takes(len(args) + len(kwargs))
    ):
        shape = signature.text if signature else "the function"
        raise ProblemError(
            f"{label} gives {len(args) + len(kwargs)} arguments, which does not fit "
            f"{shape}; mend its 'args'"
        )
    expected = case["expected"] if "expected" in case else case["output"]
    return Case(input=call, expected=expected, name=str(case.get("name") or label))
