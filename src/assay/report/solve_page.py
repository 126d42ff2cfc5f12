"""One solve's own page: what came, why this program, and every step that led to it."""

from __future__ import annotations

from assay.report.html import (
    Html,
    amount,
    code_block,
    el,
    integer,
    join,
    percent,
    plural,
    safe_href,
    section,
    shorten,
)
from assay.report.html import page as whole_page
from assay.report.solve_facts import Facts, answer_program, read_facts
from assay.report.solve_parts import (
    calls_part,
    changes_part,
    decisions_part,
    matrix_part,
    timeline_part,
    why,
)
from assay.types.results import Attempt, Outcome, SolveRecord


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
            section("timeline", "Timeline", *timeline_part(facts)),
            section("matrix", "Programs and inputs", *matrix_part(facts, chosen)),
            section("changes", "What changed", *changes_part(facts, chosen)),
            section("decisions", "Decisions", *decisions_part(facts)),
            section("calls", "Prompts and what the model wrote", *calls_part(facts)),
            section("statement", "The statement", code_block(
                record.statement or "(empty)", wrap=True
            )),
            id="main",
        ),
    )  # fmt: skip


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
