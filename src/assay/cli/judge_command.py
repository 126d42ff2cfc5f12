"""`assay judge`: a program, or a file of programs, against given cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.solve_command import setting


def judge(
    program: Annotated[
        str | None, typer.Argument(help="A program's file, or - for stdin.")
    ] = None,
    problem: Annotated[
        str | None,
        typer.Option(help="What it must solve: a file as `assay solve` reads it."),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="Many programs instead: a row of JSON each; - for stdin."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Of PROGRAM; else by its suffix, else python.")
    ] = None,
    packages: Annotated[
        str, typer.Option(help="What PROGRAM may import besides, e.g. numpy,pandas.")
    ] = "",
    tests: Annotated[
        Path | None,
        typer.Option(help="Cases (JSON), asserts, a unittest or pytest file."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, or one a row.")
    ] = False,
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
    require: Annotated[
        str, typer.Option(help="What the sandbox must hold: net,tree_kill,...")
    ] = "",
    cache: Annotated[
        bool | None,
        typer.Option(
            "--cache/--no-cache", help="Use and keep what equal runs showed before."
        ),
    ] = None,
    backend: str = setting("auto, a tier, bubblewrap or container."),
    image: str = setting("What a container is made of."),
    cpu_limit: float = setting("Seconds of CPU for a run."),
    memory_limit: int = setting("MB for a run."),
    sandbox_slots: int = setting("Programs run at a time."),
) -> None:
    """Judge a program by given cases and tests, or every program of a corpus.

    One program: exit 0 if it passed, 1 if not. A corpus: exit 0 if every row was
    judged, whatever its verdict. Both: 2 if something given is wrong (the other rows
    of a corpus are judged all the same), 3 if this computer cannot judge it.
    """
    given = dict(locals())  # settings map to parameters by name, see assay.config
    from assay.cli.judging import Job, SandboxChoice, run
    from assay.config import load_config, setting_names

    flags = {name: given[name] for name in setting_names() if name in given}
    job = Job(
        config=load_config(flags),
        program=program,
        problem=problem,
        corpus=corpus,
        language=language,
        packages=tuple(filter(None, (name.strip() for name in packages.split(",")))),
        tests=tests,
        io_mode=io_mode,
        checker=checker,
        entry_point=entry_point,
        row=row,
        as_json=as_json,
        sandbox=SandboxChoice(unsafe=unsafe_no_sandbox, require=require),
    )
    raise typer.Exit(run(job))
