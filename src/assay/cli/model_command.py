"""`assay model`: list, pull, add, verify, fit, rm, path."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assay.config import Config
    from assay.models.store import ModelStore

app = typer.Typer(help="Get, check and size models.", no_args_is_help=True)

Name = Annotated[str | None, typer.Argument(help="A name of `assay model list`.")]
ModelsDir = Annotated[
    Path | None, typer.Option(help="The folder of model files (ASSAY_MODELS_DIR).")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def _open(models_dir: Path | None, **flags: Any) -> tuple[Config, ModelStore]:
    from assay.config import load_config
    from assay.models.opening import model_store

    config = load_config({"models_dir": models_dir, **flags})
    return config, model_store(config.model)


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"format": 1, **data}, default=str) + "\n")


@app.command("list")
def list_models(models_dir: ModelsDir = None, as_json: AsJson = False) -> None:
    """Print the models that are here, and those that can be fetched."""
    from assay.models.catalog import CATALOG
    from assay.models.partial import gib

    config, store = _open(models_dir)
    here = {model.name: model for model in store.list()}
    offered = {entry.name: entry for entry in CATALOG}
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys([*offered, *here]):
        entry, model = offered.get(name), here.get(name)
        rows.append(
            {
                "name": name,
                "state": (model.fault or "here") if model else "can be pulled",
                "bytes": model.size_bytes if model else entry and entry.shown_bytes,
                "default": name == config.model.model,
                "title": entry.title if entry else str(model and model.path),
            }
        )
    if as_json:
        _print({"models": rows, "folder": store.root})
        return
    for row in rows:
        mark = "*" if row["default"] else " "
        sys.stdout.write(
            f"{mark} {row['name']:24}{gib(row['bytes']):>10}  {row['state']:15}"
            f"{row['title']}\n"
        )
    sys.stdout.write(f"* default; files in {store.root}\n")


@app.command()
def pull(
    name: Name = None,
    models_dir: ModelsDir = None,
    hf_endpoint: Annotated[str | None, typer.Option(help="A mirror's address.")] = None,
    offline: Annotated[bool | None, typer.Option(help="Refuse to fetch.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a model (the default one), resume what was cut off, check its sha256."""
    import anyio

    from assay.cli.pulling import Bar
    from assay.models.catalog import catalog_entry
    from assay.models.pull import PullSettings
    from assay.models.pull import pull as pull_model

    config, store = _open(models_dir, hf_endpoint=hf_endpoint, offline=offline)
    entry = catalog_entry(name or config.model.model)
    settings = PullSettings(
        hf_endpoint=config.model.hf_endpoint, offline=config.model.offline
    )

    async def run() -> Any:
        with Bar() as bar:
            return await pull_model(store, entry, settings=settings, on_progress=bar)

    model = anyio.run(run)
    if as_json:
        _print(asdict(model))
    else:
        sys.stderr.write(f"{model.name} is ready, sha256 {model.sha256}\n")


@app.command()
def add(
    path: Annotated[Path, typer.Argument(help="A GGUF file; it is not copied.")],
    name: Annotated[str | None, typer.Option(help="How to call it.")] = None,
    models_dir: ModelsDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a model file of your own known by a name."""
    model = _open(models_dir)[1].add(path, name)
    if as_json:
        _print(asdict(model))
    else:
        sys.stderr.write(f"{model.name} is {model.path}, sha256 {model.sha256}\n")


@app.command()
def verify(
    name: Name = None, models_dir: ModelsDir = None, as_json: AsJson = False
) -> None:
    """Hash a model's file again and compare."""
    config, store = _open(models_dir)
    model = store.verify(name or config.model.model)
    if as_json:
        _print(asdict(model))
    else:
        sys.stderr.write(f"{model.name} is unchanged, sha256 {model.sha256}\n")


@app.command()
def fit(
    name: Annotated[str | None, typer.Argument(help="A name or a .gguf path.")] = None,
    slots: Annotated[int | None, typer.Option(help="Requests in flight.")] = None,
    context_length: Annotated[
        int | None, typer.Option(help="Tokens per request.")
    ] = None,
    models_dir: ModelsDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a model needs in memory, term by term, and whether it fits here."""
    from assay.models.fit import estimate, gpu_memories, main_memory
    from assay.models.gguf import read_header
    from assay.models.opening import default_slots

    config, store = _open(models_dir, slots=slots, context_length=context_length)
    header = read_header(store.path(name or config.model.model))
    fits = [
        estimate(
            header,
            context_length=min(
                config.model.context_length,
                header.context_length or config.model.context_length,
            ),
            slots=config.model.slots or default_slots(),
            memory=memory,
        )
        for memory in (main_memory(), *gpu_memories())
    ]
    if as_json:
        _print({"fits": [asdict(f) | {"fits": f.fits} for f in fits]})
    else:
        for found in fits:
            sys.stdout.write("\n".join((*found.lines, found.sentence)) + "\n")
    raise typer.Exit(0 if any(f.fits for f in fits) else 1)


@app.command()
def rm(
    name: Annotated[str, typer.Argument(help="A name of `assay model list`.")],
    models_dir: ModelsDir = None,
) -> None:
    """Delete a model; of an added one only its name is forgotten."""
    for path in _open(models_dir)[1].remove(name):
        sys.stderr.write(f"deleted {path}\n")


@app.command()
def path(name: Name = None, models_dir: ModelsDir = None) -> None:
    """Print where a model's file lies."""
    config, store = _open(models_dir)
    sys.stdout.write(f"{store.path(name or config.model.model)}\n")
