"""Hidden inputs and a canonical solution -> tests that compare as EvalPlus does."""

from __future__ import annotations

from string import Template
from typing import Any

_TESTS = Template("""\
import copy
import math
from math import inf, nan

_SOLUTION = {}
exec($solution, _SOLUTION)
_right = _SOLUTION[$name]
_INPUTS = $inputs


def _close(got, wanted, atol):
    if isinstance(wanted, (list, tuple)):
        return (
            isinstance(got, (list, tuple))
            and len(got) == len(wanted)
            and all(_close(g, w, atol) for g, w in zip(got, wanted))
        )
    if got == wanted:
        return True
    try:
        return abs(got - wanted) <= atol + 1e-07 * abs(wanted)
    except (TypeError, ValueError, OverflowError):
        return False


def _is_floats(value):
    if isinstance(value, (list, tuple)):
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _same(got, wanted, given):
    atol = $atol
$oracle
    if got == wanted:
        return True
    if atol == 0 and _is_floats(wanted):
        atol = 1e-6
    return atol != 0 and type(got) is type(wanted) and _close(got, wanted, atol)


def check(candidate):
    for given in _INPUTS:
        wanted = _right(*copy.deepcopy(given))
        got = candidate(*copy.deepcopy(given))
        assert _same(got, wanted, given), f"wanted {wanted!r:.200}, got {got!r:.200}"


check($entry)
""")

_POLYNOMIAL = """\
    (coefficients,) = given
    terms = (c * math.pow(got, i) for i, c in enumerate(coefficients))
    return abs(sum(terms)) <= atol"""
_AS_SETS = "    return set(got) == set(wanted)"
_IS_SOMETHING = """\
    is_there = wanted is not None if not isinstance(wanted, bool) else wanted
    found = got if isinstance(got, bool) else got is not None
    return found == is_there"""
_SURFACE = """\
    base, height = given
    slant = math.sqrt((base / 2) ** 2 + height**2)
    if abs(got - round(base**2 + 4 * (base * slant) / 2)) <= atol:
        return True"""
_DIGITS = """\
    one, two = (str(number) for number in given)
    width = max(len(one), len(two))
    pairs = zip(one.zfill(width), two.zfill(width))
    if got == sum(abs(int(a) - int(b)) for a, b in pairs):
        return True"""
_SET_ANSWERS = (
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly",
    "larg_nnum", "intersection_array", "find_dissimilar", "Diff",
)  # fmt: skip
_SOMETHING = ("check_str", "text_match_three", "text_starta_endb")

_MBPP_ORACLES = {
    "are_equivalent": "    return True  # the statement cannot be understood",
    "sum_div": "    if got == 0:\n        return True",
    "surface_Area": _SURFACE,
    "digit_distance_nums": _DIGITS,
    **dict.fromkeys(_SET_ANSWERS, _AS_SETS),
    **dict.fromkeys(_SOMETHING, _IS_SOMETHING),
}
_HUMANEVAL_ORACLES = {"find_zero": _POLYNOMIAL}


def has_oracle(entry_point: str, *, is_mbpp: bool) -> bool:
    """Whether EvalPlus compares this task's answers by a rule of its own."""
    return entry_point in (_MBPP_ORACLES if is_mbpp else _HUMANEVAL_ORACLES)


def tests_from_inputs(
    entry_point: str, solution: str, inputs: list[Any], *, atol: float, is_mbpp: bool
) -> str:
    """A tests file that asks `solution` for each expected answer.

    `atol` is the row's: 0 means exact, but for floats, which then get 1e-6. Tasks for
    which EvalPlus has an oracle of its own are compared by the same rule.
    """
    oracles = _MBPP_ORACLES if is_mbpp else _HUMANEVAL_ORACLES
    return _TESTS.substitute(
        solution=repr(solution),
        name=repr(entry_point),
        atol=repr(atol),
        oracle=oracles.get(entry_point, ""),
        entry=entry_point,
        inputs=repr(inputs),
    )
