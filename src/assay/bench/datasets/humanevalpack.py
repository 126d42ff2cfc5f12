"""HumanEvalPack's repair tasks: a program with a planted bug, to be corrected.

The program is shown with its docstring (the variant called HumanEvalFixDocs): the tests
are not. Tests of other languages than Python are kept, and cannot be judged here.

Source: bigcode-project/octopack, arXiv:2308.07124; data:
huggingface.co/datasets/bigcode/humanevalpack.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.bench.datasets.dataset import Format
from assay.bench.datasets.fields import near, text
from assay.bench.datasets.making import hidden_by_code, shown
from assay.bench.datasets.sources import asserts_file
from assay.bench.tasks import Reference, Task
from assay.errors import ProblemError
from assay.judging.languages import is_own_python

PUBLISHED = "2023-08-14"
LANGUAGES = {
    "Python": "python", "JavaScript": "javascript", "Java": "java", "Go": "go",
    "CPP": "cpp", "Rust": "rust",
}  # fmt: skip


def _read(row: Mapping[str, Any], where: str) -> Task:
    task_id, name = text(row, "task_id", where), text(row, "entry_point", where)
    language = _language(task_id, where)
    head, broken = text(row, "declaration", where), text(row, "buggy_solution", where)
    shown_program = str(row.get("prompt") or head) + broken
    problem = shown(
        {
            "id": task_id,
            "title": name,
            "statement": f"Correct the bug in {name!r}, in this {language} program.\n\n"
            f"```{language}\n{shown_program.rstrip()}\n```\n",
            "starter_code": shown_program,
            "entry_point": name,
            "io_mode": "function",
            "language": language,
        }
    )
    parts = (row.get("test_setup"), text(row, "test", where))
    source = "\n".join(str(part) for part in parts if part)
    if is_own_python(language):
        source = asserts_file(source, name)
    right = head + text(row, "canonical_solution", where)
    return Task(
        problem=problem,
        hidden=hidden_by_code(problem, source, where),
        reference=Reference(code=right, language=language),
        wrong=(Reference(code=head + broken, language=language),),
        date=PUBLISHED,
        meta={"bug_type": str(row.get("bug_type") or "")},
    )


def _language(task_id: str, where: str) -> str:
    given = task_id.partition("/")[0]
    if given not in LANGUAGES:
        raise ProblemError(
            f"{where} has the task_id {task_id!r}, which begins with no language of "
            f"{', '.join(LANGUAGES)}{near(given, LANGUAGES)}"
        )
    return LANGUAGES[given]


HUMANEVALPACK = Format(
    name="humanevalpack",
    sign=frozenset({"declaration", "buggy_solution"}),
    required=(
        "task_id", "declaration", "canonical_solution", "buggy_solution", "test",
        "entry_point",
    ),
    read=_read,
)  # fmt: skip
