"""BigCodeBench's JSONL: functions that use libraries, with tests in unittest.

Source: bigcode-project/bigcodebench; huggingface.co/datasets/bigcode/bigcodebench. The
task is the one called Complete there: a signature with a structured docstring.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import text
from assay.bench.datasets.making import hidden_by_code, shown
from assay.bench.datasets.parsing import parsed
from assay.bench.tasks import Reference, Task
from assay.errors import ProblemError
from assay.types import TestStyle

PUBLISHED = "2024-06-22"  # arXiv:2406.15877


def _read(row: Mapping[str, Any], where: str) -> Task:
    prompt, name = text(row, "complete_prompt", where), text(row, "entry_point", where)
    seen = {
        "id": text(row, "task_id", where),
        "title": name,
        "statement": prompt,
        "starter_code": text(row, "code_prompt", where),
        "entry_point": name,
        "io_mode": "function",
    }
    solution = prompt + text(row, "canonical_solution", where)
    problem = replace(shown(seen), packages=_packages(prompt, where))
    source = text(row, "test", where)
    style = TestStyle.UNITTEST
    return Task(
        problem=problem,
        hidden=hidden_by_code(problem, source, where, style=style),
        reference=Reference(code=solution),
        date=PUBLISHED,
        meta={"libs": str(row.get("libs") or "")},
    )


def _packages(prompt: str, where: str) -> tuple[str, ...]:
    """What the prompt imports that is not Python's own."""
    try:
        tree = parsed(f"{prompt.rstrip()}\n    pass\n")
    except SyntaxError as error:
        raise ProblemError(
            f"{where}: its 'complete_prompt' is no Python ({error.msg}); fetch the "
            "file again"
        ) from error
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module.partition(".")[0]: None}
    return tuple(name for name in names if name not in sys.stdlib_module_names)


BIGCODEBENCH = Format(
    name="bigcodebench",
    sign=frozenset({"complete_prompt", "code_prompt"}),
    required=(
        "task_id", "complete_prompt", "canonical_solution", "code_prompt", "test",
        "entry_point",
    ),
    read=_read,
)  # fmt: skip
