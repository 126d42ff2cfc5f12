"""The command line: arguments -> settings -> one library call of the same name.

Stdout is the result and nothing else, stderr is what is going on. Errors are one line.
Exit: 0 solved, 1 not solved, 2 usage, 3 environment, 130 interrupted with nothing.
"""

from __future__ import annotations

import sys

import typer

from assay.cli.bench_command import app as bench_app
from assay.cli.calibrate_command import calibrate
from assay.cli.config_command import config, version
from assay.cli.doctor_command import doctor
from assay.cli.judge_command import judge
from assay.cli.keys_command import app as keys_app
from assay.cli.model_command import app as model_app
from assay.cli.serve_command import serve
from assay.cli.solve_command import solve
from assay.cli.trace_command import app as trace_app

app = typer.Typer(
    name="assay",
    help="Verified programs from a small, frozen, local language model.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("solve")(solve)
app.command("serve")(serve)
app.command("judge")(judge)
app.command("calibrate")(calibrate)
app.command("doctor")(doctor)
app.add_typer(bench_app, name="bench")
app.add_typer(keys_app, name="keys")
app.add_typer(model_app, name="model")
app.add_typer(trace_app, name="trace")
app.command("config")(config)
app.command("version")(version)


def main() -> None:
    """Run the command line; the one place where an error becomes an exit status."""
    from assay.errors import AssayError

    try:
        app()
    except AssayError as error:
        sys.stderr.write(f"assay: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of stdout has gone; nothing is left to say
        sys.exit(1)
    except Exception as error:  # a door: what comes here is a bug of ours
        sys.stderr.write(f"assay: {_bug_report(error)}\n")
        sys.exit(70)


def _bug_report(error: Exception) -> str:
    """One line for the user; the traceback goes into a file."""
    import tempfile
    import traceback

    told = f"internal error, {type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="assay-error-", suffix=".txt", delete=False
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"{told}; please report it"
    return f"{told}; please report it with {file.name}"
