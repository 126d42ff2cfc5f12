"""What a benchmark run found, as the report and the comparisons read it.

An attempt is one arm's one answer to one task with one seed. Numbers that were not
measured are None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assay.types.model import Usage


class Outcome(StrEnum):
    """What became of an attempt."""

    PASSED = "passed"  # its sealed answer passed every hidden case
    FAILED = "failed"  # it did not, or there was no answer
    PENDING = "pending"  # the machine failed: neither, until it is run again


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One arm's answer to one task, sealed, graded once, with what it cost."""

    task: str
    arm: str
    seed: int
    outcome: Outcome
    reason: str = ""  # first hidden status that was no pass, or why it is pending
    answer_sha256: str | None = None  # None: no answer came
    claim: str = "unverified"  # verified | agreed | unverified | none
    confidence: float | None = None  # None: the arm states none
    stopped: str = ""  # why the arm stopped
    usage: Usage | None = None  # None: the endpoint or the peer did not say
    calls: int | None = 0
    retries: int = 0
    seconds: float = 0.0  # as paid for: a replayed call counts with its own seconds
    model_seconds: float | None = 0.0
    sandbox_seconds: float | None = 0.0
    joules: float | None = None
    money: float | None = None
    n_samples: int = 0  # completions drawn
    n_candidates: int = 0  # of these with a program, copies counted
    n_right: int | None = None  # of these right by the hidden cases: an oracle's word
    load: float = 0.0  # one-minute load average when it was answered
    date: str | None = None  # when the task became public
    difficulty: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a cost is spread over tasks."""

    mean: float
    median: float
    p90: float
    total: float
    interval: Estimate | None = None  # of the mean, over tasks; None: not computed


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm over all tasks and seeds. Scores are None while attempts are pending."""

    arm: str
    n_tasks: int
    n_seeds: int
    n_passed: int  # attempts
    n_failed: int
    n_pending: int
    score: Estimate | None  # share of right answers: pass@1 or pass@1-v(k)
    k: int = 1  # most candidates that an answer was chosen from
    oracle: Estimate | None = None  # pass@k: any candidate right. No submission is this
    random: float | None = None  # mean share of right candidates
    efficiency: Estimate | None = None  # (score - random) / (oracle - random)
    tokens: Spread | None = None  # None: not measured
    tokens_per_solved: float | None = None
    completion_tokens: Spread | None = None
    seconds: Spread | None = None
    model_seconds: Spread | None = None
    sandbox_seconds: Spread | None = None
    calls: Spread | None = None
    rerun_rate: float | None = None  # retries / calls
    joules: Spread | None = None
    joules_per_solved: float | None = None
    money: Spread | None = None
    money_per_solved: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two arms on the same tasks, paired."""

    a: str
    b: str
    n_tasks: int
    n_both: int  # attempts that both solve
    n_only_a: int
    n_only_b: int
    n_neither: int
    difference: Estimate  # score of a minus score of b, paired over tasks
    p: float  # exact McNemar (one seed), else exact sign-flip test over tasks
    p_holm: float | None = None  # corrected for all comparisons of this table
    tokens_ratio: float | None = None  # mean tokens of a / of b
    tokens_ratio_interval: Estimate | None = None  # over tasks; None: too few
    detectable: float = 1.0  # smallest difference this many tasks show, 80 % power
    words: str = ""  # what may be claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the waterfall: what a rung changes, paired."""

    name: str  # the rung, in words
    arm: str  # with the rung
    before: str  # without it
    difference: Estimate
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bin of a reliability diagram."""

    low: float
    high: float
    n: int
    confidence: float  # mean stated
    right: float  # share that was right


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Stated confidence against what was right."""

    arm: str
    bins: tuple[Bin, ...]
    error: float  # expected calibration error, 0 to 1
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A hidden case's text found where no hidden case may be."""

    task: str
    arm: str
    seed: int
    where: str  # "prompt" or "sandbox input"
    what: str  # which hidden case: its name, never its text


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRecord:
    """One attempt with all that its own page shows."""

    attempt: Attempt
    statement: str
    title: str
    answer: str | None  # the program
    events: tuple[dict[str, Any], ...]  # trace events: {"kind", "at_s", "data"}
    candidates: tuple[tuple[str, bool | None], ...] = ()  # code, right by hidden cases


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A whole run, analysed: all that the report page shows."""

    run: str
    dataset: str
    created: str  # ISO 8601, UTC
    status: str  # complete | incomplete | invalid
    headline: str  # what may be claimed, one or two sentences
    arms: tuple[ArmSummary, ...]
    comparisons: tuple[Comparison, ...]
    steps: tuple[Step, ...]  # cumulative, in order
    left_out: tuple[Step, ...]  # the whole method against itself without one rung
    calibrations: tuple[Calibration, ...]
    attempts: tuple[Attempt, ...]
    leaks: tuple[Leak, ...]
    n_harness_errors: int
    provenance: tuple[tuple[str, str], ...]  # name, value; in the order to show
    commands: tuple[str, ...]  # that make these numbers again
    titles: dict[str, str] = field(default_factory=dict)  # task id -> title
    warnings: tuple[str, ...] = ()
