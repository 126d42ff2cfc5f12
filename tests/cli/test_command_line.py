"""The command line as a user runs it: real processes, a real endpoint, real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.cli.sources import source_of
from cli.code_server import ALSO_RIGHT, RIGHT, WRONG, serving

Run = Callable[..., subprocess.CompletedProcess[str]]
PROBLEM = '''def double(n: int) -> int:
    """Twice n.

    >>> double(2)
    4
    >>> double(5)
    10
    """
'''


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), **more}


@pytest.fixture
def assay(tmp_path: Path) -> Run:
    (tmp_path / "double.py").write_text(PROBLEM)

    def run(
        *words: str, stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "assay", *words],
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


def test_the_program_is_all_of_stdout_and_the_evidence_is_on_stderr(assay: Run) -> None:
    with serving([RIGHT, ALSO_RIGHT]) as url:
        done = assay("solve", "double.py", "--base-url", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "def double(n):\n    return 2 * n\n"
    assert "verified by 2 given tests" in done.stderr
    assert "confidence 0." in done.stderr
    assert "spent 60 tokens" in done.stderr
    assert "sample 0" in done.stderr
    assert done.stderr.isascii()


def test_a_model_that_goes_on_after_its_program_is_cut_off(assay: Run) -> None:
    rambling = RIGHT + "\n" + "And here is why it works.\n" * 50
    with serving([rambling, rambling]) as url:
        done = assay("solve", "double.py", "--base-url", url, "--json")
    found = json.loads(done.stdout)
    assert found["status"] == "verified"
    assert found["spend"]["completion_tokens"] < 12


def test_json_is_one_versioned_object(assay: Run) -> None:
    with serving([RIGHT, ALSO_RIGHT]) as url:
        done = assay("solve", "double.py", "--base-url", url, "--json")
    found = json.loads(done.stdout)
    assert found["format"] == 1
    assert found["status"] == "verified"
    assert found["problem"]["entry_point"] == "double"
    assert found["spend"]["tokens"] == 60
    assert found["model"]["name"] == "toy"
    assert len(found["candidates"]) == 2
    assert Path(found["trace"]).is_file()


def test_a_trace_is_shown_readably(assay: Run, tmp_path: Path) -> None:
    with serving([WRONG, RIGHT, RIGHT, RIGHT, RIGHT]) as url:
        folder = tmp_path / "traces"
        assay("solve", "double.py", "--base-url", url, "--trace-dir", str(folder))
    (trace,) = folder.iterdir()
    shown = assay("trace", "show", str(trace))
    assert shown.returncode == 0
    for words in ("solve_function (wording", "wrong_answer", "decision", "confident"):
        assert words in shown.stdout, words


def test_an_answer_that_fails_is_told_as_such(assay: Run) -> None:
    with serving([WRONG] * 3) as url:
        done = assay("solve", "double.py", "--base-url", url, "--n-max", "2")
    assert done.returncode == 1
    assert "return n * n" in done.stdout
    assert "unverified: 1 of 2 given tests" in done.stderr


def test_without_examples_nothing_is_ever_verified(assay: Run) -> None:
    with serving([RIGHT] * 4) as url:
        sentence = "Write a function `double(n)` that returns twice n."
        done = assay("solve", sentence, "--base-url", url)
    assert done.returncode == 1
    assert "agreed by 3 of 3 independent candidates on 26 self-made" in done.stderr
    assert "verified by" not in done.stderr


def test_a_problem_may_come_from_stdin_and_the_answer_go_to_a_file(
    assay: Run, tmp_path: Path
) -> None:
    tests = tmp_path / "tests.json"
    tests.write_text('[{"args": [3], "expected": 6}]')
    with serving([RIGHT, ALSO_RIGHT]) as url:
        done = assay(
            "solve",
            "-",
            *("--tests", "tests.json", "--entry-point", "double"),
            *("-o", "answer.py", "--base-url", url),
            stdin="Return twice the number.",
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "2 * n" in (tmp_path / "answer.py").read_text()


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_spent(
    assay: Run,
) -> None:
    with serving([]) as url:
        done = assay("solve", "double.py", "--base-url", url, "-o", "none/a.py")
    assert done.returncode == 2
    assert "--output 'none/a.py': its folder cannot be written to" in done.stderr


def test_a_program_is_written_as_utf8_and_never_over_a_device(
    assay: Run, tmp_path: Path
) -> None:
    link, target = tmp_path / "link.py", tmp_path / "target.py"
    link.symlink_to(target)
    device = tmp_path / "null"
    device.symlink_to("/dev/null")
    accented = "```python\ndef double(n):\n    return 2 * n + len('é') - 1\n```"
    words = ["solve", "double.py", "--no-trace", "--n-max", "1"]
    for more in ([], ["-o", str(device)], ["-o", str(link)]):
        with serving([accented]) as url:
            done = assay(
                *words, "--base-url", url, *more, LC_ALL="C", PYTHONIOENCODING="latin-1"
            )
            assert done.returncode == 0, done.stderr
            assert ("é" in done.stdout) is (not more)
    assert Path("/dev/null").is_char_device()
    assert link.is_symlink()
    assert "é" in target.read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".assay-*"))


def test_a_full_disk_costs_the_file_and_not_the_program(assay: Run) -> None:
    with serving([RIGHT]) as url:
        words = ["solve", "double.py", "--base-url", url, "--n-max", "1"]
        done = assay(*words, "-o", "/dev/full")
    assert done.returncode == 3
    assert "2 * n" in done.stdout
    assert "the program stands on stdout instead" in done.stderr


def test_a_sentence_that_is_too_long_for_a_path_is_a_sentence() -> None:
    sentence = "Напиши функцию двух чисел " * 9
    assert source_of(sentence) == sentence


def interrupt(
    tmp_path: Path, replies: list[str], *, until: str, times: int = 1
) -> tuple[int, str, str]:
    """Start a solve, press Ctrl-C when `until` stands on stderr; status and streams."""
    (tmp_path / "double.py").write_text(PROBLEM)
    with serving(replies) as url:
        words = ["solve", "double.py", "--base-url", url]
        process = subprocess.Popen(
            [sys.executable, "-m", "assay", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path),
        )
        assert process.stderr is not None
        seen = ""
        for line in process.stderr:
            seen += line
            if until in line:
                break
        for _ in range(times):
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    return process.returncode, out, seen + err


def test_ctrl_c_once_gives_the_best_so_far_labelled_as_such(tmp_path: Path) -> None:
    status, out, err = interrupt(tmp_path, [RIGHT], until="score")
    assert status == 0
    assert "2 * n" in out
    assert "verified by 2 given tests (stopped: interrupted)" in err


def test_ctrl_c_with_nothing_to_show_exits_with_130(tmp_path: Path) -> None:
    status, out, err = interrupt(tmp_path, [], until="model      toy")
    assert (status, out) == (130, "")
    assert "no program was found (stopped: interrupted)" in err


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["solve", "double.py"], 3, "assay model pull qwen2.5-coder-1.5b"),
        (["solve", "double.py", "--model", "qwen2.5-codr"], 3, "did you mean"),
        (["solve", "doubl.py"], 2, "double.py"),
        (["solve", "empty.txt"], 2, "empty"),
        (["solve", "binary.txt"], 2, "binary"),
        (["solve", "double.py", "-o", "n" * 300], 2, "name a file"),
        (["solve", "double.py", "--io-mode", "both"], 2, "function or stdin"),
        (["solve", "double.py", "--checker", "exat"], 2, "exact"),
        (["solve", "double.py", "--budget", "tokens=many"], 2, "tokens=20k"),
        (["solve", "double.py", "--tests", "broken_tests.py"], 2, "line 2"),
        (["solve", "double.py", "--tests", "contrary.json"], 2, "contrary.json"),
        (["solve", "double.py", "--record-mode", "rewind"], 2, "replay-only"),
        (["solve", "double.py", "--base-url", "http://127.0.0.1:9/v1"], 3, "refused"),
        (["model", "add", "double.py"], 3, "GGUF"),
        (["model", "verify"], 3, "assay model pull"),
        (["model", "pull", "smollm2-135m", "--offline"], 3, "offline"),
        (["trace", "show", "double.py"], 2, "not a trace"),
        (["trace", "show", "none.jsonl"], 2, "cannot read the trace"),
        (["sovle"], 2, "sovle"),
    ],
)
def test_bad_input_says_what_and_what_to_do(
    assay: Run, tmp_path: Path, words: list[str], status: int, message: str
) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(b"\x7fELF\0\0\1")
    (tmp_path / "broken_tests.py").write_text("assert double(1) == 2\nassert double(\n")
    cases = [{"args": [2], "expected": 4}, {"args": [2], "expected": 5}]
    (tmp_path / "contrary.json").write_text(json.dumps(cases))
    done = assay(*words)
    assert done.returncode == status, done.stderr
    assert message in done.stderr
    assert done.stdout == ""


def test_an_unknown_setting_suggests_the_near_one(assay: Run, tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text("[solve]\nmax_token = 3\n")
    done = assay("solve", "double.py")
    assert done.returncode == 2
    assert "did you mean 'solve.max_tokens'?" in done.stderr


def test_a_statement_longer_than_the_context_is_refused_with_both_counts(
    assay: Run, tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_text("Print the sum of the numbers. " * 2000)
    with serving([RIGHT]) as url:
        done = assay("solve", "long.txt", "--base-url", url)
    assert done.returncode == 2
    assert "4,096" in done.stderr


def test_a_read_only_home_costs_the_trace_and_not_the_answer(assay: Run) -> None:
    with serving([RIGHT, ALSO_RIGHT]) as url:
        done = assay("solve", "double.py", "--base-url", url, HOME="/proc/nowhere")
    assert done.returncode == 0, done.stderr
    assert "going on without a trace" in done.stderr
    pulled = assay("model", "pull", "smollm2-135m", HOME="/proc/nowhere")
    assert pulled.returncode == 3
    assert "--models-dir" in pulled.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "127.example.invalid"])
def test_offline_refuses_an_endpoint_on_another_computer(assay: Run, host: str) -> None:
    url = f"http://{host}/v1"
    done = assay("solve", "double.py", "--base-url", url, "--offline")
    assert done.returncode == 2
    assert f"offline is set, and {url} is on another computer" in done.stderr


def test_offline_allows_an_endpoint_on_this_computer(assay: Run) -> None:
    with serving([RIGHT, ALSO_RIGHT]) as url:
        done = assay("solve", "double.py", "--base-url", url, "--offline")
    assert done.returncode == 0, done.stderr


def test_settings_are_listed_with_their_origins(assay: Run) -> None:
    done = assay("config", "--json", ASSAY_SEED="7", ASSAY_API_KEY="secret")
    settings = json.loads(done.stdout)["settings"]
    assert settings["solve.seed"] == {"value": 7, "origin": "ASSAY_SEED"}
    assert "secret" not in done.stdout
    assert "solve.seed" in assay("config").stdout


def test_doctor_tries_everything_and_says_what_mends(assay: Run) -> None:
    done = assay("doctor", "--json")
    findings = {f["name"]: f for f in json.loads(done.stdout)["findings"]}
    assert findings["model"]["state"] == "no"
    assert "assay model pull" in findings["model"]["mend"]
    assert findings["sandbox"]["state"] in ("ok", "no")
    assert done.returncode == 3


def test_an_endpoint_is_asked_for_the_model_that_was_named(assay: Run) -> None:
    name = "qwen2.5-coder-1.5b"  # the default's name, which an endpoint need not have
    with serving([RIGHT], model="other") as url:
        for words, wanted in (([], "other"), (["--model", name], name)):
            done = assay("solve", "double.py", "--base-url", url, "--n-max=0", *words)
            assert f"model      {wanted}, " in done.stderr
        told = assay("doctor", ASSAY_BASE_URL=url, ASSAY_MODEL=name).stdout
    assert f"{name} by openai" in told


def test_versions_and_models_are_told(assay: Run) -> None:
    assert "assay 0." in assay("version").stdout
    listed = assay("model", "list").stdout
    assert "* qwen2.5-coder-1.5b" in listed
    assert "can be pulled" in listed


def test_unsafe_running_warns_every_time(assay: Run) -> None:
    with serving([RIGHT, ALSO_RIGHT]) as url:
        words = ["solve", "double.py", "--base-url", url, "--unsafe-no-sandbox"]
        done = assay(*words, "--json")
    assert json.loads(done.stdout)["isolation"] == "none"
    assert "without" in done.stderr.lower()
    assert "sandbox" in done.stderr.lower()
