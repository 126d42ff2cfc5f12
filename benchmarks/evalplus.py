"""Grade the same stored answers here and with EvalPlus's own evaluator, side by side.

    python benchmarks/evalplus.py samples DATA.jsonl.gz [RUN.jsonl ...] --out DIR
    python benchmarks/evalplus.py both    DATA.jsonl.gz --out DIR --python PYTHON
    python benchmarks/evalplus.py table   --out DIR

`samples` writes so many answers: the programs of exported runs or sample files, and,
where those are too few, mutants of the references. `both` grades them twice in one
sitting, with two processes each: by `assay`'s keeper, and by `evalplus.evaluate` in
PYTHON, the interpreter of a throw-away environment that has EvalPlus. EvalPlus reads
the problems in its own format, which `samples` makes of the row's inputs. `table` sets
the verdicts beside each other and lists every one that differs.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.bench.datasets import open_dataset
from assay.bench.mutants import wrong_programs
from assay.bench.peer import Peer, open_peer
from assay.concurrency import gather
from assay.problems import read_row
from assay.sampling.extraction import extract_program

JOBS = 2


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def samples(args: argparse.Namespace) -> None:
    """Write the answers, and the problems as EvalPlus reads them."""
    args.out.mkdir(parents=True, exist_ok=True)
    rows = list(rows_of(args.data))
    problems = {row["id"]: read_row(row) for row in rows}
    answers: dict[tuple[str, str], None] = {}
    for file in args.more:
        for one in rows_of(file):
            name = str(one.get("task") or one.get("id"))
            codes = [code for code, _ in one.get("candidates", [])]
            if "text" in one:
                codes = [extract_program(one["text"], problems[name]) or ""]
            answers.update(((name, code), None) for code in codes if code)
    for task in open_dataset(args.data).tasks:
        assert task.reference is not None
        answers[task.problem.id, task.reference.code] = None
    mutants = [
        (task.problem.id, program.code)
        for task in open_dataset(args.data).tasks
        for _, program in wrong_programs(task)
        if program.code.strip()
    ]
    random.Random(0).shuffle(mutants)
    for each in mutants:
        if len(answers) >= args.answers:
            break
        answers[each] = None
    chosen = list(answers)
    random.Random(1).shuffle(chosen)
    seen = {name for name, _ in chosen[: args.answers]}
    chosen = chosen[: args.answers] + [
        (task.problem.id, task.reference.code)  # EvalPlus wants an answer to each task
        for task in open_dataset(args.data).tasks
        if task.reference is not None and task.problem.id not in seen
    ]
    with (args.out / "answers.jsonl").open("w") as file:
        for name, code in chosen:
            file.write(json.dumps({"task_id": short(name), "solution": code}) + "\n")
    with (args.out / "problems.jsonl").open("w") as file:
        for row in rows:
            file.write(json.dumps(as_evalplus(row)) + "\n")
    print(f"{len(chosen)} answers to {len({t for t, _ in chosen})} tasks")


def short(task: str) -> str:
    """The task's id as EvalPlus writes it."""
    return task.removeprefix("plus/")


