"""The sockets of a model's endpoint: only the configured host is ever contacted."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx2

from assay.errors import ConfigError, ModelUnavailable
from assay.models.address import Address
from assay.models.refusals import Answer, Refusals
from assay.models.retries import TransientFault

_MOST_BYTES = 4_194_304  # of an answer that is not streamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """The answer to a request that was passed on: its head, and its body to come."""

    status: int
    content_type: str
    retry_after: str  # as it was said; empty where it was not
    pieces: AsyncGenerator[bytes, None]


class Connection:
    """Asks one endpoint, and says of each failure whether it may pass.

    What is covered: proxies of the environment are not used and redirects are not
    followed, so no other host sees a prompt or the key. What is not covered: what the
    endpoint itself does with a prompt.
    """

    def __init__(
        self,
        address: Address,
        *,
        api_key: str | None,
        connect_timeout_s: float,
        idle_timeout_s: float,
    ) -> None:
        self.address = address
        self._refusals = Refusals(base=address.base, has_key=bool(api_key))
        self._short_timeout = httpx2.Timeout(min(connect_timeout_s, idle_timeout_s))
        self._client = httpx2.AsyncClient(
            headers=_headers(api_key),
            # `read` bounds the silence between two pieces, not the whole answer
            timeout=httpx2.Timeout(
                idle_timeout_s, connect=connect_timeout_s, pool=None
            ),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close every socket."""
        await self._client.aclose()

    async def get(self, url: str) -> Any:
        """Return the JSON at `url`, or None if the endpoint has no such page (404).

        Raises:
            TransientFault: asking again may help.
            ModelUnavailable: it will not.
        """
        with self._faults():
            async with self._client.stream(
                "GET", url, timeout=self._short_timeout
            ) as response:
                if response.status_code in (404, 405, 501):
                    return None
                if response.status_code != 200:
                    raise self._refusals.of_status(await _answer(response), 0)
                return self._refusals.parse_json((await _answer(response)).text)

    async def probe(
        self, url: str, body: dict[str, Any] | None = None, *, patient: bool = False
    ) -> Any:
        """Return the JSON that `url` answers, or None if anything is in the way.

        For questions that an endpoint may not know, and that can go unanswered.
        `patient` waits as long as for a completion.
        """
        method = "GET" if body is None else "POST"
        timeout = self._client.timeout if patient else self._short_timeout
        try:
            response = await self._client.request(
                method, url, json=body, timeout=timeout
            )
            return response.json() if response.status_code == 200 else None
        except (httpx2.HTTPError, ValueError, RecursionError):
            return None

    @asynccontextmanager
    async def forward(self, path: str, body: bytes) -> AsyncGenerator[Forwarded, None]:
        """Post JSON as it stands, and give the answer's bytes as they come.

        Any status is an answer. Leaving the block closes the socket of a stream.

        Args:
            path: Below the address's base, e.g. `/embeddings`.

        Raises:
            TransientFault, ModelUnavailable: before there was an answer. The pieces
                raise TransientFault where the connection is lost.
        """
        url = f"{self.address.base}{path}"
        headers = {"content-type": "application/json"}
        with self._faults():
            async with self._client.stream(
                "POST", url, content=body, headers=headers
            ) as response:
                yield Forwarded(
                    status=response.status_code,
                    content_type=response.headers.get("content-type", ""),
                    retry_after=response.headers.get("retry-after", ""),
                    pieces=self._pieces(response),
                )

    async def _pieces(self, response: httpx2.Response) -> AsyncGenerator[bytes, None]:
        with self._faults():
            async for piece in response.aiter_bytes():
                yield piece

    async def chat(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the chunks of a streamed answer; end only where the stream said so.

        Close the generator to close the socket: the server then stops generating.

        Raises:
            TransientFault: asking again may help; the stream was cut, for one.
            ModelUnavailable, ContextLengthExceeded: it will not.
        """
        url = f"{self.address.base}/chat/completions"
        max_tokens = int(body.get("max_tokens", 0))
        with self._faults():
            async with self._client.stream("POST", url, json=body) as response:
                await self._require_events(response, max_tokens)
                async with aclosing(_events(response)) as events:
                    async for event in events:
                        if event.data.strip() == "[DONE]":
                            return
                        yield self._parse_chunk(event.data, max_tokens)
        raise TransientFault("the stream was cut before its end")

    async def _require_events(self, response: httpx2.Response, max_tokens: int) -> None:
        if response.status_code != 200:
            raise self._refusals.of_status(await _answer(response), max_tokens)
        kind = response.headers.get("content-type", "").partition(";")[0]
        if kind.strip().lower() != "text/event-stream":
            raise self._refusals.of_content(await _answer(response), max_tokens)

    def _parse_chunk(self, data: str, max_tokens: int) -> dict[str, Any]:
        chunk = self._refusals.parse_json(data)
        if not isinstance(chunk, dict):
            raise self._refusals.wrong(f"a chunk that is no object: {data[:80]!r}")
        if chunk.get("error"):
            raise self._refusals.error_object(data, max_tokens)
        return chunk

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.SSEError, httpx2.DecodingError) as error:
            raise self._refusals.wrong(f"what cannot be read ({error})") from error
        except httpx2.TransportError as error:
            if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
                raise ModelUnavailable(
                    f"no secure connection to {self.address.base} ({error}); check its "
                    f"certificate, or give http:// if it has none"
                ) from error
            raise TransientFault(_reason(error)) from error


def _headers(api_key: str | None) -> dict[str, str]:
    # identity: a compressing proxy would hold back what is to be streamed
    headers = {"accept-encoding": "identity", "user-agent": "assay"}
    if not api_key:
        return headers
    if not (api_key.isascii() and api_key.isprintable()):
        raise ConfigError(
            "ASSAY_API_KEY holds a line break or a character outside ASCII; set it to "
            "the key alone"
        )
    return headers | {"authorization": f"Bearer {api_key}"}


def _events(
    response: httpx2.Response,
) -> AsyncGenerator[httpx2.ServerSentEvent, None]:
    events = aiter(httpx2.EventSource(response))
    return cast("AsyncGenerator[httpx2.ServerSentEvent, None]", events)


async def _answer(response: httpx2.Response) -> Answer:
    start = bytearray()
    async for piece in response.aiter_bytes():
        start += piece
        if len(start) >= _MOST_BYTES:
            break
    return Answer(
        status=response.status_code,
        headers=response.headers,
        text=start.decode("utf-8", "replace"),
    )


def _reason(error: httpx2.TransportError) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return "connecting took too long"
    if isinstance(error, httpx2.TimeoutException):
        timeouts = error.request.extensions.get("timeout", {})
        return f"nothing came for {timeouts.get('read', 0):g} s"
    if not isinstance(error, httpx2.ConnectError):
        return "the connection was cut"
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        return "connection refused"
    return str(error) or "no connection"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
