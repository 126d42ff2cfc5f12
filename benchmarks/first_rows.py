"""Solve the first rows of a data file, store the answers, then grade them.

    python benchmarks/first_rows.py run   DATA.jsonl.gz --limit 40 --out RUN
    python benchmarks/first_rows.py grade DATA.jsonl.gz --out RUN
    python benchmarks/first_rows.py table RUN...

`run` reads what a solver may read and nothing else, and stores each answer with its
sha256 as soon as it is there; started again it goes on where it was killed. `grade` is
another process: it alone reads the hidden tests, and grades what was stored, once. Some
rows have a single hidden test, which a program can pass that fails the given ones: the
table tells both. The single greedy sample is the solve's own first sample, so both arms
rest on one call. HumanEval+ tests import numpy: `.venv/bin/pip install numpy` first.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from math import comb, sqrt
from pathlib import Path
from typing import Any

import anyio

from assay import __version__
from assay.budget import Budget, parse_limit
from assay.config import load_config
from assay.judging.judge import LocalJudge, open_judge
from assay.models.opening import open_model
from assay.problems import read_row
from assay.solve import Recipe, solve
from assay.trace import Trace
from assay.types import (
    Candidate,
    Case,
    Limits,
    Model,
    Problem,
    Solution,
    Stdin,
    TestCode,
)

GRADING_LIMITS = Limits(cpu_s=20, memory_mb=2048)


def rows_of(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    """The first `limit` rows."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(limit), lines, strict=False):
            yield json.loads(line)


