from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judging.other_users import AS_NOBODY, AS_ROOT, ROOT, run_module

SHARED = Path(os.environ.get("ASSAY_SHARED", ROOT.parent / "shared"))
HOSTILE = SHARED / "hostile" / "programs.jsonl"

OWN: list[dict[str, Any]] = [
    {"id": name, "mode": mode, "source": source, "expect": [status], "limits": {}}
    for name, mode, source, status in (
        ("honest", "stdin", "print(sum(map(int, input().split())))", "passed"),
        ("honest call", "function", "def add(a, b): return a + b", "passed"),
        ("wrong", "stdin", "print(6)", "wrong_answer"),
        ("true", "function", "def add(a, b): return True", "wrong_answer"),
        ("loop", "stdin", "while 1: pass", "time_limit"),
        ("sleep", "stdin", "import time; time.sleep(99)", "time_limit"),
        ("memory", "stdin", "x = bytearray(1 << 33)", "memory_limit"),
        ("flood", "stdin", "while 1: print('x' * 9999)", "output_limit"),
        ("silent exit", "function", "import os; os._exit(0)", "runtime_error"),
        ("syntax", "stdin", "print(", "compile_error"),
        (
            "kernel",
            "stdin",
            "import ctypes, os\n"
            "number = {'x86_64': 101, 'aarch64': 117}[os.uname().machine]\n"
            "ctypes.CDLL(None).syscall(number, 0, 0, 0, 0)",
            "security_violation",
        ),
        ("network", "stdin", "import socket; socket.socket()", "runtime_error"),
        ("files", "stdin", "open('/usr/new', 'w')", "runtime_error"),
        (
            "daemon",
            "stdin",
            "import os, time\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    time.sleep(99)\n"
            "print(sum(map(int, input().split())))",
            "passed",
        ),
    )
]


@pytest.fixture(params=[AS_ROOT, AS_NOBODY])
def run(request: pytest.FixtureRequest) -> Any:
    def run_rows(rows: list[dict[str, Any]]) -> dict[str, str]:
        module, text = "judging.rows_of_programs", json.dumps(rows)
        printed = run_module(request.param, module, text, timeout_s=110)
        statuses: dict[str, str] = json.loads(printed)
        return statuses

    return run_rows


@pytest.fixture
def bait() -> Iterator[None]:
    """What hostile programs look for on the host, and must not find."""
    folder = Path(tempfile.gettempdir())
    files = [folder / "SBX_HOST_SECRET", folder / "SBX_expected.txt"]
    for file in files:
        file.write_text("5", encoding="ascii")
    yield
    for file in files:
        assert file.read_text(encoding="ascii") == "5"
        file.unlink()
    for mark in ("escaped", "SBX_PWNED"):
        assert not (folder / mark).exists()


def wrong(rows: list[dict[str, Any]], statuses: dict[str, str]) -> list[str]:
    assert len(statuses) == len(rows)
    return [
        f"{row['id']}: {statuses[row['id']]}, not {row['expect']}"
        for row in rows
        if statuses[row["id"]] not in row["expect"]
    ]


def test_each_program_of_ours_gets_its_status_as(run: Any) -> None:
    assert wrong(OWN, run(OWN)) == []


@pytest.mark.skipif(not HOSTILE.exists(), reason="no file of hostile programs here")
def test_no_hostile_program_gets_a_status_that_it_must_not_get_as(
    run: Any, bait: None
) -> None:
    lines = HOSTILE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["language"] == "python"]
    assert rows
    assert wrong(rows, run(rows)) == []
