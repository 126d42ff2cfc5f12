"""Where the calibrations of models lie, and which one a solve takes."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from assay.config import Config, state_home
from assay.memory.calibration import Table
from assay.memory.tables import read_table
from assay.models.recordings import model_json
from assay.types import ModelIdentity


def table_file(identity: ModelIdentity) -> Path:
    """Where the calibration of a model is kept: by its file's SHA-256.

    Of a model whose file is not known, by a hash of its name and its endpoint.
    """
    digest = identity.sha256 or sha256(model_json(identity).encode()).hexdigest()
    return state_home(os.environ) / "calibration" / f"{digest[:12]}.json"


def table_for(config: Config, identity: ModelIdentity) -> Table | None:
    """The table that the settings name, else the model's own; None: there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    if config.solve.calibration is not None:
        return read_table(config.solve.calibration)
    path = table_file(identity)
    return read_table(path) if path.is_file() else None


def told_of(table: Table | None) -> str:
    """What a table rests on, in words."""
    if table is None:
        return ""
    return f"calibrated on {table.n} graded answers of {table.model}, run {table.run}"
