"""`assay doctor`: what this computer can do, and what mends what it cannot."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer


def doctor(
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="The sandbox alone: tier, guarantees, languages."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check engine, model, sandbox, memory, load and folders, each by trying it."""
    if sandbox:
        from assay.cli.sandbox_checkup import sandbox_checkup

        findings = sandbox_checkup()
    else:
        from assay.cli.checkup import checkup

        findings = checkup()
    if as_json:
        rows = [asdict(finding) for finding in findings]
        sys.stdout.write(json.dumps({"format": 1, "findings": rows}) + "\n")
    else:
        group, width = "", max(12, *(len(f.name) + 1 for f in findings))
        for finding in findings:
            if finding.group != group:
                group = finding.group
                sys.stdout.write(f"{group}\n")
            sys.stdout.write(
                f"{finding.name:{width}}{finding.state:6}{finding.found}\n"
            )
            if finding.mend:
                sys.stdout.write(f"{'':{width + 6}}-> {finding.mend}\n")
    raise typer.Exit(3 if any(f.state == "no" for f in findings) else 0)
