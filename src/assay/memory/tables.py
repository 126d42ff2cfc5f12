"""Tables of confidence as files: JSON with a format number."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assay.errors import ConfigError
from assay.memory.calibration import SCORES, Curve, Table
from assay.memory.isotonic import Block

FORMAT = 1


def table_text(table: Table) -> str:
    """A table as the text of its file."""
    return json.dumps({"format": FORMAT, **asdict(table)}, indent=1) + "\n"


def read_table(path: Path) -> Table:
    """Read a table.

    Raises:
        ConfigError: there is none, it is no table, or one of another format.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(told, dict):
            raise TypeError("it is no object")
        version = told.pop("format")
        if version == FORMAT:
            return _table(told)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigError(
            f"the calibration {str(path)!r} cannot be read "
            f"({type(error).__name__}: {error}); make it again with `assay calibrate`"
        ) from error
    raise ConfigError(
        f"the calibration {str(path)!r} has format {version!r}, this version reads "
        f"{FORMAT}; make it again with `assay calibrate`"
    )


def _table(told: dict[str, Any]) -> Table:
    kinds = ("with_given", "without_given")
    return Table(**{**told, **{kind: _curve(told[kind]) for kind in kinds}})


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
    return Curve(score=told["score"], points=points, n=int(told["n"]))
