"""Programs x inputs: how each did on each given case and self-made input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.report.html import Html, el, join, plural, scroll, shorten, table
from assay.report.solve_facts import CaseFact, Facts, Program, class_name

MOST_COLUMNS = 80

# status -> (glyph, words, tone)
STATUSES = {
    "passed": ("✓", "passed", "good"),
    "wrong_answer": ("✗", "wrong answer", "bad"),
    "finished": ("•", "finished", ""),
    "time_limit": ("T", "time limit", "bad"),
    "memory_limit": ("M", "memory limit", "bad"),
    "output_limit": ("O", "output limit", "bad"),
    "runtime_error": ("!", "error", "bad"),
    "compile_error": ("C", "does not compile", "bad"),
    "security_violation": ("S", "forbidden call", "bad"),
    "sandbox_failure": ("?", "the machine failed", "wait"),
    "skipped": ("·", "not run", "quiet"),
}
NOT_RUN = CaseFact(status="skipped")


def matrix(facts: Facts, chosen: Program | None, *, graded: bool = True) -> Html:
    """One row a program, one column an input; a letter for each differing output.

    Args:
        graded: Whether to show who is right by hidden cases.
    """
    programs = [p for p in facts.programs if p.judged_s is not None]
    if not programs:
        return el("p", "No program was run.")
    programs.sort(key=lambda p: (not p.in_play, p.output_class, p.sample, p.is_repair))
    n_cases = max(len(p.results) for p in programs)
    n_inputs = max(len(p.observations) for p in programs)
    cases = min(n_cases, MOST_COLUMNS)
    inputs = min(n_inputs, max(MOST_COLUMNS - cases, 20))
    letters = [_letters(programs, i) for i in range(inputs)]
    caption = (
        f"{plural(len(programs), 'program')}, {plural(n_cases, 'given case')} (g) and "
        f"{plural(n_inputs, 'self-made input')} (s)"
    )
    left_out = n_cases + n_inputs - cases - inputs
    return join(
        (
            _legend(programs, has_inputs=inputs > 0),
            scroll(
                el(
                    "table",
                    el("caption", caption),
                    el("thead", _head(cases, inputs, graded)),
                    el(
                        "tbody",
                        *(
                            _row(p, cases, letters, p is chosen, graded)
                            for p in programs
                        ),
                    ),
                    class_="matrix",
                ),
                caption,
            ),
            el("p", f"{plural(left_out, 'more column')} not shown.", class_="quiet")
            if left_out > 0
            else None,
            _cases(programs[0], cases),
            _outputs(facts, programs, letters),
        )
    )


def mark(status: str) -> tuple[str, str, str]:
    """A status' glyph, its words and its tone."""
    return STATUSES.get(status, ("?", status.replace("_", " ") or "unknown", "wait"))


def _head(cases: int, inputs: int, graded: bool) -> Html:
    given = (
        el("th", f"g{i + 1}", scope="col", class_="first" if not i else None)
        for i in range(cases)
    )
    made = (
        el("th", f"s{i + 1}", scope="col", class_="first" if not i else None)
        for i in range(inputs)
    )
    last = el("th", "class", scope="col", class_="first")
    hidden = el("th", "hidden cases", scope="col") if graded else None
    return el("tr", el("th", "program", scope="col"), *given, *made, last, hidden)


def _row(
    program: Program,
    cases: int,
    letters: Sequence[dict[str, str]],
    is_chosen: bool,
    graded: bool,
) -> Html:
    copies = f", {program.copies} times" if program.copies > 1 else ""
    fate = "returned" if is_chosen else program.dropped and "dropped"
    results = [*program.results[:cases], *[NOT_RUN] * (cases - len(program.results))]
    made: list[Html] = []
    for i, names in enumerate(letters):
        seen = program.observations[i : i + 1]
        made.append(_cell(seen[0] if seen else NOT_RUN, names, first=not i))
    right = {True: "✓ right", False: "✗ wrong", None: "not graded"}[program.right]
    return el(
        "tr",
        el(
            "th",
            program.name + copies,
            el("small", fate) if fate else None,
            scope="row",
        ),
        *(_cell(r, {}, first=not i) for i, r in enumerate(results)),
        *made,
        el("td", program.output_class or "none", class_="first"),
        el("td", right, class_="nowrap") if graded else None,
        class_="chosen" if is_chosen else None,
    )


def _cell(fact: CaseFact, names: dict[str, str], *, first: bool) -> Html:
    glyph, words, tone = mark(fact.status)
    if fact.status == "finished" and fact.shown in names:
        glyph = names[fact.shown]
        words = f"output {glyph}"
    return el(
        "td",
        el("span", glyph, aria_hidden="true"),
        el("span", words, class_="hidden"),
        class_=f"{tone} {'first' if first else ''}".strip() or None,
    )


def _letters(programs: Sequence[Program], column: int) -> dict[str, str]:
    """Each output of a column and its letter, the most frequent one first."""
    seen: Counter[str] = Counter()
    for program in programs:
        for fact in program.observations[column : column + 1]:
            if fact.status == "finished":
                seen[fact.shown] += program.copies
    ranked = sorted(seen, key=lambda shown: -seen[shown])
    return {shown: class_name(n).lower() for n, shown in enumerate(ranked)}


def _legend(programs: Sequence[Program], *, has_inputs: bool) -> Html:
    used = {f.status for p in programs for f in (*p.results, *p.observations)}
    words = [f"{STATUSES[s][0]} {STATUSES[s][1]}" for s in STATUSES if s in used]
    if "skipped" not in used:
        words.append("· not run")
    made = (
        " On self-made inputs nobody knows the answer: equal letters in a column are "
        "equal outputs, a the most frequent. A class is of programs whose outputs are "
        "all equal, A the one with most samples."
        if has_inputs
        else ""
    )
    return el("p", f"{', '.join(words)}.{made}", class_="quiet")


def _cases(program: Program, most: int) -> Html | None:
    if not program.results:
        return None
    shown = cases_table(program, most)
    return el("details", el("summary", "The given cases"), shown)


def cases_table(program: Program, most: int = MOST_COLUMNS) -> Html:
    """How a program did on each given case: what came in, was wanted and came out."""
    rows = [
        (
            f"g{i + 1}",
            shorten(r.name, 80),
            _value(r.given),
            _value(r.expected),
            _value(r.shown),
            mark(r.status)[1],
        )
        for i, r in enumerate(program.results[:most])
    ]
    head = ("case", "name", "input", "expected", f"{program.name} gave", "status")
    return table("The given cases", head, rows)


def _outputs(
    facts: Facts, programs: Sequence[Program], letters: Sequence[dict[str, str]]
) -> Html | None:
    if not letters:
        return None
    failed = [
        ", ".join(
            sorted(
                {
                    mark(f.status)[1]
                    for p in programs
                    for f in p.observations[i : i + 1]
                    if f.status != "finished"
                }
            )
        )
        for i in range(len(letters))
    ]
    rows = [
        (
            f"s{i + 1}",
            _value(facts.inputs[i] if i < len(facts.inputs) else ""),
            join(el("small", f"{name}: ", _value(out)) for out, name in names.items()),
            failed[i] or "none",
        )
        for i, names in enumerate(letters)
    ]
    caption = "The self-made inputs and what came out"
    head = ("input", "what the program is given", "outputs", "runs that failed")
    return el("details", el("summary", caption), table(caption, head, rows))


def _value(words: str) -> Html:
    return el("code", shorten(words, 300))
