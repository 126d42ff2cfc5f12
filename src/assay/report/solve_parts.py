"""The parts of a solve's page: why, when, programs and inputs, changes, calls."""

from __future__ import annotations

from assay.report.diffs import diff
from assay.report.html import (
    Html,
    amount,
    code_block,
    el,
    figure,
    integer,
    percent,
    plural,
    table,
)
from assay.report.matrix import matrix
from assay.report.solve_facts import (
    Call,
    Facts,
    Program,
    parent_of,
    runner_up,
)
from assay.report.timeline import spans, timeline
from assay.types.results import Attempt, SolveRecord

NO_STEPS = "This arm records no steps: its answer, its grade and its cost are all."
STOPPED = {
    "confident": "the leading class was ahead by enough",
    "sure": "the confidence learnt from graded runs was high enough",
    "samples": "all the samples that the method allows were drawn",
    "budget": "the budget was used up",
    "interrupted": "it was interrupted",
    "nothing to compare on": "there were no self-made inputs to compare on",
}


def why(record: SolveRecord, facts: Facts, chosen: Program | None) -> str:
    """Say in words why this program was handed out and not another."""
    if record.answer is None:
        stop = _stop_words(record.attempt, facts)
        return f"No program was handed out.{stop}"
    if not facts.programs:
        return NO_STEPS
    if chosen is None:
        return (
            f"The trace does not hold the answer.{_stop_words(record.attempt, facts)}"
        )
    words = [f"{_capital(chosen.name)} was handed out"]
    if facts.evidence:
        words.append(f": {facts.evidence}")
    words.append(". ")
    if chosen.is_repair:
        words.append(
            "It corrects a sample that failed the given cases, from what that sample "
            "did when it was run. "
        )
    classes = {p.output_class for p in facts.programs if p.output_class}
    if chosen.output_class:
        votes = sum(
            p.copies for p in facts.programs if p.output_class == chosen.output_class
        )
        n_all = sum(p.copies for p in facts.programs if p.output_class)
        words.append(
            f"Its outputs were given by {votes} of the {plural(n_all, 'sample')} in "
            f"play, which fell into {plural(len(classes), 'class', 'classes')}. "
        )
    elif chosen.results:
        words.append(
            f"No program passed all the given cases; it passed {chosen.n_passed} of "
            f"{len(chosen.results)}, and none came nearer. "
        )
    return "".join(words).rstrip() + _stop_words(record.attempt, facts)


def _stop_words(attempt: Attempt, facts: Facts) -> str:
    stopped = facts.stopped or attempt.stopped
    if not stopped:
        return ""
    return f" It ended there because {STOPPED.get(stopped, f'of this: {stopped}')}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def timeline_part(facts: Facts) -> list[Html]:
    """What took time, drawn and as a table."""
    shown = spans(facts)
    if not shown:
        return [el("p", NO_STEPS)]
    start = min(s.start_s for s in shown)
    replayed = sum(c.from_recording for c in facts.calls)
    caption = (
        f"{plural(len(facts.calls), 'model call')}, "
        f"{plural(len(facts.programs), 'distinct program')} and "
        f"{plural(len(facts.decisions), 'decision')} (d) within "
        f"{amount(facts.end_s - start, 's')}; waits for a free slot are part of a bar."
    )
    if replayed:
        caption += (
            f" {plural(replayed, 'call')} came from a recording: drawn as replayed, "
            "the seconds that they once took are in the table of calls."
        )
    rows = [
        (s.lane, s.kind, f"{s.start_s - start:.3f}", f"{s.end_s - start:.3f}",
         f"{s.end_s - s.start_s:.3f}")
        for s in shown
    ]  # fmt: skip
    head = ("lane", "what", "from, s", "to, s", "took, s")
    twin = table("What took time", head, rows, numeric={2, 3, 4})
    return [
        figure(
            timeline(facts, name="when", desc=caption), caption, twin, name="Timeline"
        )
    ]


