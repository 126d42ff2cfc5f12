"""LiveCodeBench's JSONL: contest problems with their dates, hidden tests packed.

Answers are graded as there by the public tests and the private ones together.

Source: LiveCodeBench/LiveCodeBench, `lcb_runner/benchmarks/code_generation.py`; data:
huggingface.co/datasets/livecodebench/code_generation_lite, `test*.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import date, text, text_or_none
from assay.bench.datasets.making import hidden_by_cases, none_hidden, shown
from assay.bench.datasets.plain_pickle import NotPlain, unpacked_json
from assay.bench.tasks import Task
from assay.errors import ProblemError

_MODULES = (
    "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math",
    "random", "statistics", "itertools", "functools", "operator", "io", "sys", "json",
    "builtins", "typing",
)  # fmt: skip
PRELUDE = "".join(
    [f"from {name} import *\n" for name in _MODULES]
    + [f"import {name}\n" for name in _MODULES[:-2]]
    + ["sys.setrecursionlimit(50000)\n"]
)
"""What the published harness puts before every program."""


def _read(row: Mapping[str, Any], where: str) -> Task:
    name = _function_name(row, where)
    starter = text_or_none(row, "starter_code", where) or ""
    public = _tests(row, "public_test_cases", where)
    private = _tests(row, "private_test_cases", where)
    if not private:
        raise none_hidden(where)
    seen = {
        "id": text(row, "question_id", where),
        "title": str(row.get("question_title") or ""),
        "statement": text(row, "question_content", where),
        "io_mode": "function" if name else "stdin",
        "setup_code": PRELUDE,
        "public_tests": public,
        "checker": {"type": "json" if name else "tokens"},
    }
    if name:
        seen |= {"starter_code": starter, "entry_point": f"Solution().{name}"}
    return Task(
        problem=shown(seen),
        hidden=hidden_by_cases(seen, [*public, *private], where),
        date=date(row.get("contest_date"), where),
        difficulty=text_or_none(row, "difficulty", where),
        meta={"platform": str(row.get("platform") or "")},
    )


def _function_name(row: Mapping[str, Any], where: str) -> str | None:
    """The function to call; None where a whole program is asked for."""
    given = row["metadata"]
    try:
        metadata = json.loads(given) if isinstance(given, str) and given else given
    except (ValueError, RecursionError) as error:
        raise ProblemError(
            f"{where}: its 'metadata' is no JSON ({error}); fetch the file again"
        ) from error
    name = metadata.get("func_name") if isinstance(metadata, Mapping) else None
    if name is None and text_or_none(row, "starter_code", where):
        raise ProblemError(
            f"{where} has starter code, but its 'metadata' has no 'func_name' to call; "
            "fetch the file again"
        )
    return str(name) if name else None


def _tests(row: Mapping[str, Any], column: str, where: str) -> list[dict[str, Any]]:
    given = row[column]
    try:
        tests = _unpacked(given) if isinstance(given, str) else given
    except NotPlain as error:
        raise ProblemError(
            f"{where}: its {column!r} cannot be read: {error}; fetch the file again"
        ) from error
    if not isinstance(tests, list) or not all(_is_test(test) for test in tests):
        raise ProblemError(
            f"{where}: its {column!r} is no list of objects with 'input' and 'output'; "
            "fetch the file again"
        )
    return [{"input": test["input"], "output": test["output"]} for test in tests]


def _is_test(test: Any) -> bool:
    return isinstance(test, Mapping) and {"input", "output"} <= set(test)


def _unpacked(given: str) -> Any:
    if given.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(given)
        except (ValueError, RecursionError) as error:
            raise NotPlain(f"it is broken JSON ({error})") from error
    return unpacked_json(given)


LIVECODEBENCH = Format(
    name="livecodebench",
    sign=frozenset({"question_content", "private_test_cases"}),
    required=(
        "question_id", "question_content", "contest_date", "starter_code",
        "public_test_cases", "private_test_cases", "metadata",
    ),
    read=_read,
)  # fmt: skip
