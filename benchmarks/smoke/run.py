"""The smoke run: ten problems of our own, replayed without a model, row by row.

    python benchmarks/smoke/run.py [ASSAY] [--update | --record]

Leaves a run that `assay bench list` names. Exits 1 where a row is not as it was when
the recording was made (`expected.jsonl`); `--update` writes what is now, `--record`
asks the default model for what the recording lacks, and updates.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXPECTED = HERE / "expected.jsonl"
RECORDINGS = HERE / "recordings.sqlite"
ARMS = ("single", "bon:8", "assay")
KEPT = ("task", "arm", "outcome", "claim", "stopped", "calls", "n_right", "usage")


def main(arguments: list[str]) -> int:
    """Run, compare, and say what differs; the exit status."""
    flags = [word for word in arguments if word.startswith("--")]
    assay = next((word for word in arguments if not word.startswith("--")), "assay")
    name = f"smoke-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    status = subprocess.run([assay, *run_words(name, flags)], check=False).returncode
    if status:
        return status
    exported = subprocess.run(
        [assay, "bench", "export", name], check=True, capture_output=True, text=True
    ).stdout
    rows = [kept(json.loads(line)) for line in exported.splitlines()]
    if flags:
        EXPECTED.write_text("".join(json.dumps(row) + "\n" for row in rows))
    wanted = [json.loads(line) for line in EXPECTED.read_text().splitlines()]
    wrong = [(w, g) for w, g in zip(wanted, rows, strict=False) if w != g]
    for want, got in wrong:
        sys.stderr.write(f"wanted {json.dumps(want)}\n   got {json.dumps(got)}\n")
    if wrong or len(wanted) != len(rows):
        sys.stderr.write(f"{len(wrong)} of {len(wanted)} rows differ\n")
        return 1
    subprocess.run([assay, "bench", "show", name], check=True)
    sys.stdout.write(f"\nall {len(rows)} rows are as recorded; the run is {name}\n")
    return 0


def run_words(name: str, flags: list[str]) -> list[str]:
    """The arguments of the run."""
    arms = [word for arm in ARMS for word in ("--arm", arm)]
    mode = "--record" if "--record" in flags else "--replay-only"
    return [
        "bench", "run", "--dataset", str(HERE / "smoke.jsonl"), *arms,
        "--budget", "tokens=6000", "--max-tokens", "512", "--name", name,
        "--recordings", str(RECORDINGS), mode, "--quiet",
    ]  # fmt: skip


def kept(row: dict[str, Any]) -> dict[str, Any]:
    """What of a row does not depend on the computer."""
    return {name: row[name] for name in KEPT}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
