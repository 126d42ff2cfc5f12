"""One solve's own page: what came, why this program, and every step that led to it."""

from __future__ import annotations

from assay.report.diffs import diff
from assay.report.html import (
    Html,
    amount,
    code_block,
    el,
    figure,
    integer,
    join,
    percent,
    plural,
    safe_href,
    section,
    shorten,
    table,
)
from assay.report.html import page as whole_page
from assay.report.matrix import matrix
from assay.report.solve_facts import (
    Call,
    Facts,
    Program,
    answer_program,
    parent_of,
    read_facts,
    runner_up,
)
from assay.report.timeline import spans, timeline
from assay.types.results import Attempt, Outcome, SolveRecord

NO_STEPS = "This arm records no steps: its answer, its grade and its cost are all."
STOPPED = {
    "confident": "the leading class was ahead by enough",
    "sure": "the confidence learnt from graded runs was high enough",
    "samples": "all the samples that the method allows were drawn",
    "budget": "the budget was used up",
    "interrupted": "it was interrupted",
    "nothing to compare on": "there were no self-made inputs to compare on",
}


def solve_page(record: SolveRecord, *, back_href: str | None = None) -> str:
    """Write the page of one attempt as one file that loads nothing.

    Args:
        back_href: A link to the run's page, within the page's folder, or no link.
    """
    facts = read_facts(record)
    chosen = answer_program(facts, record.answer)
    attempt = record.attempt
    name = shorten(record.title or attempt.task, 120)
    return whole_page(
        f"{name}, {attempt.arm}",
        _header(record, safe_href(back_href)),
        _sections(bool(facts.calls)),
        el(
            "main",
            _outcome(attempt),
            _cost(attempt, facts),
            section("why", "Why this one", el("p", why(record, facts, chosen))),
            section("answer", "The answer", *_answer(record)),
            section("timeline", "Timeline", *_timeline(facts)),
            section("matrix", "Programs and inputs", *_matrix(facts, chosen)),
            section("changes", "What changed", *_changes(facts, chosen)),
            section("decisions", "Decisions", *_decisions(facts)),
            section("calls", "Prompts and what the model wrote", *_calls(facts)),
            section("statement", "The statement", code_block(
                record.statement or "(empty)", wrap=True
            )),
            id="main",
        ),
    )  # fmt: skip


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


def _header(record: SolveRecord, back: str | None) -> Html:
    attempt = record.attempt
    return el(
        "header",
        el("p", el("a", "← Back to the run", href=back)) if back else None,
        el("h1", shorten(record.title or attempt.task, 200)),
        el("p", f"Task {attempt.task}, arm {attempt.arm}, seed {attempt.seed}"),
    )


def _sections(has_steps: bool) -> Html:
    names = [("why", "Why this one"), ("answer", "Answer")]
    if has_steps:
        names += [("timeline", "Timeline"), ("matrix", "Programs and inputs"),
                  ("changes", "Changes"), ("decisions", "Decisions"),
                  ("calls", "Prompts")]  # fmt: skip
    names.append(("statement", "Statement"))
    links = (el("li", el("a", words, href=f"#{id_}")) for id_, words in names)
    return el("nav", el("ul", *links), aria_label="Sections")


def _outcome(attempt: Attempt) -> Html:
    tone, words, more = {
        Outcome.PASSED: ("good", "✓ Passed", "It passed every hidden case."),
        Outcome.FAILED: ("bad", "✗ Failed", _failure(attempt)),
        Outcome.PENDING: (
            "wait",
            "… Pending",
            f"The machine failed: neither right nor wrong yet. {attempt.reason}",
        ),
    }[attempt.outcome]
    claim = f"Claimed before it was graded: {attempt.claim}"
    if attempt.confidence is not None:
        claim += f", with a confidence of {percent(attempt.confidence)}"
    return el(
        "div",
        el("p", el("strong", words), " ", more, class_="lead"),
        el("p", f"{claim}."),
        class_=f"banner {tone}",
    )


def _failure(attempt: Attempt) -> str:
    if attempt.answer_sha256 is None:
        return f"No answer came. {attempt.reason}".strip()
    return f"First hidden case that was not passed: {attempt.reason or 'unknown'}."


def _cost(attempt: Attempt, facts: Facts) -> Html:
    usage = attempt.usage
    tokens = "not measured"
    if usage is not None:
        tokens = (
            f"{usage.tokens:,} ({usage.prompt_tokens:,} prompt, "
            f"{usage.completion_tokens:,} completion)"
        )
    rows = (
        ("Tokens", tokens),
        ("Calls", f"{integer(attempt.calls)}, {attempt.retries:,} made again"),
        ("Time", f"{amount(attempt.seconds, 's')}, of it in the model "
                 f"{amount(attempt.model_seconds, 's')}"),
        ("Sandbox", f"{amount(attempt.sandbox_seconds, 's')} of CPU"),
        ("Energy", amount(attempt.joules, "J")),
        ("Money", amount(attempt.money)),
        ("Candidates", f"{attempt.n_candidates:,} with a program, of "
                       f"{plural(attempt.n_samples, 'sample')}"),
        ("Right ones among them", "not graded" if attempt.n_right is None
         else f"{attempt.n_right:,} (an oracle's word)"),
        ("Model", facts.model),
        ("Isolation", facts.isolation),
        ("Checker", facts.checker),
        ("Answer's SHA-256", attempt.answer_sha256 or "no answer"),
    )  # fmt: skip
    pairs = (join((el("dt", k), el("dd", v))) for k, v in rows if v)
    return el("dl", *pairs, class_="facts")


def _answer(record: SolveRecord) -> list[Html]:
    if record.answer is None:
        return [el("p", "There is none.")]
    return [code_block(record.answer)]


def _timeline(facts: Facts) -> list[Html]:
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


def _matrix(facts: Facts, chosen: Program | None) -> list[Html]:
    if not facts.programs:
        return [el("p", NO_STEPS)]
    parts = [matrix(facts, chosen)]
    parts += [el("p", remark, class_="quiet") for remark in facts.remarks]
    for p in facts.programs:
        if p is not chosen:
            summary = el("summary", f"{_capital(p.name)}, made by {p.made_by}")
            parts.append(el("details", summary, code_block(p.code)))
    return parts


def _changes(facts: Facts, chosen: Program | None) -> list[Html]:
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


def _decisions(facts: Facts) -> list[Html]:
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


def _calls(facts: Facts) -> list[Html]:
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
    tokens = integer(call.completion_tokens)
    parts: list[Html] = []
    for role, content in call.messages:
        parts += [el("p", f"Prompt ({role}):"), code_block(content, wrap=True)]
    parts.append(el("p", "What the model wrote:"))
    parts.append(code_block(call.text or f"(nothing) {call.failed}", wrap=True))
    if call.prompt_sha256:
        wording = f"SHA-256 of the prompt's file: {call.prompt_sha256}"
        parts.append(el("p", wording, class_="quiet"))
    title = f"Call {call.number}: {call.prompt or 'a prompt'}, {tokens} tokens written"
    return el(
        "details", el("summary", title), *parts, class_="call", id=f"call-{index}"
    )


def _ending(call: Call) -> str:
    if call.failed:
        return f"failed: {call.failed}"
    ending = "not finished" if call.end_s is None else call.finish
    return f"{ending}, recorded" if call.from_recording else ending
