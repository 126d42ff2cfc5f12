"""Properties of every checker, for as many random answers as there is time.

Pairs are made to be near each other (the same text with other blanks, a value with one
part changed), as two random answers hardly ever meet a rule at all.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from assay.judging.checkers import Comparison, compare_text, compare_value
from assay.judging.facts import show_value
from assay.judging.wire import Opaque
from assay.types import Checker, CheckerKind
from judging.fuzz_codec import FLAT, SCALARS, TEXTS, VALUES, Properties

MOST_S = 5.0  # a comparison; a hang bound, not a measurement
KINDS = [kind for kind in CheckerKind if kind is not CheckerKind.PROGRAM]
SYMMETRIC = frozenset({CheckerKind.EXACT, CheckerKind.TOKENS, CheckerKind.UNORDERED})

CHECKERS = st.builds(
    Checker,
    kind=st.sampled_from(KINDS),
    abs_tol=st.sampled_from([0.0, 1e-9, 1e-6, 0.5]),
    rel_tol=st.sampled_from([0.0, 1e-9, 1e-6, 0.5]),
    ignore_case=st.booleans(),
    strict_types=st.booleans(),
)
WORDS = st.sampled_from(
    [
        *("0", "-0", "1", "1.0", "1.0000001", "1e0", "01", "+1", ".5", "5.", "1e308"),
        *("1e400", "1e-400", "inf", "-Infinity", "nan", "-nan", "0x10", "1_0", "1,5"),
        *("\u0661", "\uff11", "yes", "YES", "Yes", "\u00df", "SS", "\ud800", "\x00"),
        *("9" * 399, "9" * 400, "9" * 401, "1" + "0" * 350, "e5", "-", "+.e", "\u0130"),
    ]
)
BLANKS = st.sampled_from(
    [" ", "\n", "  ", "\r\n", "\n\n", "\t", "\f", "\v", "\x1c", "\u2028", "\xa0", ""]
)
PRINTED = st.lists(st.tuples(WORDS | TEXTS, BLANKS), max_size=9).map(
    lambda parts: "".join(word + blank for word, blank in parts)
)


def texts_compare_by_their_rule(given: tuple[Checker, str, str]) -> None:
    """Total, soon, reflexive, symmetric, and blind to the order where it says so."""
    checker, one, other = given
    both = timed_text(checker, one, other)
    back = timed_text(checker, other, one)
    assert timed_text(checker, one, one).passed
    if checker.kind in SYMMETRIC:
        assert both.passed == back.passed, "asymmetric"
    if checker.kind is CheckerKind.EXACT and both.passed:
        for kind in (CheckerKind.TOKENS, CheckerKind.UNORDERED):
            assert timed_text(replace(checker, kind=kind), one, other).passed
    if checker.kind is CheckerKind.TOKENS and both.passed:
        kind = CheckerKind.FLOAT
        assert timed_text(replace(checker, kind=kind), one, other).passed
    if checker.kind is CheckerKind.UNORDERED and one.endswith("\n"):
        lines = one.split("\n")[:-1]
        assert timed_text(checker, one, "\n".join(reversed(lines)) + "\n").passed or (
            not lines[0].strip(" \t\r\f\v") or not lines[-1].strip(" \t\r\f\v")
        ), "empty lines count, but for those at the end"
    several = replace(checker, any_of=True)
    assert compare_text(several, [other, one], one).passed
    assert compare_text(several, [other], one).passed == back.passed


def values_compare_by_their_rule(given: tuple[Checker, Any, Any]) -> None:
    """As texts do, and EXACT as Python's `==` on all that it says is compared so."""
    checker, one, other = given
    both = timed_value(checker, one, other)
    back = timed_value(checker, other, one)
    assert timed_value(checker, one, one).passed
    is_plain = "Opaque" not in type_names(other)
    assert timed_value(checker, other, shuffled(other)).passed is is_plain
    if checker.kind in SYMMETRIC and (
        checker.strict_types or type_names(one) == type_names(other)
    ):
        assert both.passed == back.passed, "asymmetric"
    if checker.kind is CheckerKind.UNORDERED and type(one) in (list, tuple):
        assert timed_value(checker, one, one[::-1]).passed
    if not checker.ignore_case and checker.kind is CheckerKind.EXACT:
        compare_with_python(checker, one, other, both.passed)
    if both.passed:
        loose = replace(checker, strict_types=False)
        assert timed_value(loose, one, other).passed, "strict accepts more than loose"
    several = replace(checker, any_of=True)
    assert compare_value(several, [one, other], other).passed is is_plain
    assert compare_value(several, (one,), other).passed == both.passed


