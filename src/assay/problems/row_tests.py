"""The `public_tests` of a row -> cases and test code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.errors import ProblemError
from assay.problems.asserts import Asserted, read_assert
from assay.problems.calls import named_call
from assay.problems.labelled import read_arguments
from assay.problems.literals import NotLiteral, assignments, literal, parse
from assay.problems.signature import Signature
from assay.types import Call, Case, IOMode, Stdin, TestCode, Value

_NODES = {"ListNode": "_linked", "TreeNode": "_tree"}
_CONVERTERS = """\
def _linked(values):
    head = None
    for value in reversed(values or []):
        head = ListNode(value, head)
    return head


def _tree(values):
    if not values:
        return None
    root = TreeNode(values[0])
    level, rest = [root], list(values[1:])
    while rest:
        node = level.pop(0)
        for side in ("left", "right"):
            value = rest.pop(0) if rest else None
            if value is not None:
                setattr(node, side, TreeNode(value))
                level.append(getattr(node, side))
    return root


def _plain(node):
    if hasattr(node, "next"):
        values = []
        while node is not None:
            values.append(node.val)
            node = node.next
        return values
    if hasattr(node, "left"):
        values, level = [], [node]
        while level:
            node = level.pop(0)
            values.append(None if node is None else node.val)
            level += [] if node is None else [node.left, node.right]
        while values and values[-1] is None:
            values.pop()
        return values
    return [] if node is None else node


"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """Given tests as read; `tolerance` (absolute, relative) where they state one."""

    __test__ = False

    cases: tuple[Case, ...] = ()
    test_code: tuple[TestCode, ...] = ()
    tolerance: tuple[float, float] | None = None


def row_tests(
    tests: Sequence[Mapping[str, Any]],
    io_mode: IOMode,
    entry_point: str | None,
    signature: Signature | None,
    name: str = "test",
    *,
    several: bool = False,
) -> Tests:
    """Read tests of the published forms.

    `stdin`: texts; with `several`, an output is a list of those that are right.
    `function`: an assert (its output null), one JSON value a line for each argument, or
    `n = 7, queries = [[0, 5]]`; the output JSON or Python.

    Raises:
        ProblemError: a test that is none of these.
    """
    cases: list[Case] = []
    statements: list[tuple[str, str]] = []
    for number, test in enumerate(tests, 1):
        label = f"{name} {number}"
        if not isinstance(test, Mapping) or "input" not in test:
            raise ProblemError(
                f"{label} has no 'input' ({json.dumps(test)[:80]}); a test is an "
                "object with 'input' and 'output'"
            )
        given, wanted = test["input"], test.get("output")
        if io_mode is IOMode.STDIN:
            cases.append(_stdin_case(given, wanted, label, several))
        elif isinstance(given, str) and given.lstrip().startswith(
            ("assert ", "assert(")
        ):
            statements.append((label, given))
        else:
            case = _call_case(given, wanted, signature, label)
            code = _node_test(case, entry_point, signature)
            statements.append((label, code)) if code else cases.append(case)
    read = read_statements(statements, entry_point, signature)
    return replace(read, cases=tuple(cases) + read.cases)


def _stdin_case(given: Any, wanted: Any, label: str, several: bool) -> Case:
    answers = wanted if several and isinstance(wanted, list) else [wanted]
    for text in (given, *answers):
        if not isinstance(text, str):
            raise ProblemError(
                f"{label} is for a whole program, so 'input' and 'output' must be "
                f"texts, but one of them is {type(text).__name__}"
            )
    texts = [text.replace("\r\n", "\n") for text in answers]
    return Case(
        input=Stdin(text=given.replace("\r\n", "\n")),
        expected=texts if answers is wanted else texts[0],
        name=label,
    )


def read_statements(
    statements: Sequence[tuple[str, str]],
    entry_point: str | None,
    signature: Signature | None,
) -> Tests:
    """Read named asserts: cases where both sides are literals, else test code."""
    parameters = signature.parameters if signature else ()
    cases: list[Case] = []
    close: list[tuple[Asserted, TestCode]] = []
    code: list[TestCode] = []
    for label, source in statements:
        try:
            body = parse(source).body
        except SyntaxError as error:
            raise ProblemError(
                f"{label} is no Python ({error.msg}): {source[:80]!r}; mend the test"
            ) from error
        read = None
        if len(body) == 1 and entry_point:
            read = read_assert(body[0], entry_point, parameters)
        if read is None:
            code.append(TestCode(source=source.rstrip() + "\n", name=label))
        elif read.tolerance is None:
            cases.append(replace(read.case, name=label))
        else:
            text = f"import math\n{source.rstrip()}\n"
            named = Asserted(
                case=replace(read.case, name=label), tolerance=read.tolerance
            )
            close.append((named, TestCode(source=text, name=label)))
    tolerances = {asserted.tolerance for asserted, _ in close}
    if len(tolerances) == 1 and not cases and not code:
        return Tests(
            cases=tuple(asserted.case for asserted, _ in close),
            tolerance=tolerances.pop(),
        )
    return Tests(cases=tuple(cases), test_code=(*(t for _, t in close), *code))


def _call_case(
    given: Any, wanted: Any, signature: Signature | None, label: str
) -> Case:
    call = _call(given, signature)
    if call is None:
        shape = signature.text if signature else "a function"
        raise ProblemError(
            f"{label} has the input {str(given)[:80]!r}, which does not fit "
            f"{shape}; write one JSON value a line for each argument, or name = value"
        )
    return Case(input=call, expected=_answer(wanted, signature), name=label)


def _call(given: Any, signature: Signature | None) -> Call | None:
    if not isinstance(given, str):
        return _call_of_value(given, signature)
    values: list[Value] = []
    for line in given.strip().split("\n") if given.strip() else ():
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError):
            break
    else:
        if signature is None or signature.takes(len(values)):
            return Call(args=tuple(values))
    if pairs := assignments(given):
        return named_call(pairs, signature)
    return read_arguments(given, signature)


def _call_of_value(given: Any, signature: Signature | None) -> Call | None:
    """Read `input` that is no text: arguments by name, in a list, or the only one."""
    known = signature.parameters if signature else ()
    if isinstance(given, dict) and known and set(given) <= set(known):
        return named_call(tuple(given.items()), signature)
    if isinstance(given, list) and len(known) != 1:
        fits = signature is None or signature.takes(len(given))
        return Call(args=tuple(given)) if fits else None
    return Call(args=(given,)) if signature is None or signature.takes(1) else None


def _answer(wanted: Any, signature: Signature | None) -> Value:
    if not isinstance(wanted, str):
        return wanted
    text = wanted.strip()
    if signature is not None and signature.returns == "str" and text[:1] not in "'\"":
        return text
    try:
        return literal(text)
    except NotLiteral:
        return wanted


def _node_test(
    case: Case, entry_point: str | None, signature: Signature | None
) -> str | None:
    """Return the test of a function that takes linked lists or trees, else None."""
    if signature is None or entry_point is None or not isinstance(case.input, Call):
        return None
    texts = (*signature.annotations, signature.returns)
    if not any(node in text for node in _NODES for text in texts):
        return None
    arguments = []
    for value, annotation in zip(case.input.args, signature.annotations, strict=False):
        made = next((f for node, f in _NODES.items() if node in annotation), None)
        arguments.append(f"{made}({value!r})" if made else repr(value))
    answer = f"{entry_point}({', '.join(arguments)})"
    if any(node in signature.returns for node in _NODES):
        answer = f"_plain({answer})"
    return f"{_CONVERTERS}assert {answer} == {case.expected!r}"
