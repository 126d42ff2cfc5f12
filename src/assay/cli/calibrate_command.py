"""`assay calibrate`: how often the answers of a finished run were right -> a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    run: Annotated[
        str, typer.Argument(help="A run: its name, its beginning, or a path.")
    ],
    arm: Annotated[
        str, typer.Option(help="The arm whose answers are taken.")
    ] = "assay",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file; the user's own of the model if left out."
        ),
    ] = None,
    runs: Annotated[Path | None, typer.Option(help="The folder of runs.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout.")
    ] = False,
) -> None:
    """Learn from a finished run how sure to be; later solves of its model use it."""
    from assay.cli.calibrating import calibrate as calibrated
    from assay.config import load_config

    config = load_config({"runs": runs})
    raise typer.Exit(calibrated(config, run, arm, output, as_json=as_json))
