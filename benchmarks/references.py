"""Grade the reference solutions of a collection: what the judge itself gets wrong.

    python benchmarks/references.py --data FILE.jsonl.gz --mode references --jobs 2
    python benchmarks/references.py --data FILE.jsonl.gz --mode none
    python benchmarks/references.py --data FILE.jsonl.gz --mode empty

`references` runs each row's own reference and must pass every row whose data are right;
`none` runs the same program with `return None` for every function's body, and `empty`
runs no program at all: these two must pass none. Each failing (or, in those two modes,
each passing) row is printed with its reason. With `--out` each row is stored when it is
graded, and a run that was killed goes on where it stopped. MBPP+ and HumanEval+ tests
import numpy: `.venv/bin/pip install numpy` first.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.concurrency import gather
from assay.errors import JudgeUnavailable, ProblemError
from assay.judging.judge import LocalJudge, open_judge
from assay.problems import read_row
from assay.types import (
    Candidate,
    IOMode,
    Limits,
    Problem,
    Status,
    TestCode,
    TestStyle,
)
from first_rows import append, rows_of, stored, wilson

_LOADS_A_FILE = re.compile(
    r"\n( +)solution_path = Path\([^\n]*\n(?:(?!\n\n +# Get).)*exec_module\(solution\)",
    re.DOTALL,
)


def program_of(row: dict[str, Any], mode: str) -> str:
    """The program that a mode runs on a row."""
    if mode == "empty":
        return ""
    if mode == "references":
        return str(row["reference_solution"])
    if row["io_mode"] == "stdin":
        return "print(None)\n"
    tree = ast.parse(row["reference_solution"])
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.Return(ast.Constant(None))]
    return ast.unparse(ast.fix_missing_locations(tree))


def problem_of(row: dict[str, Any], mode: str, limits: Limits) -> Problem:
    """The row's problem with its hidden tests in the place of the given ones.

    Raises:
        ProblemError: the row's tests are none that the judge can run.
    """
    language = row["reference_language"] if mode == "references" else "python"
    if row["io_mode"] == "repo":
        tests = TestCode(source=row["test_code"], style=TestStyle.UNITTEST)
        return Problem(
            id=row["id"],
            statement=row["statement"],
            io_mode=IOMode.FUNCTION,
            language=language,
            test_code=(tests,),
            limits=limits,
        )
    if not row["test_code"]:
        given = read_row({**row, "public_tests": row["hidden_tests"]})
        wanted = limits.cpu_s
        own = 2 * row["time_limit_s"] if row.get("time_limit_s") else 0
        limits = replace(limits, cpu_s=max(wanted, own))
        return replace(given, language=language, limits=limits)
    problem = replace(read_row(row), cases=(), limits=limits, language=language)
    return replace(problem, test_code=(TestCode(source=tests_of(row)),))


def tests_of(row: dict[str, Any]) -> str:
    """A row's test code as a file of asserts that takes the solution's names."""
    source, name = row["test_code"], row["entry_point"]
    if row["id"].startswith("evoeval/"):  # reads a file that it expects in /app
        source = re.sub(
            r"def test_solution_exists.*?(?=\ndef )", "", source, flags=re.S
        )
        source = _LOADS_A_FILE.sub(r"\n\1import solution", source)
    if row["id"].startswith("quixbugs/"):  # runs its parametrised functions itself
        source = source.replace("startswith('test')", "startswith('case_')")
        source = re.sub(r"^def test", "def case_", source, flags=re.M)
    if row["id"].startswith("plus/mbpp/"):  # three compare, and forget to assert it
        source = re.sub(r"exact_match = ", "assert ", source)
    is_called = re.search(r"^check\(", source, re.M)
    if re.search(r"^def check\(", source, re.M) and not is_called:
        source += f"\ncheck({name})\n"
    return f"{_imports(row['setup_code'] or '')}\n{source}"


def _imports(setup: str) -> str:
    """What tests may use of a prelude: classes of it must be the solution's own."""
    kinds = ast.Import | ast.ImportFrom | ast.Assign
    nodes = [node for node in ast.parse(setup).body if isinstance(node, kinds)]
    return "\n".join(ast.unparse(node) for node in nodes)


