"""A peer's program as an arm: whatever it does, the row says what became of it."""

from __future__ import annotations

import json
import os
import resource
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from assay.bench.peer_command import MOST_OUTPUT, play_command, problem_json
from assay.errors import UsageError
from assay.types import Call, Case, IOMode, Problem, TestCode
from bench.peers import CODE, PROBLEM, READ, play, refused


def test_json_with_its_spend(tmp_path: Path) -> None:
    told = {
        "answer": CODE, "prompt_tokens": 12, "completion_tokens": 30, "calls": 2,
        "confidence": 0.75,
    }  # fmt: skip
    got = play(tmp_path, f"{READ}print(json.dumps({told!r}))")
    assert got.answer == CODE
    assert (got.prompt_tokens, got.completion_tokens, got.calls) == (12, 30, 2)
    assert (got.confidence, got.claim, got.stopped) == (0.75, "unverified", "answered")
    assert got.candidates == ((CODE, 1),)


@pytest.mark.parametrize("text", [CODE, f"Here:\n\n```python\n{CODE}```\nDone."])
def test_a_program_alone_or_in_a_fence(tmp_path: Path, text: str) -> None:
    got = play(tmp_path, f"{READ}print({text!r})")
    assert got.answer is not None
    assert got.answer.strip() == CODE.strip()
    assert (got.prompt_tokens, got.completion_tokens, got.calls) == (None, None, None)
    assert got.confidence is None


def test_it_is_told_what_every_arm_may_read(tmp_path: Path) -> None:
    source = f"{READ}print(json.dumps({{'answer': json.dumps(told)}}))"
    got = play(tmp_path, source, seconds=60, tokens=500)
    assert json.loads(got.answer or "") == {
        "id": "own/double",
        "title": "double",
        "statement": PROBLEM.statement,
        "io_mode": "function",
        "language": "python",
        "entry_point": "double",
        "starter_code": PROBLEM.starter_code,
        "setup_code": "",
        "examples": [{"input": {"args": [2], "kwargs": {}}, "output": 4}],
        "tests": [],
        "budget": {"tokens": 500, "seconds": 60},
    }


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_dead(pids: list[int]) -> None:
    until = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(is_alive, pids)), "its processes live on"


PIDS = "os.fork(); open('{folder}/' + str(os.getpid()) + '.pid', 'w').close()\n"


