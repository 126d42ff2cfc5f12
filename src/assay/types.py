"""The nouns that pass between the rooms. Frozen, without I/O and without policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Value = Any
"""A plain Python value: None, bool, int, float, complex, str, bytes, or a list, tuple,
set, frozenset or dict of such. Nothing else crosses a sandbox's wall."""


class IOMode(StrEnum):
    """How a program meets its input."""

    STDIN = "stdin"
    FUNCTION = "function"


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
    SKIPPED = "skipped"  # not run, since an earlier case failed


class CheckerKind(StrEnum):
    """How an answer is compared with the expected one, in the judge."""

    EXACT = "exact"  # text: equal up to trailing blanks; values: equal and same type
    TOKENS = "tokens"  # text split at white space
    FLOAT = "float"  # as TOKENS or values, numbers within a tolerance
    UNORDERED = "unordered"  # lines, or the items of the outermost sequence, any order
    PROGRAM = "program"  # the user's own program decides


class SolveStatus(StrEnum):
    """What may be claimed of an answer, strongest first."""

    VERIFIED = "verified"  # every given test passed
    AGREED = "agreed"  # independent candidates agree on self-made inputs
    UNVERIFIED = "unverified"
    NONE = "none"  # no program at all


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

    Such a program is run in a sandbox of its own, with the input, the expected and the
    given output as the files `input`, `expected` and `output` named by its three
    arguments; exit status 0 or 42 accepts (42 and 43 are the ICPC convention).
    """

    kind: CheckerKind = CheckerKind.EXACT
    abs_tol: float = 1e-6
    rel_tol: float = 1e-6
    ignore_case: bool = False
    source: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a model, for exactly one completion.

    Equal requests are one recording, so a request holds all that the text depends on
    and nothing else. `stop_at_fence` ends the completion at the line that closes its
    first code block, by closing the stream: it works with any endpoint.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    stop_at_fence: bool = False
    prompt: str = field(default="", compare=False)  # the prompt file's name
    prompt_sha256: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call or of many. `cached_prompt_tokens` are part of `prompt`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_prompt_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
        )


class FinishReason(StrEnum):
    """Why a completion ended."""

    STOP = "stop"
    LENGTH = "length"
    FENCE = "fence"  # the code block was closed; we closed the stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model wrote for one request. `seconds` is from sending to the end."""

    text: str
    finish_reason: FinishReason
    usage: Usage
    seconds: float
    from_recording: bool = False
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of a completion as it arrives; the count is of this call so far."""

    text: str
    completion_tokens: int


OnDelta = Callable[[Delta], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model answers, as far as it can be known."""

    name: str
    engine: str  # e.g. "xllamacpp 2026.10.11549", "openai http://127.0.0.1:8080/v1"
    sha256: str | None = None  # of the model file, where we have it
    context_length: int | None = None  # tokens per request


class Model(Protocol):
    """Something that completes chats. Wrappers of a model are models."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model answers. Part of the key of every recording."""
        ...

    async def count_prompt_tokens(self, request: Request) -> int:
        """Tokens of the prompt: exact where the endpoint can tell, else a bound."""
        ...

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request, or raise. Cancelling closes the connection.

        Raises:
            ContextLengthExceeded: the prompt and `max_tokens` do not fit.
            BudgetExhausted: from a `Metered` model, before anything was sent.
            ModelUnavailable: no answer after the retries that make sense.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A program that may solve the problem. Equal code is equal candidate."""

    code: str
    made_by: str = field(default="", compare=False)  # the technique's name
    sample: int = field(default=0, compare=False)  # position in the problem's samples
    parent: Candidate | None = field(default=None, compare=False)  # what it corrects


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
    def passed(self) -> bool:
        """All cases passed. False when there were none: nothing was shown."""
        return bool(self.results) and all(r.passed for r in self.results)

    @property
    def n_passed(self) -> int:
        """How many cases were passed."""
        return sum(r.passed for r in self.results)

    @property
    def distance(self) -> float:
        """Mean distance from passing, 0 to 1. 0 where there were no cases."""
        if not self.results:
            return 0.0
        return sum(r.distance for r in self.results) / len(self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A candidate and what running it showed, for one or more equal samples."""

    candidate: Candidate
    verdict: Verdict
    observations: tuple[Observation, ...] = ()  # one per self-made input, or none
    copies: int = 1  # samples that came out as this very program

    @property
    def in_play(self) -> bool:
        """Whether it may be chosen as right: it passed, or nothing was given."""
        return self.verdict.passed or not self.verdict.results


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClass:
    """Candidates that gave the same output on every self-made input."""

    members: tuple[Judged, ...]  # the most frequent first, then in sample order
    votes: int  # samples behind it, copies of one program counted up to a cap
    soft_vote: float  # best soft vote of a member, 0 to 1

    @property
    def best(self) -> Judged:
        """The member to hand out."""
        return self.members[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What selection made of the candidates so far."""

    classes: tuple[OutputClass, ...]  # the chosen one first; empty if none is in play
    posterior: float  # that the chosen class is the larger of the two largest
    confidence: float  # estimated probability that its program is right
    n_votes: int  # of all samples that became programs, in play or not


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an answer's claim rests on."""

    given_passed: int = 0
    given_total: int = 0
    class_size: int = 0  # candidates whose outputs equal the answer's
    n_candidates: int = 0  # independent candidates that were compared
    n_inputs: int = 0  # self-made inputs they were compared on

    @property
    def is_majority(self) -> bool:
        """Two or more agree, and more than half: a smaller class shows too little."""
        return self.class_size >= 2 and 2 * self.class_size > self.n_candidates

    @property
    def sentence(self) -> str:
        """The claim in words, as printed."""
        if self.given_total and self.given_passed == self.given_total:
            return f"verified by {self.given_total} given tests"
        if self.is_majority and not self.given_total:
            return (
                f"agreed by {self.class_size} of {self.n_candidates} independent "
                f"candidates on {self.n_inputs} self-made inputs"
            )
        if self.given_total:
            return f"unverified: {self.given_passed} of {self.given_total} given tests"
        return "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a solve cost. Seconds are of wall, unless the name says otherwise."""

    usage: Usage = Usage()
    calls: int = 0
    retries: int = 0
    seconds: float = 0.0
    model_seconds: float = 0.0  # wall during which at least one call was in flight
    sandbox_seconds: float = 0.0  # CPU of all sandboxed runs
    runs: int = 0  # sandboxed runs


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReport:
    """A candidate and what became of it, for the JSON answer and the pages."""

    candidate: Candidate
    status: Status | None  # of its worst given case; None where there were none
    given_passed: int
    given_total: int
    copies: int  # samples with this very program
    output_class: int | None = None  # number of its class, largest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A finished solve: the answer, what may be claimed of it, and what it cost."""

    problem: Problem
    answer: Candidate | None
    status: SolveStatus
    evidence: Evidence
    confidence: float  # estimated probability that the answer is right
    candidates: tuple[CandidateReport, ...]
    spend: Spend
    stopped: str  # why it stopped: "confident", "samples", "budget", "interrupted", ...