def matrix_part(
    facts: Facts, chosen: Program | None, *, graded: bool = True
) -> list[Html]:
    """Programs by inputs, and the programs that were not handed out.

    Args:
        graded: Whether there are hidden cases that may tell who is right.
    """
    if not facts.programs:
        return [el("p", NO_STEPS)]
    parts = [matrix(facts, chosen, graded=graded)]
    parts += [el("p", remark, class_="quiet") for remark in facts.remarks]
    for p in facts.programs:
        if p is not chosen:
            summary = el("summary", f"{_capital(p.name)}, made by {p.made_by}")
            parts.append(el("details", summary, code_block(p.code)))
    return parts


def changes_part(facts: Facts, chosen: Program | None) -> list[Html]:
    """Each repair against what it corrects, and the runner-up against the answer."""
    parts: list[Html] = []
    for program in facts.programs:
        parent = parent_of(facts, program)
        if parent is None:
            continue
        fate = f" (dropped: {program.dropped})" if program.dropped else ""
        parts += [
            el("h3", f"Before and after the {program.name}{fate}"),
            diff(parent.code, program.code, old=parent.name, new=program.name),
        ]
    rival = runner_up(facts, chosen) if chosen else None
    if chosen and rival:
        where = f", of class {rival.output_class}" if rival.output_class else ""
        parts += [
            el("h3", f"The runner-up ({rival.name}{where}) and the answer"),
            diff(rival.code, chosen.code, old=rival.name, new="answer"),
        ]
    return parts or [el("p", "There was nothing to compare: one program or none.")]


def decisions_part(facts: Facts) -> list[Html]:
    """What was decided after each batch."""
    if not facts.decisions:
        return [el("p", "None is recorded.")]
    rows = [
        (f"d{i}", integer(d.after), integer(d.in_play),
         ", ".join(map(str, d.classes)) or "none", percent(d.posterior),
         percent(d.confidence), d.reason)
        for i, d in enumerate(facts.decisions, start=1)
    ]  # fmt: skip
    head = ("decision", "samples so far", "programs in play", "votes of the classes",
            "posterior of the first", "confidence", "what follows")  # fmt: skip
    caption = "After each batch: go on, or stop and why"
    return [table(caption, head, rows, numeric={1, 2, 4, 5})]


def calls_part(facts: Facts) -> list[Html]:
    """Each call: its settings, its cost, its prompt and what came."""
    if not facts.calls:
        return [el("p", NO_STEPS)]
    head = ("call", "prompt", "settings", "prompt tokens", "completion tokens",
            "own seconds", "ended by")  # fmt: skip
    rows = [
        (el("a", f"call {c.number}", href=f"#call-{i}"), c.prompt, c.settings,
         integer(c.prompt_tokens), integer(c.completion_tokens), amount(c.seconds),
         _ending(c))
        for i, c in enumerate(facts.calls, start=1)
    ]  # fmt: skip
    summary = table("Calls of the model", head, rows, numeric={3, 4, 5})
    return [summary, *(_call(i, c) for i, c in enumerate(facts.calls, start=1))]


def _call(index: int, call: Call) -> Html:
    wrote = f"{integer(call.completion_tokens)} tokens written"
    if call.end_s is None:
        wrote = "not finished"
    parts: list[Html] = []
    for role, content in call.messages:
        parts += [el("p", f"Prompt ({role}):"), code_block(content, wrap=True)]
    parts.append(el("p", "What the model wrote:"))
    parts.append(code_block(call.text or f"(nothing) {call.failed}", wrap=True))
    if call.prompt_sha256:
        wording = f"SHA-256 of the prompt's file: {call.prompt_sha256}"
        parts.append(el("p", wording, class_="quiet"))
    title = f"Call {call.number}: {call.prompt or 'a prompt'}, {wrote}"
    return el(
        "details", el("summary", title), *parts, class_="call", id=f"call-{index}"
    )


def _ending(call: Call) -> str:
    if call.failed:
        return f"failed: {call.failed}"
    ending = "not finished" if call.end_s is None else call.finish
    return f"{ending}, recorded" if call.from_recording else ending
