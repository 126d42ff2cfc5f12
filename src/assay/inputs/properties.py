"""What must hold of a right program's answers, read off the problem without a model."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assay.inputs.answering import answer_of
from assay.inputs.conformity import conforms
from assay.inputs.plain import fits, is_plain, key, places
from assay.inputs.said_orders import said_direction, says_permutation
from assay.inputs.seeds import function_name
from assay.inputs.signature import signature_of
from assay.sampling.starter import starter_source
from assay.sampling.syntax import parse
from assay.types import (
    Call,
    Candidate,
    Input,
    IOMode,
    Judge,
    Observation,
    Prediction,
    Problem,
    Status,
    Value,
)

_INVERSES = {"decode": "encode", "decrypt": "encrypt", "decompress": "compress"}
Holds = Callable[[Input, Observation], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A claim about every answer. `holds` is None where it cannot be told."""

    name: str
    holds: Holds


def properties(problem: Problem) -> tuple[Property, ...]:
    """Infer what the answers of a right program have in common, where it is said.

    `type`: the return annotation. `sorted`: the statement says that the result is in
    ascending or descending order. `permutation`: it says that the one list or text is
    sorted, reversed or rearranged, and nothing else. `inverse`: the starter code holds
    the encoder of the decoder that is asked for; its check is `inverse_inputs`.

    Source: property-based testing, as in just-tri-it's inverse task (arXiv:2511.12288).
    Differs: no model is asked for properties: small ones state false ones. A few
    patterns are read, each of which is dropped where a given answer breaks it.

    Returns:
        Claims about programs that are called; none about those that print.
    """
    if problem.io_mode is not IOMode.FUNCTION:
        return ()
    found = [*_type(problem), *_order(problem), *_permutation(problem)]
    kept = [each for each in found if not _is_broken(each, problem)]
    if encoder_of(problem) is not None:
        kept.append(Property(name="inverse", holds=_needs_the_judge))
    return tuple(kept)


def _is_broken(claim: Property, problem: Problem) -> bool:
    """Whether a given answer breaks a claim: then the problem means something else."""
    return any(
        claim.holds(case.input, Observation(status=Status.FINISHED, value=answer))
        is False
        for case in problem.cases
        for answer in (case.expected if problem.checker.any_of else (case.expected,))
    )


def _of_answers(
    problem: Problem, check: Callable[[Input, Value], bool | None]
) -> Holds:
    """A claim about what a finished run answered with a plain value."""

    def holds(given: Input, seen: Observation) -> bool | None:
        if seen.status is not Status.FINISHED:
            return None
        answer = answer_of(problem, given, seen)
        return check(given, answer) if is_plain(answer) else None

    return holds


def _type(problem: Problem) -> list[Property]:
    annotation = signature_of(problem).returns
    is_none = isinstance(annotation, ast.Constant) and annotation.value is None
    if annotation is None or is_none:
        return []
    none_is_said = "none" in f"{problem.statement}{problem.starter_code}".lower()

    def check(given: Input, answer: Value) -> bool | None:
        if conforms(answer, annotation):
            return True
        return None if answer is None and none_is_said else False

    return [Property(name="type", holds=_of_answers(problem, check))]


def _order(problem: Problem) -> list[Property]:
    direction = said_direction(problem.statement)

    def check(given: Input, answer: Value) -> bool | None:
        is_flat = type(answer) in (list, tuple) and all(map(_is_number, answer))
        if not is_flat:
            return None
        row = answer if direction > 0 else answer[::-1]
        return all(a <= b for a, b in pairwise(row))

    return [Property(name="sorted", holds=_of_answers(problem, check))][
        : abs(direction)
    ]


def _is_number(value: Value) -> bool:
    return type(value) is int or (type(value) is float and value == value)


def _permutation(problem: Problem) -> list[Property]:
    if not says_permutation(problem.statement):
        return []

    def check(given: Input, answer: Value) -> bool | None:
        values = given.args if isinstance(given, Call) else ()
        sized = [v for v in values if isinstance(v, list | tuple | str)]
        if len(sized) != 1 or not _are_alike(sized[0], answer):
            return None
        return sorted(map(repr, sized[0])) == sorted(map(repr, answer))

    return [Property(name="permutation", holds=_of_answers(problem, check))]