async def grade(
    judge: LocalJudge, row: dict[str, Any], args: argparse.Namespace
) -> dict[str, Any]:
    """Judge one row: what came of it, and why."""
    began = time.monotonic()
    graded: dict[str, Any] = {"id": row["id"], "mode": args.mode, "n_tests": 0}
    try:
        limits = Limits(
            cpu_s=args.cpu_s, memory_mb=args.memory_mb, output_kb=args.output_kb
        )
        problem = problem_of(row, args.mode, limits)
        candidate = Candidate(code=program_of(row, args.mode))
        verdict = await judge.judge(candidate, problem)
    except (ProblemError, JudgeUnavailable) as error:
        kind = "not judged" if isinstance(error, ProblemError) else "unavailable"
        return {**graded, "passed": False, "status": kind, "why": str(error)}
    bad = next((r for r in verdict.counted if r.status is not Status.PASSED), None)
    graded["n_tests"] = len(verdict.counted)
    graded["passed"] = verdict.passed
    graded["status"] = str(bad.status) if bad else "passed"
    graded["why"] = _why(bad) if bad else ""
    graded["cpu_s"] = round(sum(r.cpu_s for r in verdict.results), 2)
    return {**graded, "seconds": round(time.monotonic() - began, 2)}


def _why(result: Any) -> str:
    facts = f"{result.name}: {result.input_text[:80]!r} wanted "
    facts += f"{result.expected_text[:60]!r} got {result.got_text[:160]!r}"
    return facts.replace("\n", " ")


async def run(args: argparse.Namespace) -> None:
    """Grade what is not graded yet, then tell about all of it."""
    rows = [row for row in rows_of(args.data, args.limit) if _has_program(row, args)]
    done = stored(args.out) if args.out else {}
    began = time.monotonic()
    async with open_judge(slots=args.jobs) as judge:

        async def work(row: dict[str, Any]) -> None:
            if row["id"] in done:
                return
            done[row["id"]] = await grade(judge, row, args)
            if args.out:
                append(args.out, done[row["id"]])

        # As many rows as slots: a row's own wait must not be another's.
        await gather(
            partial(_one_by_one, work, rows[first :: args.jobs])
            for first in range(args.jobs)
        )
        tier = judge.isolation.tier
    _tell([done[row["id"]] for row in rows], args, tier, time.monotonic() - began)


async def _one_by_one(work: Any, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        await work(row)


def _has_program(row: dict[str, Any], args: argparse.Namespace) -> bool:
    if args.row and row["id"] not in args.row:
        return False
    if args.language and row["reference_language"] != args.language:
        return False
    return args.mode == "empty" or bool(row["reference_solution"])


def _tell(
    graded: Sequence[dict[str, Any]], args: argparse.Namespace, tier: str, s: float
) -> None:
    must_pass = args.mode == "references"
    out = sys.stdout
    for each in graded:
        if each["passed"] is not must_pass:
            out.write(f"{each['id']}: {each['status']}: {each['why']}\n")
    n, right = len(graded), sum(each["passed"] for each in graded)
    low, high = wilson(right, n) if n else (0.0, 1.0)
    kinds = Counter(each["status"] for each in graded)
    digest = hashlib.sha256(args.data.read_bytes()).hexdigest()
    out.write(
        f"{args.data.name} {args.mode}: {right} of {n} passed "
        f"({abs(low):.1%} to {high:.1%}, Wilson 95 %); {dict(kinds)}\n"
        f"data sha256 {digest}; tier {tier}; {args.cpu_s:g} s of CPU time a case; "
        f"commit {_commit()}; {s:.0f} s here, "
        f"{sum(each.get('seconds', 0.0) for each in graded):.0f} s of all rows\n"
    )


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    return said.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    modes = ("references", "empty", "none")
    parser.add_argument("--mode", choices=modes, default="references")
    parser.add_argument("--limit", type=int, default=10**9)
    parser.add_argument("--row", action="append", help="only this id; may be repeated")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cpu-s", type=float, default=10.0)
    parser.add_argument("--memory-mb", type=int, default=2048)
    parser.add_argument("--output-kb", type=int, default=16_384)
    parser.add_argument("--language", default="", help="of the references to run")
    parser.add_argument("--out", type=Path, help="store each row here, and resume")
    anyio.run(run, parser.parse_args(arguments))


if __name__ == "__main__":
    main()
