"""What is to be solved: inputs, cases, checkers, limits, the problem itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Value = Any
"""A plain Python value: None, bool, int, float, complex, str, bytes, or a list, tuple,
set, frozenset or dict of such. Nothing else crosses a sandbox's wall."""


class IOMode(StrEnum):
    """How a program meets its input."""

    STDIN = "stdin"
    FUNCTION = "function"


class CheckerKind(StrEnum):
    """How an answer is compared with the expected one, in the judge."""

    EXACT = "exact"  # text: equal up to trailing blanks; values: ==, True is not 1
    TOKENS = "tokens"  # text split at white space
    FLOAT = "float"  # as TOKENS or values, numbers within a tolerance
    ALLCLOSE = "allclose"  # values: Python's ==, or numpy's allclose
    UNORDERED = "unordered"  # lines, or the items of the outermost sequence, any order
    PROGRAM = "program"  # the user's own program decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Stdin:
    """One input of a whole program: the text on its standard input."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One input of a function: what it is called with."""

    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()


Input = Stdin | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """How answers are compared. `source` is the program of `CheckerKind.PROGRAM`.

    Such a program is run in a sandbox of its own. By the convention `files` it gets
    the input, the expected and the given output as the files `input`, `expected` and
    `output`, named by its first three arguments, and exit status 0 or 42 accepts. By
    the convention `icpc` it gets the files of input and expected output and a folder
    that it may write to, and the given output on standard input; 42 accepts, 43
    rejects. Any other end accepts nothing.
    """

    kind: CheckerKind = CheckerKind.EXACT
    abs_tol: float = 1e-6
    rel_tol: float = 1e-6  # of the expected number's size
    ignore_case: bool = False
    any_of: bool = False  # `expected` is a sequence of answers, each of them right
    strict_types: bool = False  # values: 1 is not 1.0, and a list never a tuple
    source: str | None = None
    language: str = "python"  # of `source`
    convention: Literal["files", "icpc"] = "files"
    args: tuple[str, ...] = ()  # more arguments for the program, after the three


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input and what a right program answers: a text, or a call's value."""

    input: Input
    expected: Value
    name: str = ""


class TestStyle(StrEnum):
    """How test code is written."""

    __test__ = False  # not a class of tests: pytest collects by name

    ASSERTS = "asserts"  # statements at module level, or in functions named test_*
    PYTEST = "pytest"  # a pytest file
    UNITTEST = "unittest"  # classes of unittest.TestCase, run by unittest itself


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCode:
    """Tests written as code. They run in a sandbox that no candidate can reach."""

    __test__ = False

    source: str
    style: TestStyle = TestStyle.ASSERTS
    name: str = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use. CPU time is the limit, wall time a wide backstop."""

    cpu_s: float = 4.0
    wall_s: float | None = None  # None: 4 * cpu_s + 2
    memory_mb: int = 512
    output_kb: int = 1024
    disk_mb: int = 16
    processes: int = 16
    files: int = 64

    @property
    def wall_limit_s(self) -> float:
        """The wall limit in force, in seconds."""
        return self.wall_s if self.wall_s is not None else 4 * self.cpu_s + 2


class Measure(StrEnum):
    """What of a variable a constraint bounds."""

    VALUE = "value"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A range that the statement gives for a variable, e.g. `1 <= n <= 10^5`."""

    variable: str
    low: int | float | None = None
    high: int | float | None = None
    measure: Measure = Measure.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a solver may read. Hidden cases are not a field and never will be."""

    id: str
    statement: str
    io_mode: IOMode
    title: str = ""
    language: str = "python"
    entry_point: str | None = None  # function mode: `name` or `Class().name`
    starter_code: str = ""  # the signature to complete
    setup_code: str = ""  # a prelude that must precede the program
    packages: tuple[str, ...] = ()  # what it may import besides its language's own
    cases: tuple[Case, ...] = ()
    test_code: tuple[TestCode, ...] = ()
    checker: Checker = Checker()
    limits: Limits = Limits()
    constraints: tuple[Constraint, ...] = ()
    notes: tuple[str, ...] = ()  # how it was read, a sentence each, for the user

    @property
    def has_given_tests(self) -> bool:
        """Whether anything was given that can verify an answer."""
        return bool(self.cases or self.test_code)
