"""Two processes that talk: what either of them may send, and how the talk may end."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import UNIXSocketStream
from hypothesis import given, settings
from hypothesis import strategies as st

from assay import errors
from assay.bench.messages import Playing
from assay.bench.peer import Fault, Handler, Peer, PeerGone, open_peer, pickled
from assay.concurrency import background
from assay.errors import AssayError
from assay.types import (
    Completion,
    FinishReason,
    IOMode,
    Isolation,
    ModelIdentity,
    Problem,
    Usage,
)

PATIENCE_S = 60


@asynccontextmanager
async def pair(handlers: Mapping[str, Handler]) -> AsyncIterator[tuple[Peer, Peer]]:
    """Two ends in one process; the second answers with `handlers`."""
    one, other = socket.socketpair()
    async with (
        await UNIXSocketStream.from_socket(one) as left,
        await UNIXSocketStream.from_socket(other) as right,
        background() as start,
    ):
        ends = (Peer(left, {}, start), Peer(right, handlers, start))
        for end in ends:
            start(end.serve)
        with anyio.fail_after(PATIENCE_S):
            yield ends


@asynccontextmanager
async def raw(
    handlers: Mapping[str, Handler] | None = None,
) -> AsyncIterator[tuple[Peer, UNIXSocketStream]]:
    """One end, and the bare socket of the other."""
    one, other = socket.socketpair()
    async with (
        await UNIXSocketStream.from_socket(one) as left,
        await UNIXSocketStream.from_socket(other) as right,
        background() as start,
    ):
        peer = Peer(left, handlers or {}, start)
        start(peer.serve)
        with anyio.fail_after(PATIENCE_S):
            yield peer, right


async def echo(**fields: Any) -> Any:
    return fields


def every_error() -> list[type[AssayError]]:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in found if issubclass(kind, AssayError)]


@pytest.mark.parametrize("kind", every_error())
def test_an_error_of_ours_keeps_its_class_and_its_words(kind: type[AssayError]) -> None:
    async def fail() -> None:
        raise kind("why, with ü and \ud800")

    async def main() -> None:
        async with pair({"fail": fail}) as (here, _):
            with pytest.raises(kind) as raised:
                await here.call("fail")
            assert type(raised.value) is kind
            assert str(raised.value) == "why, with ü and \ud800"

    anyio.run(main)


def test_a_bug_on_the_other_side_is_a_fault_with_its_place() -> None:
    async def fail() -> None:
        raise ZeroDivisionError("a bug")

    async def main() -> None:
        async with pair({"fail": fail, "echo": echo}) as (here, _):
            with pytest.raises(Fault, match=r"ZeroDivisionError: a bug .*line \d+"):
                await here.call("fail")
            assert await here.call("echo", a=1) == {"a": 1}, "the talk goes on"

    anyio.run(main)


@pytest.mark.parametrize(
    ("op", "fields", "why"),
    [
        ("nothing", {}, "nothing here answers to 'nothing'"),
        ("exact", {"other": 1}, "unexpected keyword"),
        ("exact", {}, "missing 1 required"),
    ],
)
def test_what_is_not_known_is_a_fault(op: str, fields: Any, why: str) -> None:
    async def exact(wanted: int) -> int:
        return wanted

    async def main() -> None:
        async with pair({"exact": exact}) as (here, _):
            with pytest.raises(Fault, match=why):
                await here.call(op, **fields)
            assert await here.call("exact", wanted=3) == 3

    anyio.run(main)


def test_answers_come_to_their_own_callers_in_any_order() -> None:
    turns = [anyio.Event() for _ in range(6)]

    async def wait(number: int) -> int:
        if number + 1 < len(turns):
            await turns[number + 1].wait()  # the last call is answered first
        turns[number].set()
        return number

    async def main() -> None:
        got: list[int] = []

        async def ask(here: Peer, number: int) -> None:
            assert await here.call("wait", number=number) == number
            got.append(number)

        async with (
            pair({"wait": wait}) as (here, _),
            anyio.create_task_group() as group,
        ):
            for number in range(len(turns)):
                group.start_soon(ask, here, number)
        assert got == [5, 4, 3, 2, 1, 0]

    anyio.run(main)


def test_each_side_may_ask_while_it_is_asked() -> None:
    async def main() -> None:
        one, other = socket.socketpair()
        async with (
            await UNIXSocketStream.from_socket(one) as left,
            await UNIXSocketStream.from_socket(other) as right,
            background() as start,
        ):
            ends: list[Peer] = []

            async def down(n: int) -> int:
                return 0 if n == 0 else 1 + int(await ends[1].call("up", n=n - 1))

            async def up(n: int) -> int:
                return 0 if n == 0 else 1 + int(await ends[0].call("down", n=n - 1))

            ends[:] = [
                Peer(left, {"up": up}, start),
                Peer(right, {"down": down}, start),
            ]
            for end in ends:
                start(end.serve)
            with anyio.fail_after(PATIENCE_S):
                assert await ends[0].call("down", n=50) == 50

    anyio.run(main)


def test_twenty_megabytes_go_there_and_back() -> None:
    async def main() -> None:
        text = "é\n" + "x" * (20 << 20)
        async with pair({"echo": echo}) as (here, _):
            assert await here.call("echo", text=text) == {"text": text}

    anyio.run(main)


def test_a_cancelled_call_leaves_the_talk_whole() -> None:
    async def slow() -> str:
        await anyio.sleep(0.2)
        return "late"

    async def main() -> None:
        async with pair({"slow": slow, "echo": echo}) as (here, _):
            with anyio.move_on_after(0.02) as waited:
                await here.call("slow")
            assert waited.cancelled_caught
            assert await here.call("echo", n=1) == {"n": 1}
            await anyio.sleep(0.4)  # the late answer comes, to nobody
            assert await here.call("echo", n=2) == {"n": 2}

    anyio.run(main)


def test_one_that_hangs_up_while_a_call_waits_is_gone_and_stays_gone() -> None:
    async def main() -> None:
        async with raw() as (here, bare):

            async def hang_up() -> None:
                await bare.receive()
                await bare.aclose()

            async with anyio.create_task_group() as group:
                group.start_soon(hang_up)
                with pytest.raises(PeerGone):
                    await here.call("anything")
            for _ in range(3):
                with pytest.raises(PeerGone):
                    await here.call("again")

    anyio.run(main)


def test_one_that_hangs_up_before_its_answer_is_ready_takes_nothing_along() -> None:
    """Its answer has nobody to go to: no error of the side that made it."""

    async def main() -> None:
        answered = anyio.Event()

        async def slow() -> str:
            await anyio.sleep(0.1)
            answered.set()
            return "x" * 100_000

        async with raw({"slow": slow}) as (here, bare):
            await bare.send(b'{"ask": 1, "op": "slow", "with": {}}\n')
            await anyio.sleep(0.02)
            await bare.aclose()
            await answered.wait()
            await anyio.sleep(0.1)  # the block goes on
            with pytest.raises(PeerGone):
                await here.call("anything")

    anyio.run(main)


NESTED = b"[" * 100_000 + b"]" * 100_000
GARBAGE = [
    b"garbage\n",
    b"\xff\xfe\x00\x01\n",
    b"\n",
    b"[]\n",
    b"null\n",
    b"3\n",
    b'"re"\n',
    b"NaN\n",
    NESTED + b"\n",
    b'{"re": 1, "is": ' + NESTED + b"}\n",
    b'{"re": ' + b"9" * 5000 + b"}\n",
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda line: line[:12].decode("latin"))
def test_garbage_ends_the_talk_and_nothing_else(garbage: bytes) -> None:
    async def main() -> None:
        async with raw() as (here, bare):

            async def send() -> None:
                await bare.receive()
                await bare.send(garbage)

            async with anyio.create_task_group() as group:
                group.start_soon(send)
                with pytest.raises(PeerGone):
                    await here.call("anything")

    anyio.run(main)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["ask", "op", "with", "re", "is", "error", "echo", "UsageError"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["ask", "op", "with", "re", "is", "error", "other"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.lists(JUNK, max_size=4))
def test_whatever_is_sent_a_call_ends_with_an_error_that_is_known(
    sent: list[Any],
) -> None:
    async def main() -> None:
        async with raw({"echo": echo}) as (here, bare):

            async def send() -> None:
                await bare.receive()
                for each in sent:
                    await bare.send(json.dumps(each).encode() + b"\n")
                await bare.send_eof()

            async with anyio.create_task_group() as group:
                group.start_soon(send)
                with suppress(AssayError, Fault):
                    await here.call("anything")

    anyio.run(main)


@pytest.mark.parametrize(
    "told",
    [None, [], ["UsageError"], [1, 2], {"a": 1}, ["UsageError", 7], ["__doc__", "x"],
     ["AssayError", "x", "y"], "UsageError", [["UsageError"], "x"], ["os", ""]],
)  # fmt: skip
def test_an_error_of_no_known_form_is_a_fault(told: Any) -> None:
    async def main() -> None:
        async with raw() as (here, bare):

            async def send() -> None:
                await bare.receive()
                await bare.send(json.dumps({"re": 1, "error": told}).encode() + b"\n")

            async with anyio.create_task_group() as group:
                group.start_soon(send)
                with pytest.raises(Fault):
                    await here.call("anything")

    anyio.run(main)


PROBLEM = Problem(
    id="p", statement="Write f.", io_mode=IOMode.FUNCTION, entry_point="f"
)


async def arms_call(folder: Path, source: str, then: Callable[[Peer], Any]) -> None:
    """Start a real arms' process without its wall, and have it play a recipe."""

    async def generate(attempt: str, request: Any) -> str:
        await anyio.sleep(0.3)
        usage = Usage(prompt_tokens=1, completion_tokens=1)
        stop = FinishReason.STOP
        return pickled(
            Completion(text="x", finish_reason=stop, usage=usage, seconds=0.0)
        )

    async def count(attempt: str, request: Any) -> int:
        return 1

    settings = {"confine": False, "folder": str(folder), "bait": str(folder / "bait")}
    handlers = {"generate": generate, "count": count}
    with anyio.fail_after(PATIENCE_S):
        async with open_peer("assay.bench.arms_child", settings, handlers) as peer:
            assert (await peer.call("state"))["confined"] is False
            with pytest.raises(PeerGone):
                await peer.call(
                    "play",
                    attempt="a",
                    kind="recipe",
                    problem=pickled(PROBLEM),
                    identity=pickled(ModelIdentity(name="m", engine="e")),
                    isolation=pickled(Isolation(tier="t", guarantees=frozenset())),
                    how=asdict(Playing(arm="recipe:f.py", source=source)),
                )
            await then(peer)


KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
EXIT = "raise SystemExit(0)\n"
OS_EXIT = "import os\nos._exit(0)\n"
LATER = (
    "import os, threading\n"
    "threading.Timer(0.1, os._exit, (0,)).start()\n"
    "def recipe(usual):\n    return usual\n"
)  # dies while the steward answers it


@pytest.mark.parametrize("source", [KILL, EXIT, OS_EXIT, LATER])
def test_a_process_that_dies_while_a_call_waits_is_gone(
    tmp_path: Path, source: str
) -> None:
    async def then(peer: Peer) -> None:
        await anyio.sleep(0.5)  # what it asked before is answered, to nobody
        with pytest.raises(PeerGone):
            await peer.call("state")

    anyio.run(arms_call, tmp_path, source, then)
