"""Where the calibrations of models lie, and which one a solve takes."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from assay.config import Config, state_home
from assay.memory.calibration import Table
from assay.memory.tables import read_table, shipped_table
from assay.models.catalog import CATALOG
from assay.models.recordings import model_json
from assay.types import ModelIdentity


def table_file(identity: ModelIdentity) -> Path:
    """Where the calibration of a model is kept: by its file's SHA-256.

    Of a model whose file is not known, by a hash of its name and its endpoint.
    """
    digest = identity.sha256 or sha256(model_json(identity).encode()).hexdigest()
    return state_home(os.environ) / "calibration" / f"{digest[:12]}.json"


def table_for(config: Config, identity: ModelIdentity) -> Table | None:
    """The table that a solve takes; None: there is none, and the prior holds.

    The one that the settings name, else the user's own of the model, else the one that
    comes with Assay. A benchmark run never takes the user's own: it may hold the
    grades of the very tasks that the run is to be measured on.

    Raises:
        ConfigError: it cannot be read.
    """
    if config.solve.calibration is not None:
        return read_table(config.solve.calibration)
    path = table_file(identity)
    return read_table(path) if path.is_file() else table_that_ships(identity)


def table_that_ships(identity: ModelIdentity) -> Table | None:
    """The table that comes with Assay, where the model is a file of the catalog."""
    name = next(
        (e.name for e in CATALOG if e.sha256 and e.sha256 == identity.sha256), None
    )
    return shipped_table(name) if name else None


def told_of(table: Table | None) -> str:
    """What a table rests on, in words."""
    if table is None:
        return ""
    tasks = f" to {table.n_tasks} tasks" if table.n_tasks else ""
    return (
        f"calibrated on {table.n} graded answers{tasks} of {table.model}, "
        f"run {table.run}"
    )