def compare_with_python(checker: Checker, one: Any, other: Any, passed: bool) -> None:
    """EXACT is `==`, but for bools, nan, tuples for lists, and strict types."""
    kinds = type_names(one) | type_names(other)
    if "nan" in kinds or "Opaque" in kinds:
        return
    if passed and "tuple" not in kinds:
        assert one == other, "it equals what Python says differs"
    if not passed and "bool" not in kinds and not checker.strict_types:
        assert one != other, "it differs from what Python says is equal"


def hostile_answers_harm_nobody(given: tuple[Checker, str, str]) -> None:
    """Large answers made to be dear, against others and against themselves."""
    checker, name, against = given
    began_s = time.process_time()
    show_value(HOSTILE[name]())
    assert time.process_time() - began_s < MOST_S, "showing it took too long"
    value, expected = HOSTILE[name](), HOSTILE[against]()
    if isinstance(value, str) and isinstance(expected, str):
        passed = timed_text(checker, expected, value).passed
        assert timed_text(checker, value, value).passed
    else:
        passed = timed_value(checker, expected, value).passed
        deep = name == "deep"
        assert timed_value(checker, value, HOSTILE[name]()).passed is not deep
    assert name == against or not passed, "different answers were called the same"


def timed_text(checker: Checker, expected: str, got: str) -> Comparison:
    """Compare two texts within the time that a comparison may take."""
    began_s = time.process_time()
    return checked(compare_text(checker, expected, got), began_s)


def timed_value(checker: Checker, expected: Any, got: Any) -> Comparison:
    """Compare two values within the time that a comparison may take."""
    began_s = time.process_time()
    return checked(compare_value(checker, expected, got), began_s)


def checked(result: Comparison, began_s: float) -> Comparison:
    """A comparison, if it is one and came in time."""
    spent_s = time.process_time() - began_s
    assert spent_s < MOST_S, f"a comparison took {spent_s:.1f} s"
    assert 0 <= result.distance <= 1
    assert (result.distance == 0) is result.passed
    return result


def type_names(value: Any) -> frozenset[str]:
    """The types in a value, and `nan` where there is one."""
    names, stack = set(), [value]
    while stack:
        item = stack.pop()
        names.add(type(item).__name__)
        if type(item) in (list, tuple, set, frozenset):
            stack.extend(item)
        elif type(item) is dict:
            stack.extend([*item.keys(), *item.values()])
        elif type(item) is complex:
            stack.extend([item.real, item.imag])
        elif type(item) is float and math.isnan(item):
            names.add("nan")
    return frozenset(names)


def shuffled(value: Any) -> Any:
    """The same value with its sets and dicts built in another order."""
    kind = type(value)
    if kind in (list, tuple):
        return kind([shuffled(item) for item in value])
    if kind is dict:
        return {key: shuffled(item) for key, item in reversed(value.items())}
    if kind in (set, frozenset):
        return kind(reversed(list(value)))
    return value


def nested(depth: int, kind: type, core: Any = ()) -> Any:
    """A value so deep."""
    value = kind(core)
    for _ in range(depth):
        value = kind([value])
    return value


