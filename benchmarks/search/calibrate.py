"""Fit the table of confidence that comes with Assay for a model of the catalog.

    python benchmarks/search/calibrate.py NAME.jsonl.gz -o .../memory/shipped/NAME.json

From an executed pool, its half `choosing` alone: what is reported is reported on the
other half. `assay calibrate RUN` does the same from a run of one's own.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from confidences import CHOOSING, graded
from execute import read_rows
from pools import read_pool
from replay import whole_pools

from assay.memory.calibration import Table, fit
from assay.memory.tables import table_text


def shipped(path: Path) -> Table:
    """The table of a pool, with where it comes from."""
    tasks, n = whole_pools(read_pool(path))
    mine = [task for task in tasks if task.half == CHOOSING]
    table = fit(graded(mine, n_max=n))
    identity = json.loads(next(iter(read_rows(path)))["identity"])
    return replace(
        table,
        run=f"{path.name}, half {CHOOSING!r}, {identity['engine']}",
        dataset_sha256=sha256(path.read_bytes()).hexdigest(),
        model=identity["name"],
        date=datetime.now(UTC).date().isoformat(),
        may_stop=True,
    )


def main() -> None:
    """Read the command line, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    words = parser.parse_args()
    words.output.parent.mkdir(exist_ok=True)
    words.output.write_text(table_text(shipped(words.pool)))


if __name__ == "__main__":
    main()
