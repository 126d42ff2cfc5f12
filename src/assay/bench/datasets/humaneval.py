"""HumanEval, and HumanEval+ in the same form (EvalPlus's `-OriginFmt` file).

Source: openai/human-eval, `data/HumanEval.jsonl.gz`; evalplus/humanevalplus_release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import text
from assay.bench.datasets.making import hidden_by_tests, shown
from assay.bench.datasets.sources import asserts_file
from assay.bench.tasks import Reference, Task

PUBLISHED = "2021-07-07"
"""When the statements became public; later test sets ask the same questions."""


def _read(row: Mapping[str, Any], where: str) -> Task:
    prompt, name = text(row, "prompt", where), text(row, "entry_point", where)
    problem = shown(completion_row(text(row, "task_id", where), prompt, name))
    source = asserts_file(text(row, "test", where), name)
    solution = prompt + text(row, "canonical_solution", where)
    hidden, answered_by = hidden_by_tests(problem, source, where)
    return Task(
        problem=problem,
        hidden=hidden,
        answered_by=answered_by,
        reference=Reference(code=solution),
        date=PUBLISHED,
    )


def completion_row(task_id: str, prompt: str, entry_point: str) -> dict[str, Any]:
    """The visible fields of a function to complete: the prompt is all there is."""
    return {
        "id": task_id,
        "title": entry_point,
        "statement": prompt,
        "starter_code": prompt,
        "entry_point": entry_point,
        "io_mode": "function",
    }


COLUMNS = ("task_id", "prompt", "entry_point", "canonical_solution", "test")

HUMANEVAL = Format(
    name="humaneval",
    sign=frozenset({"prompt", "canonical_solution", "test"}),
    required=COLUMNS,
    read=_read,
)
