"""What an endpoint is, which model it serves, how long its context is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assay.errors import ConfigError
from assay.models.chunks import message_list
from assay.types import Message

if TYPE_CHECKING:
    from assay.models.connection import Connection


class Engine(StrEnum):
    """The kind of server behind an endpoint, as far as it matters to a client."""

    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"  # and SGLang, which answers alike
    LM_STUDIO = "lm studio"
    OLLAMA = "ollama"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What was found out by asking. `context_length` is per request, None: unknown."""

    engine: Engine
    model: str
    context_length: int | None

    @property
    def is_llama_cpp(self) -> bool:
        """Whether fields may be sent that only llama.cpp knows."""
        return self.engine is Engine.LLAMA_CPP


async def discover(connection: Connection, model: str) -> Endpoint:
    """Ask an endpoint what it serves. `model` may be empty where it serves only one.

    Raises:
        TransientFault, ModelUnavailable: from the first question, the list of models.
        ConfigError: several models are served, and none was named.
    """
    listed = await connection.get(f"{connection.address.base}/models")
    rows = _rows(listed, "data")
    found = (
        await _llama_cpp(connection)
        or _vllm(rows, model)
        or await _lm_studio(connection, model)
        or await _ollama(connection, model)
        or Endpoint(engine=Engine.UNKNOWN, model=model, context_length=None)
    )
    if found.model or model:
        return replace(found, model=model or found.model)
    return replace(found, model=_only(_names(rows), connection.address.base))


async def count_tokens(
    connection: Connection, endpoint: Endpoint, messages: tuple[Message, ...]
) -> int | None:
    """Return the prompt's tokens exactly, None where the endpoint cannot count."""
    root = connection.address.root
    if endpoint.engine is Engine.VLLM:
        asked = {"model": endpoint.model, "messages": message_list(messages)}
        return _number(await connection.probe(f"{root}/tokenize", asked), "count")
    if endpoint.engine is not Engine.LLAMA_CPP:
        return None
    chat = {"messages": message_list(messages)}
    templated = await connection.probe(f"{root}/apply-template", chat)
    if not isinstance(templated, dict) or "prompt" not in templated:
        return None
    # as the server itself reads a chat: with its special tokens
    text = {"content": templated["prompt"], "add_special": True, "parse_special": True}
    tokenized = await connection.probe(f"{root}/tokenize", text)
    tokens = tokenized.get("tokens") if isinstance(tokenized, dict) else None
    return len(tokens) if isinstance(tokens, list) else None


async def _llama_cpp(connection: Connection) -> Endpoint | None:
    props = await connection.probe(f"{connection.address.root}/props")
    settings = props.get("default_generation_settings") if _is_map(props) else None
    if not _is_map(settings):
        return None
    return Endpoint(
        engine=Engine.LLAMA_CPP,
        model="",
        context_length=_number(settings, "n_ctx"),  # of one slot
    )


def _vllm(rows: list[dict[str, Any]], model: str) -> Endpoint | None:
    for row in rows:
        length = _number(row, "max_model_len")
        if length and (not model or row.get("id") == model):
            return Endpoint(engine=Engine.VLLM, model="", context_length=length)
    return None


async def _lm_studio(connection: Connection, model: str) -> Endpoint | None:
    answer = await connection.probe(f"{connection.address.root}/api/v0/models")
    if not _rows(answer, "data"):
        return None
    loaded = [row for row in _rows(answer, "data") if row.get("state") == "loaded"]
    loaded = [row for row in loaded if not model or row.get("id") == model]
    if len(loaded) != 1:
        return Endpoint(engine=Engine.LM_STUDIO, model="", context_length=None)
    return Endpoint(
        engine=Engine.LM_STUDIO,
        model=str(loaded[0].get("id", "")),
        context_length=_number(loaded[0], "loaded_context_length"),
    )


async def _ollama(connection: Connection, model: str) -> Endpoint | None:
    root = connection.address.root
    answer = await connection.probe(f"{root}/api/ps")
    if not (_is_map(answer) and "models" in answer):
        return None
    if model and not _running(answer, model):
        # only a loaded model has a context length, and too long a prompt is cut
        await connection.probe(f"{root}/api/generate", {"model": model}, patient=True)
        answer = await connection.probe(f"{root}/api/ps")
    running = _running(answer, model)
    one = running[0] if len(running) == 1 else {}
    return Endpoint(
        engine=Engine.OLLAMA,
        model=str(one.get("name", "")),
        context_length=_number(one, "context_length"),
    )


def _running(answer: object, model: str) -> list[dict[str, Any]]:
    names = {model, f"{model}:latest"}
    rows = _rows(answer, "models")
    return [row for row in rows if not model or row.get("name") in names]


def _only(names: list[str], base: str) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise ConfigError(f"{base} does not say which models it has; name one")
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    raise ConfigError(f"{base} has {len(names)} models ({shown}); name one of them")


def _names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows if isinstance(row.get("id"), str)]


def _rows(answer: object, name: str) -> list[dict[str, Any]]:
    rows = answer.get(name) if isinstance(answer, dict) else None
    return [row for row in rows if _is_map(row)] if isinstance(rows, list) else []


def _number(row: object, name: str) -> int | None:
    value = row.get(name) if isinstance(row, dict) else None
    return value if isinstance(value, int) and value > 0 else None


def _is_map(value: object) -> bool:
    return isinstance(value, dict)
