"""What `assay calibrate` does behind its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assay.bench.labelled import labelled
from assay.bench.statistics import calibration_error, reliability
from assay.bench.store import RunStore
from assay.cli.benching import opened, put_json
from assay.cli.confidence import table_file
from assay.cli.solving import check_output, write_whole
from assay.config import Config
from assay.errors import EnvironmentFault, UsageError
from assay.memory.calibration import (
    LEAST_TASKS,
    Curve,
    Labelled,
    Table,
    cross_fitted,
    fit,
)
from assay.memory.measures import Pair, brier, coverage_precision
from assay.memory.measures import precision_of_surest as surest
from assay.memory.tables import table_text
from assay.types import ModelIdentity


def calibrate(
    config: Config, name: str, arm: str, output: Path | None, *, as_json: bool
) -> int:
    """Fit a table from a run's graded answers, tell how good it is, and keep it.

    Raises:
        UsageError: the run is not finished, or has too few answers.
        EnvironmentFault: the file cannot be written.
    """
    if output is not None:
        check_output(output)
    store = opened(config, name)
    try:
        rows = labelled(store, arm)
        meta, folder = store.meta(), store.folder.name
        identity = _model_of(store)
    finally:
        store.close()
    table = replace(
        fit(rows),
        run=folder,
        dataset_sha256=meta.get("dataset_sha256", ""),
        model=identity.name,
        model_sha256=identity.sha256,
        date=datetime.fromtimestamp(meta["created"], UTC).date().isoformat(),
    )
    if not table.n:
        raise UsageError(
            f"{arm!r} has {len(rows)} graded answers in the run {folder!r}; a curve "
            f"takes {LEAST_TASKS} tasks of one kind: run more of them"
        )
    path = output or table_file(identity)
    _write(path, table_text(table))
    pairs = cross_fitted(rows)
    if as_json:
        put_json(_json(table, rows, pairs, path))
    else:
        sys.stdout.write("\n".join(_lines(table, rows, pairs, path)) + "\n")
    return 0


def _model_of(store: RunStore) -> ModelIdentity:
    told = store.meta().get("model")
    if not told:
        raise UsageError(
            f"the run {store.folder.name!r} has no model of its own, so there is none "
            "to calibrate"
        )
    names = ("name", "engine", "sha256")
    return ModelIdentity(**{each: told.get(each) for each in names})


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise EnvironmentFault(
            f"{str(path)!r} cannot be written ({error.strerror}); name another --output"
        ) from error


def _measured(pairs: Sequence[Pair]) -> dict[str, float]:
    return {
        "ece": round(calibration_error(reliability(pairs)), 4),
        "brier": round(brier(pairs), 4),
        "precision_of_surest_half": round(surest(pairs), 4),
    }


def _json(
    table: Table, rows: Sequence[Labelled], pairs: Sequence[Pair], path: Path
) -> dict[str, Any]:
    return {
        "table": asdict(table),
        "cross_fitted": _measured(pairs),
        "as_stated": _measured(_stated(rows)),
        "reliability": [asdict(each) for each in reliability(pairs)],
        "file": str(path),
    }


def _stated(rows: Sequence[Labelled]) -> list[Pair]:
    return [(row.stated, row.right) for row in rows]


def _lines(
    table: Table, rows: Sequence[Labelled], pairs: Sequence[Pair], path: Path
) -> list[str]:
    n_right = sum(row.right for row in rows)
    out = [f"{table.model}, run {table.run}: {len(rows)} answers, {n_right} right"]
    out += _curve_lines("problems with given tests", table.with_given)
    out += _curve_lines("problems without", table.without_given)
    out += ["", f"on {len(pairs)} answers, each by a table that has not seen its task:"]
    new, old = _measured(pairs), _measured(_stated(rows))
    for key, words in _WORDS.items():
        out.append(f"  {words:34} {new[key]:.3f}  (stated in the run {old[key]:.3f})")
    out += ["", "  stated        answers  mean   right"]
    out += [
        f"  {b.low:.1f} to {b.high:.1f} {b.n:11}   {b.confidence:.2f}    {b.right:.2f}"
        for b in reliability(pairs)
    ]
    out += ["", "  answers that --abstain-below leaves, and the share of them right"]
    out += [_abstaining(pairs, threshold) for threshold in (0.25, 0.5, 0.75, 0.9)]
    return [*out, "", f"written to {path}"]


_WORDS = {
    "ece": "expected calibration error",
    "brier": "Brier score",
    "precision_of_surest_half": "right of the surest half",
}


def _curve_lines(kind: str, curve: Curve | None) -> list[str]:
    if curve is None:
        return ["", f"{kind}: fewer than {LEAST_TASKS} tasks, so the prior holds"]
    out = ["", f"{kind}: {curve.n} answers to {curve.n_tasks} tasks, by {curve.score}"]
    return out + [
        f"  {block.low:.3f} to {block.high:.3f}: {block.value:.3f}"
        for block in curve.points
    ]


def _abstaining(pairs: Sequence[Pair], threshold: float) -> str:
    covered, right = coverage_precision(pairs, threshold)
    told = "none" if right is None else f"{right:.3f}"
    return f"  {threshold:4}: {covered:.3f} of all, right {told}"
