"""Bytes that are no requests, or not quite, and ways to send them."""

from __future__ import annotations

import json
import random
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from serve.raw_asking import CHAT_PATH, chat
from serve.running_server import CHAT, TASK

CLOSES_S = 20.0  # until the server hangs up on who has
QUIET_S = 0.15  # then nothing more is thought to come
MOST_READ = 1 << 20

_GETS = (
    *("/", "/health", "/ready", "/metrics", "/openapi.json", "/v1/models"),
    *("/v1/models/scripted", "/v1//models/", "/queue", "/solves/none", "/login"),
    *("/static/style.css", "/solves?x=1", "/runs/..%2f..%2fetc", "/%00%ff"),
)
_WORDS = [{"role": "user", "content": "hi"}]
_POSTS: tuple[tuple[str, object], ...] = (
    (CHAT_PATH, chat(CHAT)),
    (CHAT_PATH, chat(CHAT, stream=True)),
    (CHAT_PATH, chat(TASK, stream=True)),
    (CHAT_PATH, chat(TASK, n=3, assay={"budget": "calls=2"})),
    ("/v1/completions", {"prompt": TASK, "stream": True}),
    ("/v1/responses", {"input": CHAT, "stream": True}),
    ("/v1/responses", {"input": TASK}),
    ("/v1/messages", {"messages": _WORDS, "max_tokens": 9, "stream": True}),
    ("/v1/messages/count_tokens", {"messages": _WORDS}),
    ("/v1/embeddings", {"input": ["a"]}),
)
_FORM = b"task=double&token=none"
_TOKENS = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b":",
        b"\xff\xfe",
        b"\x80",
    ),
    *(b"HTTP/1.1", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.0", b"%00", b"%2e%2e/", b"//"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Host: a\r\n"),
    *(b"Connection: upgrade\r\nUpgrade: websocket\r\n", b"Upgrade: h2c\r\n"),
    *(b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"TE: trailers\r\n"),
    *(b"Content-Encoding: gzip\r\n", b"Origin: null\r\n", b"Cookie: a=b; \xff\r\n"),
    *(
        b"x-assay-budget: \x01\r\n",
        b"x-assay-route: search\r\n",
        b"Range: bytes=0-\r\n",
    ),
    *(b"{", b"}", b"[", b'"', b"null", b"1e999", b"-1", b"\\ud800", b"NaN"),
)
_PREFACES = (
    b"GET /\r\n",  # HTTP/0.9
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
    b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"CONNECT a:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET http://evil/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"\r\n" * 20,
    b"SSH-2.0-OpenSSH_9\r\n",
)


class Manner(StrEnum):
    """How a client behaves once it has sent what it has."""

    HALF = "half-closes and reads to the end"
    READ = "reads until nothing comes, and closes"
    CLOSE = "closes at once"
    RESET = "resets the connection"
    UNREAD = "waits, and reads nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is sent, piece by piece, and how it ends."""

    number: int
    pieces: tuple[bytes, ...]
    pause_s: float
    manner: Manner


@dataclass(slots=True, kw_only=True)
class Exchanged:
    """What came of a case."""

    case: Case
    answer: bytes = b""
    faults: list[str] = field(default_factory=list)


