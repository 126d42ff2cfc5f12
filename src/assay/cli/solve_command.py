"""`assay solve`: one problem in, one program out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

# Typer reads a default of None as "not given": the setting's own default then holds.
Setting = typer.Option(None, rich_help_panel="Settings (see `assay config`)")


def solve(
    problem: Annotated[
        str,
        typer.Argument(help="A file (text, .py, .json, .jsonl), or - for stdin."),
    ],
    tests: Annotated[
        Path | None,
        typer.Option(help="Cases (JSON), asserts or a pytest file to pass."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the program there.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    io_mode: Annotated[
        str | None, typer.Option(help="Force `function` or `stdin`.")
    ] = None,
    checker: Annotated[
        str | None,
        typer.Option(help="exact, tokens, float[:tol], unordered or program:FILE."),
    ] = None,
    entry_point: Annotated[
        str | None, typer.Option(help="The function that is called.")
    ] = None,
    row: Annotated[
        str | None, typer.Option(help="Which row of a JSONL file: number or id.")
    ] = None,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run programs without isolation."),
    ] = False,
    model: str = Setting,
    base_url: str = Setting,
    context_length: int = Setting,
    slots: int = Setting,
    threads: int = Setting,
    models_dir: Path = Setting,
    offline: bool = Setting,
    idle_timeout: float = Setting,
    n_max: int = Setting,
    max_tokens: int = Setting,
    temperature: float = Setting,
    top_p: float = Setting,
    seed: int = Setting,
    n_inputs: int = Setting,
    stop_at: float = Setting,
    budget: str = Setting,
    recordings: Path = Setting,
    record_mode: str = Setting,
    trace_dir: Path = Setting,
    trace: bool = Setting,
    cpu_limit: float = Setting,
    memory_limit: int = Setting,
    sandbox_slots: int = Setting,
) -> None:
    """Solve one programming problem, and say what the answer's claim rests on."""
    given = dict(locals())  # settings map to parameters by name, see assay.config
    from assay.cli.solving import Job, run
    from assay.config import load_config, setting_names

    flags = {name: given[name] for name in setting_names() if name in given}
    job = Job(
        config=load_config(flags),
        source=problem,
        tests=tests,
        output=output,
        io_mode=io_mode,
        checker=checker,
        entry_point=entry_point,
        row=row,
        unsafe=unsafe_no_sandbox,
        quiet=quiet or as_json,
    )
    finished = run(job)
    if as_json:
        sys.stdout.write(json.dumps(finished.as_json()) + "\n")
    raise typer.Exit(finished.hand_out(as_json=as_json))
