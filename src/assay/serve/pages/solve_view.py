"""A job -> what its page shows. Parts of it are those of the report's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assay.report.html import Html, code_block
from assay.report.matrix import cases_table
from assay.report.solve_facts import (
    Facts,
    Program,
    answer_program,
    read_facts,
)
from assay.report.solve_parts import (
    STOPPED,
    calls_part,
    changes_part,
    decisions_part,
    matrix_part,
    timeline_part,
    why,
)
from assay.serve.expected import Expectation
from assay.serve.pages.access import here
from assay.serve.pages.replay import curl_command, solve_command
from assay.serve.pages.rows import Row, row_of, usage_of
from assay.serve.requests import Route
from assay.serve.solves import Job, State
from assay.telling import told
from assay.trace import TraceEvent
from assay.types import Solution, Usage
from assay.types.results import Attempt, Outcome, SolveRecord

MOST_LINES = 400  # of the log that are shown
FAULTS = ("failed", "stopped", "reason")  # of an event: these may tell of places

Pairs = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A job at one moment, which another thread may write a page of."""

    row: Row
    statement: str
    solution: Solution | None
    error: str
    events: tuple[TraceEvent, ...]
    n_left_out: int  # events that were too many to be kept
    running_s: float  # since its trace began
    usage: Usage
    calls: int
    n_listeners: int
    deadline_s: float | None
    reason: str  # of its way
    expected: Expectation | None
    limit: str
    notes: tuple[str, ...]
    command: str
    curl: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.row.state.is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The line at the head of the page."""

    tone: str
    glyph: str
    words: str
    more: str


def snapshot(job: Job, base: str, *, has_keys: bool) -> Snapshot:
    """What a job is now.

    Args:
        base: The server's address, for the commands.
    """
    asked, row = job.asked, row_of(job)
    over_s = job.solution.spend.seconds if job.solution else None
    running_s = job.budget.seconds if job.budget else 0.0
    if job.state.is_over:
        running_s = over_s or (job.events[-1].at_s if job.events else 0.0)
    return Snapshot(
        row=row,
        statement=asked.problem.statement,
        solution=job.solution,
        error=str(job.error) if job.error else "",
        events=tuple(job.events),
        n_left_out=job.n_events - len(job.events),
        running_s=running_s,
        usage=usage_of(job),
        calls=job.budget.calls if job.budget else 0,
        n_listeners=job.n_watching,
        deadline_s=asked.deadline_s,
        reason=asked.reason,
        expected=asked.expected,
        limit=str(asked.limit.tokens or ""),
        notes=asked.problem.notes,
        command=solve_command(asked),
        curl=curl_command(asked, base, has_keys=has_keys, route=row.route),
    )


def words_of(snap: Snapshot) -> dict[str, Any]:
    """All that the template of the page asks for."""
    record = record_of(snap)
    facts = read_facts(record)
    if not snap.is_over:
        facts.end_s = max(facts.end_s, snap.running_s)  # calls in flight reach to now
    chosen = answer_program(facts, record.answer)
    best = chosen or leading(facts)
    return {
        "snap": snap,
        "row": snap.row,
        "claim": claim_of(snap),
        "facts": spend_of(snap, facts),
        "why": why(record, facts, chosen) if snap.is_over and facts.programs else "",
        "tests": _tests(best),
        "tested": best.name if best else "",
        "answer": code_block(record.answer) if record.answer else None,
        "timeline": timeline_part(facts) if facts.calls else None,
        "matrix": matrix_part(facts, chosen, graded=False) if facts.programs else None,
        "changes": changes_part(facts, chosen) if len(facts.programs) > 1 else None,
        "decisions": decisions_part(facts) if facts.decisions else None,
        "calls": calls_part(facts) if facts.calls else None,
        "statement": code_block(snap.statement or "(empty)", wrap=True),
        "command": code_block(snap.command),
        "curl": code_block(snap.curl),
        "log": log_of(snap.events),
        "said": said(snap),
    }


def record_of(snap: Snapshot) -> SolveRecord:
    """The job as the report's parts read an attempt. Nothing of it was graded."""
    solution = snap.solution
    record = SolveRecord(
        attempt=Attempt(
            task=snap.row.id,
            arm=snap.row.route,
            seed=0,
            outcome=Outcome.PENDING,
            stopped=solution.stopped if solution else "",
        ),
        statement=snap.statement,
        title=snap.row.title,
        answer=solution.answer.code if solution and solution.answer else None,
        events=tuple(asdict(event) for event in snap.events),
    )
    return discreet(record)


def discreet(record: SolveRecord) -> SolveRecord:
    """An attempt, with what it says of faults as the visitor may read it."""
    attempt = record.attempt
    return replace(
        record,
        attempt=replace(
            attempt, stopped=here(attempt.stopped), reason=here(attempt.reason)
        ),
        events=tuple(_discreet(event) for event in record.events),
    )