def request(method: str, path: str, body: bytes | None = None, *more: str) -> bytes:
    """One whole request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *more]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def valid(chance: random.Random) -> bytes:
    """A request that would be answered."""
    kind = chance.random()
    if kind < 0.3:
        return request(chance.choice(("GET", "GET", "HEAD")), chance.choice(_GETS))
    if kind < 0.35:
        return request("POST", chance.choice(("/solves", "/login")), _FORM)
    path, body = chance.choice(_POSTS)
    return request("POST", path, json.dumps(body).encode())


def made(seed: int, number: int) -> Case:
    """The case of that number, always the same."""
    chance = random.Random(f"{seed}:{number}")
    data = valid(chance)
    for _ in range(chance.randint(0, 3)):
        data = chance.choice(_CHANGES)(chance, data)
    n_pieces = chance.choice((1, 1, 1, 2, 3, 12))
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(n_pieces - 1))
    pieces = tuple(
        data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)
    )
    return Case(
        number=number,
        pieces=pieces,
        pause_s=chance.choice((0.0, 0.0, 0.002, 0.02)),
        manner=chance.choice((*Manner, *[Manner.READ] * 4)),
    )


def exchanged(port: int, case: Case) -> Exchanged:
    """Send a case, and check that the server does not wait for who has hung up."""
    found = Exchanged(case=case)
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=CLOSES_S) as connection:
        try:
            for piece in case.pieces:
                connection.sendall(piece)
                time.sleep(case.pause_s)
            _end(connection, case.manner, found)
        except TimeoutError:
            found.faults.append(f"it waited for more than {CLOSES_S:g} s")
        except OSError:
            pass  # it may hang up as soon as it has seen enough
    return found


def _end(connection: socket.socket, manner: Manner, found: Exchanged) -> None:
    if manner is Manner.HALF:
        connection.shutdown(socket.SHUT_WR)
        _read(connection, found)
    elif manner is Manner.READ:
        connection.settimeout(QUIET_S)
        with suppress(TimeoutError):
            _read(connection, found)
    elif manner is Manner.RESET:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    elif manner is Manner.UNREAD:
        time.sleep(QUIET_S)


def _read(connection: socket.socket, found: Exchanged) -> None:
    while len(found.answer) < MOST_READ and (piece := connection.recv(65536)):
        found.answer += piece


Change = Callable[[random.Random, bytes], bytes]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _truncated(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(1, len(data) + 1)]


def _inserted(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    return (
        data[:place] + chance.choice(_TOKENS) * chance.choice((1, 1, 9)) + data[place:]
    )


def _header_again(chance: random.Random, data: bytes) -> bytes:
    """A header line of its own, once or often more, before the others."""
    first, _, rest = data.partition(b"\r\n")
    lines = rest.partition(b"\r\n\r\n")[0].split(b"\r\n")
    line = chance.choice(
        [*lines, b"x: y", b"Content-Length: 7", b"Host: b", b" folded"]
    )
    return b"\r\n".join([first, *[line] * chance.choice((1, 2, 200)), rest])


def _wrong_length(chance: random.Random, data: bytes) -> bytes:
    wrong = (
        b"0",
        b"1",
        b"-1",
        b"+5",
        b"5, 5",
        b"1e3",
        b"99999999999999999999",
        b"",
        b"0x9",
    )
    head, found, body = data.partition(b"Content-Length: ")
    if not found:
        return head
    return head + found + chance.choice(wrong) + b"\r\n" + body.partition(b"\r\n")[2]


def _chunked(chance: random.Random, data: bytes) -> bytes:
    """The same body in chunks, or in something like them."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [each for each in head.split(b"\r\n") if b"Content-Length" not in each]
    chunk = b"%x\r\n" % len(body) + body + b"\r\n"
    ends = (
        b"0\r\n\r\n",
        b"0\r\nx: y\r\n\r\n",
        b"0\r\n",
        b"zz\r\n",
        b"-1\r\n\r\n",
        b"0;" * 99,
    )
    odd = (
        chunk,
        b"ffffffffffffffff\r\n" + body,
        b"5\r\n" + body,
        b"\r\n",
        b"1;a=b\r\n{\r\n",
    )
    sent = chance.choice((chunk, chunk, *odd)) + chance.choice(ends)
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + sent


def _huge(chance: random.Random, data: bytes) -> bytes:
    first, _, rest = data.partition(b"\r\n")
    size = chance.choice((8_000, 70_000, 300_000))
    kind = chance.randrange(3)
    if kind == 0:
        return first + b"\r\nx: " + b"a" * size + b"\r\n" + rest
    if kind == 1:
        return first.replace(b" HTTP", b"?" + b"q" * size + b" HTTP") + b"\r\n" + rest
    return first + b"\r\n" + b"x: y\r\n" * (size // 6) + rest


def _pipelined(chance: random.Random, data: bytes) -> bytes:
    return data + b"".join(valid(chance) for _ in range(chance.choice((1, 2, 20))))


def _then_garbage(chance: random.Random, data: bytes) -> bytes:
    return data + chance.randbytes(chance.choice((1, 20, 3000)))


def _random(chance: random.Random, data: bytes) -> bytes:
    return chance.randbytes(chance.choice((1, 9, 200, 5000)))


def _preface(chance: random.Random, data: bytes) -> bytes:
    return chance.choice(_PREFACES) + chance.choice((b"", data))


def _other_method(chance: random.Random, data: bytes) -> bytes:
    methods = (b"PUT", b"OPTIONS", b"TRACE", b"G\xc3\x84T", b"get", b"A" * 999, b"")
    return chance.choice(methods) + data[data.find(b" ") :]


def _odd_body(chance: random.Random, data: bytes) -> bytes:
    """A body of the length that is told, but of other bytes."""
    head, between, body = data.partition(b"\r\n\r\n")
    if not body:
        return data
    odd = (
        chance.randbytes(len(body)),
        b"[" * len(body),
        b'{"a":' + b"\xff" * (len(body) - 5),
        body.replace(b"user", b"us\0r"),
        body.replace(b'"', b"'"),
    )
    return head + between + chance.choice(odd)


_CHANGES: tuple[Change, ...] = (
    *(_flipped, _truncated, _inserted, _header_again, _wrong_length, _chunked, _huge),
    *(_pipelined, _then_garbage, _random, _preface, _other_method, _odd_body),
)
