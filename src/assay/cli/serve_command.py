"""`assay serve`: the loop behind an OpenAI-compatible endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.solve_command import setting


def serve(
    host: str = setting("The address to listen on."),
    port: int = setting("The port to listen on."),
    api_keys: Path = setting("The keys that may ask, of `assay keys`. Else any may."),
    upstream: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible endpoint as the model.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another name under which it is asked.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="An origin whose pages may ask.")
    ] = None,
    per_minute: int = setting("Requests a minute of each key."),
    solve_time: float = setting("Seconds of a solve, where --budget has no time."),
    log_contents: bool = setting("Log what is asked and answered."),
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run programs without isolation."),
    ] = False,
    model: str = setting("A name of `assay model list`, or a .gguf path."),
    context_length: int = setting("Tokens per request, embedded engine."),
    slots: int = setting("Requests in flight."),
    threads: int = setting("Of the engine."),
    models_dir: Path = setting("The folder of model files."),
    offline: bool = setting("Contact no other computer."),
    idle_timeout: float = setting("Seconds without a byte from the model."),
    n_max: int = setting("Samples at most."),
    max_tokens: int = setting("Of one completion."),
    temperature: float = setting("Of samples after the first."),
    top_p: float = setting("Of samples after the first."),
    seed: int = setting("Where a request has none."),
    n_inputs: int = setting("Self-made inputs."),
    stop_at: float = setting("Posterior of the leading class that ends a search."),
    sure_at: float = setting("Calibrated confidence that ends a search."),
    budget: str = setting("A ceiling for each solve: tokens=20k,time=120s,calls=30."),
    recordings: Path = setting("A store of completions."),
    record_mode: str = setting("record, replay or replay-only."),
    sandbox_slots: int = setting("Programs run at a time."),
) -> None:
    """Serve the OpenAI API; programming tasks are searched, all else passed through."""
    from assay.cli.serving import ServeJob, run
    from assay.config import load_config

    config = load_config(
        {
            "host": host,
            "port": port,
            "api_keys": api_keys,
            "allow_host": allow_host or None,
            "allow_origin": allow_origin or None,
            "per_minute": per_minute,
            "solve_time": solve_time,
            "log_contents": log_contents,
            "base_url": upstream,
            "model": model,
            "context_length": context_length,
            "slots": slots,
            "threads": threads,
            "models_dir": models_dir,
            "offline": offline,
            "idle_timeout": idle_timeout,
            "n_max": n_max,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "top_p": top_p,
            "seed": seed,
            "n_inputs": n_inputs,
            "stop_at": stop_at,
            "sure_at": sure_at,
            "budget": budget,
            "recordings": recordings,
            "record_mode": record_mode,
            "sandbox_slots": sandbox_slots,
        }
    )
    run(ServeJob(config=config, unsafe=unsafe_no_sandbox))
