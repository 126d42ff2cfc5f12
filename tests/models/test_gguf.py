from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import ModelUnavailable
from assay.models.gguf import GgufHeader, read_header
from models.tiny_gguf import TINY, tensor, text, tiny_gguf

Q4_K, F32 = 12, 0


def header_of(folder: Path, data: bytes) -> GgufHeader:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return read_header(path)


def fault_of(folder: Path, data: bytes) -> str:
    with pytest.raises(ModelUnavailable) as raised:
        header_of(folder, data)
    return str(raised.value)


def test_the_header_tells_the_shape_of_the_model(tmp_path: Path) -> None:
    header = header_of(tmp_path, tiny_gguf())
    assert (header.architecture, header.name) == ("llama", "Tiny")
    assert (header.n_layers, header.n_embd, header.n_ff) == (2, 64, 128)
    assert (header.n_head, header.n_head_kv, header.kv_heads) == (4, 2, 4)
    assert (header.key_length, header.value_length) == (16, 16)
    assert (header.context_length, header.n_vocab) == (512, 3)
    assert (header.file_type, header.quantisation) == (15, "Q4_K_M")
    assert header.has_chat_template


def test_tensor_bytes_follow_from_shapes_and_types(tmp_path: Path) -> None:
    tensors = [
        tensor("token_embd.weight", (256, 3), Q4_K, 0),
        tensor("blk.0.ffn_up.weight", (256, 2), Q4_K, 432),
        tensor("output_norm.weight", (10,), F32, 720),
    ]
    header = header_of(tmp_path, tiny_gguf(tensors=tensors, data=b"\0" * 760))
    assert header.tensor_bytes == 3 * 144 + 2 * 144 + 40
    assert header.repacked_bytes == 2 * 144, "embeddings are not rearranged"


def test_heads_may_differ_by_layer(tmp_path: Path) -> None:
    header = header_of(
        tmp_path, tiny_gguf(TINY | {"llama.attention.head_count_kv": [1, 4]})
    )
    assert (header.n_head_kv, header.kv_heads) == (4, 5)


def test_a_long_vocabulary_is_skipped_and_counted(tmp_path: Path) -> None:
    words = [f"w{i}" for i in range(10_000)]
    header = header_of(
        tmp_path,
        tiny_gguf({"tokenizer.ggml.tokens": words} | {"general.architecture": "llama"}),
    )
    assert header.n_vocab == 10_000


def test_a_web_page_is_named_by_its_first_bytes(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, b"<html><body>404</body></html>")
    assert "is not a usable GGUF file: it starts with b'<htm'" in fault


def test_an_empty_file_is_not_a_model(tmp_path: Path) -> None:
    assert "it starts with b''" in fault_of(tmp_path, b"")


def test_another_version_is_refused_by_its_number(tmp_path: Path) -> None:
    assert "version 7 is not supported" in fault_of(tmp_path, tiny_gguf(version=7))


def test_a_file_that_lacks_its_tensors_is_cut_off(tmp_path: Path) -> None:
    whole = tiny_gguf(tensors=[tensor("a", (1000,), F32, 0)], data=b"\0" * 4000)
    assert header_of(tmp_path, whole).tensor_bytes == 4000
    fault = fault_of(tmp_path, whole[:-1])
    assert f"promises {len(whole):,} bytes and there are {len(whole) - 1:,}" in fault


@given(cut=st.integers(0, len(tiny_gguf()) - 33))
def test_a_header_cut_anywhere_is_refused(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    assert "GGUF file" in fault_of(folder, tiny_gguf()[:cut])


@given(noise=st.binary(max_size=300))
def test_noise_after_the_magic_never_escapes_as_another_error(
    noise: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    assert "GGUF file" in fault_of(folder, b"GGUF\x03\0\0\0" + noise)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GGUF" + struct.pack("<IQQ", 3, 2**40, 0), "tensors, above the limit"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), "metadata keys, above the limit"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**50), "bytes in one string"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 99),
            "unknown value type 99",
        ),
        (
            b"GGUF"
            + struct.pack("<IQQ", 3, 0, 1)
            + text("k")
            + struct.pack("<IIQ", 9, 8, 2**60),
            "items in one array",
        ),
        (tiny_gguf({"general.architecture": "llama", "general.alignment": 0}), "align"),
        (tiny_gguf({"a": 1}), "does not name its architecture"),
        (tiny_gguf(tensors=[tensor("t", (1,), 777, 0)]), "unknown type 777"),
        (tiny_gguf(tensors=[tensor("t", (2**63,) * 8, F32, 0)]), "cut off"),
    ],
)
def test_a_hostile_count_is_refused_before_it_is_used(
    data: bytes, words: str, tmp_path: Path
) -> None:
    assert words in fault_of(tmp_path, data)


def test_nan_in_a_count_does_not_escape(tmp_path: Path) -> None:
    heads = struct.pack("<IIQf", 9, 6, 1, float("nan"))
    key = text("llama.attention.head_count_kv")
    data = tiny_gguf({"general.architecture": "llama"})[:24]
    data = (
        data[:16]
        + struct.pack("<Q", 2)
        + tiny_gguf({"general.architecture": "llama"})[24:].rstrip(b"\0")
        + key
        + heads
    )
    assert header_of(tmp_path, data + b"\0" * 64).n_head_kv == 0


def test_what_is_not_a_file_is_said_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    for path, words in (
        (tmp_path / "pipe.gguf", "is not a file"),
        (tmp_path, "is not a file"),
        (tmp_path / "none.gguf", "No such file"),
    ):
        with pytest.raises(ModelUnavailable, match=words):
            read_header(path)
