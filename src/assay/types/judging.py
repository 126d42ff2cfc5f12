"""What running a candidate shows, and what the judge makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from assay.types.problem import Input, Problem, Value


class Status(StrEnum):
    """How one run of a candidate ended.

    An observation holds no verdict: its status is `FINISHED` or a failure. Only the
    judge, which knows what was expected, turns `FINISHED` into `PASSED` or
    `WRONG_ANSWER`.
    """

    PASSED = "passed"
    WRONG_ANSWER = "wrong_answer"
    FINISHED = "finished"  # ran to its end, nothing was compared
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    RUNTIME_ERROR = "runtime_error"
    COMPILE_ERROR = "compile_error"
    SECURITY_VIOLATION = "security_violation"
    SANDBOX_FAILURE = "sandbox_failure"  # the machine's fault, never the program's
    SKIPPED = "skipped"  # not run: an earlier case failed, or its own file skips it


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A program that may solve the problem. Equal code is equal candidate."""

    code: str
    made_by: str = field(default="", compare=False)  # the technique's name
    sample: int = field(default=0, compare=False)  # position in the problem's samples
    parent: Candidate | None = field(default=None, compare=False)  # what it corrects
    # of the completion's tokens, None where the endpoint does not tell them
    logprob: float | None = field(default=None, compare=False)  # the mean
    tail_logprob: float | None = field(default=None, compare=False)  # worst stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An idea for a solution, in words. Equal texts are equal plans."""

    text: str
    made_by: str = field(default="", compare=False)  # the technique's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What somebody expects of a self-made input: a vote with a reliability, no truth.

    `index` is the place of `input` among the inputs that candidates were run on; -1
    until it has one. `expected` is a text where the input is one, else a plain value.
    """

    input: Input
    expected: Value
    made_by: str  # the technique's name: reliabilities are learnt for each
    index: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one run of a program on one input showed. It holds no verdict."""

    status: Status
    stdout: str = ""
    stderr_tail: str = ""
    value: Value = None  # a call's value
    args_after: tuple[Value, ...] | None = None  # a call's arguments, if changed
    error: str = ""  # "ValueError: bad x (line 3)", one line
    exit_code: int | None = None
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0
    isolation: str = ""  # the sandbox's tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How a candidate did on one case or one test, with the facts in words."""

    status: Status
    name: str = ""
    input_text: str = ""
    expected_text: str = ""
    got_text: str = ""  # the answer, or the error's line
    distance: float = 1.0  # 0 where passed, 1 where nothing is right
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0  # 0 where it was not measured
    counts: bool = True  # False for a test that its own file skips: it shows nothing

    @property
    def passed(self) -> bool:
        """Whether this case was passed."""
        return self.status is Status.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A candidate and how it did on each given case, in their order, tests last."""

    candidate: Candidate
    results: tuple[CaseResult, ...]
    isolation: str = ""

    @property
    def counted(self) -> tuple[CaseResult, ...]:
        """All results but of the tests that their own file skips."""
        return tuple(r for r in self.results if r.counts)

    @property
    def status(self) -> Status:
        """The first that was not passed; `SKIPPED` where nothing was given to run."""
        if not self.counted:
            return Status.SKIPPED
        failed = (r.status for r in self.counted if not r.passed)
        return next(failed, Status.PASSED)

    @property
    def passed(self) -> bool:
        """All that count were passed. False when none does: nothing was shown."""
        return bool(self.counted) and all(r.passed for r in self.counted)

    @property
    def n_passed(self) -> int:
        """How many cases were passed."""
        return sum(r.passed for r in self.results)

    @property
    def distance(self) -> float:
        """Mean distance from passing, 0 to 1. 0 where there were no cases."""
        if not self.counted:
            return 0.0
        return sum(r.distance for r in self.counted) / len(self.counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A candidate and what running it showed, for one or more equal samples."""

    candidate: Candidate
    verdict: Verdict
    observations: tuple[Observation, ...] = ()  # one per self-made input, or none
    copies: int = 1  # samples that came out as this very program
    again: tuple[Observation, ...] = ()  # a second run on the same inputs, or none
    stress_s: float | None = None  # CPU on stress inputs; None: not run on any

    @property
    def in_play(self) -> bool:
        """Whether it may be chosen as right: it passed, or nothing was given."""
        return self.verdict.passed or not self.verdict.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What a sandbox guarantees, found by trying and not by asking."""

    tier: str  # "namespaces", "namespaces-noproc", "landlock", "none"
    guarantees: frozenset[str]  # e.g. "files", "net", "tree_kill", "memory", "syscalls"
    detail: str = ""


class Judge(Protocol):
    """Runs candidates. Expected answers stay on this side of the sandbox's wall."""

    @property
    def isolation(self) -> Isolation:
        """What holds while a program runs."""
        ...

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        """Run the given cases and tests. A failing candidate is data, not an error.

        Raises:
            JudgeUnavailable: the sandbox itself failed, twice.
        """
        ...

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        """Run on inputs whose answers nobody knows. In the order of `inputs`."""
        ...
