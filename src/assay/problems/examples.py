"""All examples of a docstring or a text that speaks of one function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assay.problems.doctests import doctest_cases
from assay.problems.labelled import labelled_cases
from assay.problems.signature import Signature
from assay.problems.stated import stated_cases
from assay.types import Case, TestCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What was found: cases, and test code for what is no plain call."""

    cases: tuple[Case, ...] = ()
    test_code: tuple[TestCode, ...] = ()

    @property
    def count(self) -> int:
        """Cases and tests together."""
        return len(self.cases) + len(self.test_code)


def docstring_examples(signature: Signature) -> Examples:
    r"""Return the examples of a stub's docstring.

    A docstring that is no raw string but is written as if it were (`f("a\nb")`) loses
    examples when Python reads it; then its source text is read instead.
    """
    found = examples_in(signature.docstring, signature)
    if signature.raw_docstring != signature.docstring:
        raw = examples_in(signature.raw_docstring, signature)
        if raw.count > found.count:
            return raw
    return found


def examples_in(text: str, signature: Signature) -> Examples:
    """Return the examples in a text about one function, without repeats."""
    cases, tests = doctest_cases(text, signature)
    cases += stated_cases(text, signature)
    if not cases:
        cases = labelled_cases(text, signature)
    return Examples(cases=numbered(cases, "example"), test_code=tests)


def numbered(cases: Iterable[Case], word: str) -> tuple[Case, ...]:
    """Cases named by their number, those that say the same left out."""
    seen: dict[tuple[str, str], Case] = {}
    for case in cases:
        seen.setdefault((repr(case.input), repr(case.expected)), case)
    return tuple(
        replace(case, name=case.name or f"{word} {number}")
        for number, case in enumerate(seen.values(), 1)
    )