STEP = 2**61 - 1  # all multiples have the hash 0
CHANCE = random.Random(7)
NEAR = [1 + CHANCE.random() * 1e-7 for _ in range(20_000)]
HOSTILE: dict[str, Any] = {
    "colliding": lambda: [frozenset([STEP * i]) for i in range(20_000)],
    "colliding dicts": lambda: [{STEP * i: i} for i in range(20_000)],
    "tower": lambda: nested(400, frozenset),
    "heavy tower": lambda: nested(400, frozenset, map(str, range(90_000))),
    "deep list": lambda: nested(440, list),
    "deep": lambda: nested(20_000, list),
    "long int": lambda: 7 << 3_000_000,
    "long ints": lambda: {7 << (n + 20_000) for n in range(64)},
    "near floats": lambda: set(NEAR),
    "points": lambda: {(x, i % 2) for i, x in enumerate(NEAR[:64])},
    "odd keys": lambda: {None: 1, "a": 2, (1, "b"): 3, b"c": 4, 1j: 5, True: 6},
    "edges": lambda: [1e308, -1e308, math.inf, -math.inf, math.nan, -0.0, 5e-324],
    "many empties": lambda: [[] for _ in range(50_000)],
    "empty text": lambda: "",
    "one token": lambda: "x" * 1_000_000,
    "digits": lambda: "9" * 1_000_000,
    "near numbers": lambda: ("9" * 399 + "x ") * 2_500,
    "tokens": lambda: "1 " * 300_000,
    "other tokens": lambda: "1\n" * 299_999 + "2",
    "empty lines": lambda: "\n" * 1_000_000 + "x",
    "blanks": lambda: (" " * 999 + "\t\r\x00\n") * 1_000,
}


@st.composite
def near_texts(draw: st.DrawFn) -> tuple[Checker, str, str]:
    """A checker and two texts, often of the same words."""
    checker, one = draw(CHECKERS), draw(PRINTED)
    if draw(st.booleans()):
        return checker, one, draw(PRINTED)
    words = draw(st.permutations(one.split(" ")))
    other = draw(BLANKS).join(words) if draw(st.booleans()) else one + draw(BLANKS)
    return checker, one, draw(st.sampled_from([other, one.upper(), one.lower()]))


@st.composite
def near_values(draw: st.DrawFn) -> tuple[Checker, Any, Any]:
    """A checker and two values, often of the same parts."""
    checker, one = draw(CHECKERS), draw(VALUES)
    way = draw(st.integers(0, 4))
    other: Any = draw(VALUES)
    if way == 1:
        other = changed(draw, one)
    elif way == 2 and type(one) in (list, tuple):
        other = type(one)(draw(st.permutations(list(one))))
    elif way == 3 and type(one) in (list, tuple, set, frozenset):
        other = draw(st.sampled_from([list, tuple]))(one)
    elif way == 4:
        one = draw(FLAT)
        other = changed(draw, one)
    return checker, one, other


def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value, or nearly."""
    if type(value) in (list, tuple) and value:
        at = draw(st.integers(0, len(value) - 1))
        part = changed(draw, value[at])
        return type(value)([*value[:at], part, *value[at + 1 :]])
    if type(value) in (int, float) and abs(value) < 1e300:
        near = [float(value), value + 1, value * (1 + 1e-10), value + 1e-7, -value]
        return draw(st.sampled_from([*near, bool(value), str(value)]))
    if type(value) is str:
        return draw(st.sampled_from([value.upper(), value + " ", f" {value}", value]))
    if type(value) is dict and value:
        return {key: changed(draw, item) for key, item in value.items()}
    return draw(st.sampled_from([value, Opaque("set")]) | SCALARS)


PROPERTIES: Properties = (
    (near_texts(), texts_compare_by_their_rule, 300),
    (near_values(), values_compare_by_their_rule, 300),
    (
        st.tuples(
            CHECKERS, st.sampled_from(sorted(HOSTILE)), st.sampled_from(sorted(HOSTILE))
        ),
        hostile_answers_harm_nobody,
        10,
    ),
)
