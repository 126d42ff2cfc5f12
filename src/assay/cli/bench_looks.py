"""Looks at runs: list, show, compare, report, export. None of them changes a run."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from assay.bench.reporting import attempts_of, report_of, solve_records
from assay.bench.runs import list_runs
from assay.bench.store import RunStore
from assay.bench.summary import compare as compared
from assay.cli.benching import opened, prices_of, put_json, runs_folder
from assay.cli.solving import check_output, write_whole
from assay.config import Config
from assay.errors import EnvironmentFault
from assay.report.run_page import run_page
from assay.report.solve_page import solve_page
from assay.types.results import ArmSummary, Attempt, Estimate, RunReport, Spread


def list_all(config: Config, *, as_json: bool) -> int:
    """Every run of the folder."""
    rows = list_runs(runs_folder(config))
    if as_json:
        put_json({"runs": rows, "folder": str(runs_folder(config))})
        return 0
    for row in rows:
        arms = ", ".join(row.get("arms", []))
        done = f"{row.get('n_graded', '?')}/{row.get('n_attempts', '?')}"
        sys.stdout.write(f"{row['run']:48} {row['status']:12} {done:>10}  {arms}\n")
    if not rows:
        sys.stderr.write(
            f"no runs in {runs_folder(config)}; `assay bench run` makes one\n"
        )
    return 0


def show(config: Config, name: str, *, prices: Path | None, as_json: bool) -> int:
    """A run's tables. Status 0 if it is complete, else 1."""
    store = opened(config, name)
    try:
        report = report_of(store, prices_of(prices))
    finally:
        store.close()
    if as_json:
        told = asdict(report)
        told.pop("attempts")
        put_json({"report": told})
    else:
        sys.stdout.write("\n".join(_lines(report)) + "\n")
    return 0 if report.status == "complete" else 1


def compare(config: Config, name: str, a: str, b: str, *, as_json: bool) -> int:
    """Two arms of a run, paired."""
    store = opened(config, name)
    try:
        report = report_of(store)
        found = compared(report.attempts, a, b)
    finally:
        store.close()
    if as_json:
        put_json({"run": report.run, "status": report.status, **asdict(found)})
        return 1 if report.status == "invalid" else 0
    out = [f"{report.run}: {report.dataset}, {found.n_tasks} tasks, {report.status}"]
    if report.status == "invalid":
        out.append("INVALID: hidden cases were found where none may be; claim nothing")
    arms = {arm.arm: arm for arm in report.arms}
    out += _table([arms[a], arms[b]])
    out += [
        f"both {found.n_both}, only {a} {found.n_only_a}, only {b} {found.n_only_b}, "
        f"neither {found.n_neither}; exact p = {found.p:.3g}",
        found.words,
    ]
    sys.stdout.write("\n".join(out) + "\n")
    return 1 if report.status == "invalid" else 0


def report(
    config: Config, name: str, output: Path, *, prices: Path | None, solves: bool
) -> int:
    """Write a run's page, and in a folder beside it each attempt's own."""
    check_output(output)
    store = opened(config, name)
    try:
        made = report_of(store, prices_of(prices))
        folder = output.with_name(f"{output.stem}-solves")
        hrefs = _hrefs(made.attempts, folder.name) if solves else {}
        page = run_page(made, solve_href=lambda one: hrefs.get(_key(one)))
        _write(output, page)
        if solves:
            _write_solves(store, folder, output.name, hrefs)
    finally:
        store.close()
    pages = f" and {len(hrefs)} pages in {folder}" if solves else ""
    sys.stdout.write(f"{output}: {len(page.encode()):,} bytes{pages}\n")
    return 0


def _write_solves(
    store: RunStore, folder: Path, back: str, hrefs: dict[tuple[str, str, int], str]
) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"the folder {str(folder)!r} cannot be made ({error.strerror}); name "
            "another --output, or leave the solves' own pages out with --no-solves"
        ) from error
    for record in solve_records(store):
        href = hrefs.get(_key(record.attempt))
        if href is not None:
            page = solve_page(record, back_href=f"../{back}")
            _write(folder.parent / href, page)


