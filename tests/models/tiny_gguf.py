"""Writes GGUF files of a few hundred bytes, whole or spoilt on purpose."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Metadata = Mapping[str, int | float | str | Sequence[int] | Sequence[str]]

TINY: dict[str, int | float | str | Sequence[int] | Sequence[str]] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.file_type": 15,
    "llama.block_count": 2,
    "llama.context_length": 512,
    "llama.embedding_length": 64,
    "llama.feed_forward_length": 128,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.rope.freq_base": 10000.0,
    "tokenizer.ggml.tokens": ["<s>", "a", "b"],
    "tokenizer.chat_template": "{{ messages }}",
}


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item: int | float | str | Sequence[int] | Sequence[str]) -> bytes:
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    if isinstance(item, int):
        return struct.pack("<II", 4, item)
    if isinstance(item, float):
        return struct.pack("<If", 6, item)
    if item and isinstance(item[0], str):
        strings = b"".join(text(str(word)) for word in item)
        return struct.pack("<IIQ", 9, 8, len(item)) + strings
    numbers = b"".join(struct.pack("<I", n) for n in item)
    return struct.pack("<IIQ", 9, 4, len(item)) + numbers


def tensor(name: str, shape: Sequence[int], kind: int, offset: int) -> bytes:
    dims = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text(name) + dims + struct.pack("<IQ", kind, offset)


def tiny_gguf(
    metadata: Metadata | None = None,
    *,
    tensors: Sequence[bytes] = (),
    data: bytes = b"",
    version: int = 3,
) -> bytes:
    entries = TINY if metadata is None else metadata
    keys = b"".join(text(key) + value(item) for key, item in entries.items())
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries))
    body = head + keys + b"".join(tensors)
    return body + b"\0" * (-len(body) % 32) + data


def filler(n_bytes: int) -> bytes:
    """A valid GGUF file of that size whose bytes differ everywhere."""
    start = tiny_gguf()
    rest = b"".join(
        struct.pack("<I", i * 2654435761 % 2**32) for i in range(n_bytes // 4)
    )
    return (start + rest)[:n_bytes]
