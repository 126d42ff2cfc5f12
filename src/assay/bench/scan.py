"""Whether a hidden case stands in what an attempt asked of the model, or ran.

A text is looked for with its blanks and quotes evened out. What is also in the
statement or the given tests is no leak, and neither is what anybody may hit by chance:
`f(0)` is in many hidden sets. So a hidden text counts by what of it is new, the numbers
and words that a solver was not shown: 3.3 bits a digit, 2.6 a letter, less where one
follows from those before it (`aaaa`, `1 2 3 4`, `1000000`), nothing for what everybody
writes (`hello world`). A prompt is hit by a whole case (input and answer close
together) with 16 new bits, or by one of the two with 40; an input that was run, which
tells no answer, by 64 new bits.

Not covered: a case told in other words, or bit by bit over many prompts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assay.bench.scan_code import cases_of_code
from assay.bench.tasks import Task
from assay.judging.inside.short import short
from assay.types import Call, Case, Input, Problem, Stdin

_ATOM = re.compile(r"\d+|[^\W\d_]+")
_LOOSE = re.compile(r"(?<!\w) | (?!\w)")  # blanks that part no two words
_DIGIT_BITS, _LETTER_BITS = 3.32, 2.6
_ROUND_BITS = 8.0  # of 2**k and 2**k - 1, whatever k
PAIR_BITS, ALONE_BITS, INPUT_BITS = 16.0, 40.0, 64.0
_NEAR = 200  # characters between an input and its answer
_LONGEST = 2_000  # characters of a needle; the beginning of a longer text tells it
_MOST_READ = 4 * _LONGEST  # characters of a longer text, blanks and all
_MOST_PLACES = 1_000  # of one needle in one text
_FAMOUS = frozenset(
    (  # noqa: SIM905  (a list of them would be longer)
        "hello world python the quick brown fox jumps over lazy dog lorem ipsum dolor "
        "sit amet true false none inf nan"
    ).split()
)


def even(text: str) -> str:
    r"""A text with one kind of quote, and blanks only where two words would meet.

    >>> even('f([1,  2], "a")') == even("f([1, 2],'a')"), even("1 2\n 3 ")
    (True, '1 2 3')
    """
    return _LOOSE.sub("", " ".join(text.replace('"', "'").split()))


def new_bits(text: str, shown: frozenset[str]) -> float:
    """How much of a text a solver was not shown, in bits: 0 where all of it was.

    >>> new_bits("[1, 2]", frozenset({"1", "2"})), round(new_bits("4711", frozenset()))
    (0.0, 13)
    """
    total, seen = 0.0, set[str]()
    last: int | None = None
    step: int | None = None
    for atom in _ATOM.findall(text):
        follows = False
        if atom[0].isdigit() and len(atom) < 20:
            number = int(atom)
            follows = last is not None and number - last == step
            step = None if last is None else number - last
            last = number
        if not (follows or atom in shown or atom in seen):
            seen.add(atom)
            total += _bits(atom)
    return total


def _bits(atom: str) -> float:
    """Of one number or word, by what does not follow from what stands before it."""
    if atom.lower() in _FAMOUS:
        return 0.0
    codes = [ord(letter) for letter in atom]
    steps = [b - a for a, b in zip(codes, codes[1:], strict=False)]
    n_new = 1 + sum(b != a for a, b in zip([None, *steps], steps, strict=False))
    if not atom[0].isdigit():
        return n_new * _LETTER_BITS
    bits = n_new * _DIGIT_BITS
    if len(atom) < 25 and _is_round(int(atom)):
        return min(bits, _ROUND_BITS)
    return bits


def _is_round(number: int) -> bool:
    return not number & (number - 1) or not number & (number + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """One hidden case: its name, and the texts that would give it away, evened."""

    name: str
    inputs: tuple[str, ...]  # the ways in which its input may be written
    answers: tuple[str, ...]
    input_bits: float
    answer_bits: float

    def is_in_prompt(self, text: str) -> bool:
        """Whether an evened prompt holds this case."""
        if self.input_bits >= ALONE_BITS and _has_any(self.inputs, text):
            return True
        if self.answer_bits >= ALONE_BITS and _has_any(self.answers, text):
            return True
        if self.input_bits + self.answer_bits < PAIR_BITS:
            return False
        return any(
            _has_any(self.answers, text[max(0, at - _NEAR) : at])
            or _has_any(self.answers, text[at + len(form) :][:_NEAR])
            for form in self.inputs
            for at in _places(form, text)
        )

    def is_in_input(self, text: str) -> bool:
        """Whether an evened input that was run holds this case's."""
        return self.input_bits >= INPUT_BITS and _has_any(self.inputs, text)


def _has_any(forms: Sequence[str], text: str) -> bool:
    return any(_places(form, text, most=1) for form in forms)


