"""Trace events -> what a solve's page shows, as typed values.

Events are data from a file: a field that is missing or of another type is passed over,
never an error. Without events everything here is empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.types.results import SolveRecord

SAMPLED = frozenset({"greedy", "sample", ""})  # made_by of programs that are no repairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the model."""

    number: int
    prompt: str
    start_s: float
    end_s: float | None = None  # None: the trace ends before
    messages: tuple[tuple[str, str], ...] = ()
    settings: str = ""
    text: str = ""
    failed: str = ""
    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None  # as paid for
    from_recording: bool = False
    prompt_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """How a program did on one given case or self-made input."""

    status: str
    shown: str = ""  # what came out
    name: str = ""
    given: str = ""  # the input
    expected: str = ""


@dataclass(slots=True, kw_only=True)
class Program:
    """One distinct program, filled in as its events are read."""

    sample: int
    made_by: str
    code: str
    found_s: float
    copies: int = 1
    judged_s: float | None = None
    observed_s: float | None = None
    results: tuple[CaseFact, ...] = ()
    observations: tuple[CaseFact, ...] = ()
    dropped: str = ""
    passed: bool | None = None  # the given cases
    right: bool | None = None  # the hidden cases
    output_class: str = ""  # A, B, ...; empty: not in play

    @property
    def is_repair(self) -> bool:
        """Whether it corrects the sample of the same number."""
        return self.made_by not in SAMPLED

    @property
    def name(self) -> str:
        """What the page calls it."""
        if self.is_repair:
            return f"repair of sample {self.sample}"
        return f"sample {self.sample}"

    @property
    def in_play(self) -> bool:
        """Whether it could be chosen: it passed, or nothing was given."""
        judged = self.judged_s is not None and not self.dropped
        return judged and (bool(self.passed) or not self.results)

    @property
    def n_passed(self) -> int:
        """Given cases passed."""
        return sum(r.status == "passed" for r in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the ladder decided after a batch."""

    at_s: float
    after: int
    in_play: int
    classes: tuple[int, ...]
    posterior: float | None
    confidence: float | None
    reason: str


@dataclass(slots=True, kw_only=True)
class Facts:
    """All that the events of one solve tell."""

    model: str = ""
    isolation: str = ""
    checker: str = ""
    notes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    calls: list[Call] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # no_program, no_repair, ...
    evidence: str = ""
    stopped: str = ""
    end_s: float = 0.0

    def latest(self, sample: int, made_by: str | None = None) -> Program | None:
        """The last program of a sample."""
        return next(
            (
                p
                for p in reversed(self.programs)
                if p.sample == sample and made_by in (None, p.made_by)
            ),
            None,
        )


def read_facts(record: SolveRecord) -> Facts:
    """Read a record's events in their order."""
    facts = Facts()
    for event in record.events:
        if not isinstance(event, Mapping):
            continue
        data = event.get("data")
        if not isinstance(data, Mapping):
            continue
        at_s = _number(event, "at_s") or 0.0
        facts.end_s = max(facts.end_s, at_s)
        read = _READERS.get(_text(event, "kind"))
        if read is not None:
            read(facts, at_s, data)
    right = {code.strip(): verdict for code, verdict in record.candidates}
    for program in facts.programs:
        program.right = right.get(program.code.strip())
    _name_classes(facts)
    return facts


def answer_program(facts: Facts, answer: str | None) -> Program | None:
    """The program that was handed out, where the trace has it."""
    if answer is None:
        return None
    wanted = answer.strip()
    return next((p for p in facts.programs if p.code.strip() == wanted), None)


def parent_of(facts: Facts, program: Program) -> Program | None:
    """The program that a repair corrects: the sample of the same number."""
    if not program.is_repair:
        return None
    return next(
        (p for p in facts.programs if p.sample == program.sample and not p.is_repair),
        None,
    )


def runner_up(facts: Facts, chosen: Program) -> Program | None:
    """The best member of another class, else the other program that passed most."""
    others = [p for p in facts.programs if p is not chosen and not p.dropped]
    rivals = [p for p in others if p.output_class not in ("", chosen.output_class)]
    if rivals:
        return min(rivals, key=lambda p: (p.output_class, -p.copies, p.sample))
    judged = [p for p in others if p.judged_s is not None]
    return max(judged, key=lambda p: (p.n_passed, -p.sample), default=None)


def _solve(facts: Facts, _: float, data: Mapping[str, Any]) -> None:
    facts.model = _text(data, "model")
    facts.isolation = _text(data, "isolation")
    facts.checker = _text(data, "checker")
    facts.notes = tuple(map(str, _list(data, "notes")))
    facts.inputs = tuple(map(str, _list(data, "inputs")))


def _call_start(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    number = _whole(data, "call")
    facts.calls.append(Call(number=number, prompt=_text(data, "prompt"), start_s=at_s))


def _call(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    number = _whole(data, "call")
    request, usage = _mapping(data, "request"), _mapping(data, "usage")
    place = next((i for i, c in enumerate(facts.calls) if c.number == number), None)
    call = Call(
        number=number,
        prompt=_text(request, "prompt"),
        start_s=facts.calls[place].start_s if place is not None else at_s,
        end_s=at_s,
        messages=tuple(
            (_text(m, "role"), _text(m, "content"))
            for m in _list(request, "messages")
            if isinstance(m, Mapping)
        ),
        settings=", ".join(
            f"{key} {request[key]}"
            for key in ("temperature", "top_p", "seed", "max_tokens")
            if key in request
        ),
        text=_text(data, "text"),
        failed=_text(data, "failed"),
        finish=_text(data, "finish_reason"),
        prompt_tokens=_maybe_whole(usage, "prompt_tokens"),
        completion_tokens=_maybe_whole(usage, "completion_tokens"),
        seconds=_number(data, "seconds"),
        from_recording=data.get("from_recording") is True,
        prompt_sha256=_text(request, "prompt_sha256"),
    )
    if place is None:
        facts.calls.append(call)
    else:
        facts.calls[place] = call


def _candidate(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    sample, made_by = _whole(data, "sample"), _text(data, "made_by")
    if "equals" in data:
        same = facts.latest(_whole(data, "equals"))
        if same is not None and made_by in SAMPLED:
            same.copies += 1
        return
    facts.programs.append(
        Program(sample=sample, made_by=made_by, code=_text(data, "code"), found_s=at_s)
    )


def _verdict(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    program = facts.latest(_whole(data, "sample"), _text(data, "made_by"))
    if program is None:
        return
    program.judged_s = at_s
    program.passed = data.get("passed") is True
    program.results = tuple(
        CaseFact(
            status=_text(r, "status"),
            shown=_text(r, "got_text"),
            name=_text(r, "name"),
            given=_text(r, "input_text"),
            expected=_text(r, "expected_text"),
        )
        for r in _list(data, "results")
        if isinstance(r, Mapping)
    )


def _observations(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    """Only programs in play are observed, so a failed sample is never meant."""
    sample = _whole(data, "sample")
    programs = [p for p in facts.programs if p.sample == sample and p.in_play]
    if not programs:
        return
    programs[-1].observed_s = at_s
    programs[-1].observations = tuple(
        CaseFact(status=str(row[0]), shown=str(row[1]))
        for row in _list(data, "rows")
        if isinstance(row, (list, tuple)) and len(row) > 1
    )


def _dropped(facts: Facts, _: float, data: Mapping[str, Any]) -> None:
    program = facts.latest(_whole(data, "sample"))
    if program is not None:
        program.dropped = _text(data, "reason") or "dropped"


def _decision(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    facts.decisions.append(
        Decision(
            at_s=at_s,
            after=_whole(data, "after"),
            in_play=_whole(data, "in_play"),
            classes=tuple(v for v in _list(data, "classes") if isinstance(v, int)),
            posterior=_number(data, "posterior"),
            confidence=_number(data, "confidence"),
            reason=_text(data, "reason"),
        )
    )


def _no_program(facts: Facts, at_s: float, _: Mapping[str, Any]) -> None:
    facts.remarks.append(f"At {at_s:.2f} s a completion held no program.")


def _no_repair(facts: Facts, at_s: float, data: Mapping[str, Any]) -> None:
    facts.remarks.append(
        f"At {at_s:.2f} s there was no repair: {_text(data, 'reason')}"
    )


def _solution(facts: Facts, _: float, data: Mapping[str, Any]) -> None:
    facts.evidence = _text(data, "evidence")
    facts.stopped = _text(data, "stopped")


_READERS = {
    "solve": _solve,
    "call_start": _call_start,
    "call": _call,
    "candidate": _candidate,
    "verdict": _verdict,
    "observations": _observations,
    "dropped": _dropped,
    "decision": _decision,
    "no_program": _no_program,
    "no_repair": _no_repair,
    "solution": _solution,
}


def _name_classes(facts: Facts) -> None:
    """Group the programs in play by what they gave, the largest group first."""
    groups: dict[tuple[object, ...], list[Program]] = {}
    for index, program in enumerate(facts.programs):
        if not program.in_play:
            continue
        outputs = tuple(
            o.shown if o.status == "finished" else None for o in program.observations
        )
        alone = all(o is None for o in outputs)
        groups.setdefault(("alone", index) if alone else outputs, []).append(program)
    votes = Counter({key: sum(p.copies for p in g) for key, g in groups.items()})
    ranked = sorted(groups, key=lambda k: (-votes[k], groups[k][0].sample))
    for number, key in enumerate(ranked):
        for program in groups[key]:
            program.output_class = class_name(number)


def class_name(number: int) -> str:
    """A letter, and a number behind it after 26.

    >>> class_name(0), class_name(25), class_name(26)
    ('A', 'Z', 'A2')
    """
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else f"{letter}{number // 26 + 1}"


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return "" if value is None else str(value)


def _number(data: Mapping[str, Any], key: str) -> float | None:
    value = data.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < 1e12 else None


def _whole(data: Mapping[str, Any], key: str) -> int:
    return int(_number(data, key) or 0)


def _maybe_whole(data: Mapping[str, Any], key: str) -> int | None:
    number = _number(data, key)
    return None if number is None else int(number)


def _list(data: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    value = data.get(key)
    return tuple(value) if isinstance(value, (list, tuple)) else ()


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}
