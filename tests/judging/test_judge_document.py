"""What docs/judge.md shows is what the judge takes and gives."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.cli.verdicts import row_json
from assay.judging.corpus import CorpusRow, each, judge_rows, read_line, read_rows
from assay.judging.corpus_row import KEYS
from assay.judging.judge import LocalJudge
from assay.types import Limits

if TYPE_CHECKING:
    from judging.conftest import Sandbox

DOCUMENT = Path(__file__).parents[2] / "docs" / "judge.md"


def blocks(kind: str) -> list[str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_the_rows_shown_pass_and_are_answered_as_shown(sandbox: Sandbox) -> None:
    rows, answer = blocks("json")
    found: list[dict[str, Any]] = []

    async def run() -> None:
        lines = read_rows(each(rows.encode().splitlines()))
        judge = LocalJudge(sandbox.executor)
        await judge_rows(judge, lines, lambda result: found.append(row_json(result)))

    sandbox.portal.call(run)
    assert [row["status"] for row in found] == ["passed"] * 3
    assert found[0].keys() == json.loads(answer).keys()


def test_every_key_of_a_row_and_every_limit_is_explained() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("| key |")[2].partition("\n\n")[0]
    limits = [field.name for field in fields(Limits)]
    for name in (*KEYS, *limits):
        assert f"`{name}`" in table, name
    row = read_line(blocks("json")[0].encode().splitlines()[0], 1)
    assert isinstance(row, CorpusRow)
    shown = table.partition("`files`; ")[2]
    standard = Limits()
    assert f"{standard.cpu_s:g} s" in shown
    assert standard.wall_limit_s == 4 * standard.cpu_s + 2
    numbers = [standard.memory_mb, standard.output_kb, standard.disk_mb]
    numbers += [standard.processes, standard.files]
    assert ", ".join(map(str, numbers)) in shown


def test_the_python_shown_is_python() -> None:
    (program,) = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(program, "judge.md", "exec"), names)
    names["anyio"].run(names["main"], [])