def _places(form: str, text: str, *, most: int = _MOST_PLACES) -> list[int]:
    """Where a text stands in another, and is not a part of a longer word or number."""
    found, at = list[int](), text.find(form) if form else -1
    while at >= 0 and len(found) < most:
        if _is_whole(form, text, at):
            found.append(at)
        at = text.find(form, at + 1)
    return found


def _is_whole(form: str, text: str, at: int) -> bool:
    end = at + len(form)
    if len(form) == _LONGEST:  # cut off, perhaps within a word
        end = len(text)
    return not (
        (form[0].isalnum() and at > 0 and text[at - 1].isalnum())
        or (form[-1].isalnum() and end < len(text) and text[end].isalnum())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Needles:
    """All hidden cases of a task that are not shown to a solver."""

    needles: tuple[Needle, ...]

    def in_prompts(self, prompts: Sequence[str]) -> list[str]:
        """Names of the cases that stand in a prompt, each once."""
        texts = [even(text) for text in dict.fromkeys(prompts)]
        hit = (n.name for n in self.needles if any(map(n.is_in_prompt, texts)))
        return list(dict.fromkeys(hit))

    def in_inputs(self, inputs: Sequence[str]) -> list[str]:
        """Names of the cases whose input was run, each once."""
        texts = [even(text) for text in dict.fromkeys(inputs)]
        hit = (n.name for n in self.needles if any(map(n.is_in_input, texts)))
        return list(dict.fromkeys(hit))


def needles_of(task: Task) -> Needles:
    """What to look for: the hidden cases that are not among what a solver may see."""
    visible = _visible(task.problem)
    shown, flat = frozenset(_ATOM.findall(visible)), even(visible)
    found = []
    for name, inputs, answers in _hidden(task.hidden):
        inputs, answers = _cut(inputs), _cut(answers)
        input_bits, answer_bits = _new(inputs, shown, flat), _new(answers, shown, flat)
        if input_bits + answer_bits >= PAIR_BITS:  # else nothing would ever be a hit
            found.append(
                Needle(
                    name=name,
                    inputs=_evened(inputs),
                    answers=_evened(answers),
                    input_bits=input_bits,
                    answer_bits=answer_bits,
                )
            )
    return Needles(needles=tuple(found))


def _cut(forms: Sequence[str]) -> tuple[str, ...]:
    return tuple(form[:_MOST_READ] for form in forms)


def _evened(forms: Sequence[str]) -> tuple[str, ...]:
    whole = (even(form)[:_LONGEST] for form in forms)
    return tuple(dict.fromkeys(form for form in whole if form))


def _new(forms: Sequence[str], shown: frozenset[str], flat: str) -> float:
    """The new bits of a text; none where it stands in what was shown."""
    if any(_places(form, flat, most=1) for form in _evened(forms)):
        return 0.0
    return max((new_bits(form[:_LONGEST], shown) for form in forms), default=0.0)


def _visible(problem: Problem) -> str:
    parts = [problem.statement, problem.starter_code, problem.setup_code]
    parts += [tests.source for tests in problem.test_code]
    for case in problem.cases:
        parts += [*input_forms(case), *answer_forms(case.expected)]
    return "\n".join(parts)


def input_forms(case: Case) -> tuple[str, ...]:
    """The ways in which a case's input may be written in a text."""
    given = case.input
    return _text_forms(given.text) if isinstance(given, Stdin) else call_forms(given)


def call_forms(call: Call) -> tuple[str, ...]:
    """A call's arguments as Python writes them, and as lines of JSON."""
    named = [f"{name}={written(value)}" for name, value in call.kwargs]
    values = [*call.args, *(value for _, value in call.kwargs)]
    plain = [written(value) for value in values]
    parts = [*plain[: len(call.args)], *named]
    forms = [", ".join(parts), ", ".join(plain)]
    with suppress(TypeError, ValueError, RecursionError):  # where it is no plain JSON
        forms.append("\n".join(json.dumps(value) for value in values))
    return tuple(dict.fromkeys(forms))


def ran_text(given: Input) -> str:
    """An input that was run, in the one form that all hidden ones have, too."""
    if isinstance(given, Stdin):
        return given.text
    return ", ".join(written(v) for v in (*given.args, *(v for _, v in given.kwargs)))


def answer_forms(expected: Any) -> tuple[str, ...]:
    """The ways in which an expected answer may be written in a text."""
    return _text_forms(expected) if isinstance(expected, str) else (written(expected),)


def _text_forms(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, repr(text[:_MOST_READ])[1:-1])))


def written(value: Any) -> str:
    """A value as Python writes it; shortened where Python refuses to."""
    try:
        return repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits
        return short(value)


Hidden = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A case's name, its input's forms, its answer's forms."""


def _hidden(hidden: Problem) -> list[Hidden]:
    found = [
        (f"case {number}", input_forms(case), answer_forms(case.expected))
        for number, case in enumerate(hidden.cases, 1)
    ]
    for tests in hidden.test_code:
        found += cases_of_code(tests.source, tests.name)
    return found
