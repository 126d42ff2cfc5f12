"""Read the header of a GGUF file: what the model is and how large, without loading it.

The file may come from anybody, so every count and length is bounded before it is used,
and nothing is read past the file's end. Format: ggml's docs/gguf.md, versions 2 and 3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assay.errors import ModelUnavailable

MAGIC = b"GGUF"
MAX_KEYS = 65_536
MAX_TENSORS = 100_000
MAX_STRING_BYTES = 16 * 2**20
MAX_ARRAY_ITEMS = 16 * 2**20
MAX_KEPT_ITEMS = 4_096  # arrays up to this length are kept, longer ones are skipped
MAX_DIMENSIONS = 8

_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?"}
_SCALARS |= {10: "Q", 11: "q", 12: "d"}

# (elements per block, bytes per block), from ggml's type traits
_TENSOR_TYPES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24),
    8: (32, 34), 9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144),
    13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip

# rearranged in memory for AVX2: Q4_0, Q2_K, Q4_K, IQ4_NL (seen with Q4_K; Q4_1, Q6_K
# and Q8_0 were seen not to be)
_REPACKED = {2, 10, 12, 20}

_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1",
    10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M",
    16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S",
    22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
    28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0",
    37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """What a GGUF file says of its model. Counts that are absent are 0."""

    architecture: str
    name: str
    n_layers: int
    n_embd: int
    n_ff: int
    n_head: int
    n_head_kv: int  # the largest of any layer
    kv_heads: int  # summed over the layers
    key_length: int  # of one head
    value_length: int
    n_vocab: int
    context_length: int  # that the model was trained for
    file_type: int | None
    quantisation: str
    n_tensors: int
    tensor_bytes: int
    repacked_bytes: int  # of `tensor_bytes`: what llama.cpp copies on a CPU
    has_chat_template: bool
    file_bytes: int


@dataclass(frozen=True, slots=True)
class _Skipped:
    """An array too long to be worth keeping; only its length is known."""

    n: int


@dataclass(frozen=True, slots=True)
class _Tensors:
    n: int
    total: int
    repacked: int
    extent: int  # where the last of them ends in the data section


_Value = int | float | bool | str | list[int | float | bool] | _Skipped


class _Reader:
    """Reads little-endian values and never past the end of the file."""

    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self._file, self._path, self._size = file, path, size

    def fault(self, what: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"{str(self._path)!r} is not a usable GGUF file: {what}"
        )

    def _cut_off(self) -> ModelUnavailable:
        return self.fault(
            f"it is cut off inside its header, after {self._size:,} bytes; "
            "fetch it again"
        )

    def take(self, n: int) -> bytes:
        data = self._file.read(n)
        if len(data) != n:
            raise self._cut_off()
        return data

    def skip(self, n: int) -> None:
        if n > self._size - self._file.tell():
            raise self._cut_off()
        self._file.seek(n, 1)

    def number(self, code: str) -> int:
        fmt = "<" + code
        (value,) = struct.unpack(fmt, self.take(struct.calcsize(fmt)))
        assert isinstance(value, int)
        return value

    def count(self, what: str, limit: int) -> int:
        n = self.number("Q")
        if n > limit:
            raise self.fault(f"{n:,} {what}, above the limit of {limit:,}")
        return n

    def string(self) -> str:
        n = self.count("bytes in one string", MAX_STRING_BYTES)
        return self.take(n).decode("utf-8", "replace")

    def value(self) -> _Value:
        kind = self.number("I")
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self._array()
        return self._scalar(kind)

    def _scalar(self, kind: int) -> int | float | bool:
        code = _SCALARS.get(kind)
        if code is None:
            raise self.fault(f"unknown value type {kind} in its metadata")
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))
        assert isinstance(value, (int, float))
        return value

    def _array(self) -> _Value:
        kind = self.number("I")
        n = self.count("items in one array", MAX_ARRAY_ITEMS)
        if kind == _STRING:
            for _ in range(n):
                self.skip(self.count("bytes in one string", MAX_STRING_BYTES))
            return _Skipped(n)
        if kind not in _SCALARS:
            raise self.fault(f"unknown array type {kind} in its metadata")
        if n > MAX_KEPT_ITEMS:
            self.skip(n * struct.calcsize("<" + _SCALARS[kind]))
            return _Skipped(n)
        return [self._scalar(kind) for _ in range(n)]


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of the GGUF file at `path`.

    Costs about a tenth of a second: vocabularies are skipped over.

    Raises:
        ModelUnavailable: no such file, not a GGUF file, another version, cut off, or
            with counts that no real model has.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would block for ever
            raise ModelUnavailable(f"{str(path)!r} is not a file")
        size = path.stat().st_size
        with path.open("rb") as file:
            return _read(_Reader(file, path, size), file, size)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelUnavailable(f"cannot read {str(path)!r}: {reason}") from error


def _read(reader: _Reader, file: BinaryIO, size: int) -> GgufHeader:
    start = file.read(4)
    if start != MAGIC:
        raise reader.fault(f"it starts with {start!r}, not with {MAGIC!r}")
    version = reader.number("I")
    if version not in (2, 3):
        # a big-endian file shows its version in the upper bytes
        raise reader.fault(f"version {version} is not supported, only 2 and 3")
    n_tensors = reader.count("tensors", MAX_TENSORS)
    n_keys = reader.count("metadata keys", MAX_KEYS)
    metadata: dict[str, _Value] = {}
    for _ in range(n_keys):
        key = reader.string()
        metadata[key] = reader.value()
    tensors = _tensors(reader, n_tensors)
    _check_extent(reader, file.tell(), tensors.extent, metadata, size)
    return _header(reader, metadata, tensors, size)


def _tensors(reader: _Reader, n_tensors: int) -> _Tensors:
    total = repacked = extent = 0
    for _ in range(n_tensors):
        name = reader.string()
        n_dimensions = reader.number("I")
        if n_dimensions > MAX_DIMENSIONS:
            raise reader.fault(f"tensor {name!r} has {n_dimensions:,} dimensions")
        elements = 1
        for _ in range(n_dimensions):
            elements *= reader.number("Q")
        kind, offset = reader.number("I"), reader.number("Q")
        if kind not in _TENSOR_TYPES:
            raise reader.fault(f"tensor {name!r} has the unknown type {kind}")
        per_block, block_bytes = _TENSOR_TYPES[kind]
        n_bytes = elements // per_block * block_bytes
        total += n_bytes
        if kind in _REPACKED and name.startswith("blk."):
            repacked += n_bytes
        extent = max(extent, offset + n_bytes)
    return _Tensors(n=n_tensors, total=total, repacked=repacked, extent=extent)


def _check_extent(
    reader: _Reader, end: int, extent: int, metadata: dict[str, _Value], size: int
) -> None:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 2**20:
        raise reader.fault(f"alignment {alignment!r}")
    needed = -(-end // alignment) * alignment + extent
    if needed > size:
        raise reader.fault(
            f"it is cut off: its header promises {needed:,} bytes and there are "
            f"{size:,}; fetch it again"
        )


def _integers(values: list[int | float | bool]) -> list[int]:
    return [value for value in values if isinstance(value, int)]


def _header(
    reader: _Reader,
    metadata: dict[str, _Value],
    tensors: _Tensors,
    size: int,
) -> GgufHeader:
    architecture = metadata.get("general.architecture")
    if not isinstance(architecture, str) or not architecture:
        raise reader.fault("it does not name its architecture")

    def integer(key: str, default: int = 0) -> int:
        value = metadata.get(f"{architecture}.{key}", default)
        if isinstance(value, list):  # one number a layer
            value = max(_integers(value), default=0)
        return value if isinstance(value, int) else default

    n_layers, n_head = integer("block_count"), integer("attention.head_count")
    n_head_kv = integer("attention.head_count_kv", n_head)
    per_layer = metadata.get(f"{architecture}.attention.head_count_kv")
    per_head = integer("embedding_length") // n_head if n_head else 0
    file_type = metadata.get("general.file_type")
    name = metadata.get("general.name")
    tokens = metadata.get("tokenizer.ggml.tokens")
    return GgufHeader(
        architecture=architecture,
        name=name if isinstance(name, str) else "",
        n_layers=n_layers,
        n_embd=integer("embedding_length"),
        n_ff=integer("feed_forward_length"),
        n_head=n_head,
        n_head_kv=n_head_kv,
        kv_heads=(
            sum(_integers(per_layer))
            if isinstance(per_layer, list)
            else n_head_kv * n_layers
        ),
        key_length=integer("attention.key_length", per_head),
        value_length=integer("attention.value_length", per_head),
        n_vocab=tokens.n if isinstance(tokens, _Skipped) else integer("vocab_size"),
        context_length=integer("context_length"),
        file_type=file_type if isinstance(file_type, int) else None,
        quantisation=(
            _FILE_TYPES.get(file_type, f"type {file_type}")
            if isinstance(file_type, int)
            else "unknown"
        ),
        n_tensors=tensors.n,
        tensor_bytes=tensors.total,
        repacked_bytes=tensors.repacked,
        has_chat_template="tokenizer.chat_template" in metadata,
        file_bytes=size,
    )
