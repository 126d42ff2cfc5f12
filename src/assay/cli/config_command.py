"""`assay config` and `assay version`."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from typing import Annotated, Any

import typer


def config(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print every setting, its value and where the value came from."""
    from assay.config import ROOMS, SECRET, load_config

    resolved = load_config()
    rows: dict[str, dict[str, Any]] = {}
    for room in ROOMS:
        settings = getattr(resolved, room)
        for setting in fields(settings):
            value = getattr(settings, setting.name)
            shown = "(set)" if setting.name in SECRET and value else value
            rows[f"{room}.{setting.name}"] = {
                "value": str(shown) if hasattr(shown, "parts") else shown,
                "origin": resolved.origins.get(setting.name, "default"),
            }
    if as_json:
        sys.stdout.write(json.dumps({"format": 1, "settings": rows}, indent=2) + "\n")
        return
    for name, row in rows.items():
        sys.stdout.write(f"{name:24}{row['value']!s:32}{row['origin']}\n")


def version(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print the versions of Assay, of its engine and of Python."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from assay import __version__

    try:
        engine = "xllamacpp " + installed("xllamacpp")
    except PackageNotFoundError:
        engine = "no embedded engine"
    if as_json:
        found = {
            "assay": __version__,
            "engine": engine,
            "python": platform.python_version(),
        }
        sys.stdout.write(json.dumps({"format": 1, **found}) + "\n")
        return
    python = platform.python_version()
    sys.stdout.write(f"assay {__version__} ({engine}, Python {python})\n")
