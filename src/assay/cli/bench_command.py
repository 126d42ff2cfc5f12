"""`assay bench`: datasets, check, run, resume, list, show, compare, report, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.solve_command import setting

if TYPE_CHECKING:
    from assay.config import Config

app = typer.Typer(
    help="Compare methods on identical tasks, graded behind a wall.",
    no_args_is_help=True,
)

Run = Annotated[str, typer.Argument(help="A run: its name, its beginning, or a path.")]
Runs = Annotated[Path | None, typer.Option(help="The folder of runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
PriceFile = Annotated[
    Path | None, typer.Option("--prices", help="A price table in TOML, for money.")
]
OneJob = Annotated[int, typer.Option(help="Attempts made at a time.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
OpenFiles = Annotated[
    bool,
    typer.Option("--unsafe-open-files", help="No wall between techniques and files."),
]
NoSandbox = Annotated[
    bool,
    typer.Option("--unsafe-no-sandbox", help="Run programs without isolation."),
]


DatasetsFolder = Annotated[
    Path | None, typer.Option("--datasets", help="The folder of fetched datasets.")
]


@app.command("datasets")
def list_datasets(datasets: DatasetsFolder = None, as_json: AsJson = False) -> None:
    """List the datasets that can be fetched, and what is here."""
    from assay.cli.bench_data import datasets as listed

    folder = _config(datasets=datasets).bench.datasets
    raise typer.Exit(listed(folder=folder, as_json=as_json))


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name of `assay bench datasets`.")],
    datasets: DatasetsFolder = None,
    offline: bool = setting("Contact no other computer."),
    as_json: AsJson = False,
) -> None:
    """Fetch a dataset from its publisher; resumable, checked by its sha256."""
    from assay.cli.bench_data import fetch as fetched

    config = _config(datasets=datasets, offline=offline)
    folder, offline = config.bench.datasets, config.model.offline
    raise typer.Exit(fetched(name, folder=folder, offline=offline, as_json=as_json))


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A file, a folder, or a fetched name.")],
    limit: Annotated[int | None, typer.Option(help="The first rows only.")] = None,
    mutants: Annotated[int, typer.Option(help="Mutants of a reference.")] = 8,
    datasets: DatasetsFolder = None,
    as_json: AsJson = False,
    unsafe_no_sandbox: NoSandbox = False,
    sandbox_slots: int = setting("Programs run at a time."),
) -> None:
    """Run references, which must pass, and wrong programs, which must not."""
    from assay.cli.bench_data import check as checked

    config = _config(datasets=datasets, sandbox_slots=sandbox_slots)
    status = checked(
        file,
        folder=config.bench.datasets,
        slots=config.sandbox.sandbox_slots,
        n_mutants=mutants,
        limit=limit,
        unsafe=unsafe_no_sandbox,
        as_json=as_json,
    )
    raise typer.Exit(status)


@app.command()
def run(
    dataset: Annotated[str, typer.Option(help="A file, a folder, or a fetched name.")],
    arm: Annotated[
        list[str],
        typer.Option(
            help="single, sample, bon:N, majority:N, assay, assay:-RUNG, recipe:FILE, "
            "endpoint:URL#model, command:PROGRAM; once or more."
        ),
    ],
    limit: Annotated[int | None, typer.Option(help="The first tasks only.")] = None,
    ids: Annotated[Path | None, typer.Option(help="A file of ids, one a line.")] = None,
    since: Annotated[str | None, typer.Option(help="YYYY-MM-DD, included.")] = None,
    until: Annotated[str | None, typer.Option(help="YYYY-MM-DD, excluded.")] = None,
    seeds: Annotated[int, typer.Option(help="Attempts of each arm at a task.")] = 1,
    match: Annotated[
        str | None,
        typer.Option(help="`bon` and `majority` without a number spend what this did."),
    ] = None,
    pool_budget: Annotated[
        str | None,
        typer.Option(help="tokens=N for all tasks of an arm; easy ones pay for hard."),
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Ask and store.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Ask, store nothing.")
    ] = False,
    replay_only: Annotated[
        bool, typer.Option("--replay-only", help="Ask nothing: recordings alone.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="The run's name.")] = None,
    jobs: OneJob = 1,
    oracle: Annotated[
        bool, typer.Option(help="Grade all candidates after the seal, for pass@k.")
    ] = True,
    runs: Runs = None,
    datasets: DatasetsFolder = None,
    quiet: Quiet = False,
    unsafe_no_sandbox: NoSandbox = False,
    unsafe_open_files: OpenFiles = False,
    budget: str = setting("The ceiling of every attempt: tokens=4000,time=120s."),
    model: str = setting("A name of `assay model list`, or a .gguf path."),
    base_url: str = setting("An OpenAI-compatible endpoint instead."),
    context_length: int = setting("Tokens per request, embedded engine."),
    slots: int = setting("Requests in flight."),
    threads: int = setting("Of the engine."),
    models_dir: Path = setting("The folder of model files."),
    offline: bool = setting("Contact no other computer."),
    idle_timeout: float = setting("Seconds without a byte from the model."),
    n_max: int = setting("Samples at most, of assay."),
    max_tokens: int = setting("Of one completion."),
    temperature: float = setting("Of all samples but the first."),
    top_p: float = setting("Of all samples but the first."),
    seed: int = setting("The first seed."),
    n_inputs: int = setting("Self-made inputs at most."),
    stop_at: float = setting("Posterior that ends the search."),
    sure_at: float = setting("Calibrated confidence that ends a search."),
    recordings: Path = setting("The store of completions."),
    backend: str = setting("auto, a tier, bubblewrap or container."),
    image: str = setting("What a container is made of."),
    sandbox_slots: int = setting("Programs run at a time."),
) -> None:
    """Run arms on the tasks of a dataset, seal their answers, and grade them."""
    given = dict(locals())
    from assay.cli.benching import BenchJob, start
    from assay.config import setting_names

    flags = {key: given[key] for key in setting_names() if key in given}
    flags["record_mode"] = _record_mode(record, replay, replay_only)
    job = BenchJob(
        config=_config(**flags),
        dataset=dataset,
        arms=tuple(arm),
        limit=limit,
        ids=ids,
        since=since,
        until=until,
        seeds=seeds,
        match=match,
        pool_budget=pool_budget,
        name=name,
        jobs=jobs,
        oracle=oracle,
        unsafe=unsafe_no_sandbox,
        unsafe_open_files=unsafe_open_files,
        quiet=quiet,
    )
    raise typer.Exit(start(job))


def _record_mode(record: bool, replay: bool, replay_only: bool) -> str | None:
    from assay.errors import UsageError

    named = {"record": record, "replay": replay, "replay-only": replay_only}
    chosen = [mode for mode, on in named.items() if on]
    if len(chosen) > 1:
        raise UsageError(f"--{' and --'.join(chosen)} exclude each other; give one")
    return chosen[0] if chosen else None


@app.command()
def resume(
    name: Run,
    runs: Runs = None,
    jobs: OneJob = 1,
    record: Annotated[bool, typer.Option("--record", help="Ask and store.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Ask, store nothing.")
    ] = False,
    replay_only: Annotated[
        bool, typer.Option("--replay-only", help="Ask nothing: recordings alone.")
    ] = False,
    quiet: Quiet = False,
    unsafe_no_sandbox: NoSandbox = False,
    unsafe_open_files: OpenFiles = False,
    model: str = setting("The run's model, where it is not the default one."),
    base_url: str = setting("The run's endpoint."),
    models_dir: Path = setting("The folder of model files."),
    slots: int = setting("Requests in flight."),
    threads: int = setting("Of the engine."),
    recordings: Path = setting("The store of completions."),
    sandbox_slots: int = setting("Programs run at a time."),
) -> None:
    """Go on with a run: what is sealed stays, what is missing is made."""
    given = dict(locals())
    from assay.cli.benching import BenchJob
    from assay.cli.benching import resume as go_on
    from assay.config import setting_names

    flags = {key: given[key] for key in setting_names() if key in given}
    flags["record_mode"] = _record_mode(record, replay, replay_only)
    job = BenchJob(
        config=_config(**flags),
        dataset="",
        arms=(),
        jobs=jobs,
        unsafe=unsafe_no_sandbox,
        unsafe_open_files=unsafe_open_files,
        quiet=quiet,
    )
    raise typer.Exit(go_on(job, name))


@app.command("list")
def list_runs(runs: Runs = None, as_json: AsJson = False) -> None:
    """List the runs, newest first."""
    from assay.cli.bench_looks import list_all

    raise typer.Exit(list_all(_config(runs=runs), as_json=as_json))


@app.command()
def show(
    name: Run, runs: Runs = None, prices: PriceFile = None, as_json: AsJson = False
) -> None:
    """Print a run's table: scores with intervals, spend, what may be claimed."""
    from assay.cli.bench_looks import show as shown

    config = _config(runs=runs)
    raise typer.Exit(shown(config, name, prices=prices, as_json=as_json))


