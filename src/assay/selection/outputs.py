"""Equal outputs: the key under which an observation is counted.

Keys are built from what came out of a sandbox, so nothing here hashes a hostile value:
a value becomes a text in a canonical order first, and a long text its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import is_dataclass

from assay.types import (
    Checker,
    CheckerKind,
    IOMode,
    Observation,
    Prediction,
    Problem,
    Status,
    Value,
)

MAX_KEY = 200  # characters; longer keys are kept as digests


def output_key(observation: Observation, problem: Problem) -> str | None:
    """The key of an observation; None for a run that failed, which has no vote."""
    if observation.status is not Status.FINISHED:
        return None
    if problem.io_mode is IOMode.STDIN:
        text = _text_key(observation.stdout, problem.checker)
    else:
        text = value_key(observation.value, problem.checker)
        # As the judge has it: changed arguments are an answer where there is no other.
        if observation.value is None and observation.args_after is not None:
            text += "|" + value_key(observation.args_after, problem.checker)
    return _shortened(text)


def expected_key(prediction: Prediction, problem: Problem) -> str:
    r"""The key that an output has which is as predicted, by the same rules.

    Not covered: a function that changes its arguments and returns nothing. What is
    predicted of it is no value that it returns, so no output is as predicted.

    >>> from assay.types import Stdin
    >>> problem = Problem(id="p", statement="", io_mode=IOMode.STDIN)
    >>> said = Prediction(input=Stdin(text="1"), expected=" 2\n3\n", made_by="x")
    >>> expected_key(said, problem)
    '2 3'
    """
    if problem.io_mode is IOMode.STDIN:
        return _shortened(_text_key(str(prediction.expected), problem.checker))
    return _shortened(value_key(prediction.expected, problem.checker))


def _shortened(text: str) -> str:
    if len(text) <= MAX_KEY:
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _text_key(text: str, checker: Checker) -> str:
    text = text.lower() if checker.ignore_case else text
    if checker.kind is CheckerKind.UNORDERED:
        return "\n".join(sorted(" ".join(line.split()) for line in text.splitlines()))
    tokens = text.split()
    if checker.kind is CheckerKind.FLOAT:
        tokens = [_number_key(token, checker) for token in tokens]
    return " ".join(tokens)


def _number_key(token: str, checker: Checker) -> str:
    try:
        return float_key(float(token), checker)
    except (ValueError, OverflowError):
        return token


def float_key(number: float, checker: Checker) -> str:
    """A number at the checker's precision; two on one side of a step share a key."""
    if number != number:
        return "nan"
    if checker.kind is not CheckerKind.FLOAT:
        return repr(number)
    digits = max(1, min(12, round(-_log10(max(checker.rel_tol, checker.abs_tol)))))
    return f"{number + 0.0:.{digits - 1}e}" if number else "0"


def _log10(x: float) -> float:
    from math import log10

    return log10(x) if x > 0 else -12


def _any_number_key(value: int | float, checker: Checker) -> str:
    """The key of a number that equals another whether it is an int or a float."""
    if isinstance(value, int):
        if abs(value) >= 10**300:
            return hex(value)
        is_close = checker.kind is CheckerKind.FLOAT
        return float_key(float(value), checker) if is_close else str(value)
    is_whole = abs(value) < 1e15 and value == int(value)
    if is_whole and checker.kind is not CheckerKind.FLOAT:
        return str(int(value))
    return float_key(value, checker)


def value_key(value: Value, checker: Checker, *, top: bool = True) -> str:
    """A canonical text of a plain value. The outermost order is dropped on request.

    >>> value_key({2, 1}, Checker()) == value_key({1, 2}, Checker())
    True
    >>> value_key(1, Checker()) == value_key(True, Checker())
    False
    """
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float)):
        return _any_number_key(value, checker)
    # Loops, not comprehensions: those would cost a second frame a level.
    parts: list[str] = []
    if isinstance(value, (list, tuple)):
        parts = _plain_keys(value, checker)
        if not parts:
            for item in value:
                parts.append(value_key(item, checker, top=False))  # noqa: PERF401
        if top and checker.kind is CheckerKind.UNORDERED:
            parts.sort()
        return f"[{','.join(parts)}]"
    if isinstance(value, (set, frozenset)):
        for item in value:
            parts.append(value_key(item, checker, top=False))  # noqa: PERF401
        return f"{{{','.join(sorted(parts))}}}"
    if isinstance(value, dict):
        for key, item in value.items():
            name = value_key(key, checker, top=False)
            parts.append(f"{name}:{value_key(item, checker, top=False)}")
        return f"{{:{','.join(sorted(parts))}}}"
    if is_dataclass(value):  # what the sandbox could not carry over: its type's name
        return f"opaque {value!r}"
    return repr(value)


def _plain_keys(items: list[Value] | tuple[Value, ...], checker: Checker) -> list[str]:
    """The keys of items that are all short ints or all texts; none for others.

    They are what `value_key` gives, without a call for each.
    """
    kinds = set(map(type, items))
    if kinds == {str}:
        return list(map(repr, items))
    is_exact = checker.kind is not CheckerKind.FLOAT
    if is_exact and kinds == {int} and -(10**300) < min(items) <= max(items) < 10**300:
        return list(map(str, items))
    return []