def _are_alike(one: Value, other: Value) -> bool:
    both = (one, other)
    return all(isinstance(v, str) for v in both) or all(
        isinstance(v, list | tuple) for v in both
    )


def _needs_the_judge(given: Input, seen: Observation) -> None:
    return None


def encoder_of(problem: Problem) -> str | None:
    r"""Name the function of the starter code that the entry point undoes, if any.

    >>> encoder_of(Problem(id="", statement="", io_mode=IOMode.FUNCTION,
    ...     entry_point="decode_shift", starter_code="def encode_shift(s):\n"
    ...     "    return s[::-1]\ndef decode_shift(s):\n    pass"))
    'encode_shift'
    """
    name = function_name(problem)
    verb = next((v for v in _INVERSES if name == v or name.startswith(f"{v}_")), None)
    tree = parse(starter_source(problem))
    if verb is None or tree is None or name != problem.entry_point:
        return None
    wanted = _INVERSES[verb] + name.removeprefix(verb)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return next((node.name for node in functions if node.name == wanted), None)


async def inverse_inputs(
    problem: Problem, judge: Judge, inputs: Sequence[Input]
) -> tuple[Prediction, ...]:
    """Encode the first argument of each input: the decoder must give it back.

    Args:
        judge: Runs the encoder of the starter code, once an input. No model is asked.
        inputs: Calls of the decoder; their further arguments are passed to both.

    Returns:
        Predictions with the encoded value as their input and the original as what is
        expected, in the order of `inputs`, -1 as the index of those that are not among
        them. Values that the encoder does not take, or gives to two originals, are
        left out, and so are texts of other characters than any encoded text has. Empty
        where `properties` names no `inverse`.

    Raises:
        JudgeUnavailable: from `judge`.
    """
    name = encoder_of(problem)
    calls = [c for c in inputs if isinstance(c, Call) and c.args and fits(c)]
    if name is None or not calls:
        return ()
    encoder = Candidate(code=starter_source(problem), made_by="inverse")
    asked = replace(problem, entry_point=name, cases=(), test_code=())
    seen = await judge.observe(encoder, asked, tuple(calls))
    pairs = [
        (Call(args=(each.value, *call.args[1:]), kwargs=call.kwargs), call.args[0])
        for call, each in zip(calls, seen, strict=True)
        if each.status is Status.FINISHED and each.value is not None
    ]
    found = [(call, original) for call, original in pairs if fits(call)]
    reached = {kind for call, _ in found for kind in _kinds_of(call.args[0])}
    kept = [(call, x) for call, x in found if _kinds_of(x) <= reached]
    return _unambiguous(kept, inputs)


def _kinds_of(value: Value) -> frozenset[str]:
    """The kinds of a text's characters; none of another value.

    An encoder may take a text outside of its alphabet and lose what tells it from
    others. Its alphabet is told by what it writes: HumanEval's `encode_shift` writes
    small letters alone, whatever it is given.

    >>> sorted(_kinds_of("aB1 "))
    [' ', 'digit', 'lower', 'upper']
    """
    if not isinstance(value, str):
        return frozenset()
    tests = {"lower": str.islower, "upper": str.isupper, "digit": str.isdecimal}
    return frozenset(
        next((name for name, is_such in tests.items() if is_such(char)), char)
        for char in value
    )


def _unambiguous(
    pairs: Sequence[tuple[Call, Value]], inputs: Sequence[Input]
) -> tuple[Prediction, ...]:
    originals: dict[str, set[str]] = {}
    for call, original in pairs:
        originals.setdefault(key(call), set()).add(repr(original))
    index = places(inputs)
    once = {key(call): (call, original) for call, original in pairs}
    return tuple(
        Prediction(
            input=call,
            expected=original,
            made_by="inverse",
            index=index.get(name, -1),
        )
        for name, (call, original) in once.items()
        if len(originals[name]) == 1
    )