def _discreet(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    if not isinstance(data, dict):
        return event
    told = {name: here(data[name]) for name in FAULTS if data.get(name)}
    return {**event, "data": data | told}


def claim_of(snap: Snapshot) -> Claim:
    """What is claimed, how sure it is, and what that rests on."""
    solution, row = snap.solution, snap.row
    if row.state is State.FAILED:
        more = here(snap.error) or "no solution came"
        return Claim(tone="bad", glyph="✗", words="Failed", more=more)
    if solution is None:
        more = {
            State.WAITING: "It waits for its turn.",
            State.RUNNING: "Nothing is claimed before it ends.",
        }.get(row.state, "It was cancelled before there was anything to hand out.")
        return Claim(tone="wait", glyph=row.glyph, words=row.state.title(), more=more)
    glyph, words, tone = row.claim
    rests = (
        "learnt from graded answers"
        if solution.calibrated
        else "a prior: no graded answers of this model were learnt from"
    )
    sentence = solution.evidence.sentence
    more = f"{sentence[:1].upper()}{sentence[1:]}. "
    more += f"Confidence {solution.confidence:.0%}, {rests}."
    if row.state is State.CANCELLED:
        more = f"Cancelled; the best so far. {more}"
    if solution.abstained:
        more += " Below what was asked for, so nothing was handed out."
    return Claim(tone=tone, glyph=glyph, words=words.capitalize(), more=more)


def spend_of(snap: Snapshot, facts: Facts) -> Pairs:
    """What it cost so far, and what it was let cost."""
    usage, spend = snap.usage, snap.solution.spend if snap.solution else None
    cached = f", {usage.cached_prompt_tokens:,} of them cached"
    rows: list[tuple[str, object]] = [
        ("State", f"{snap.row.glyph} {snap.row.state}"),
        ("Way", ": ".join(filter(None, (snap.row.route, snap.reason)))),
        *expected_of(snap),
        ("Asked by", snap.row.asked_by or "this page, or a client without a key"),
        (
            "Tokens",
            f"{usage.tokens:,}: {usage.prompt_tokens:,} prompt"
            f"{cached if usage.cached_prompt_tokens else ''}, "
            f"{usage.completion_tokens:,} completion",
        ),
        ("Ceiling", f"{snap.limit} tokens" if snap.limit else "no ceiling of tokens"),
        ("Calls", f"{snap.calls:,}"),
        ("Time", f"{snap.row.seconds:.1f} s since it was asked for"),
        ("Samples", f"{snap.row.n_samples:,}"),
    ]
    if snap.deadline_s is not None:
        rows.append(("Client waits", f"{snap.deadline_s:.0f} s for it"))
    if spend is not None:
        rows += [
            ("In the model", f"{spend.model_seconds:.1f} s"),
            ("Sandbox", f"{spend.runs:,} runs, {spend.sandbox_seconds:.1f} s of CPU"),
        ]
    if snap.solution is not None:
        stopped = snap.solution.stopped
        rows.append(("Stopped because", STOPPED.get(stopped) or here(stopped)))
    rows += [("Model", facts.model), ("Isolation", facts.isolation)]
    return tuple((name, value) for name, value in rows if value)


def expected_of(snap: Snapshot) -> Pairs:
    """What its way was chosen by: predictions, and what they were made of."""
    expected = snap.expected
    if expected is None:
        return ()
    measured = "measured here" if expected.tokens_per_s else "a guess at first"
    return (
        ("Of one sample", _prediction(expected, Route.FAST)),
        ("Of a search", _prediction(expected, Route.SEARCH)),
        (
            "Expected by",
            f"{expected.group.n_tasks:,} recorded tasks ({expected.features}) of "
            f"{expected.table.model}, and {expected.pace:.1f} tokens a second "
            f"({measured}); decided in {expected.cost_us:.0f} µs",
        ),
    )


def _prediction(expected: Expectation, route: Route) -> str:
    found = expected.of(route)
    return (
        f"{found.right:.0%} right, {found.verified:.0%} verified, "
        f"{found.tokens:,.0f} completion tokens, {expected.seconds(route):.0f} s"
    )


def leading(facts: Facts) -> Program | None:
    """The program that passes most of what was given, while none is handed out."""
    judged = [p for p in facts.programs if p.results and not p.dropped]
    return max(judged, key=lambda p: (p.n_passed, -p.sample), default=None)


def log_of(events: Sequence[TraceEvent]) -> list[tuple[str, str]]:
    """When and what, a line each; the last ones of a long solve."""
    lines = [(f"{event.at_s:.1f} s", line) for event in events if (line := told(event))]
    return lines[-MOST_LINES:]


def said(snap: Snapshot) -> str:
    """What a screen reader is told of a change."""
    row = snap.row
    if snap.is_over:
        return f"The solve is over: {row.state}, {row.claim[1]}."
    return (
        f"{row.state.capitalize()}: {row.n_samples} samples, {row.n_tokens:,} tokens, "
        f"{row.seconds:.0f} seconds."
    )


def _tests(program: Program | None) -> Html | None:
    return cases_table(program) if program and program.results else None
