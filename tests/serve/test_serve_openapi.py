"""The description of the server, and short forms of what is fuzzed for longer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from starlette.routing import Route, Router

from assay.serve.app import Server
from assay.serve.openapi import description
from assay.serve.origins import rules_for
from assay.serve.pages import page_routes
from assay.serve.wire.apis import APIS
from assay.serve.wire.errors import Refused
from serve.broken_requests import made, request
from serve.fuzzed_server import temporary_key
from serve.raw_asking import ask, chat, raw
from serve.running_server import CHAT, running

FUZZERS = Path(__file__).parents[2] / "benchmarks" / "serve"
LABELLED = FUZZERS / "requests.jsonl"
SHAPES = sorted((Path(__file__).parent / "shapes").glob("*.json"))
REQUESTS = {
    "/v1/chat/completions": "ChatCompletionRequest",
    "/v1/completions": "CompletionRequest",
    "/v1/responses": "ResponseRequest",
    "/v1/messages": "MessageRequest",
}
WORDS = [{"role": "user", "content": "a"}]
IMAGE = {"type": "base64", "media_type": "image/png", "data": ""}


def schema(name: str) -> jsonschema_rs.Validator:
    """Tells whether a value is what a schema of the description says."""
    parts = description(has_keys=False)["components"]
    root = {"$ref": f"#/components/schemas/{name}", "components": parts}
    return jsonschema_rs.validator_for(root)


def is_read(path: str, body: dict[str, Any]) -> bool:
    """Whether a request is taken."""
    (api,) = (each for each in APIS if each.path == path)
    try:
        api.read(json.dumps(body).encode(), {})
    except Refused:
        return False
    return True


def routes() -> dict[str, set[str]]:
    """The paths that the application has for programs, and their methods."""
    server = Server(lambda: pytest.fail("it is not opened"))
    inner: Any = server.app(rules_for("127.0.0.1"))
    while not isinstance(inner, Router):
        inner = inner._app  # behind its guards, and what answers faults
    pages = {route.path for route in page_routes(lambda: server.service)}
    found: dict[str, set[str]] = {}
    for route in inner.routes:
        assert isinstance(route, Route)
        if route.path not in pages:
            path = route.path.replace(":path}", "}")
            found.setdefault(path, set()).update(route.methods or ())
    return found


def test_every_route_is_described_and_nothing_else_is() -> None:
    described = {
        path: {method.upper() for method in operations}
        for path, operations in description(has_keys=True)["paths"].items()
    }
    assert described == {path: kinds - {"HEAD"} for path, kinds in routes().items()}
    assert {api.path for api in APIS} == REQUESTS.keys() <= described.keys()


@pytest.mark.parametrize("has_keys", [True, False])
def test_it_is_valid(has_keys: bool) -> None:
    found = description(has_keys=has_keys)
    schemathesis.openapi.from_dict(found).validate()
    for name in found["components"]["schemas"]:
        jsonschema_rs.meta.validate(found["components"]["schemas"][name])
        schema(name)  # raises where it refers to what is not there
    assert ("security" in found) is has_keys


def test_it_is_served_to_anybody_also_before_the_model_is_there() -> None:
    with temporary_key() as (keys, secret), running(keys=keys) as server:
        reply = ask(server.port, path="/openapi.json", method="GET")
        assert reply.status == 200
        assert reply.json == description(has_keys=True)
        assert ask(server.port, path="/v1/models", method="GET").status == 401
        for header in ("x-api-key", "api-key", "authorization"):
            value = f"Bearer {secret}" if header == "authorization" else secret
            own = {"authorization": "", header: value}
            reply = ask(server.port, path="/v1/models", method="GET", headers=own)
            assert reply.status == 200
            assert schema("Models").is_valid(reply.json)


def test_what_clients_send_is_as_described() -> None:
    chats = schema("ChatCompletionRequest")
    for row in map(json.loads, LABELLED.read_text(encoding="utf-8").splitlines()):
        assert chats.is_valid(row["body"]), row["id"]
    for path in SHAPES:
        shape = json.loads(path.read_text(encoding="utf-8"))
        assert schema(REQUESTS[shape["path"]]).is_valid(shape["body"]), path.name


@pytest.mark.parametrize(
    ("path", "body", "is_right"),
    [
        ("/v1/chat/completions", chat(CHAT, n=2.0, max_tokens=-1), True),
        ("/v1/chat/completions", chat(CHAT, n=2.5), False),
        ("/v1/chat/completions", chat(CHAT, stop=["a"] * 5), False),
        ("/v1/chat/completions", chat(CHAT, assay={"budget": "time=2m"}), True),
        ("/v1/chat/completions", chat(CHAT, assay={"budget": "much"}), False),
        ("/v1/chat/completions", chat(CHAT, assay={"route": "by air"}), False),
        ("/v1/chat/completions", {"messages": []}, False),
        (
            "/v1/chat/completions",
            {"messages": [{"role": "assistant", "tool_calls": []}]},
            True,
        ),
        ("/v1/chat/completions", {"messages": [{"role": "assistant"}]}, False),
        ("/v1/completions", {"prompt": ["a"]}, True),
        ("/v1/completions", {"prompt": ["a", "b"]}, False),
        ("/v1/completions", {"prompt": "a", "echo": True}, False),
        ("/v1/responses", {"input": [{"type": "reasoning"}]}, False),
        ("/v1/responses", {"input": WORDS}, True),
        ("/v1/responses", {"input": [{**WORDS[0], "type": ""}]}, False),
        ("/v1/responses", {"input": "a", "previous_response_id": "r"}, False),
        ("/v1/messages", {"messages": WORDS, "max_tokens": 9}, True),
        ("/v1/messages", {"messages": WORDS}, False),
        (
            "/v1/messages",
            {"messages": [{"role": "user", "content": []}], "max_tokens": 9},
            True,
        ),
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "messages": [
                    {"role": "user", "content": [{"type": "image", "source": IMAGE}]}
                ],
            },
            True,
        ),
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "tool_use", "name": "a", "id": "b"}],
                    }
                ],
            },
            False,
        ),
    ],
)
def test_what_is_described_is_what_is_read(
    path: str, body: dict[str, Any], is_right: bool
) -> None:
    assert schema(REQUESTS[path]).is_valid(body) is is_right
    assert is_read(path, body) is is_right


def test_what_turns_out_to_be_no_http_is_told_so_and_to_head_without_a_body(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running() as server:
        for method, has_body in (("GET", True), ("HEAD", False)):
            head = request(method, "/health", None, "Transfer-Encoding: chunked")
            told = raw(server.port, head + b"no chunk\r\n")
            assert told.startswith(b"HTTP/1.1 400 ")
            assert told.endswith(b"\r\n\r\n") is not has_body
        server.settle()
    assert not [each for each in caplog.records if each.exc_info]


def test_a_case_on_the_socket_is_the_same_each_time() -> None:
    assert [made(1, n) for n in range(50)] == [made(1, n) for n in range(50)]
    assert made(1, 7).pieces != made(2, 7).pieces


@pytest.mark.parametrize(
    "command",
    [["fuzz_socket.py", "--cases", "160"], ["fuzz_schema.py", "--examples", "2"]],
)
def test_a_short_fuzz_finds_nothing(command: list[str], tmp_path: Path) -> None:
    script, *options = command
    ended = subprocess.run(
        [sys.executable, str(FUZZERS / script), *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    assert "nothing was found" in ended.stdout
