"""How verdicts are told: a line a case, a line a row, or JSON objects."""

from __future__ import annotations

from typing import Any

from assay.judging.corpus import BadRow, JudgedRow, RowResult
from assay.judging.facts import show_text
from assay.types import CaseResult, Problem, Status, Verdict

FORMAT = 1
_FACT = 80  # characters of an input or an answer on a line


def case_line(result: CaseResult) -> str:
    """The status, the name, the time, and for a failure what it was."""
    line = f"{result.status:18} {_cut(result.name, 24):24} {result.cpu_s:8.3f} s"
    if result.passed:
        return line
    facts = " | ".join(f"{name} {fact}" for name, fact in _facts(result))
    return f"{line}  {facts}".rstrip()


def verdict_line(verdict: Verdict) -> str:
    """The verdict, and what it was reached in."""
    left_out = len(verdict.results) - len(verdict.counted)
    skipped = f", {left_out} skipped by the tests' own file" if left_out else ""
    return (
        f"{verdict.status}: {verdict.n_passed} of {len(verdict.counted)} passed"
        f"{skipped}, {_tier(verdict.isolation)}"
    )


def verdict_json(verdict: Verdict, problem: Problem, language: str) -> dict[str, Any]:
    """The versioned object of `assay judge --json`."""
    return {
        "format": FORMAT,
        "problem": problem.id,
        "language": language,
        "status": verdict.status,
        "n_passed": verdict.n_passed,
        "isolation": verdict.isolation,
        "results": [
            {
                "name": result.name,
                "status": result.status,
                "input": result.input_text,
                "expected": result.expected_text,
                "got": result.got_text,
                "distance": round(result.distance, 6),
                "cpu_s": round(result.cpu_s, 6),
                "wall_s": round(result.wall_s, 6),
                "peak_mb": round(result.peak_mb, 3),
            }
            for result in verdict.results
        ],
    }


def row_json(result: RowResult) -> dict[str, Any]:
    """The object of one row of `--corpus --json`.

    A row that was judged has a `status`; a line that is no row has only an `error`.
    """
    if isinstance(result, BadRow):
        return {"id": result.id, "error": result.error}
    results = result.verdict.results if result.verdict else ()
    return {
        "id": result.row.id,
        "status": result.status,
        "cases": [case.status for case in results],
        "error": row_note(result),
        "cpu_s": round(sum(case.cpu_s for case in results), 6),
        "wall_s": round(sum(case.wall_s for case in results), 6),
        "peak_mb": round(max((case.peak_mb for case in results), default=0.0), 3),
        "isolation": result.verdict.isolation if result.verdict else "",
    }


def row_line(result: RowResult) -> str:
    """One row of the table: id, status, CPU time, and what went wrong."""
    if isinstance(result, BadRow):
        return f"{_cut(result.id or '-', 32):32} {'error':18} {'':10}  {result.error}"
    cases = result.verdict.results if result.verdict else ()
    spent_s = sum(case.cpu_s for case in cases)
    name = _cut(result.row.id, 32)
    line = f"{name:32} {result.status:18} {spent_s:8.3f} s  {row_note(result)}"
    return line.rstrip()


def row_note(result: JudgedRow) -> str:
    """In a line why a row was not passed. Empty where it was."""
    if result.verdict is None:
        return _cut(result.error, 400)
    failed = next((each for each in result.verdict.counted if not each.passed), None)
    if failed is None:
        return ""
    case = _cut(failed.name)
    if failed.status is Status.WRONG_ANSWER:
        facts = ", ".join(f"{name} {fact}" for name, fact in _facts(failed)[1:])
        return f"{case}: {facts}"
    return f"{case}: {_cut(failed.got_text, 400)}"


def _facts(result: CaseResult) -> list[tuple[str, str]]:
    texts = (
        ("input", result.input_text),
        ("expected", result.expected_text),
        ("got", result.got_text),
    )
    return [(name, _cut(text)) for name, text in texts if text or name == "got"]


def _cut(text: str, limit: int = _FACT) -> str:
    """Make a text one short line."""
    shown = show_text(text.strip("\n"), limit)
    return shown.replace("\n", "\\n").replace("\t", "\\t")


def _tier(isolation: str) -> str:
    if isolation == "none":
        return "isolation none: it ran WITHOUT a sandbox"
    return f"isolation {isolation}"
