"""A solution and the form it was asked in -> the text of the answer. Never empty."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.sampling.extraction import normalise
from assay.serve.asked import Form, Wrapping
from assay.types import CandidateReport, Evidence, Solution, SolveStatus

_HASH = frozenset({"python", "python3", "py", "bash", "ruby", "r", "perl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One program with what is said of it."""

    code: str
    first: str  # said before it
    last: str  # said after it, if evidence is wanted
    must_say: bool = False  # `first` is said in every form


def answer_text(solution: Solution, form: Form, *, evidence: bool) -> str:
    """Write the answer as it was asked for.

    A program that fails given tests is told as such before anything else, in every
    form and also without evidence.

    Args:
        evidence: Say what was shown of the program, how sure it is and what it cost,
            in a closing line: a comment where nothing but code may stand.
    """
    code = _code(solution)
    if code is None:
        return _without_program(solution, form, evidence)
    shown = solution.evidence
    answer = _Answer(
        code=code,
        first=_first_words(shown, form),
        last=f"{_capital(_claim(solution))}; {_confidence(solution)}; "
        f"{_spent(solution)}.",
        must_say=_fails(shown.given_passed, shown.given_total),
    )
    return _laid_out(answer, form, evidence)


def ranked_texts(
    solution: Solution, form: Form, n: int, *, evidence: bool
) -> tuple[str, ...]:
    """The answer, then the next best candidates: one text for each of the `n` choices.

    Programs that differ only in how they are written are one. Candidates of better
    output classes come first. What fails given tests is left out where the answer
    passes them. Where there are fewer programs the answer stands again in their place:
    a client that asks for `n` choices reads `n`.
    """
    texts = _texts(solution, form, n, evidence)
    return (*texts, *(texts[0],) * (n - len(texts)))


def _texts(solution: Solution, form: Form, n: int, evidence: bool) -> list[str]:
    """One text for each program, at least one and at most `n`."""
    code = _code(solution)
    texts = [answer_text(solution, form, evidence=evidence)]
    if code is None:
        return texts
    seen = {normalise(code)}
    for report in sorted(solution.candidates, key=_rank):
        if len(texts) >= n:
            break
        written = normalise(report.candidate.code)
        if written in seen or not _is_fit(report, solution):
            continue
        seen.add(written)
        answer = _alternative(report, solution, form)
        texts.append(_laid_out(answer, form, evidence))
    return texts


def _code(solution: Solution) -> str | None:
    """The program to hand out, if there is one."""
    if solution.answer is None or solution.abstained:
        return None
    code = solution.answer.code.strip("\n").rstrip()
    return code or None


def _without_program(solution: Solution, form: Form, evidence: bool) -> str:
    """Say that nothing is handed out, and why."""
    if solution.abstained:
        said = (
            "No program is handed out: the best one found is right with an estimated "
            f"probability of {solution.confidence:.2f}, less than was asked for"
        )
    else:
        said = "No program was found for this task"
    said += f" ({_spent(solution)})." if evidence else "."
    return said if form.wrapping is Wrapping.PROSE else _comment(said, form)


def _laid_out(answer: _Answer, form: Form, evidence: bool) -> str:
    if form.wrapping is Wrapping.PROSE:
        parts = [answer.first, _fenced(answer.code, form.language)]
        return "\n\n".join([*parts, answer.last] if evidence else parts)
    lines = [answer.code]
    if answer.must_say:
        lines.insert(0, _comment(answer.first, form))
    if evidence:
        lines.append(_comment(answer.last, form))
    code = "\n".join(lines)
    if form.wrapping is Wrapping.FENCE:
        return _fenced(code, form.language)
    return f"{code}\n"


def _fenced(code: str, language: str) -> str:
    """A code block whose fence is longer than any run of backticks in it.

    >>> print(_fenced("x = '```'", "python"))
    ````python
    x = '```'
    ````
    """
    longest = max(map(len, re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _comment(text: str, form: Form) -> str:
    return f"{'#' if form.language in _HASH else '//'} {' '.join(text.split())}"


def _first_words(shown: Evidence, form: Form) -> str:
    if _fails(shown.given_passed, shown.given_total):
        return (
            f"This {form.kind} does not pass the given tests: it passes "
            f"{shown.given_passed} of {shown.given_total}."
        )
    return f"Here is the {form.kind}."


def _fails(given_passed: int, given_total: int) -> bool:
    return given_passed < given_total


def _claim(solution: Solution) -> str:
    """What was shown of the answer, in plain words."""
    shown = solution.evidence
    if solution.status is SolveStatus.VERIFIED:
        return f"verified by {_counted(shown.given_total, 'given test')}"
    if solution.status is SolveStatus.AGREED:
        return (
            f"{shown.class_size} of {shown.n_candidates} independent programs agree "
            f"on {_counted(shown.n_inputs, 'input')} made here"
        )
    if shown.given_total:
        return (
            f"unverified: {shown.given_passed} of "
            f"{_counted(shown.given_total, 'given test')} passed"
        )
    return "unverified"


def _confidence(solution: Solution) -> str:
    kind = "learnt from graded answers" if solution.calibrated else "a prior"
    return f"confidence {solution.confidence:.2f} that it is right ({kind})"


def _spent(solution: Solution) -> str:
    return f"{_counted(solution.spend.usage.tokens, 'token')} spent"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rank(report: CandidateReport) -> tuple[bool, int, int, int, int]:
    """Best class first; within it what passes more, then the most frequent."""
    place = report.output_class
    return (
        place is None,
        place or 0,
        -report.given_passed,
        -report.copies,
        report.candidate.sample,
    )


def _is_fit(report: CandidateReport, solution: Solution) -> bool:
    """Whether a candidate may stand beside the answer."""
    shown = solution.evidence
    if not report.candidate.code.strip():
        return False
    return _fails(shown.given_passed, shown.given_total) or not _fails(
        report.given_passed, report.given_total
    )


def _alternative(report: CandidateReport, solution: Solution, form: Form) -> _Answer:
    """Another candidate. The confidence and the agreement are not said: not its own."""
    shown = Evidence(given_passed=report.given_passed, given_total=report.given_total)
    claim = shown.sentence
    if claim == "unverified":
        claim = _likened(report, solution)
    return _Answer(
        code=report.candidate.code.strip("\n").rstrip(),
        first=_first_words(shown, form),
        last=f"Another candidate, {claim}; {_spent(solution)} on all of them.",
        must_say=_fails(report.given_passed, report.given_total),
    )


def _likened(report: CandidateReport, solution: Solution) -> str:
    """How its outputs are to the answer's, where no test says more."""
    places = [
        other.output_class
        for other in solution.candidates
        if other.candidate == solution.answer
    ]
    place = report.output_class
    if place is None or not places or solution.evidence.n_inputs == 0:
        return "unverified"
    same = "the same outputs as" if place in places else "other outputs than"
    return f"unverified: on inputs made here it gives {same} the first one"
