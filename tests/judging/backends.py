"""Tries a sandbox by all behaviours. As a script, so that any user can run it.

Reads `{"backend", "image"}` from its standard input and prints what each behaviour gave
where that is not what it must, or why that sandbox cannot be had.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.concurrency import gather
from assay.errors import JudgeUnavailable
from assay.judging.executor import Executor
from assay.judging.guarantees import GUARANTEES
from assay.types import Call, Limits, Observation, Value
from judging.behaviours import FAILED, LIMITS, QUICK, Behaviour, behaviours

_GONE_S = 10.0  # for the kernel and an engine to end what a killed judge left
_BEGUN_S = 60.0
_STAYS = """
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.prctl(15, b"{marker}", 0, 0, 0)
libc.prctl(1, 0, 0, 0, 0)  # not to be told of a parent's death
try:
    if os.fork() == 0:
        os.setsid()
except OSError:
    pass  # a sandbox of one process
time.sleep(99)
"""

Wrong = dict[str, str]


async def wrong(backend: str, image: str | None) -> dict[str, Any]:
    """All that is not as it must be, and what the sandbox says of itself."""
    opened = partial(Executor.open, backend=backend, image=image)
    with tempfile.NamedTemporaryFile(prefix="assay-bait-") as bait:
        os.fchmod(bait.fileno(), 0o666)
        try:
            async with opened(slots=4) as executor:
                isolation = executor.isolation
                has_processes = "one process" not in isolation.detail
                kinds = [
                    partial(_wrong_run, executor, each, has_processes)
                    for each in behaviours(bait.name)
                ]
                kinds += [partial(_tried, executor, each) for each in MORE]
                kinds.append(partial(_language, executor, has_processes))
                found = list(await gather(kinds))
        except JudgeUnavailable as error:
            return {"unavailable": str(error)}
    found.append(await _requirements(opened, isolation.guarantees))
    found.append(await anyio.to_thread.run_sync(_killed, backend, image))
    found.append(_leftovers())
    wrongs = {name: what for each in found for name, what in each.items()}
    return {"wrong": wrongs, "detail": isolation.detail, "tried": len(found)}


async def _wrong_run(
    executor: Executor, wanted: Behaviour, has_processes: bool
) -> Wrong:
    (seen,) = await executor.run_stdin(wanted.source, [wanted.text], wanted.limits)
    if wanted.needs_processes and not has_processes:
        return {} if seen.status == FAILED else {wanted.name: _shown(seen)}
    is_right = seen.status == wanted.status
    is_right &= wanted.stdout is None or seen.stdout == wanted.stdout
    is_right &= wanted.exit_code is None or seen.exit_code == wanted.exit_code
    is_right &= seen.wall_s < 15
    return {} if is_right else {wanted.name: _shown(seen)}


async def _tried(
    executor: Executor, behaviour: Callable[[Executor], Awaitable[object]]
) -> Wrong:
    told = await behaviour(executor)
    return {} if told is None else {behaviour.__name__: str(told)}


async def nothing_is_left_for_the_next(executor: Executor) -> object:
    leave = "import os\nfor p in ('.', '/tmp'):\n open(p + '/left', 'w')"
    look = "import os; print(os.path.exists('left'), os.path.exists('/tmp/left'))"
    texts = ["1", "2", "3", "4", "5"]
    await executor.run_stdin(leave, texts, LIMITS)
    seen = await executor.run_stdin(look, texts, LIMITS)
    told = {each.stdout for each in seen}
    return None if told == {"False False\n"} else told


async def calls_answer_with_values(executor: Executor) -> object:
    source = "def f(x):\n    x.append(len(x))\n    return {'é': (x[0], 1.5, None)}"
    calls = [Call(args=([word, 2],)) for word in ("a", "ü")]
    seen = await executor.run_calls(source, "f", calls, LIMITS)
    values = [({"é": ("a", 1.5, None)}, (["a", 2, 2],))]
    values.append(({"é": ("ü", 1.5, None)}, (["ü", 2, 2],)))
    told = [(each.value, each.args_after) for each in seen]
    return None if told == values else [_shown(each) for each in seen]


async def a_call_that_ends_it_is_followed_by_others(executor: Executor) -> object:
    source = (
        "import os\ndef f(x):\n    if x == 1:\n        while 1: pass\n"
        "    if x == 2: os._exit(0)\n    return x"
    )
    calls = [Call(args=(number,)) for number in range(4)]
    seen = await executor.run_calls(source, "f", calls, QUICK)
    told = [str(each.status) for each in seen]
    wanted = ["finished", "time_limit", "runtime_error", "finished"]
    return None if told == wanted else [_shown(each) for each in seen]


async def a_session_keeps_what_was_loaded(executor: Executor) -> object:
    source = "n = []\ndef f(): n.append(1); return len(n)"
    async with executor.session(source, LIMITS, entry_point="f") as session:
        told = [(await session.call(Call(args=()))).value for _ in range(3)]
    return None if told == [1, 2, 3] else told


async def tests_ask_the_judge(executor: Executor) -> object:
    async def answered(value: Value) -> Value:
        return [value, "ü"]

    child = "import unittest\nprint('in', params)\nfinish(request(params))"
    limits = Limits(cpu_s=2.0, wall_s=30.0)
    seen = await executor.tester(child, 7, answered, limits)
    is_right = seen.value == [7, "ü"] and seen.stdout == "in 7\n"
    return None if is_right else _shown(seen)


async def a_tester_that_loops_is_ended(executor: Executor) -> object:
    async def answered(value: Value) -> Value:
        return value

    seen = await executor.tester("while 1: pass", None, answered, QUICK)
    return None if seen.status == "time_limit" else _shown(seen)


MORE: tuple[Callable[[Executor], Awaitable[object]], ...] = (
    nothing_is_left_for_the_next,
    calls_answer_with_values,
    a_call_that_ends_it_is_followed_by_others,
    a_session_keeps_what_was_loaded,
    tests_ask_the_judge,
    a_tester_that_loops_is_ended,
)


async def _language(executor: Executor, has_processes: bool) -> Wrong:
    """A program of another language runs, or is refused as this computer's fault."""
    run = partial(executor.run_stdin, "read a b; echo $((a + b))", ["2 3\n"], LIMITS)
    can_run = has_processes and executor.isolation.tier != "container"
    try:
        (seen,) = await run(language="bash")
    except JudgeUnavailable as error:
        return {"another language": str(error)} if can_run else {}
    is_right = can_run and seen.stdout == "5\n"
    return {} if is_right else {"another language": _shown(seen)}


