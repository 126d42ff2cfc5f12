"""`assay judge` as a user runs it: real processes, real sandboxes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assay.cli.judging import exit_status

Run = Callable[..., subprocess.CompletedProcess[str]]
PROBLEM = '''def double(n: int) -> int:
    """Twice n.

    >>> double(2)
    4
    >>> double(5)
    10
    """
'''
GOOD = "def double(n):\n    return 2 * n\n"
BAD = "def double(n):\n    return n * n\n"
ADD = "print(sum(map(int, input().split())))"
C_ADD = """#include <stdio.h>
int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); }
"""
SUM = {
    "id": "sum",
    "mode": "stdin",
    "statement": "Add two numbers.",
    "public_tests": [{"input": "2 3\n", "output": "5\n"}],
}


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), **more}


@pytest.fixture
def assay(tmp_path: Path) -> Run:
    (tmp_path / "double.py").write_text(PROBLEM)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "sum.json").write_text(json.dumps(SUM))

    def run(
        *words: str, stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "judge", *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path, **more),
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@contextmanager
def started(tmp_path: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "assay", "judge", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def row(name: str, source: str = ADD, **more: Any) -> str:
    cases = [{"stdin": "2 3\n", "expected": "5"}]
    found = {"id": name, "mode": "stdin", "source": source, "cases": cases}
    return json.dumps({**found, **more}) + "\n"


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_right_program_exits_with_0_and_a_line_for_each_case(assay: Run) -> None:
    done = assay("good.py", "--problem", "double.py")
    assert done.returncode == 0, done.stderr
    first, second, last = done.stdout.splitlines()
    assert first.split()[:3] == ["passed", "example", "1"]
    assert second.split()[:3] == ["passed", "example", "2"]
    assert last == "passed: 2 of 2 passed, isolation namespaces"
    assert done.stderr == ""


def test_a_wrong_program_exits_with_1_and_says_what_it_did(assay: Run) -> None:
    done = assay("bad.py", "--problem", "double.py")
    assert done.returncode == 1
    assert "input double(5) | expected 10 | got 25" in done.stdout
    assert "wrong_answer: 1 of 2 passed" in done.stdout


def test_json_is_one_versioned_object(assay: Run) -> None:
    done = assay("-", "--problem", "double.py", "--json", stdin=BAD)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["format"], found["status"]) == (1, "wrong_answer")
    assert found["isolation"] == "namespaces"
    assert [each["status"] for each in found["results"]] == ["passed", "wrong_answer"]
    assert found["results"][1]["got"] == "25"


def test_tests_of_ones_own_count_too(assay: Run, tmp_path: Path) -> None:
    (tmp_path / "more.py").write_text("assert double(0) == 0\nassert double(3) == 9\n")
    done = assay("good.py", "--problem", "double.py", "--tests", "more.py")
    assert done.returncode == 1
    assert "wrong_answer: 3 of 4 passed" in done.stdout


def test_the_limits_of_the_settings_hold(assay: Run, tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text("while True: pass")
    words = ("loop.py", "--problem", "sum.json", "--cpu-limit", "0.2")
    done = assay(*words)
    assert done.returncode == 1
    assert "time_limit: 0 of 1 passed" in done.stdout
    assert "no answer within 0.2 s of CPU time" in done.stdout


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no C compiler")
def test_the_language_is_that_of_the_suffix_or_the_option(
    assay: Run, tmp_path: Path
) -> None:
    (tmp_path / "add.c").write_text(C_ADD)
    assert assay("add.c", "--problem", "sum.json").returncode == 0
    words = ("-", "--problem", "sum.json", "--language", "c", "--json")
    done = assay(*words, stdin=C_ADD)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["language"] == "c"
    assert assay("-", "--problem", "sum.json", stdin=C_ADD).returncode == 1


def test_without_a_sandbox_the_verdict_says_so(assay: Run) -> None:
    words = ("good.py", "--problem", "double.py", "--unsafe-no-sandbox")
    done = assay(*words)
    assert done.returncode == 0
    assert "isolation none: it ran WITHOUT a sandbox" in done.stdout
    assert "WITHOUT a sandbox" in done.stderr
    assert json.loads(assay(*words, "--json").stdout)["isolation"] == "none"


def test_what_is_required_of_the_sandbox_holds_or_nothing_runs(assay: Run) -> None:
    words = ("good.py", "--problem", "double.py", "--require", "net, tree_kill")
    assert assay(*words).returncode == 0
    refused = assay(*words, "--unsafe-no-sandbox")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "'none' does not guarantee 'net', 'tree_kill'" in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "PROGRAM is missing; give PROGRAM --problem FILE, or --corpus FILE"),
        (["good.py"], "--problem FILE is missing"),
        (["none.py", "--problem", "double.py"], "'none.py' cannot be read (No such"),
        (["good.py", "--problem", "none.py"], "none.py"),
        (["latin.py", "--problem", "double.py"], "is not UTF-8 (byte 2)"),
        (["-", "--problem", "-"], "cannot both come from stdin"),
        (["good.py", "--corpus", "c.jsonl"], "PROGRAM goes with one program"),
        (["--language", "c", "--corpus", "c.jsonl"], "--language goes with one"),
        (["--corpus", "none.jsonl"], "'none.jsonl' cannot be read (No such file"),
        (["--corpus", "."], "'.' cannot be read (Is a directory)"),
        (["--corpus", "empty.jsonl"], "'empty.jsonl' has no row"),
        (["good.py", "--problem", "Add two numbers."], "nothing to judge by"),
        (["good.py", "--problem", "double.py", "--language", "klingon"], "klingon"),
        (["good.py", "--problem", "double.py", "--io-mode", "x"], "function or stdin"),
        (
            ["good.py", "--problem", "double.py", "--require", "nett"],
            "there are: files",
        ),
        (["good.py", "--problem", "double.py", "--sandbox-slots", "0"], "at least 1"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_do(
    assay: Run, tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "latin.py").write_bytes(b"# \xe9")
    (tmp_path / "empty.jsonl").write_text(" \n\n")
    (tmp_path / "c.jsonl").write_text(row("a"))
    done = assay(*words)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stdout == ""


def test_a_corpus_is_told_of_in_its_order_whatever_is_wrong_with_a_row(
    assay: Run, tmp_path: Path
) -> None:
    slow = "import time; time.sleep(0.4); " + ADD
    corpus = row("slow", slow) + "nope\n" + row("bad", "print(6)") + row("slow")
    (tmp_path / "c.jsonl").write_text(corpus + row("\u00fc", "1/0"))
    done = assay("--corpus", "c.jsonl", "--json")
    assert done.returncode == 2
    slow_row, nope, bad, again, last = objects(done.stdout)
    assert slow_row["id"] == "slow"
    assert slow_row["status"] == "passed"
    assert slow_row["cases"] == ["passed"]
    assert slow_row["wall_s"] > 0.4
    assert 0 < slow_row["cpu_s"] < 10
    assert 0 < slow_row["peak_mb"] < 500
    assert slow_row["isolation"] == "namespaces"
    assert set(nope) == {"id", "error"}
    assert nope["error"].startswith("row 2: is not JSON")
    assert (bad["status"], bad["error"]) == (
        "wrong_answer",
        "case 1: expected 5, got 6",
    )
    assert "row 4: the id 'slow' stands in a row before" in again["error"]
    assert (last["id"], last["status"]) == ("\u00fc", "runtime_error")
    assert "ZeroDivisionError" in last["error"]


def test_without_json_a_corpus_is_a_table_and_a_count(
    assay: Run, tmp_path: Path
) -> None:
    (tmp_path / "c.jsonl").write_text(row("a") + row("b\u2028\n", "print(6)"))
    done = assay("--corpus", "c.jsonl", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.split()[:2] == ["a", "passed"]
    assert second.startswith("b\\u2028 ")
    assert "wrong_answer" in second
    assert done.stderr == "assay: 2 rows: 1 passed, 1 wrong_answer\n"


def test_a_language_that_is_not_here_skips_its_rows(assay: Run, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    corpus = row("c", C_ADD, language="c") + row("python")
    done = assay("--corpus", "-", "--json", stdin=corpus, PATH=str(tmp_path / "bin"))
    assert done.returncode == 3
    skipped, judged = objects(done.stdout)
    assert (skipped["status"], skipped["cases"]) == ("skipped", [])
    assert "install the package gcc" in skipped["error"]
    assert judged["status"] == "passed"
    alone = ("-", "--problem", "sum.json", "--language", "c")
    done = assay(*alone, stdin=C_ADD, PATH=str(tmp_path / "bin"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "install the package gcc" in done.stderr


@pytest.mark.parametrize(
    ("counts", "finished", "status"),
    [
        ({"passed": 1, "wrong_answer": 2, "time_limit": 1}, True, 0),
        ({"passed": 1, "error": 1}, True, 2),
        ({"sandbox_failure": 1, "error": 1}, True, 3),
        ({"skipped": 1}, True, 3),
        ({"passed": 1}, False, 130),
    ],
)
def test_the_exit_status_of_a_corpus_tells_whether_all_was_judged(
    counts: dict[str, int], finished: bool, status: int
) -> None:
    assert exit_status(Counter(counts), finished) == status


def test_a_row_is_answered_before_the_next_one_comes(tmp_path: Path) -> None:
    with started(tmp_path, "--corpus", "-", "--json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in ("a", "b"):
            process.stdin.write(row(name))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == name
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_was_judged_and_ends_the_rest(
    tmp_path: Path, number: signal.Signals
) -> None:
    corpus = tmp_path / "c.jsonl"
    sleeping = "import time; time.sleep(50)"
    corpus.write_text(row("a") + row("b", sleeping, limits={"wall_s": 60}) + row("c"))
    with started(tmp_path, "--corpus", str(corpus), "--json") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert json.loads(first)["status"] == "passed"
    assert out == ""
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "1 rows: 1 passed; interrupted, the rest was not judged" in err


def test_ctrl_c_while_waiting_for_rows_ends_at_once(tmp_path: Path) -> None:
    with started(tmp_path, "--corpus", "-", "--json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(row("a"))
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    corpus = tmp_path / "c.jsonl"
    corpus.write_text("".join(row(str(n)) for n in range(400)))
    with started(tmp_path, "--corpus", str(corpus), "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(30) == 1
    assert err == ""


def test_equal_runs_are_made_once_where_the_cache_is_asked_for(
    assay: Run, tmp_path: Path
) -> None:
    (tmp_path / "dice.py").write_text("import os; print(os.urandom(8).hex())")

    def got(*words: str, **more: str) -> str:
        done = assay("dice.py", "--problem", "sum.json", "--json", *words, **more)
        return str(json.loads(done.stdout)["results"][0]["got"])

    kept = tmp_path / "home" / ".cache" / "assay" / "observations.sqlite"
    assert got() != got()
    assert not kept.exists()
    first = got("--cache")
    assert kept.exists()
    assert got("--cache") == got(ASSAY_CACHE="yes") == first
    assert got("--no-cache", ASSAY_CACHE="yes") != first
    kept.write_bytes(b"no cache at all")
    done = assay("good.py", "--problem", "double.py", "--cache")
    assert done.returncode == 0
    assert done.stderr.count("cannot be used") == 1
