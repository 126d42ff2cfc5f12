"""What the measurements of `assay serve` share: processes, streams, intervals."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

PATH = "/v1/chat/completions"
PATIENCE_S = 60.0
N_RESAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the paced endpoint answers, where the server before it, and its process."""

    direct: int
    through: int
    server_pid: int


@contextmanager
def served(*options: str) -> Iterator[Ports]:
    """Run the paced endpoint and `assay serve` before it, each in its own process."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        paced = [sys.executable, str(Path(__file__).with_name("paced.py"))]
        behind = stack.enter_context(_process(paced, home))
        assert behind.stdout is not None
        direct, through = int(behind.stdout.readline()), _free_port()
        assay = str(Path(sys.executable).parent / "assay")
        words = ["--upstream", f"http://127.0.0.1:{direct}/v1", "--port", str(through)]
        own = stack.enter_context(_process([assay, "serve", *words, *options], home))
        _wait_until_ready(f"http://127.0.0.1:{through}/ready", own)
        yield Ports(direct=direct, through=through, server_pid=own.pid)


@contextmanager
def _process(command: list[str], home: str) -> Iterator[subprocess.Popen[bytes]]:
    homes = {"XDG_STATE_HOME": home, "XDG_CACHE_HOME": home}
    with subprocess.Popen(
        command,
        env={**os.environ, **homes},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError as error:
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError(f"the server is not ready: {error}") from error
            time.sleep(0.1)


class Stream:
    """One answer as it came, and when: seconds since it was asked for."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.arrivals: list[float] = []
        self.first_s = 0.0
        self.ended = asyncio.get_running_loop().create_future()
        self._asked = time.perf_counter()

    def come(self, data: bytes) -> None:
        """Note a piece; the last one ends it."""
        self.arrivals.append(time.perf_counter() - self._asked)
        self.text += data
        if not self.first_s and b"data: " in self.text:
            self.first_s = self.arrivals[-1]
        is_refused = not self.text.startswith(b"HTTP/1.1 200")
        if is_refused or self.text.endswith(b"\r\n0\r\n\r\n"):
            self.end()

    def end(self) -> None:
        """Wait no longer. Whether it is whole shows in its text."""
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def n_words(self) -> int:
        """Events that have a word."""
        return self.text.count(b'" word"')

    @property
    def is_whole(self) -> bool:
        """Whether its last event came."""
        return b"data: [DONE]\n\n" in self.text

    @property
    def words_a_second(self) -> float:
        """How fast the words came, from the first to the end."""
        return self.n_words / (self.arrivals[-1] - self.first_s)


class Line(asyncio.Protocol):
    """A connection that is kept from one answer to the next, as clients keep theirs."""

    def __init__(self) -> None:
        self._stream: Stream | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        """Note what came of an answer."""
        if self._stream is not None:
            self._stream.come(data)

    def connection_lost(self, error: Exception | None) -> None:
        """End what was cut off."""
        if self._stream is not None:
            self._stream.end()

    async def ask(self, request: bytes) -> Stream:
        """Send a request, and read its whole answer."""
        assert not self._out.is_closing(), "the connection was not kept"
        self._stream = stream = Stream()
        self._out.write(request)
        await stream.ended
        return stream

    def close(self) -> None:
        """Hang up."""
        self._out.close()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Line]:
    """Hold a connection for a block."""
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Line, "127.0.0.1", port)
    try:
        yield line
    finally:
        line.close()


def post(question: str, *, route: str = "") -> bytes:
    """The bytes of a request for a streamed answer."""
    message = {"role": "user", "content": question}
    body = {"model": "paced", "messages": [message], "stream": True}
    text = json.dumps(body).encode()
    more = f"x-assay-route: {route}\r\n" if route else ""
    head = (
        f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n{more}"
        f"content-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def interval(
    values: Sequence[float], statistic: Callable[[Sequence[float]], float] = median
) -> tuple[float, float, float]:
    """A statistic and its 95 % interval, by the percentile bootstrap.

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0, 1.0)
    """
    draw = Random(0).choices
    drawn = sorted(statistic(draw(values, k=len(values))) for _ in range(N_RESAMPLES))
    low, high = drawn[N_RESAMPLES // 40], drawn[-1 - N_RESAMPLES // 40]
    return statistic(values), low, high


def p99(values: Sequence[float]) -> float:
    """The value that at most one in a hundred exceeds.

    >>> p99(range(1, 201))
    198
    """
    return sorted(values)[-1 - len(values) // 100]


def processor_s(pid: int) -> float:
    """Processor time that a process has had, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Memory of a process, with what it shares."""
    told = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2]
    return int(told.split()[0]) / 1024


def conditions() -> str:
    """What the figures were taken on."""
    load = os.getloadavg()[0]
    python = ".".join(map(str, sys.version_info[:3]))
    n_cores = len(os.sched_getaffinity(0))
    return f"{n_cores} cores, Python {python}, load {load:.1f} before it began"