async def _requirements(
    opened: Callable[..., AbstractAsyncContextManager[Executor]],
    guarantees: frozenset[str],
) -> Wrong:
    """What is guaranteed can be required; what is not cannot."""
    for required in (guarantees, frozenset(GUARANTEES)):
        try:
            async with opened(slots=1, require=required):
                is_had = True
        except JudgeUnavailable:
            is_had = False
        if is_had != (required <= guarantees):
            return {"requirements": f"{sorted(required)}: {is_had}"}
    return {}


def _killed(backend: str, image: str | None) -> Wrong:
    """A judge that is killed leaves nothing that runs."""
    marker = "t" + secrets.token_hex(5)
    order = json.dumps({"backend": backend, "image": image, "marker": marker})
    command = [sys.executable, "-m", "judging.backends"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as judge:
        assert judge.stdin is not None
        judge.stdin.write(order)
        judge.stdin.close()
        has_begun = _within(_BEGUN_S, lambda: _n_named(marker) > 0)
        judge.send_signal(signal.SIGKILL)
    if not has_begun:
        return {"a killed judge": "its program did not begin"}
    if not _within(_GONE_S, lambda: _n_named(marker) == 0):
        return {"a killed judge": f"left {_n_named(marker)} processes"}
    return {}


async def _stay(backend: str, image: str | None, marker: str) -> None:
    limits = Limits(cpu_s=30.0, wall_s=90.0)
    async with Executor.open(slots=1, backend=backend, image=image) as executor:
        await executor.run_stdin(_STAYS.format(marker=marker), [""], limits)


def _n_named(marker: str) -> int:
    count = 0
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            count += path.read_text("ascii", "replace").strip() == marker
        except OSError:
            continue
    return count


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _leftovers() -> Wrong:
    """What is left in the folder for temporary files, which is ours alone."""
    found = sorted(path.name for path in Path(tempfile.gettempdir()).iterdir())
    # A killed judge could not remove these; the next one does, or the system.
    found = [name for name in found if not name.startswith(("assay-bo", "assay-do"))]
    return {"leftovers": ", ".join(found)} if found else {}


def _shown(seen: Observation) -> str:
    parts = (seen.status, seen.exit_code, seen.stdout[:80], seen.value, seen.error)
    return f"{parts} {seen.wall_s:.1f} s {seen.stderr_tail[-200:]}"


if __name__ == "__main__":
    given = json.load(sys.stdin)
    where = given["backend"], given["image"]
    if "marker" in given:
        anyio.run(_stay, *where, given["marker"])
    else:
        sys.stdout.write(json.dumps(anyio.run(wrong, *where)))
