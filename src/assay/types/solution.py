"""What a solve makes of its candidates, and what it may claim."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.types.judging import Candidate, Judged, Status
from assay.types.model import Usage
from assay.types.problem import Problem


class SolveStatus(StrEnum):
    """What may be claimed of an answer, strongest first."""

    VERIFIED = "verified"  # every given test passed
    AGREED = "agreed"  # independent candidates agree on self-made inputs
    UNVERIFIED = "unverified"
    NONE = "none"  # no program at all


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClass:
    """Candidates that gave the same output on every self-made input."""

    members: tuple[Judged, ...]  # those not slow first, then the most frequent
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
class Evidence:
    """What an answer's claim rests on."""

    given_passed: int = 0
    given_total: int = 0
    class_size: int = 0  # candidates whose outputs equal the answer's
    n_candidates: int = 0  # independent candidates that were compared
    n_inputs: int = 0  # self-made inputs on which the answer was compared

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
    output_class: int | None = None  # number of its class, best first


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
    stopped: str  # why it stopped: "confident", "sure", "samples", "budget", ...
    calibrated: bool = False  # the confidence comes from graded answers, not a prior
    abstained: bool = False  # it is below what the caller asked for: not handed out
