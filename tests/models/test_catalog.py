from __future__ import annotations

import re

import pytest

from assay.errors import ModelUnavailable
from assay.models.catalog import (
    CATALOG,
    DEFAULT_MODEL,
    HuggingFaceFile,
    PackageWheels,
    catalog_entry,
    catalog_names,
)


def test_the_default_model_is_in_the_catalog_and_pinned() -> None:
    entry = catalog_entry(DEFAULT_MODEL)
    assert entry.size_bytes == 1_117_320_768
    assert not entry.trust_on_first_use
    assert not entry.for_gpu


def test_names_are_unique() -> None:
    assert len(set(catalog_names())) == len(CATALOG)


@pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry.name)
def test_an_entry_is_pinned_whole_or_trusts_one_server(entry: object) -> None:
    from assay.models.catalog import CatalogEntry

    assert isinstance(entry, CatalogEntry)
    if entry.trust_on_first_use:
        assert all(isinstance(source, HuggingFaceFile) for source in entry.sources)
        assert entry.shown_bytes == entry.about_bytes > 0
    else:
        assert re.fullmatch("[0-9a-f]{64}", entry.sha256 or "")
        assert entry.size_bytes
        assert isinstance(entry.sources[0], HuggingFaceFile), "the publisher is first"
        assert any(isinstance(source, PackageWheels) for source in entry.sources)


def test_an_unknown_name_suggests_the_near_one() -> None:
    with pytest.raises(ModelUnavailable, match="did you mean 'qwen2.5-coder-1.5b'"):
        catalog_entry("qwen2.5-code-1.5b")


def test_a_far_name_lists_what_is_known() -> None:
    with pytest.raises(ModelUnavailable, match="known are qwen2.5-coder-1.5b, "):
        catalog_entry("zzz")


def test_a_mirror_replaces_the_host_alone() -> None:
    source = catalog_entry("qwen2.5-coder-0.5b").sources[0]
    assert isinstance(source, HuggingFaceFile)
    assert source.url("https://mirror.example/hf/") == (
        "https://mirror.example/hf/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF"
        "/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
    )


def test_the_parts_are_in_their_order() -> None:
    source = catalog_entry(DEFAULT_MODEL).sources[1]
    assert isinstance(source, PackageWheels)
    numbers = [re.findall(r"part(\d+)==", text)[0] for text in source.requirements]
    assert numbers == [str(i) for i in range(1, 23)]
