"""A finished run without a model: answers with given features and grades."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.bench.store import RunStore, Sealed, digest
from assay.memory.calibration import Labelled
from assay.memory.features import features_json
from bench import running


def graded_run(folder: Path, dataset: Path, rows: Sequence[Labelled]) -> None:
    """Write a run whose arm `assay` gave these answers, one to a task."""
    store = running.begin(folder, running.settings(dataset, "assay"))
    store.add_tasks(
        [
            {"id": r.task, "title": "", "statement": "", "date": None}
            | {"difficulty": None}
            for r in rows
        ],
        dataset_sha256="d" * 64,
    )
    try:
        for row in rows:
            _answer(store, row)
    finally:
        store.close()


def _answer(store: RunStore, row: Labelled) -> None:
    key = (row.task, "assay", 0)
    record = {"claim": "verified", "confidence": row.stated, "stopped": "samples"}
    costs = ["prompt_tokens", "completion_tokens", "cached_prompt_tokens", "calls"]
    costs += ["retries", "seconds", "model_seconds", "sandbox_seconds", "n_samples"]
    sealed = Sealed(
        key=key,
        answer="x",
        answer_sha256=digest("x"),
        candidates=(("x", 1),),
        record=record
        | {cost: 1 for cost in costs}
        | {"load": 0.1, "recorded_calls": 0, "wordings": {}},
        sealed_at=0.0,
    )
    solution = {"features": features_json(row.features)}
    store.seal(sealed, [{"kind": "solution", "data": solution}])
    outcome = {"outcome": "passed" if row.right else "failed", "reason": ""}
    store.add_grade(key, outcome, 1, [])
