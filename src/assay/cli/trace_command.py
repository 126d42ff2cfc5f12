"""`assay trace show`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="Read what a solve wrote down.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Read what a solve wrote down."""


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="The file that `assay solve` named.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Print a trace readably: each call, program, verdict and decision."""
    from dataclasses import asdict

    from assay.trace import read_trace

    events = list(read_trace(file))
    if as_json:
        sys.stdout.write(json.dumps([asdict(e) for e in events], indent=1) + "\n")
        return
    for event in events:
        body = "\n".join(_lines(event.kind, event.data))
        sys.stdout.write(f"{event.at_s:9.3f} s  {event.kind}\n{body}\n")


def _lines(kind: str, data: dict[str, Any]) -> list[str]:
    if kind == "call" and "request" in data:
        return _call_lines(data)
    if kind == "verdict":
        return _verdict_lines(data)
    return [line for name, value in data.items() for line in _field(name, value)]


def _call_lines(data: dict[str, Any]) -> list[str]:
    request = data["request"]
    lines = [
        f"    call {data['call']}: {request['prompt']} "
        f"(wording {request['prompt_sha256'][:12]}), temperature "
        f"{request['temperature']}, seed {request['seed']}"
    ]
    for message in request["messages"]:
        lines += _field(message["role"], message["content"])
    if "failed" in data:
        return [*lines, f"    failed: {data['failed']}"]
    usage = data["usage"]
    told = (
        f"    {usage['prompt_tokens']} + {usage['completion_tokens']} tokens "
        f"({usage['cached_prompt_tokens']} cached), {data['seconds']:.2f} s, "
        f"ended by {data['finish_reason']}"
        + (", from a recording" if data["from_recording"] else "")
    )
    return [*lines, *_field("completion", data["text"]), told]


def _verdict_lines(data: dict[str, Any]) -> list[str]:
    lines = [f"    sample {data['sample']} ({data['made_by']})"]
    for result in data["results"]:
        lines.append(f"    {result['status']:18}{result['name']}")
        if result["status"] != "passed":
            for name in ("input_text", "expected_text", "got_text"):
                lines += _field("  " + name.removesuffix("_text"), result[name])
    return lines


def _field(name: str, value: Any) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value)
    first, *rest = text.splitlines() or [""]
    if not rest:
        return [f"    {name}: {first}"]
    return [f"    {name}:", *(f"        {line}" for line in (first, *rest))]