def as_evalplus(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the inputs and the tolerance that its test code states."""
    tree = ast.parse(row["test_code"])
    inputs: list[Any] = []
    atol = 0.0
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "inputs"
        ):
            inputs = ast.literal_eval(node.value)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "assertion"
            and isinstance(node.args[-1], ast.Constant)
        ):
            atol = float(ast.literal_eval(node.args[-1]))
    return {
        "task_id": short(row["id"]),
        "prompt": row["statement"],
        "canonical_solution": row["reference_solution"][len(row["statement"]) :]
        if row["reference_solution"].startswith(row["statement"])
        else "\n" + row["reference_solution"],
        "entry_point": row["entry_point"],
        "contract": "",
        "base_input": inputs[:1],
        "plus_input": inputs[1:],
        "atol": atol,
        "test": row["test_code"],
    }


async def ours(data: Path, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Grade by the keeper, as a run does."""
    settings = {"slots": JOBS, "backend": "auto", "image": None, "unsafe": False}
    async with open_peer("assay.bench.keeper", settings, {}) as keeper:
        nothing = {"limit": None, "ids": None, "since": None, "until": None}
        began = time.monotonic()
        told = await keeper.call("open", path=str(data), chosen=nothing, limits={})
        names = {short(each["id"]): each["id"] for each in told["tasks"]}
        read_s = time.monotonic() - began
        outcomes: list[str] = [""] * len(answers)
        places = iter(range(len(answers)))

        async def work(peer: Peer) -> None:
            for place in places:
                one = answers[place]
                grade = await peer.call(
                    "grade", task=names[one["task_id"]], code=one["solution"]
                )
                outcomes[place] = f"{grade['outcome']} {grade['reason']}".strip()

        await gather([partial(work, keeper)] * (2 * JOBS))
        return {
            "seconds": time.monotonic() - began,
            "read_s": read_s,
            "outcomes": outcomes,
        }


def both(args: argparse.Namespace) -> None:
    """Grade twice, ours first, each alone on the computer."""
    answers = list(rows_of(args.out / "answers.jsonl"))
    load = os.getloadavg()[0]
    shutil.rmtree(args.out / "cache", ignore_errors=True)  # of EvalPlus, as are these:
    (args.out / "answers_eval_results.json").unlink(missing_ok=True)
    found = anyio.run(ours, args.data, answers)
    print(f"assay: {found['seconds']:.1f} s for {len(answers)} answers", flush=True)
    environment = {
        **os.environ,
        "HUMANEVAL_OVERRIDE_PATH": str((args.out / "problems.jsonl").resolve()),
        "XDG_CACHE_HOME": str((args.out / "cache").resolve()),
    }
    words = [args.python, "-m", "evalplus.evaluate", "--dataset", "humaneval"]
    words += ["--samples", str(args.out / "answers.jsonl"), "--parallel", str(JOBS)]
    began = time.monotonic()
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - began
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    print(f"evalplus: {seconds:.1f} s", flush=True)
    line = next(
        (x for x in done.stdout.splitlines() if x.startswith("Expected outputs")), ""
    )
    told = {"ours": found, "evalplus_s": seconds, "evalplus_says": line, "load": load}
    (args.out / "times.json").write_text(json.dumps(told))


def table(args: argparse.Namespace) -> None:
    """Print the ratio, and every verdict that differs."""
    times = json.loads((args.out / "times.json").read_text())
    theirs = json.loads((args.out / "answers_eval_results.json").read_text())["eval"]
    of_them = {
        (task, one["solution"]): (one["base_status"], one["plus_status"])
        for task, results in theirs.items()
        for one in results
    }
    answers = list(rows_of(args.out / "answers.jsonl"))
    n_same = n_passed = 0
    for one, outcome in zip(answers, times["ours"]["outcomes"], strict=True):
        base, plus = of_them[one["task_id"], one["solution"]]
        passed = base == plus == "pass"
        if passed == (outcome == "passed"):
            n_same += 1
            n_passed += passed
        else:
            print(f"{one['task_id']}: ours {outcome!r}, EvalPlus {base}/{plus}")
            print("    " + one["solution"].strip().replace("\n", "\n    ") + "\n")
    ratio = times["evalplus_s"] / times["ours"]["seconds"]
    print(
        f"{len(answers)} answers: assay {times['ours']['seconds']:.1f} s (of them "
        f"{times['ours']['read_s']:.1f} s reading), "
        f"EvalPlus {times['evalplus_s']:.1f} s ({times['evalplus_says']}); "
        f"ratio {ratio:.2f}; {n_same} verdicts alike, {n_passed} of them passes; "
        f"load before {times['load']:.1f}"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, work in (("samples", samples), ("both", both), ("table", table)):
        sub = verbs.add_parser(name)
        sub.set_defaults(work=work)
        sub.add_argument("--out", type=Path, required=True)
        if name != "table":
            sub.add_argument("data", type=Path)
        if name == "samples":
            sub.add_argument("more", type=Path, nargs="*")
            sub.add_argument("--answers", type=int, default=1000)
        if name == "both":
            sub.add_argument("--python", required=True)
    args = parser.parse_args()
    args.work(args)


if __name__ == "__main__":
    main()
