"""`command:` a peer's program as an arm: a problem as JSON in, an answer out.

The program gets one JSON object on standard input: `id`, `title`, `statement`,
`io_mode`, `language`, `entry_point`, `starter_code`, `setup_code`, `examples`, `tests`
and `budget`. It prints its program, alone or in a ```fence, or one JSON object with
`answer` and, if it knows them, `prompt_tokens`, `completion_tokens`, `calls`,
`confidence`. What it does not tell is a gap in the table, not a zero.

It runs as the user, with everything that the user has but the files of the dataset and
of the run: it is a program that the user chose to trust. New files it makes in the
folder that TMPDIR names, which is its own and goes when it has ended. A peer that
hangs, prints nothing or floods has given no answer, and the row says so. Its answer is
what it has printed when it ends or shuts its standard output; what it has started by
then is killed.

Not covered: a child that begins a session of its own lives on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio.abc import Process

from assay.bench.messages import MOST_CODE, Played, plain
from assay.bench.scan import written
from assay.concurrency import background
from assay.errors import UsageError
from assay.judging.facts import show_text
from assay.sampling.extraction import extract_program
from assay.types import Call, Problem

MOST_SECONDS = 600.0
MOST_OUTPUT = 4 << 20
_GRACE_S = 1.0  # to end after shutting the output, or to shut it after ending
_POLL_S = 0.02
_NO_PROGRAM = 126  # exit status of `hidden_from`
_MOST_HEARD = 2000  # bytes of its standard error
_MOST_COUNT = 10**9


def problem_json(problem: Problem, budget: dict[str, Any]) -> dict[str, Any]:
    """What a peer is told: what every other arm may read, and nothing else."""
    return {
        "id": problem.id,
        "title": problem.title,
        "statement": problem.statement,
        "io_mode": str(problem.io_mode),
        "language": problem.language,
        "entry_point": problem.entry_point,
        "starter_code": problem.starter_code,
        "setup_code": problem.setup_code,
        "examples": [
            {
                "input": {
                    "args": [_plain_json(value) for value in case.input.args],
                    "kwargs": {k: _plain_json(v) for k, v in case.input.kwargs},
                }
                if isinstance(case.input, Call)
                else case.input.text,
                "output": _plain_json(case.expected),
            }
            for case in problem.cases
        ],
        "tests": [tests.source for tests in problem.test_code],
        "budget": budget,
    }


def _plain_json(value: Any) -> Any:
    """A value as JSON has it, else its text as Python writes it."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return written(value)


async def play_command(
    command: Sequence[str],
    problem: Problem,
    budget: dict[str, Any],
    *,
    hidden: Sequence[Path],
) -> Played:
    """Run a peer on one problem.

    Args:
        hidden: Files and folders that it may not open.

    Raises:
        UsageError: the program cannot be started at all.
    """
    told = json.dumps(problem_json(problem, budget)).encode()
    paths = [str(path) for path in hidden]
    line = [sys.executable, "-P", "-m", "assay.bench.hidden_from", str(len(paths))]
    seconds = budget.get("seconds")
    seconds = MOST_SECONDS if seconds is None else seconds
    heard = bytearray()
    with TemporaryDirectory(prefix="assay-peer-", ignore_cleanup_errors=True) as own:
        process = await anyio.open_process(
            [*line, *paths, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "TMPDIR": own},
        )
        try:
            with anyio.move_on_after(seconds) as waited:
                output, why = await _talk(process, told, heard)
            if waited.cancelled_caught:
                output, why = b"", f"no answer within {seconds:g} s"
        finally:
            _kill(process.pid)
            with anyio.CancelScope(shield=True):
                await process.aclose()
    if process.returncode == _NO_PROGRAM and not output:
        raise UsageError(f"the program {command[0]!r} cannot be started; is it there?")
    if not why and not output.strip():
        why = f"it printed nothing (exit status {process.returncode}{_last(heard)})"
    return _answer(output, why, process.returncode, problem)


async def _talk(process: Process, told: bytes, heard: bytearray) -> tuple[bytes, str]:
    """Tell it the problem while its answer is read: what it said, what was wrong."""
    output = bytearray()
    async with background() as start:
        start(partial(_tell, process, told))
        start(partial(_hear, process, heard))
        start(partial(_shut_when_ended, process))
        assert process.stdout is not None
        with suppress(anyio.ClosedResourceError):  # see `_shut_when_ended`
            async for part in process.stdout:
                output += part
                if len(output) > MOST_OUTPUT:
                    return b"", f"it printed more than {MOST_OUTPUT:,} bytes"
        with anyio.move_on_after(_GRACE_S):
            await process.wait()
    return bytes(output), ""


async def _tell(process: Process, told: bytes) -> None:
    assert process.stdin is not None
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.stdin.send(told)  # it may answer without having read it
        await process.stdin.aclose()


async def _hear(process: Process, heard: bytearray) -> None:
    """Keep the end of what it says beside its answer: perhaps why it has none."""
    assert process.stderr is not None
    async for part in process.stderr:
        heard += part
        del heard[:-_MOST_HEARD]


def _last(heard: bytearray) -> str:
    lines = heard.decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {show_text(last, 200)}" if last else ""


async def _shut_when_ended(process: Process) -> None:
    """End the reading soon after the program has ended, whoever holds its output."""
    while process.returncode is None:  # noqa: ASYNC110  (`wait` may wait for pipes, too)
        await anyio.sleep(_POLL_S)
    _kill(process.pid)
    await anyio.sleep(_GRACE_S)
    assert process.stdout is not None
    await process.stdout.aclose()


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _answer(output: bytes, why: str, status: int | None, problem: Problem) -> Played:
    if why:
        return Played(answer=None, claim="none", stopped=why)
    text = output.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or "answer" not in told:
        code = extract_program(text, problem) if "```" in text else text
        return _played(code, {}, status)
    if not isinstance(told["answer"], str | None):
        return Played(answer=None, claim="none", stopped="its answer is no text")
    return _played(told["answer"], told, status)


def _played(code: str | None, told: dict[str, Any], status: int | None) -> Played:
    if code is not None and len(code) > MOST_CODE:
        return Played(answer=None, claim="none", stopped="its answer is too long")
    code = None if code is None else plain(code)
    end = "answered" if code is not None else "it gave no program"
    prompt, completion = (
        _count(told, "prompt_tokens"),
        _count(told, "completion_tokens"),
    )
    known = prompt is not None and completion is not None
    return Played(
        answer=code,
        claim="none" if code is None else "unverified",
        confidence=_share(told.get("confidence")),
        stopped=f"{end} (exit status {status})" if status else end,
        n_samples=0 if code is None else 1,
        candidates=() if code is None else ((code, 1),),
        prompt_tokens=prompt if known else None,
        completion_tokens=completion if known else None,
        calls=_count(told, "calls"),
    )


def _count(told: dict[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if type(value) is int and 0 <= value <= _MOST_COUNT else None


def _share(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and 0 <= value <= 1 else None
