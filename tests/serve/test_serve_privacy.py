"""What is told to whom: the log, visitors from elsewhere, other keys and sessions."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.errors import EnvironmentFault, ModelUnavailable
from assay.serve.contents import CONTENTS_LOG, Contents
from assay.serve.faults import refusal_for
from assay.serve.keys import KeyFile
from assay.serve.logs import WithoutContents, request_number
from assay.serve.pages import Looks
from assay.serve.pages.access import Visitor, here, looking
from assay.serve.solves import State
from assay.types.results import RunReport, SolveRecord
from report.made_up import ARMS, made_up_run, made_up_solve
from serve.paging import get, post, shown, text, token_in
from serve.raw_asking import ask, chat
from serve.running_server import TASK, Running, Slow, eventually, running

SECRET = "the words of a request"
ELSEWHERE = {"x-forwarded-for": "192.0.2.7"}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyFile]:
    file = KeyFile(tmp_path / "keys.sqlite", create=True)
    yield file
    file.close()


def signed_in(server: Running, secret: str) -> dict[str, str]:
    reply = post(server, "/login", key=secret)
    assert reply.status == 303
    return {"cookie": reply.headers["set-cookie"].partition(";")[0]}


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


# The log


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ValueError(SECRET), "internal_error", "request {} failed"),
        (
            ModelUnavailable(f"'{SECRET}' was refused"),
            "unavailable",
            "request {} failed: ModelUnavailable (503)",
        ),
        (EnvironmentFault("no port 9"), "unavailable", "request {} failed: no port 9"),
    ],
)
def test_a_fault_stands_in_the_log_under_the_answer_s_number(
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    code: str,
    told: str,
    stream: bool,
) -> None:
    def fails(request: object) -> str:
        raise error

    with running(fails) as server:
        reply = ask(server.port, chat(TASK, stream=stream))
        server.settle()
    body = reply.events[-1] if stream else reply.json
    assert body["error"]["code"] == code
    number = reply.headers["x-request-id"]
    lines = [r for r in caplog.records if number in r.getMessage()]
    assert [told.format(number) in r.getMessage() for r in lines] == [True]
    written = [WithoutContents("%(message)s").format(each) for each in caplog.records]
    assert not [line for line in written if SECRET in line]


def test_the_log_tells_where_an_exception_was_and_not_what_it_says() -> None:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError as error:
        found = (type(error), error, error.__traceback__)
        record = logging.LogRecord("a", 40, "", 1, "request %s", ("5",), found)
    line = WithoutContents("assay: %(message)s").format(record)
    assert line.startswith("assay: request 5\n")
    assert "builtins.KeyError\nraised from:\n" in line
    assert line.count("int(SECRET)") == 1, "the source is ours"
    assert SECRET not in line


def test_contents_are_logged_where_that_was_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"so: " + body})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"a\nb"}

    async def send(message: Any) -> None:
        pass

    async def run() -> None:
        request_number.set("12")
        for path in ("/v1/completions", "/login"):
            await Contents(echo)({"type": "http", "path": path}, receive, send)

    with caplog.at_level(logging.INFO, CONTENTS_LOG):
        anyio.run(run)
    assert caplog.messages == [
        r"request 12 asked: 'a\nb'",
        r"request 12 was answered: 'so: a\nb'",
    ]


def test_what_an_endpoint_said_is_logged_where_contents_are(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, CONTENTS_LOG):
        refusal_for(ModelUnavailable(SECRET))
    assert caplog.messages == [f"request none failed: {SECRET}"]


# Visitors from elsewhere


class FaultyRuns:
    folder = "/home/me/runs"

    def rows(self) -> list[dict[str, Any]]:
        return []

    def report(self, name: str) -> Any:
        raise EnvironmentFault(f"cannot read '/home/me/runs/{name}'")

    def solve(self, name: str, task: str, arm: str, seed: int) -> Any:
        return self.report(name)

    def compared(self, a: str, b: str) -> Any:
        return self.report(a)


def test_who_is_elsewhere_sees_no_file_and_no_address_of_this_computer() -> None:
    looks = Looks(runs=FaultyRuns())
    paths = {"/queue": "127.0.0.1:9", "/runs": "/home/me", "/runs/a": "/home/me"}
    with shown(looks=looks) as server:
        for path, place in paths.items():
            assert place in text(get(server, path)), path
            for headers in (ELSEWHERE, {"host": "192.0.2.1"}):
                found = text(get(server, path, **headers))
                assert place not in found, path
        assert "[...]" in text(get(server, "/runs/a", **ELSEWHERE))


PLACES = ("http://10.0.0.7/v1", "/home/me/engine.log")
TOLD = f"{PLACES[0]} gave no answer, see {PLACES[1]}"


class TellingRuns(FaultyRuns):
    def report(self, name: str) -> RunReport:
        report = made_up_run(12, (ARMS[0], ARMS[3]))
        attempts = tuple(replace(each, reason=TOLD) for each in report.attempts)
        return replace(report, attempts=attempts)

    def solve(self, name: str, task: str, arm: str, seed: int) -> SolveRecord:
        record = made_up_solve()
        attempt = replace(record.attempt, stopped=f"a fault: {TOLD}", reason=TOLD)
        call = {"call": 9, "failed": TOLD}
        events = [
            {**each, "data": {**each["data"], "stopped": "", "reason": TOLD}}
            for each in record.events
        ]
        last = {"kind": "call", "at_s": 9.0, "data": call}
        return replace(record, attempt=attempt, events=(*events, last))


def test_who_is_elsewhere_reads_no_place_in_what_a_solve_says_of_a_fault() -> None:
    def fails(request: object) -> str:
        raise ModelUnavailable(TOLD)

    with shown(fails, looks=Looks(runs=TellingRuns())) as server:
        of_solve = post(server, "/solves", task=TASK).headers["location"]
        server.settle()
        for path in (of_solve, "/runs/a", "/runs/a/solve?task=t&arm=b&seed=0"):
            assert PLACES[0] in text(get(server, path)), path
            found = text(get(server, path, **ELSEWHERE))
            assert not [each for each in PLACES if each in found], path


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("open ~/x/y: no", "open [...]: no"),
        ("(/a/b.gguf)", "([...])"),
        ("openai https://u:p@h.example/v1?k=1", "openai [...]"),
        ("5 tokens/s, and/or 1 / 2", "5 tokens/s, and/or 1 / 2"),
    ],
)
def test_places_are_left_out_and_words_are_not(told: str, wanted: str) -> None:
    assert here(told) == wanted
    token = looking.set(Visitor(is_here=True))
    assert here(told) == told
    looking.reset(token)


# Keys and sessions


def test_a_form_s_token_is_of_one_session(keys: KeyFile) -> None:
    ann, bob = keys.create("ann"), keys.create("bob")
    with shown(keys=keys) as server:
        of_ann, of_bob = signed_in(server, ann), signed_in(server, bob)
        again = signed_in(server, ann)
        login = token_in(get(server, "/login"))
        tokens = [token_in(get(server, "/", **each)) for each in (of_ann, of_bob)]
        for wrong in (login, tokens[1], ""):
            reply = post(server, "/solves", token=wrong, headers=of_ann, task=TASK)
            assert reply.status == 403
        assert post(server, "/logout", token=tokens[0], headers=again).status == 403
        assert post(server, "/login", token=login, key=ann).status == 403, "no cookie"
        assert post(server, "/logout", token=tokens[0], headers=of_ann).status == 303


def test_a_key_made_anew_sees_nothing_of_the_old_one_of_its_name(keys: KeyFile) -> None:
    old = keys.create("ann")
    with shown(keys=keys) as server:
        of_old = signed_in(server, old)
        path = post(server, "/solves", headers=of_old, task=TASK).headers["location"]
        server.settle()
        assert get(server, path, **of_old).status == 200
        keys.revoke("ann")
        of_new = signed_in(server, keys.create("ann"))
        assert get(server, path, **of_new).status == 404
        assert path not in text(get(server, "/", **of_new))


def test_a_solve_that_a_page_began_ends_with_its_key(keys: KeyFile) -> None:
    model = Slow()
    with shown(model, keys=keys) as server:
        cookie = signed_in(server, keys.create("ann"))
        post(server, "/solves", headers=cookie, task=TASK)
        eventually(lambda: model.asked)
        keys.revoke("ann")
        server.settle()
        assert [job.state for job in server.jobs] == [State.CANCELLED]
        assert model.left == 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_ends_soon_after_its_key(keys: KeyFile, stream: bool) -> None:
    model, secret = Slow(), keys.create("ann")
    with running(model, keys=keys) as server:
        with ThreadPoolExecutor(1) as pool:
            body = chat(TASK, stream=stream)
            asked = pool.submit(ask, server.port, body, headers=bearer(secret))
            eventually(lambda: model.asked)
            revoked_s = time.monotonic()
            keys.revoke("ann")
            told = asked.result(30).body
        assert time.monotonic() - revoked_s < 4.0, "no heartbeat was waited for"
        assert b"the key was revoked while the answer was made" in told
        server.settle()
        assert model.left == 1


def test_the_loop_goes_on_while_somebody_holds_the_file_of_keys(
    keys: KeyFile, tmp_path: Path
) -> None:
    secret = keys.create("ann", 10_000)
    path = tmp_path / "keys.sqlite"
    with running(keys=keys) as server, ThreadPoolExecutor(1) as pool:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            asked = pool.submit(ask, server.port, chat(TASK), headers=bearer(secret))
            healthy = [
                ask(server.port, path="/health", method="GET").status for _ in range(3)
            ]
            assert (healthy, asked.done()) == ([200] * 3, False)
            other.execute("ROLLBACK")
        assert asked.result(30).status == 200
