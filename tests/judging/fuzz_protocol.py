"""Properties of the framed protocol, against real sandboxes.

A candidate may write what it likes to the judge, and when; close and swap its five
descriptors; read what is not for it; leave. Whatever it does, a call that `FINISHED`
has the value of the honest function for that very call, or one that the candidate
wrote itself as a whole answer (which is no gain: it may return anything). The machine
is never blamed, and the slot goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from anyio.from_thread import start_blocking_portal
from hypothesis import reject
from hypothesis import strategies as st

from assay.errors import JudgeUnavailable
from assay.judging.executor import Executor
from assay.judging.wire import HEADER, WireError, frame, pack, unpack
from assay.types import Call, Limits, Observation, Status
from judging.conftest import Sandbox
from judging.fuzz_codec import Properties, fingerprint, hostile_payloads

LIMITS = Limits(cpu_s=1.0, wall_s=1.5, output_kb=64, processes=8)
MOST_S = 60.0  # a hang bound for three calls and their restarts
ARGUMENTS = (11, 22, 33)
FAILURES = frozenset(Status) - {
    Status.FINISHED,
    Status.PASSED,
    Status.WRONG_ANSWER,
    Status.SANDBOX_FAILURE,
}
NUMBER = b"\xa5\x5a\xc3\x3c"  # stands for the number of the question
SOURCE = """
import os, sys, threading, time
NUMBER = {number!r}
WHEN = {when!r}
n_calls = 0

def act(moment):
    for step, *given in WHEN.get(moment, ()):
        try:
            STEPS[step](*given)
        except OSError:
            pass

def later(data):
    data = data.replace(NUMBER, number())
    threading.Thread(target=lambda: (time.sleep(0.002), write(4, data))).start()

def number():
    frame = sys._getframe()
    while frame is not None:
        question = frame.f_locals.get("question")
        if isinstance(question, bytes):
            return question[1:5]
        frame = frame.f_back
    return b"none"

def write(fd, data):
    try:
        os.write(fd, data.replace(NUMBER, number()))
    except OSError:
        pass

def split(data):
    write(4, data[:5])
    time.sleep(0.002)
    write(4, data[5:])

def instead(data):
    write(4, data)
    os._exit(0)

def fork(data):
    if os.fork() == 0:
        write(4, data)
        os._exit(0)

STEPS = {{
    "write": write, "later": later, "split": split, "fork": fork,
    "instead": instead,
    "close": os.close, "dup2": os.dup2, "leave": os._exit,
    "read": lambda fd, size: (os.set_blocking(fd, False), os.read(fd, size)),
    "raise": lambda: 1 / 0,
}}

def f(x):
    global n_calls
    n_calls += 1
    act(n_calls)
    return ["honest", x, x * 7 + 1]

