"""Runs that are killed and resumed have the rows of one that was not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "kill_bench.py"


@pytest.mark.timeout(600)  # on a busy computer
def test_random_kills_change_no_row_and_leave_no_process(tmp_path: Path) -> None:
    few = ["--times", "4", "--tasks", "2", "--work", str(tmp_path / "work")]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *few],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "4 kills" in done.stdout
    assert ": 0 faults" in done.stdout