def _hrefs(attempts: Sequence[Attempt], folder: str) -> dict[tuple[str, str, int], str]:
    return {
        _key(one): f"{folder}/{_file_name(one)}" for one in attempts if one.calls != 0
    }


def _key(attempt: Attempt) -> tuple[str, str, int]:
    return (attempt.task, attempt.arm, attempt.seed)


def _file_name(attempt: Attempt) -> str:
    whole = f"{attempt.task} {attempt.arm} {attempt.seed}"
    plain = re.sub(r"[^A-Za-z0-9]+", "-", whole).strip("-")[:80]
    return f"{plain}-{sha256(whole.encode()).hexdigest()[:8]}.html"


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise EnvironmentFault(
            f"{str(path)!r} cannot be written ({error.strerror}); the run is "
            "untouched: make room, or name another --output"
        ) from error


def export(
    config: Config, name: str, output: Path | None, *, prices: Path | None
) -> int:
    """Every attempt as a line of JSON: its answer, its grade, its cost."""
    if output is not None:
        check_output(output)
    store = opened(config, name)
    try:
        attempts = attempts_of(store, prices_of(prices))
        sealed = {each.key: each for each in store.sealed()}
    finally:
        store.close()
    lines = []
    for one in attempts:
        row: dict[str, Any] = {"format": 1, **asdict(one)}
        found = sealed.get(_key(one))
        row["answer"] = found.answer if found else None
        row["candidates"] = [list(each) for each in found.candidates] if found else []
        row["sealed_at"] = found.sealed_at if found else None
        lines.append(json.dumps(row))
    text = "".join(f"{line}\n" for line in lines)
    if output is None:
        sys.stdout.write(text)
    else:
        _write(output, text)
    return 0


def _lines(report: RunReport) -> list[str]:
    out = [f"{report.run}  {report.dataset}  {report.status}", report.headline, ""]
    out += _table(report.arms)
    if report.comparisons:
        out.append("")
        out += [each.words for each in report.comparisons]
    if report.steps:
        out += ["", "rung by rung:"]
        out += [
            f"  {step.name}: {step.before} -> {step.arm} "
            f"{100 * step.difference.value:+.1f} points "
            f"({100 * step.difference.low:+.1f} to {100 * step.difference.high:+.1f}), "
            f"paired p = {step.p:.3g}"
            for step in report.steps
        ]
    out += [
        f"calibration of {each.arm}: expected error {each.error:.3f} over {each.n}"
        for each in report.calibrations
    ]
    out += ["", *(f"{name}: {value}" for name, value in report.provenance)]
    out += [f"warning: {text}" for text in report.warnings]
    return out


def _table(arms: Sequence[ArmSummary]) -> list[str]:
    head = (
        "arm", "right", "score (95 %)", "pass@k, an oracle's", "tokens mean/median/p90",
        "per solved", "seconds", "calls", "joules", "money",
    )  # fmt: skip
    rows = [head, *(_row(arm) for arm in arms)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _row(arm: ArmSummary) -> tuple[str, ...]:
    tokens = arm.tokens
    spent = "not measured"
    if tokens is not None:
        spent = f"{tokens.mean:,.0f} / {tokens.median:,.0f} / {tokens.p90:,.0f}"
        if tokens.interval is not None:
            low, high = tokens.interval.low, tokens.interval.high
            spent += f" (mean {low:,.0f} to {high:,.0f})"
    solved = arm.tokens_per_solved
    return (
        arm.arm,
        f"{arm.n_passed}/{arm.n_passed + arm.n_failed + arm.n_pending}",
        _percent(arm.score, "pending"),
        f"{_percent(arm.oracle, 'not graded')} (k = {arm.k})",
        spent,
        "not measured" if solved is None else f"{solved:,.0f}",
        _mean(arm.seconds, "s"),
        _mean(arm.calls, ""),
        _mean(arm.joules, "J"),
        _mean(arm.money, ""),
    )


def _percent(estimate: Estimate | None, otherwise: str) -> str:
    if estimate is None:
        return otherwise
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:.1f} % ({low:.1f} to {high:.1f})"


def _mean(spread: Spread | None, unit: str) -> str:
    return "not measured" if spread is None else f"{spread.mean:,.2f} {unit}".strip()
