"""`assay calibrate` and what later solves make of it: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.bench.labelled import labelled
from assay.cli.confidence import table_file
from assay.memory.calibration import fit
from assay.memory.tables import read_table, table_text
from assay.types import ModelIdentity
from bench import running
from bench.graded import graded_run
from cli.code_server import ALSO_RIGHT, RIGHT, serving
from memory.rows import drawn

Run = Callable[..., subprocess.CompletedProcess[str]]
PROBLEM = '''def double(n: int) -> int:
    """Twice n.

    >>> double(2)
    4
    """
'''


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "double.py").write_text(PROBLEM)
    return tmp_path


@pytest.fixture
def assay(place: Path) -> Run:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "assay", *words],
            capture_output=True,
            text=True,
            cwd=place,
            env={**kept, "HOME": str(place / "home")},
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def whole(place: Path, *, n: int = 120) -> None:
    dataset = running.write_dataset(place / "d.jsonl")
    graded_run(place / "runs" / "whole", dataset, drawn(n))


def table(place: Path, *, right: bool) -> str:
    """A calibration by which answers are nearly always right, or nearly never."""
    rows = [replace(row, right=right) for row in drawn(100)]
    path = place / f"{right}.json"
    path.write_text(table_text(replace(fit(rows), model="toy", run="imaginary")))
    return str(path)


def solved(
    assay: Run, *words: str, replies: tuple[str, ...] = (RIGHT, ALSO_RIGHT)
) -> subprocess.CompletedProcess[str]:
    with serving(replies) as url:
        return assay("solve", "double.py", "--base-url", url, *words)


def test_a_finished_run_becomes_a_table_that_is_told(assay: Run, place: Path) -> None:
    whole(place)
    done = assay("calibrate", "whole", "--runs", "runs", "-o", "t.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("scripted, run whole: 120 answers, ")
    assert "120 answers to 120 tasks, by share" in done.stdout
    assert "expected calibration error" in done.stdout
    assert done.stdout.endswith("written to t.json\n")
    found = read_table(place / "t.json")
    assert (found.n, found.run, found.model) == (120, "whole", "scripted")
    assert found.dataset_sha256 == "d" * 64


def test_json_holds_the_table_and_how_good_it_is(assay: Run, place: Path) -> None:
    whole(place)
    done = assay("calibrate", "whole", "--runs", "runs", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["format"] == 1
    assert found["table"]["with_given"]["n"] == 120
    assert found["cross_fitted"]["ece"] < found["as_stated"]["ece"]
    assert sum(each["n"] for each in found["reliability"]) == 120
    home = str(place / "home" / ".local" / "state" / "assay" / "calibration")
    assert found["file"].startswith(home)
    assert Path(found["file"]).is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--arm", "single"), "has no arm 'single', but assay"),
        (("--runs", "none"), "there is no run 'whole'"),
    ],
)
def test_what_cannot_be_learnt_from_says_why(
    assay: Run, place: Path, words: tuple[str, ...], told: str
) -> None:
    whole(place)
    done = assay("calibrate", "whole", "--runs", "runs", *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_a_run_of_few_answers_makes_no_table(assay: Run, place: Path) -> None:
    whole(place, n=20)
    done = assay("calibrate", "whole", "--runs", "runs", "-o", "t.json")
    assert done.returncode == 2
    assert "a curve takes 30" in done.stderr
    assert not (place / "t.json").exists()


def test_every_answer_of_a_real_run_has_its_features(tmp_path: Path) -> None:
    rows = [task.row for task in running.TASKS[:2]]
    dataset = running.write_dataset(tmp_path / "d.jsonl", rows)
    chosen = running.settings(dataset, "assay")

    async def main() -> None:
        async with running.ran(tmp_path / "run", chosen) as store:
            found = labelled(store, "assay")
        assert [row.task for row in found] == ["own/twice_it", "own/widest_gap"]
        for row in found:
            assert 0 < row.features.share < 1
            assert row.features.given_total == 1
            assert row.features.n_samples >= 2

    anyio.run(main)


def test_a_solve_says_what_its_confidence_is_learnt_from(
    assay: Run, place: Path
) -> None:
    done = solved(assay, "--calibration", table(place, right=True))
    assert done.returncode == 0, done.stderr
    assert (
        "calibrated on 100 graded answers to 100 tasks of toy, run imaginary"
        in done.stderr
    )
    assert "a prior" not in done.stderr


def test_a_solve_finds_the_calibration_of_its_model(assay: Run, place: Path) -> None:
    with serving((RIGHT, ALSO_RIGHT)) as url:
        there = table_file(ModelIdentity(name="toy", engine=f"openai {url}")).name
        folder = place / "home" / ".local" / "state" / "assay" / "calibration"
        folder.mkdir(parents=True)
        Path(table(place, right=True)).rename(folder / there)
        done = assay("solve", "double.py", "--base-url", url, "--json")
    found = json.loads(done.stdout)
    assert found["calibrated"] is True
    assert found["confidence"] > 0.95


def test_an_answer_that_is_not_sure_enough_is_not_handed_out(
    assay: Run, place: Path
) -> None:
    words = ("--calibration", table(place, right=False), "--abstain-below", "0.5")
    done = solved(assay, *words, "-o", "out.py")
    assert done.returncode == 1
    assert done.stdout == ""
    assert not (place / "out.py").exists()
    assert "not sure enough: confidence 0." in done.stderr
    assert "is below 0.5" in done.stderr


def test_the_program_that_is_not_handed_out_stands_in_json(
    assay: Run, place: Path
) -> None:
    words = ("--calibration", table(place, right=False), "--abstain-below", "0.5")
    done = solved(assay, *words, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["abstained"] is True
    assert found["status"] == "verified"
    assert "def double" in found["answer"]


def test_sure_enough_is_handed_out(assay: Run, place: Path) -> None:
    done = solved(assay, "--abstain-below", "0.5")
    assert done.returncode == 0, done.stderr
    assert "a prior, not yet calibrated on this model" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--abstain-below", "1.5"), "--abstain-below is 1.5"),
        (("--calibration", "none.json"), "calibration 'none.json' cannot be read"),
    ],
)
def test_wrong_settings_are_refused(
    assay: Run, words: tuple[str, ...], told: str
) -> None:
    done = solved(assay, *words)
    assert done.returncode == 2
    assert told in done.stderr
