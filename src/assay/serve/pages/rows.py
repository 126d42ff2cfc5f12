"""Jobs -> the rows of the list of solves."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assay.report.html import label
from assay.report.solve_facts import SAMPLED
from assay.serve.requests import Route
from assay.serve.solves import Job, State
from assay.types import SolveStatus, Usage

MOST_TITLE = 120

# state -> (glyph, tone)
STATES = {
    State.WAITING: ("…", "wait"),
    State.RUNNING: ("▶", ""),
    State.DONE: ("✓", "good"),
    State.CANCELLED: ("■", "wait"),
    State.FAILED: ("✗", "bad"),
}
# claim -> (glyph, words, tone)
CLAIMS = {
    SolveStatus.VERIFIED: ("✓", "verified", "good"),
    SolveStatus.AGREED: ("≈", "agreed", "good"),
    SolveStatus.UNVERIFIED: ("?", "unverified", "wait"),
    SolveStatus.NONE: ("✗", "no program", "bad"),
}
NO_CLAIM = ("", "none yet", "quiet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One solve in the list."""

    id: str
    begun: datetime  # UTC
    title: str
    asked_by: str
    state: State
    route: Route
    claim: tuple[str, str, str]  # glyph, words, tone
    n_samples: int
    n_tokens: int
    seconds: float

    @property
    def glyph(self) -> str:
        """The state's glyph."""
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        """The state's tone."""
        return STATES[self.state][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of the list is shown; all of it stands in the address."""

    state: State | None = None
    words: str = ""

    def keeps(self, row: Row) -> bool:
        """Whether a row is shown."""
        if self.state is not None and row.state is not self.state:
            return False
        text = " ".join((row.title, row.asked_by, row.claim[1], row.route, row.id))
        return self.words.casefold() in text.casefold()


def read_filter(state: str | None, words: str | None) -> Filter:
    """A filter as an address has it; what is no state shows all.

    >>> read_filter("done", " sum "), read_filter("x", None).state
    (Filter(state=<State.DONE: 'done'>, words='sum'), None)
    """
    known = state if state in [*State] else None
    return Filter(state=State(known) if known else None, words=(words or "").strip())


def rows_of(jobs: Iterable[Job]) -> tuple[Row, ...]:
    """The rows, the latest solve first."""
    return tuple(row_of(job) for job in jobs)[::-1]


def row_of(job: Job) -> Row:
    """What the list tells of one solve."""
    return Row(
        id=job.id,
        begun=datetime.fromtimestamp(job.begun, UTC),
        title=title_of(job),
        asked_by=job.asked.asked_by,
        state=job.state,
        route=job.asked.route,
        claim=CLAIMS[job.solution.status] if job.solution else NO_CLAIM,
        n_samples=n_samples(job),
        n_tokens=usage_of(job).tokens,
        seconds=seconds_of(job),
    )


def counts(rows: Sequence[Row]) -> list[tuple[State, int]]:
    """How many there are of each state."""
    found = Counter(row.state for row in rows)
    return [(state, found[state]) for state in State]


def title_of(job: Job) -> str:
    """The problem's title, or the first line of what was asked."""
    problem = job.asked.problem
    first = problem.statement.strip().partition("\n")[0]
    return label(problem.title or first, MOST_TITLE) or "(empty)"


def seconds_of(job: Job) -> float:
    """From its being asked for until its end, or until now."""
    return max(0.0, (job.ended or time.time()) - job.begun)


def usage_of(job: Job) -> Usage:
    """What it spent so far, tokens of calls in flight too."""
    if job.budget is None:
        return Usage()
    settled = job.budget.usage
    in_flight = max(0, job.n_tokens - settled.completion_tokens)
    is_over = job.state.is_over
    return settled if is_over else settled + Usage(completion_tokens=in_flight)


def n_samples(job: Job) -> int:
    """Completions that became samples: those of the last decision, and what came after.

    Read from the end, so that a long solve's list costs no more than a short one's.
    """
    found = 0
    for event in reversed(job.events):
        if event.kind == "decision":
            after: int = event.data["after"]
            return found + after
        is_sample = event.kind == "candidate" and event.data["made_by"] in SAMPLED
        found += is_sample or event.kind == "no_program"
    return found
