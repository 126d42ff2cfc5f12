"""What is MBPP's own: a sentence with an assert, and inputs that JSON cannot hold.

Source: evalplus/evalplus, `evalplus/data/mbpp.py` (v0.2.0 of the data): by number,
which arguments of a task are tuples, sets or complex numbers, written there as lists or
text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from assay.bench.datasets.parsing import parsed
from assay.errors import ProblemError

PUBLISHED = "2021-08-16"  # arXiv:2108.07732

Arguments = list[Any]


def visible_row(task_id: str, prompt: str, entry_point: str) -> dict[str, Any]:
    """The visible fields of a prompt: a docstring of one sentence and some asserts."""
    words = _unquoted(prompt)
    lines = words.split("\n")
    asserts = [line.strip() for line in lines if line.strip().startswith("assert")]
    rest = [line for line in lines if not line.strip().startswith("assert")]
    return {
        "id": task_id,
        "title": entry_point,
        "statement": "\n".join(rest).strip(),
        "entry_point": entry_point,
        "io_mode": "function",
        "public_tests": [{"input": line, "output": None} for line in asserts],
    }


def _unquoted(prompt: str) -> str:
    try:
        (node,) = parsed(prompt).body
        value = ast.literal_eval(node.value) if isinstance(node, ast.Expr) else prompt
    except (SyntaxError, ValueError):
        return prompt
    return value if isinstance(value, str) else prompt


def inputs_of(task_id: str, inputs: Any, where: str) -> list[Any]:
    """A task's inputs with the types that they had before they were written as JSON.

    Raises:
        ProblemError: they are no list of argument lists.
    """
    if inputs == {}:  # one task of v0.2.0 has an empty object for no inputs
        return []
    if not isinstance(inputs, list) or not all(isinstance(i, list) for i in inputs):
        raise ProblemError(
            f"{where}: its hidden inputs are no list of argument lists; "
            "fetch the file again"
        )
    number = int("".join(filter(str.isdigit, task_id)) or 0)
    change = _CHANGES.get(number)
    try:
        return [change(list(given)) for given in inputs] if change else inputs
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise ProblemError(
            f"{where}: a hidden input is not of the shape that this task has ({error})"
            "; fetch the file again"
        ) from error


def _tuples(values: Any) -> list[Any]:
    return [tuple(value) for value in values]


def _each(given: Arguments) -> Any:
    return _tuples(given)


def _inner(given: Arguments) -> Any:
    return [_tuples(value) for value in given]


def _inner_of_first(given: Arguments) -> Any:
    return [_tuples(given[0]), *given[1:]]


def _first(given: Arguments) -> Any:
    return [tuple(given[0]), *given[1:]]


def _second(given: Arguments) -> Any:
    return [given[0], tuple(given[1])]


def _both_levels(given: Arguments) -> Any:
    return [tuple(_tuples(value)) for value in given]


def _some_items(given: Arguments) -> Any:
    return [tuple(tuple(i) if isinstance(i, list) else i for i in given[0])]


def _all_levels(value: Any) -> Any:
    return tuple(map(_all_levels, value)) if isinstance(value, list) else value


def _sets(given: Arguments) -> Any:
    return [[set(i) if isinstance(i, list) and i else {} for i in given[0]]]


def _values(given: Arguments) -> Any:
    return [{key: tuple(value) for key, value in given[0].items()}, *given[1:]]


_NUMBERS: dict[Callable[[Arguments], Any], str] = {
    _each: "2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 "
    "740 744 809",
    _inner: "63 64 70 94 120 237 272 299 400 409 417 438 473 614 780",
    _inner_of_first: "75 413 444 753",
    _second: "106 750",
    _first: "250 307 405 446 617 720 763 808",
    _both_levels: "259 401 445",
    _all_levels: "580 615 791",
    _some_items: "278",
    _sets: "115",
    _values: "722",
    lambda given: [float(given[0]), complex(given[1])]: "124",
    lambda given: [complex(given[0])]: "252",
}
_CHANGES = {
    int(number): change
    for change, numbers in _NUMBERS.items()
    for number in numbers.split()
}