@app.command()
def compare(
    name: Run,
    a: Annotated[str, typer.Option("--a", help="An arm.")],
    b: Annotated[str, typer.Option("--b", help="Another arm.")],
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Compare two arms of a run, paired, and say what may be claimed."""
    from assay.cli.bench_looks import compare as compared

    raise typer.Exit(compared(_config(runs=runs), name, a, b, as_json=as_json))


@app.command()
def report(
    name: Run,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page.")],
    runs: Runs = None,
    prices: PriceFile = None,
    solves: Annotated[
        bool, typer.Option(help="Write each attempt's own page beside it.")
    ] = True,
) -> None:
    """Write a run as one self-contained HTML page."""
    from assay.cli.bench_looks import report as reported

    config = _config(runs=runs)
    raise typer.Exit(reported(config, name, output, prices=prices, solves=solves))


@app.command()
def export(
    name: Run,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; stdout if left out.")
    ] = None,
    runs: Runs = None,
    prices: PriceFile = None,
) -> None:
    """Write every attempt as a line of JSON, with its program and its grade."""
    from assay.cli.bench_looks import export as exported

    raise typer.Exit(exported(_config(runs=runs), name, output, prices=prices))


def _config(**flags: Any) -> Config:
    from assay.config import load_config

    return load_config(flags)
