"""What the pages are told of runs on disk and of stored models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.bench.store import RunStore
from assay.cli.serving_pages import StoredRuns, looks_of, stored_models
from assay.config import load_config
from assay.errors import UsageError
from assay.models.catalog import CATALOG
from bench import running
from bench.graded import graded_run
from memory.rows import drawn


@pytest.fixture
def runs(tmp_path: Path) -> StoredRuns:
    """Two runs of one dataset: `good` solves all, `bad` nothing and knows a task less.

    The dataset is the same file, so they differ in what was answered alone.
    """
    dataset = running.write_dataset(tmp_path / "d.jsonl")
    rows = [replace(row, right=True) for row in drawn(12)]
    graded_run(tmp_path / "runs" / "good", dataset, rows)
    worse = [replace(row, right=False) for row in rows[1:]]
    graded_run(tmp_path / "runs" / "bad", dataset, worse)
    return StoredRuns(tmp_path / "runs")


def test_runs_are_found_by_their_exact_names_alone(runs: StoredRuns) -> None:
    assert sorted(row["run"] for row in runs.rows()) == ["bad", "good"]
    assert runs.report("good").run == "good"
    for name in ("goo", "../runs/good", "/etc", "", ".", "good/", "*"):
        with pytest.raises(UsageError, match=r"no run|no name"):
            runs.report(name)


def test_a_run_that_is_damaged_is_told_so(
    runs: StoredRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunStore, "tasks", lambda self: [{}])
    with pytest.raises(UsageError, match=r"'good' cannot be read \(KeyError"):
        runs.report("good")


def test_an_attempt_is_found_by_its_task_arm_and_seed(runs: StoredRuns) -> None:
    first = runs.report("good").attempts[0]
    found = runs.solve("good", first.task, "assay", 0)
    assert (found.attempt, found.answer) == (first, "x")
    with pytest.raises(UsageError, match="no answer of 'single'"):
        runs.solve("good", first.task, "single", 0)


def test_two_runs_are_compared_on_what_both_have(runs: StoredRuns) -> None:
    found = runs.compared("good", "bad:assay")
    (paired,) = found.report.comparisons
    assert (paired.a, paired.b, paired.n_tasks) == ("a: assay", "b: assay", 11)
    assert (paired.n_only_a, paired.n_only_b) == (11, 0)
    assert [arm.n_passed for arm in found.report.arms] == [11, 0]
    assert "1 attempts have no partner" in found.report.warnings[-1]
    assert ("tasks", "12 of ? rows", "11 of ? rows") in found.differing


def test_what_cannot_be_compared_is_refused_with_the_reason(runs: StoredRuns) -> None:
    with pytest.raises(UsageError, match="the same on both sides"):
        runs.compared("good", "good:assay")
    with pytest.raises(UsageError, match="no arm 'x'; it has assay"):
        runs.compared("good:x", "bad")


def test_models_of_the_catalog_are_told_with_their_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = load_config({"models_dir": tmp_path / "models"})
    models = stored_models(config)
    assert [each.name for each in models] == [entry.name for entry in CATALOG]
    assert {each.state for each in models} == {"can be pulled"}
    assert sum(each.is_default for each in models) == 1
    assert looks_of(config).runs is not None
