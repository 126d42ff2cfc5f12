"""`assay solve`: one problem in, one program out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def setting(told: str) -> Any:
    """An option for the setting of that name; not given, the setting holds."""
    return typer.Option(None, help=told)


def solve(
    problem: Annotated[
        str,
        typer.Argument(help="A file (text, .py, .json, .jsonl), or - for stdin."),
    ],
    tests: Annotated[
        Path | None,
        typer.Option(help="Cases (JSON), asserts, a unittest or pytest file."),
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
        typer.Option(
            help="exact, tokens, float[:tol], unordered, program:FILE or icpc:FILE."
        ),
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
    model: str = setting("A name of `assay model list`, or a .gguf path."),
    base_url: str = setting("An OpenAI-compatible endpoint instead."),
    context_length: int = setting("Tokens per request, embedded engine."),
    slots: int = setting("Requests in flight."),
    threads: int = setting("Of the engine."),
    models_dir: Path = setting("The folder of model files."),
    offline: bool = setting("Contact no other computer."),
    idle_timeout: float = setting("Seconds without a byte from the model."),
    n_max: int = setting("Samples at most."),
    max_tokens: int = setting("Of one completion."),
    temperature: float = setting("Of all samples but the first."),
    top_p: float = setting("Of all samples but the first."),
    seed: int = setting("Of samples and made inputs."),
    n_inputs: int = setting("Self-made inputs at most."),
    stop_at: float = setting("Posterior that ends the search."),
    sure_at: float = setting("Calibrated confidence that ends a search."),
    budget: str = setting("tokens=20k,time=120s,calls=30"),
    recordings: Path = setting("A store of completions to fill and use."),
    record_mode: str = setting("record, replay or replay-only."),
    trace_dir: Path = setting("The folder of traces."),
    trace: bool = setting("Write a trace."),
    calibration: Path = setting("A file of `assay calibrate`."),
    abstain_below: float = setting("Hand out nothing of less confidence, 0 to 1."),
    backend: str = setting("auto, a tier, bubblewrap or container."),
    image: str = setting("What a container is made of."),
    cpu_limit: float = setting("Seconds of CPU for a run."),
    memory_limit: int = setting("MB for a run."),
    sandbox_slots: int = setting("Programs run at a time."),
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
