"""Tables of confidence as files: JSON with a format number."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.errors import ConfigError
from assay.memory.calibration import SCORES, Curve, Table
from assay.memory.isotonic import Block

FORMAT = 1


def table_text(table: Table) -> str:
    """A table as the text of its file."""
    return json.dumps(table_json(table), indent=1) + "\n"


def table_json(table: Table) -> dict[str, Any]:
    """A table as plain data, that `table_of` reads."""
    return {"format": FORMAT, **asdict(table)}


def shipped_table(name: str) -> Table | None:
    """The table that comes with Assay for a model of the catalog, if there is one.

    It was fitted by `benchmarks/search/calibrate.py` to the half `choosing` of a
    recorded pool.
    """
    file = files("assay.memory").joinpath("shipped", f"{name}.json")
    return table_of(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def read_table(path: Path) -> Table:
    """Read a table.

    Raises:
        ConfigError: there is none, it is no table, or one of another format.
    """
    try:
        return table_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigError(
            f"the calibration {str(path)!r} cannot be read "
            f"({type(error).__name__}: {error}); make it again with `assay calibrate`"
        ) from error


def table_of(told: Any) -> Table:
    """Read a table from plain data.

    Raises:
        ValueError, LookupError, TypeError: it is none, or one of another format.
    """
    if not isinstance(told, dict):
        raise TypeError("it is no object")
    if told["format"] != FORMAT:
        raise ValueError(
            f"it has format {told['format']!r}, this version reads {FORMAT}"
        )
    kinds = ("with_given", "without_given")
    fields = {key: value for key, value in told.items() if key != "format"}
    return Table(**{**fields, **{kind: _curve(told[kind]) for kind in kinds}})


def _curve(told: Any) -> Curve | None:
    if told is None:
        return None
    points = tuple(Block(**block) for block in told["points"])
    values = [block.value for block in points]
    places = [place for block in points for place in (block.low, block.high)]
    if told["score"] not in SCORES:
        raise ValueError(f"there is no score {told['score']!r}")
    if not points or values != sorted(values) or places != sorted(places):
        raise ValueError("its points do not rise")
    if not 0 < values[0] <= values[-1] < 1:
        raise ValueError("a value is not between 0 and 1")
    n, n_tasks = int(told["n"]), int(told.get("n_tasks", 0))
    return Curve(score=told["score"], points=points, n=n, n_tasks=n_tasks)
