"""A correction beside the samples of a pool."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

SEARCH = Path(__file__).parent.parent.parent / "benchmarks" / "search"
sys.path.insert(0, str(SEARCH))

import pools  # noqa: E402
import repairs  # noqa: E402


def program(name: str, *, right: bool) -> dict[str, Any]:
    given = ["passed"] if right else ["wrong_answer"]
    keys = ["1"] if right else []
    return {
        "name": name, "given": given, "distance": 0.0, "keys": keys, "right": right
    }  # fmt: skip


def row(name: str, half: str, drawn: list[bool]) -> dict[str, Any]:
    """A task whose samples are right or fail what was given, each its own program."""
    samples = [
        {
            "program": f"p{index}",
            "completion_tokens": 10,
            "prompt_tokens": 1,
            "logprob": None,
            "tail_logprob": None,
        }
        for index in range(len(drawn))
    ]
    programs = [program(f"p{i}", right=right) for i, right in enumerate(drawn)]
    return {
        "task": name,
        "set": "own",
        "half": half,
        "has_given_tests": True,
        "n_inputs": 1,
        "samples": samples,
        "programs": programs,
    }


def told(name: str, *, kept: bool, right: bool) -> dict[str, Any]:
    cost = {"task": name, "tokens": 50, "prompt_tokens": 9, "calls": 1}
    found = {"passes": right, "kept": kept, "right": right}
    made = {"program": program("new", right=right)} if kept else {}
    return {**cost, **found, **made}


def test_a_kept_correction_is_one_more_sample_and_a_dropped_one_only_costs() -> None:
    old = row("a", "choosing", [False, False])
    task = pools.task_of(repairs.with_correction(old, told("a", kept=True, right=True)))
    assert [each.program for each in task.samples] == [0, 1, 2]
    assert task.samples[-1].tokens == 50
    assert task.right == (False, False, True)
    less = pools.task_of(
        repairs.with_correction(old, told("a", kept=False, right=False))
    )
    assert [each.program for each in less.samples] == [0, 1, None]


def test_it_is_set_beside_the_same_samples_and_beside_one_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = [
        row("helped", "choosing", [False, False, False, False]),
        row("sampled", "choosing", [False, False, True, True]),
        row("neither", "reporting", [False, False, False, False]),
        row("not stuck", "reporting", [True, False, False, False]),
    ]
    asked = [
        told("helped", kept=True, right=True),
        told("sampled", kept=False, right=False),
        told("neither", kept=False, right=False),
        {"task": "not stuck"},
    ]
    for name, rows in (("pool", pool), ("asked", asked)):
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(each) + "\n" for each in rows)
    repairs.tell(tmp_path / "pool", tmp_path / "asked")
    said = capsys.readouterr().out
    assert "choosing: 2 tasks whose first two samples fail" in said
    assert "1 came nearer, 1 pass, 1 are right" in said
    assert "reporting: 1 tasks" in said
    first, *_ = (line for line in said.splitlines() if "beside 2 samples" in line)
    assert "1 won, 0 lost; against one more sample" in first
    assert first.endswith("1 won, 1 lost")
    (last, _) = (line for line in said.splitlines() if "beside 4 samples" in line)
    assert last.endswith("against one more sample not measured")
