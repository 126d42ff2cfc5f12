"""The question what one input gives: as it is asked, and as its answer is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.prompts import render
from assay.sampling.prompting import prompt_request, task_text
from assay.types import (
    Call,
    Input,
    IOMode,
    Observation,
    Problem,
    Request,
    Value,
)

MOST_SHOWN = 400  # characters of an input or output; a longer one is not asked about
TEMPERATURE = 0.7
TOP_P = 0.95

_MARKS = r"[\s*_`\"'()\[\].:]*"
_NAMED_LETTER = re.compile(  # "an answer: A list" names none
    rf"\b(?i:option){_MARKS}([AB])\b"
    rf"|\b(?i:answer(?: is)?){_MARKS}([AB])\b(?={_MARKS}$)",
    re.MULTILINE,
)
_INTRODUCE = frozenset({"the", "right", "correct", "option", "answer", "output", "is"})
_LETTERED = re.compile(r"[\s*(]*([AB])[):]")  # "B: 4"
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_PREFIX = re.compile(r"^\W*(?:the )?(?:right )?output(?: is)?\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One input, and the texts of which one is its output; none: asked openly."""

    given: str
    options: tuple[str, str] | None = None

    @property
    def swapped(self) -> Question:
        """The same question with its options in the other order."""
        if self.options is None:
            return self
        return Question(given=self.given, options=(self.options[1], self.options[0]))


def question_request(
    problem: Problem, question: Question, *, max_tokens: int, seed: int
) -> Request:
    """The call that asks it."""
    options, reply = "", "the output alone"
    if question.options is not None:
        a, b = question.options
        options = f"\n\nOne of these two is its output.\n\nA:\n{a}\n\nB:\n{b}"
        reply = "the letter of the right one, A or B,"
    prompt = render(
        "output_only",
        task=task_text(problem),
        given=question.given,
        options=options,
        reply=reply,
    )
    return prompt_request(
        prompt,
        max_tokens=max_tokens,
        temperature=TEMPERATURE,
        top_p=TOP_P,
        seed=seed,
    )


def parse_vote(text: str, options: tuple[str, str]) -> int:
    r"""Which of the options a reply means: 0 or 1, and -1 for neither or unclear.

    A reply is a letter, or one of the outputs themselves. Where an output is a letter
    too and the readings differ, it is unclear.

    >>> parse_vote("B", ("3", "4")), parse_vote("The answer is **A**.", ("3", "4"))
    (1, 0)
    >>> parse_vote("```\n4\n```", ("3", "4")), parse_vote("A or B", ("3", "4"))
    (1, -1)
    >>> parse_vote("A", ("B", "A")), parse_vote("A", ("A", "B"))
    (-1, 0)
    """
    by_letter = {"AB".index(letter) for letter in _letters(text)}
    by_output = {n for n, option in enumerate(options) if says(text, option)}
    meant = by_letter | (by_output if len(by_output) == 1 else set())
    return meant.pop() if len(meant) == 1 else -1


def says(text: str, output: str) -> bool:
    r"""Whether a reply is this output, fences, blanks and kinds of quotes aside.

    >>> says("Output: [1,2]\n", "[1, 2]"), says('"ab"', "'ab'"), says("ab", "'ab'")
    (True, True, True)
    """
    said, wanted = _bare(_PREFIX.sub("", _unfenced(text))), _bare(output)
    return said == wanted or f"'{said}'" == wanted


def _letters(text: str) -> set[str]:
    """The letters that a reply names: as its first or last line, else in its words."""
    lines = [line for line in _unfenced(text).splitlines() if line.strip()]
    alone = {found for line in (*lines[:1], *lines[-1:]) if (found := _letter(line))}
    return alone or {a or b for a, b in _NAMED_LETTER.findall(text)}


def _letter(line: str) -> str:
    """The letter that a line is, but for words that only introduce it."""
    lettered = _LETTERED.match(line)
    if lettered:
        return lettered[1]
    words = re.findall(r"\w+", line)
    is_letter = words[-1:] in (["A"], ["B"])
    return (
        words[-1] if is_letter and {*map(str.lower, words[:-1])} <= _INTRODUCE else ""
    )


def _unfenced(text: str) -> str:
    return _FENCE.sub("", text).strip()


def _bare(text: str) -> str:
    flat = " ".join(text.strip().strip("`").replace('"', "'").split())
    return re.sub(r"(?<=[,:\[({]) | (?=[\])}])", "", flat)


def input_text(given: Input, problem: Problem) -> str:
    """An input as it is shown: the text, or the call as Python writes it.

    >>> problem = Problem(id="p", statement="", io_mode=IOMode.FUNCTION)
    >>> input_text(Call(args=(2, {"b", "a"}), kwargs=(("k", None),)), problem)
    "f(2, {'a', 'b'}, k=None)"
    """
    if not isinstance(given, Call):
        return _printable(given.text.strip("\n"))
    parts = [literal(a) for a in given.args]
    parts += [f"{name}={literal(value)}" for name, value in given.kwargs]
    return f"{problem.entry_point or 'f'}({', '.join(parts)})"


def output_text(seen: Observation, problem: Problem) -> str:
    """An output as it is shown: what was printed, or the value."""
    if problem.io_mode is IOMode.STDIN:
        return answer_text(seen.stdout, problem)
    if seen.value is None and seen.args_after is not None:
        arguments = ", ".join(literal(a) for a in seen.args_after)
        return f"its arguments become ({arguments})"
    return answer_text(seen.value, problem)


def answer_text(expected: Value, problem: Problem) -> str:
    """An expected answer as it is shown."""
    if problem.io_mode is IOMode.STDIN:
        return _printable(str(expected).strip())
    return literal(expected)


def literal(value: Value) -> str:
    """Write a plain value as Python would, but the same in every process.

    Sets have no order of their own, so theirs is that of their members' texts. A number
    too long to be written out is in base 16.

    >>> literal([(1,), {"b", "a"}, {1: None}, set()])
    "[(1,), {'a', 'b'}, {1: None}, set()]"
    """
    kind = type(value)  # below, map: one frame a level
    if kind is int and abs(value) >= 10**300:
        return hex(value)
    if kind in (set, frozenset):
        text = f"{{{', '.join(sorted(map(literal, value)))}}}" if value else ""
        return (text or "set()") if kind is set else f"frozenset({text})"
    if kind is dict:
        pairs = zip(map(literal, value), map(literal, value.values()), strict=True)
        return f"{{{', '.join(map(': '.join, pairs))}}}"
    if kind is list:
        return f"[{', '.join(map(literal, value))}]"
    if kind is tuple:
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return _printable(repr(value))


def _printable(text: str) -> str:
    """A text that can be sent: lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