def stored(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of an answers or grades file, by id; a cut-off last line is dropped."""
    found: dict[str, dict[str, Any]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            found[row["id"]] = row
    return found


def append(path: Path, row: dict[str, Any]) -> None:
    """Add one whole line, on disk before this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()


async def run(args: argparse.Namespace) -> None:
    """Solve what has no stored answer yet."""
    args.out.mkdir(parents=True, exist_ok=True)
    flags = {"recordings": args.out / "recordings.sqlite"}
    more = {"model": args.model} if args.model else {}
    config = load_config({"slots": 1, **flags, **more})
    answers = args.out / "answers.jsonl"
    done = stored(answers)
    async with open_judge() as judge, open_model(config) as model:
        meta = {
            "data": args.data.name,
            "data_sha256": hashlib.sha256(args.data.read_bytes()).hexdigest(),
            "limit": args.limit,
            "budget": args.budget,
            "model": asdict(model.identity),
            "package": __version__,
            "git": _git_state(),
            "recipe": {
                "n_max": Recipe().n_max,
                "stop_at": Recipe().stop_at,
                "sampling": asdict(Recipe().sampling),
            },
            "isolation": judge.isolation.tier,
        }
        (args.out / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
        for row in rows_of(args.data, args.limit):
            if row["id"] in done:
                continue
            answer = await _answer(read_row(row), model, judge, args)
            append(answers, answer)
            sys.stderr.write(
                f"{answer['id']}: {answer['status']} after {answer['n_samples']} "
                f"samples, {answer['tokens']} tokens, {answer['seconds']:.0f} s, "
                f"confidence {answer['confidence']}\n"
            )


async def _answer(
    problem: Problem, model: Model, judge: LocalJudge, args: argparse.Namespace
) -> dict[str, Any]:
    path = args.out / "traces" / f"{problem.id.replace('/', '-')}.jsonl"
    path.unlink(missing_ok=True)  # of a solve that was killed
    trace = Trace(path)
    try:
        solution = await solve(
            problem,
            model,
            judge,
            budget=Budget(parse_limit(args.budget)),
            trace=trace,
        )
    finally:
        trace.close()
    first = _greedy(path)
    calls_seconds = _seconds_of_calls(path)
    code = solution.answer.code if solution.answer else None
    greedy = _program_of_sample(solution, 0)
    return {
        "id": problem.id,
        "answer": code,
        "answer_sha256": hashlib.sha256((code or "").encode()).hexdigest(),
        "greedy": greedy,
        "greedy_sha256": hashlib.sha256((greedy or "").encode()).hexdigest(),
        "greedy_tokens": first["tokens"],
        "greedy_seconds": first["seconds"],
        "status": solution.status,
        "stopped": solution.stopped,
        "confidence": solution.confidence,
        "evidence": solution.evidence.sentence,
        "n_given": solution.evidence.given_total,
        "n_samples": sum(c.copies for c in solution.candidates),
        "tokens": solution.spend.usage.tokens,
        "completion_tokens": solution.spend.usage.completion_tokens,
        "cached_prompt_tokens": solution.spend.usage.cached_prompt_tokens,
        "calls": solution.spend.calls,
        # one slot: calls follow each other, so a replayed call's own seconds add up
        "seconds": solution.spend.seconds
        - solution.spend.model_seconds
        + calls_seconds,
        "model_seconds": calls_seconds,
        "runs": solution.spend.runs,
    }


def _program_of_sample(solution: Solution, sample: int) -> str | None:
    for report in solution.candidates:
        if report.candidate.sample == sample and report.candidate.parent is None:
            return report.candidate.code
    return None


def _greedy(path: Path) -> dict[str, Any]:
    """Tokens and seconds of the greedy call, from the trace."""
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        data = event["data"]
        if event["kind"] == "call" and data["request"]["temperature"] == 0.0:
            usage = data["usage"]
            tokens = usage["prompt_tokens"] + usage["completion_tokens"]
            return {"tokens": tokens, "seconds": data["seconds"]}
    return {"tokens": 0, "seconds": 0.0}


def _seconds_of_calls(path: Path) -> float:
    """Seconds of all calls that ended, as they were when they were paid for."""
    events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    calls = (event["data"] for event in events if event["kind"] == "call")
    return float(sum(call.get("seconds", 0.0) for call in calls))


async def grade(args: argparse.Namespace) -> None:
    """Grade what was stored and has no grade yet."""
    answers, grades = stored(args.out / "answers.jsonl"), args.out / "grades.jsonl"
    done = stored(grades)
    async with open_judge() as judge:
        for row in rows_of(args.data, 10**9):
            answer = answers.get(row["id"])
            if answer is None or row["id"] in done:
                continue
            problem = hidden_problem(row)
            grade = {"id": row["id"]}
            for arm in ("answer", "greedy"):
                code = answer[arm]
                digest = hashlib.sha256((code or "").encode()).hexdigest()
                assert digest == answer[f"{arm}_sha256"], "an answer was changed"
                grade[arm] = await _is_right(judge, code, problem)
                given = read_row(row)
                grade[f"{arm}_given"] = not given.has_given_tests or await _is_right(
                    judge, code, given
                )
            append(grades, grade)
            sys.stderr.write(f"{grade}\n")


def hidden_problem(row: dict[str, Any]) -> Problem:
    """The problem with the hidden tests in the place of the given ones."""
    problem = replace(read_row(row), cases=(), test_code=(), limits=GRADING_LIMITS)
    if row["test_code"]:
        call = f"\ncheck({row['entry_point']})\n"
        source = (row["setup_code"] or "") + "\n" + row["test_code"] + call
        return replace(problem, test_code=(TestCode(source=source),))
    cases = tuple(
        Case(input=Stdin(text=test["input"]), expected=test["output"])
        for test in row["hidden_tests"]
    )
    return replace(problem, cases=cases)


async def _is_right(judge: LocalJudge, code: str | None, problem: Problem) -> bool:
    if code is None:
        return False
    verdict = await judge.judge(Candidate(code=code), problem)
    return verdict.passed


def table(args: argparse.Namespace) -> None:
    """Print the table of one or more runs in Markdown."""
    out = sys.stdout
    for folder in args.runs:
        meta = json.loads((folder / "meta.json").read_text())
        answers = stored(folder / "answers.jsonl")
        grades = stored(folder / "grades.jsonl")
        rows = [(answers[i], grades[i]) for i in answers if i in grades]
        out.write(f"\n### {meta['data']}, first {meta['limit']} rows\n\n")
        out.write(
            f"{len(rows)} rows graded of {meta['limit']}. Data sha256 "
            f"`{meta['data_sha256']}`; model {meta['model']['name']}, sha256 "
            f"`{meta['model']['sha256']}`, {meta['model']['engine']}; budget "
            f"`{meta['budget'] or 'none'}`; commit `{meta['git']}`.\n\n"
        )
        out.write(
            "| arm | right | share (Wilson 95 %) | right, and the given tests pass | "
            "tokens a row | seconds a row |\n|---|---|---|---|---|---|\n"
        )
        n = len(rows)
        for arm, name, tokens, seconds in (
            ("greedy", "single greedy sample", "greedy_tokens", "greedy_seconds"),
            ("answer", "assay solve", "tokens", "seconds"),
        ):
            right = sum(g[arm] for _, g in rows)
            low, high = wilson(right, n)
            both = sum(g[arm] and g[f"{arm}_given"] for _, g in rows)
            mean_tokens = sum(a[tokens] for a, _ in rows) / n
            mean_seconds = sum(a[seconds] for a, _ in rows) / n
            out.write(
                f"| {name} | {right} of {n} | {right / n:.1%} ({low:.1%} to "
                f"{high:.1%}) | {both} of {n} | {mean_tokens:,.0f} | "
                f"{mean_seconds:.1f} |\n"
            )
        gained = sum(g["answer"] and not g["greedy"] for _, g in rows)
        lost = sum(g["greedy"] and not g["answer"] for _, g in rows)
        out.write(
            f"\nPaired: {gained} gained, {lost} lost, exact McNemar p = "
            f"{mcnemar(gained, lost):.3f}.\n\n"
        )
        out.write(
            "| claim | answers | of them right | mean confidence |\n|---|---|---|---|\n"
        )
        for claim in sorted({a["status"] for a, _ in rows}):
            those = [(a, g) for a, g in rows if a["status"] == claim]
            right = sum(g["answer"] for _, g in those)
            sure = sum(a["confidence"] for a, _ in those) / len(those)
            out.write(f"| {claim} | {len(those)} | {right} | {sure:.2f} |\n")


def wilson(right: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval of a proportion, 95 %."""
    p, square = right / n, z * z
    centre = (p + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(p * (1 - p) / n + square / (4 * n * n))
    return centre - half, centre + half


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p of a paired difference."""
    n, k = gained + lost, min(gained, lost)
    tail: int = sum(comb(n, j) for j in range(k + 1))
    return min(1.0, 2 * tail / float(2**n))


def _git_state() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "src") else ""
    return git("rev-parse", "--short=12", "HEAD") + changed


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("run", "grade"):
        sub = verbs.add_parser(verb)
        sub.add_argument("data", type=Path)
        sub.add_argument("--out", type=Path, required=True)
        if verb == "run":
            sub.add_argument("--limit", type=int, default=40)
            sub.add_argument("--budget", default="")
            sub.add_argument("--model", default=None)
    verbs.add_parser("table").add_argument("runs", type=Path, nargs="+")
    args = parser.parse_args(arguments)
    if args.verb == "table":
        table(args)
    else:
        anyio.run(run if args.verb == "run" else grade, args)


if __name__ == "__main__":
    main()