def pids_in(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.pid")]


def test_one_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    hang = "print('x = 1', flush=True)\ntime.sleep(1000)"
    got = play(tmp_path, READ + PIDS.format(folder=tmp_path) + hang, seconds=6)
    assert time.monotonic() - started < 30
    refused(got, "no answer within 6 s")
    assert len(pids_in(tmp_path)) == 2
    wait_dead(pids_in(tmp_path))


def test_a_child_that_outlives_it_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The child holds the output; the answer came whole before."""
    child = (
        "if os.fork() == 0:\n"
        f"    open('{tmp_path}/' + str(os.getpid()) + '.pid', 'w').close()\n"
        "    time.sleep(1000)\n"
        f"while not __import__('glob').glob('{tmp_path}/*.pid'): time.sleep(0.01)\n"
        f"print({CODE!r})\n"
    )
    started = time.monotonic()
    got = play(tmp_path, READ + child)
    assert got.answer is not None
    assert "2 * n" in got.answer
    assert time.monotonic() - started < 60, "not the 600 s of a peer without a budget"
    assert len(pids_in(tmp_path)) == 1
    wait_dead(pids_in(tmp_path))


def test_a_child_in_a_session_of_its_own_keeps_nobody_waiting(tmp_path: Path) -> None:
    child = (
        "if os.fork() == 0:\n    os.setsid()\n"
        f"    open('{tmp_path}/' + str(os.getpid()) + '.pid', 'w').close()\n"
        "    time.sleep(120)\n"
        f"while not __import__('glob').glob('{tmp_path}/*.pid'): time.sleep(0.01)\n"
        f"print({CODE!r})\n"
    )
    started = time.monotonic()
    try:
        assert "2 * n" in (play(tmp_path, READ + child).answer or "")
        assert time.monotonic() - started < 60
    finally:
        for pid in pids_in(tmp_path):
            os.kill(pid, 9)


def test_one_that_shuts_its_output_and_stays_has_answered(tmp_path: Path) -> None:
    stay = f"print({CODE!r}, flush=True)\nos.close(1)\ntime.sleep(1000)\n"
    started = time.monotonic()
    assert "2 * n" in (play(tmp_path, READ + stay).answer or "")
    assert time.monotonic() - started < 60


def test_one_that_prints_nothing(tmp_path: Path) -> None:
    refused(play(tmp_path, READ), "it printed nothing (exit status 0)")
    refused(
        play(tmp_path, f"{READ}print(' ')\nsys.exit(7)"),
        "it printed nothing (exit status 7)",
    )
    refused(
        play(tmp_path, "syntax error"), "it printed nothing (exit status 1: SyntaxError"
    )


def test_one_that_floods_is_stopped_in_bounded_memory(tmp_path: Path) -> None:
    flood = f"{READ}while True: os.write(1, b'x' * (1 << 20))"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(play(tmp_path, flood), f"it printed more than {MOST_OUTPUT:,} bytes")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 64 << 10, "in KiB"


def test_one_that_prints_much_before_it_reads_is_not_waited_for(tmp_path: Path) -> None:
    """Both would wait for the other, were it told everything first."""
    long = replace(PROBLEM, statement="x" * (1 << 20))
    source = f"import sys\nprint('#' * (1 << 20))\nsys.stdin.read()\nprint({CODE!r})"
    got = play(tmp_path, source, problem=long, seconds=60)
    assert "2 * n" in (got.answer or "")


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_one_that_does_not_read_may_answer(tmp_path: Path, size: int) -> None:
    source = f"import os\nos.close(0)\nprint({CODE!r})"
    long = replace(PROBLEM, statement="x" * size)
    assert "2 * n" in (play(tmp_path, source, problem=long, seconds=60).answer or "")


def test_what_is_no_utf_8_is_an_answer_that_can_be_kept(tmp_path: Path) -> None:
    got = play(tmp_path, READ + r"os.write(1, b'x = \xff\xfe\n')")
    assert got.answer == "x = \ufffd\ufffd\n"
    escaped = r"""print('{"answer": "x = \\ud800"}')"""
    got = play(tmp_path, READ + escaped)
    assert got.answer == "x = ?", "a lone surrogate cannot be stored"
    assert got.answer.encode()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"answer": 3}', None),
        ('{"answer": ["x"]}', None),
        ('{"answer": {"code": "x"}}', None),
        ('{"answer": true}', None),
        ('{"answer": null}', None),
        ('{"answer": "x", "prompt_tokens": "7", "completion_tokens": 1}', "x"),
        ('{"answer": "x", "prompt_tokens": true, "completion_tokens": 1}', "x"),
        ('{"answer": "x", "prompt_tokens": -1, "completion_tokens": 1}', "x"),
        ('{"answer": "x", "prompt_tokens": 7}', "x"),
        ('{"answer": "x", "prompt_tokens": 1e9, "completion_tokens": 1}', "x"),
        ('{"answer": "x", "prompt_tokens": 1%s, "completion_tokens": 1}', "x"),
        ('{"answer": "x", "confidence": 1%s}', "x"),
        ('{"answer": "x", "confidence": NaN}', "x"),
        ('{"answer": "x", "confidence": 1.5}', "x"),
        ('{"answer": "x", "confidence": "1"}', "x"),
        ('{"answer": "x", "calls": [1]}', "x"),
    ],
)
def test_json_of_wrong_types(tmp_path: Path, text: str, answer: str | None) -> None:
    if "%s" in text:
        text %= "0" * 400
    got = play(tmp_path, f"print({text!r})")
    assert got.answer == answer
    assert (got.prompt_tokens, got.completion_tokens) == (None, None)
    assert (got.calls, got.confidence) == (None, None)
    if answer is None:
        refused(
            got, "it gave no program" if "null" in text else "its answer is no text"
        )


@pytest.mark.parametrize(
    "source",
    ["print('[' * 200000)", "print('{\"answer\":' * 100000)", "print('[1, 2]')",
     "print('9' * 10000)", "print('{\"a\": 1}')"],
)  # fmt: skip
def test_what_is_no_answer_in_json_is_taken_as_a_program(
    tmp_path: Path, source: str
) -> None:
    got = play(tmp_path, source)
    assert (got.answer or "").strip()
    assert got.stopped == "answered"


def test_one_that_fails_after_answering_has_answered(tmp_path: Path) -> None:
    got = play(tmp_path, f"{READ}print({CODE!r})\nsys.exit(3)")
    assert "2 * n" in (got.answer or "")
    assert got.stopped == "answered (exit status 3)"


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    plain = tmp_path / "not_a_program"
    plain.write_text("x")
    for name in ("/no/such/program", "no-such-program-here", str(plain)):
        with pytest.raises(UsageError, match="cannot be started; is it there"):
            anyio.run(partial(play_command, [name], PROBLEM, {}, hidden=()))


def test_no_time_is_no_time(tmp_path: Path) -> None:
    refused(play(tmp_path, f"{READ}print(1)", seconds=0), "no answer within 0 s")


ODD = Problem(
    id="odd",
    statement="s",
    io_mode=IOMode.FUNCTION,
    entry_point="f",
    cases=(
        Case(
            input=Call(
                args=({(1, 2): 3}, {4, 5}, b"b", 1 + 2j, 10**9000),
                kwargs=(("k", float("nan")), ("m", {1: 2})),
            ),
            expected=(float("inf"), [None, "\ud800"]),
        ),
    ),
    test_code=(TestCode(source="assert f() == 1\n"),),
)


def test_values_that_json_has_not_are_told_as_text(tmp_path: Path) -> None:
    told = json.loads(json.dumps(problem_json(ODD, {}), allow_nan=False))
    (example,) = told["examples"]
    assert example["input"]["args"][:4] == ["{(1, 2): 3}", "{4, 5}", "b'b'", "(1+2j)"]
    assert example["input"]["kwargs"]["k"] == "nan"
    assert told["tests"] == ["assert f() == 1\n"]
    source = f"{READ}print(told['examples'][0]['input']['args'][0])"
    assert play(tmp_path, source, problem=ODD).answer == "{(1, 2): 3}\n"
