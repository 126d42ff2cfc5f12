"""`assay judge` where a stream is closed or full, and where tests skip themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ADD = "print(sum(map(int, input().split())))"
SUM = '{"id": "s", "statement": "Add.", "public_tests": [%s]}'
CASE = '{"input": "2 3\\n", "output": "5\\n"}'
ROW = '{"id": "a", "mode": "stdin", "source": "print(5)", "cases": [%s]}\n'
ONE = ("add.py", "--problem", "sum.json")
MANY = ("--corpus", "c.jsonl")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "add.py").write_text(ADD)
    (tmp_path / "sum.json").write_text(SUM % CASE)
    (tmp_path / "c.jsonl").write_text(ROW % '{"stdin": "", "expected": "5"}')
    return tmp_path


def judged(place: Path, shell: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it with its streams as a shell makes them."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}
    return subprocess.run(
        ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-m", "assay", "judge"]
        + list(words),
        cwd=place,
        env={**kept, "HOME": str(place)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("-", *ONE[1:]), "the program"),
        (("add.py", "--problem", "-"), "the problem"),
        (("--corpus", "-"), "the corpus"),
    ],
)
def test_a_closed_stdin_is_told_of(
    place: Path, words: tuple[str, ...], wanted: str
) -> None:
    done = judged(place, "<&-", *words)
    said = f"assay: {wanted} was to come from stdin, which is closed; name a file"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [ONE, MANY])
@pytest.mark.parametrize(
    ("shell", "said"),
    [(">&-", "stdout is closed"), (">/dev/full", "No space left on device")],
)
def test_a_stdout_that_takes_nothing_is_told_of(
    place: Path, shell: str, said: str, words: tuple[str, ...]
) -> None:
    done = judged(place, shell, *words)
    assert done.returncode == 3
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_more_slots_than_there_are_descriptors_is_told_of(place: Path) -> None:
    done = judged(place, "", *ONE, "--sandbox-slots", "10000000")
    assert done.returncode == 3
    assert done.stderr.startswith("assay: 10000000 slots cannot be made (Too many open")


def test_a_folder_that_was_removed_is_no_obstacle(place: Path) -> None:
    words = (str(place / "add.py"), "--problem", str(place / "sum.json"))
    gone = place / "gone"
    gone.mkdir()
    script = 'cd "$0" && rmdir "$0" && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, str(gone), sys.executable, "-m", "assay", "judge", *words],
        env={**os.environ, "HOME": str(place)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('"limits": {"disk_mb": 0}', "give a whole number above 0, at most 1,048,576"),
        ('"language": "python3.9"', "or python3.X of 3.11 or newer"),
    ],
)
def test_what_a_row_may_say_is_told(place: Path, more: str, said: str) -> None:
    row = ROW % '{"stdin": "", "expected": "5"}'
    (place / "c.jsonl").write_text(row.replace('"mode"', f'{more}, "mode"'))
    done = judged(place, "", *MANY)
    assert done.returncode == 2
    assert said in done.stdout


def test_the_limit_that_a_program_met_by_waiting_is_that_of_the_wall(
    place: Path,
) -> None:
    (place / "wait.py").write_text("import time; time.sleep(60)")
    done = judged(place, "", "wait.py", *ONE[1:], "--cpu-limit", "0.05")
    assert done.returncode == 1
    assert "no answer within 2.2 s of wall time" in done.stdout


@pytest.mark.parametrize(
    ("mark", "status", "said"),
    [
        ("", 0, "passed: 1 of 1 passed, 1 skipped by the tests' own file, "),
        ("@unittest.skip('no')", 1, "skipped: 0 of 0 passed, 2 skipped by the tests'"),
    ],
)
def test_what_a_tests_file_skips_is_no_fault_of_this_computer(
    place: Path, mark: str, status: int, said: str
) -> None:
    (place / "double.py").write_text("def double(n):\n    '''Twice n.'''\n")
    (place / "good.py").write_text("def double(n): return 2 * n\n")
    tests = f"import unittest\nfrom good import double\n{mark}\n"
    tests += "class T(unittest.TestCase):\n"
    tests += "    def test_a(self): self.assertEqual(double(2), 4)\n"
    tests += "    def test_b(self): self.skipTest('later')\n"
    (place / "tests.py").write_text(tests)
    words = ("good.py", "--problem", "double.py", "--tests", "tests.py")
    done = judged(place, "", *words)
    assert said in done.stdout
    assert done.returncode == status