act(0)
"""
HONEST = "def f(x): return ['honest', x, x * 7 + 1]"

# Each kind of message begins with a byte of its own: a value, one with arguments, an
# error, the end of a fork.
FORGED = st.integers(0, 99).map(lambda n: ["forged", n])
ANSWERS = FORGED.map(lambda value: b"v" + NUMBER + pack(value)) | FORGED.map(
    lambda value: b"a" + NUMBER + pack((value, ("forged",)))
)
FIRST = st.sampled_from([b"", *(kind + NUMBER for kind in (b"e", b"d", b"v", b"a"))])
KINDS = st.sampled_from(
    ["loaded", "value", "compile", "error", "memory", "large", "request", "result", ""]
)
MESSAGES = st.one_of(
    ANSWERS,
    st.builds(
        lambda first, kind: first + pack((kind, "words")),
        FIRST,
        KINDS,
    ),
    st.tuples(st.integers(0, 300), st.floats(0, 9)).map(
        lambda end: b"d" + NUMBER + pack(end)
    ),
    st.builds(
        lambda first, payload: first + payload[:2000],
        FIRST,
        hostile_payloads(),
    ),
)
WORDS = st.one_of(
    MESSAGES.map(frame),
    ANSWERS.map(lambda payload: frame(payload) * 2),
    ANSWERS.map(lambda payload: frame(payload)[:-1]),
    ANSWERS.map(lambda payload: HEADER.pack(len(payload) + 3) + payload),
    st.sampled_from([0, 1, 64 << 10, 1 << 30, 2**32 - 1]).map(HEADER.pack),
    st.integers(1, 200).map(lambda n: b"\xff" * n),
    st.just(HEADER.pack(70_000) + b"x" * 60_000),
)
FDS = st.integers(0, 4)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["later", "split", "fork", "instead"]), WORDS),
    st.tuples(st.just("write"), st.sampled_from([4, 4, 4, 1, 3, 0]), WORDS),
    st.tuples(st.just("close"), FDS),
    st.tuples(st.just("dup2"), FDS, FDS),
    st.tuples(st.just("read"), FDS, st.integers(1, 99)),
    st.tuples(st.just("leave"), st.integers(0, 2)),
    st.tuples(st.just("raise")),
)
PROGRAMS = st.dictionaries(
    st.integers(0, 3), st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=3
)

_OPEN: list[Sandbox] = []


@contextmanager
def opened(sandbox: Sandbox | None = None) -> Iterator[None]:
    """Have sandboxes to try programs in: those given, or a slot of our own."""
    if sandbox is not None:
        _OPEN.append(sandbox)
        try:
            yield
        finally:
            _OPEN.clear()
        return
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Executor.open(slots=1)) as executor,
        opened(Sandbox(portal, executor)),
    ):
        yield


def calls_are_answered_or_failed(given: tuple[dict[int, Any], bool]) -> None:
    """In function mode, with and without a fork for each call."""
    when, fork = given
    began_s = time.monotonic()
    allowed = forged(when)
    for x, seen in zip(
        ARGUMENTS, run(SOURCE.format(number=NUMBER, when=when), fork), strict=True
    ):
        must_be_answered(x, seen, allowed)
    spent_s = time.monotonic() - began_s
    assert spent_s < MOST_S, f"{spent_s:.0f} s for {len(ARGUMENTS)} calls"
    for x, seen in zip(ARGUMENTS, run(HONEST, fork), strict=True):
        assert seen.status is Status.FINISHED, f"the next program paid for it: {seen}"
        assert seen.value == ["honest", x, x * 7 + 1]


def must_be_answered(x: int, seen: Observation, allowed: frozenset[str]) -> None:
    """Fail for a value that neither the function nor the candidate's words gave."""
    if seen.status is not Status.FINISHED:
        assert seen.status in FAILURES, seen
        return
    is_forged = fingerprint(seen.value) in allowed
    assert is_forged or seen.value == ["honest", x, x * 7 + 1], seen
    after = seen.args_after
    assert after is None or fingerprint(after) in allowed, seen


def whole_programs_end_or_fail(given: dict[int, Any]) -> None:
    """In stdin mode, where the exit status says how it ended and no word does."""
    source = SOURCE.format(number=NUMBER, when=given) + "\nf(11)\nf(22)\nprint('end')\n"
    try:
        seen = _OPEN[0].stdin(source, "", LIMITS)
    except JudgeUnavailable as error:
        starved(error)
    if seen.status is Status.FINISHED:
        assert seen.exit_code == 0, seen
    else:
        assert seen.status in FAILURES, seen
    after = _OPEN[0].stdin("print(input())", "x")
    assert (after.status, after.stdout) == (Status.FINISHED, "x\n"), after


def run(source: str, fork: bool) -> tuple[Observation, ...]:
    """Call the program's function with each argument."""
    (sandbox,) = _OPEN

    async def work() -> tuple[Observation, ...]:
        calls = [Call(args=(x,)) for x in ARGUMENTS]
        return await sandbox.executor.run_calls(source, "f", calls, LIMITS, fork=fork)

    try:
        return sandbox.portal.call(work)
    except JudgeUnavailable as error:
        starved(error)


def starved(error: JudgeUnavailable) -> NoReturn:
    """Pass over a run that a busy machine spoilt; any other failure is one."""
    if "almost no processor time" in str(error):
        reject()
    raise error


def forged(when: dict[int, Any]) -> frozenset[str]:
    """Fingerprints of all values that are whole answers in what is written.

    Each place of the bytes is tried, as bytes before it may have been read away.
    """
    written = [
        part
        for moment in sorted(when)
        for step in when[moment]
        for part in step
        if type(part) is bytes
    ]
    data, found = b"".join(written), set()
    for stream in (data, *written):
        for at in range(min(len(stream), 9000) - HEADER.size):
            (length,) = HEADER.unpack_from(stream, at)
            payload = stream[at + HEADER.size : at + HEADER.size + length]
            if len(payload) == length:
                found |= values_in(payload)
    return frozenset(found)


def values_in(payload: bytes) -> set[str]:
    """Fingerprints of the value that an answer holds, and of its parts."""
    try:
        said = unpack(payload[5:])
    except WireError:
        return set()
    parts = said if type(said) is tuple else ()
    return {fingerprint(said), *map(fingerprint, parts)}


PROPERTIES: Properties = (
    (st.tuples(PROGRAMS, st.booleans()), calls_are_answered_or_failed, 25),
    (PROGRAMS, whole_programs_end_or_fail, 10),
)
