"""What a read dataset is, and the digest that says which bytes it was read from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.bench.tasks import Task

_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """All tasks of a file or folder, in its order. Only a grader or `check` holds one.

    `sha256` is of the file's bytes as stored (packed if it is packed); of a folder, of
    the sorted relative paths of its files and their digests.
    """

    name: str  # the file's or folder's, without its endings
    format: str
    path: Path
    sha256: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A published format of one JSON object a line, and how a row of it is read."""

    name: str
    sign: frozenset[str]  # columns that no other format has together
    required: tuple[str, ...]
    read: Callable[[Mapping[str, Any], str], Task]  # a row, and where it stands
    known: tuple[str, ...] | None = None  # all columns; None: a publisher may add some


def name_of(path: Path) -> str:
    """A dataset's name: `HumanEval` for `data/HumanEval.jsonl.gz`."""
    name = path.resolve().name
    for ending in (".gz", ".jsonl", ".json", ".ndjson"):
        name = name.removesuffix(ending)
    return name


def digest_of(path: Path) -> str:
    """The sha256 of a file, or of a folder's paths and contents."""
    if not path.is_dir():
        return _of_file(path)
    digest = hashlib.sha256()
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        line = f"{file.relative_to(path).as_posix()}\0{_of_file(file)}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
