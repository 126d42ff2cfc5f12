"""LeetCodeDataset's JSONL: functions of a class, with dates and generated tests.

Source: huggingface.co/datasets/newfacade/LeetCodeDataset, arXiv:2504.14655.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import date, text, text_or_none
from assay.bench.datasets.making import hidden_by_code, shown
from assay.bench.datasets.sources import asserts_file
from assay.bench.tasks import Reference, Task


def _read(row: Mapping[str, Any], where: str) -> Task:
    name, prelude = text(row, "entry_point", where), str(row["prompt"] or "")
    problem = shown(
        {
            "id": text(row, "task_id", where),
            "title": text(row, "task_id", where),
            "statement": text(row, "problem_description", where),
            "starter_code": text(row, "starter_code", where),
            "setup_code": prelude,
            "entry_point": name,
            "io_mode": "function",
        }
    )
    source = asserts_file(text(row, "test", where), name, prelude)
    return Task(
        problem=problem,
        hidden=hidden_by_code(problem, source, where),
        reference=Reference(code=text(row, "completion", where)),
        date=date(row.get("estimated_date"), where),
        difficulty=text_or_none(row, "difficulty", where),
        meta={"question_id": str(row.get("question_id") or "")},
    )


LEETCODE = Format(
    name="leetcode",
    sign=frozenset({"problem_description", "completion"}),
    required=(
        "task_id", "problem_description", "starter_code", "prompt", "completion",
        "entry_point", "test",
    ),
    read=_read,
)  # fmt: skip
