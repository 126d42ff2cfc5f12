"""A problem -> what is known of it before anything was asked of the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.types import IOMode, Problem

MANY = 3  # examples from which a task is one of many


class Examples(StrEnum):
    """How many examples the text gives to check a program against."""

    NONE = "none"
    FEW = "one or two"
    MANY = "three or more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a route is decided by. Equal features are one group of the table."""

    examples: Examples
    io_mode: IOMode
    is_long: bool

    def __str__(self) -> str:
        length = "long" if self.is_long else "short"
        n = "no" if self.examples is Examples.NONE else self.examples
        return f"{self.io_mode}, {length}, {n} examples"


def features_of(problem: Problem, *, long_from: int) -> Features:
    """What is known of a problem.

    Args:
        long_from: Characters of the text from which it is a long one.
    """
    return Features(
        examples=examples_of(len(problem.cases) + len(problem.test_code)),
        io_mode=problem.io_mode,
        is_long=len(problem.statement) >= long_from,
    )


def examples_of(n: int) -> Examples:
    """The group of a number of examples.

    >>> [str(examples_of(n)) for n in (0, 2, 3)]
    ['none', 'one or two', 'three or more']
    """
    if not n:
        return Examples.NONE
    return Examples.FEW if n < MANY else Examples.MANY
