"""One prompt computed once, for all slots of an engine.

llama.cpp keeps a prompt's keys and values in the slot that computed it, and samples of
one prompt in four slots compute it four times. A slot can be written to a file and read
into another: here the file is in the engine's own memory, and copying 240 tokens of
Qwen2.5-Coder-1.5B takes about 3 ms where computing them takes seconds on a small CPU.
"""

from __future__ import annotations

import os.path
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio

from assay.models.chunks import message_list
from assay.types import Message

if TYPE_CHECKING:
    import httpx2

ALIKE = 0.8  # of a prompt's text, from its start
_REMEMBERED = 16
_TIMEOUT_S = 300.0


class SharedPrefixes:
    """Copies a prompt to all idle slots when it is asked for a second time.

    A prompt that starts like one before it, but for a fifth at its end, counts as the
    same. What fails here costs time and nothing else, so it is passed over.
    """

    def __init__(self, address: str, api_key: str, slot_file: str) -> None:
        self._address, self._api_key = address, api_key
        self._slot_file = slot_file
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._shared: deque[str] = deque(maxlen=_REMEMBERED)
        self._sharing = anyio.Lock()
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Open the client."""
        import httpx2  # 100 ms

        self._client = httpx2.AsyncClient(
            base_url=self._address,
            headers={"Authorization": f"Bearer {self._api_key}"},
            trust_env=False,
            timeout=_TIMEOUT_S,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()

    async def prepare(self, messages: tuple[Message, ...]) -> None:
        """Before a call: see that idle slots hold its prompt, if that is worth it."""
        import httpx2

        text = _text(messages)
        async with self._sharing:
            if _is_alike(text, self._shared):
                return
            if not _is_alike(text, self._seen):
                self._seen.append(text)
                return
            try:
                await self._copy_to_idle_slots(messages)
            except (httpx2.HTTPError, KeyError, ValueError):
                return  # the engine is gone, or does not do this: the call will tell
            self._shared.append(text)

    def note(self, messages: tuple[Message, ...], *, was_cached: bool) -> None:
        """After a call: a prompt that was not found has been displaced meanwhile."""
        if not was_cached:
            text = _text(messages)
            kept = [other for other in self._shared if not _is_alike(text, (other,))]
            self._shared = deque(kept, maxlen=_REMEMBERED)

    async def _copy_to_idle_slots(self, messages: tuple[Message, ...]) -> None:
        if len(await self._idle_slots()) < 2:
            return
        rendered = await self._post(
            "/apply-template", {"messages": message_list(messages)}
        )
        body = {"prompt": rendered["prompt"], "n_predict": 1, "cache_prompt": True}
        source = (await self._post("/completion", body))["id_slot"]
        file = {"filename": self._slot_file}
        await self._post(f"/slots/{source}?action=save", file)
        for slot in await self._idle_slots():
            if slot != source:
                await self._post(f"/slots/{slot}?action=restore", file)

    async def _idle_slots(self) -> list[int]:
        assert self._client is not None
        answer = (await self._client.get("/slots")).raise_for_status()
        return [slot["id"] for slot in answer.json() if not slot["is_processing"]]

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert self._client is not None
        answer = (await self._client.post(path, json=body)).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def _text(messages: tuple[Message, ...]) -> str:
    return "\0".join(f"{message.role}\0{message.content}" for message in messages)


def _is_alike(text: str, others: deque[str] | tuple[str, ...]) -> bool:
    wanted = ALIKE * len(text)
    return any(len(os.path.commonprefix([text, other])) >= wanted for other in others)
