"""Bytes on disk -> clean text, with an error that says what to do."""

from __future__ import annotations

import difflib
import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from assay.errors import ProblemError

MAX_BYTES = 2_000_000
MAX_ROW_BYTES = 128_000_000


def read_text_file(path: Path) -> str:
    """Return a problem's or a tests file's text, its lines ended by line feeds.

    A byte order mark is dropped; text that is not UTF-8 is taken as UTF-16 where it
    has that mark, else as Latin-1.

    Raises:
        ProblemError: missing, a folder, unreadable, empty, binary or over 2 MB.
    """
    check_is_file(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ProblemError(
                f"{path} has {size:,} bytes and the limit is {MAX_BYTES:,}; give the "
                "one problem alone, or a .jsonl file and a row"
            )
        return clean(path.read_bytes(), str(path))
    except OSError as error:
        raise ProblemError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error


def check_is_file(path: Path) -> None:
    """Raise a ProblemError unless there is a file, naming near ones."""
    try:
        if path.is_dir():
            raise ProblemError(
                f"{path} is a folder; give a file that holds the problem"
            )
        if path.exists():
            return
        folder = path.parent
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise ProblemError(
            f"{str(path)[:200]!r} cannot be opened ({error.strerror}); give the path "
            "of a file that holds the problem"
        ) from error
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    hint = (
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else ("check the path" if names else f"the folder {folder} is empty or absent")
    )
    raise ProblemError(f"there is no file {path}; {hint}")


def clean(data: bytes, name: str) -> str:
    """Decode a file's bytes, or say why they are no text."""
    text = _decoded(data, name)
    if not text.strip():
        raise ProblemError(f"{name} is empty; it must hold the problem's text")
    return clean_text(text, name)


def clean_text(text: str, name: str) -> str:
    """Text with line feeds, no byte order mark, and within the size limit."""
    if len(text) > MAX_BYTES:
        raise ProblemError(
            f"{name} has {len(text):,} characters and the limit is {MAX_BYTES:,}; "
            "give the one problem alone"
        )
    if "\0" in text:
        raise ProblemError(
            f"{name} is not text (it holds NUL bytes); give the problem as plain text"
        )
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            pass
    if b"\0" in data:
        raise ProblemError(
            f"{name} is a binary file (it holds NUL bytes); give the problem as "
            "plain text"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        control = sum(b < 32 and b not in b"\t\n\r\f\x1b" for b in data)
        if control * 100 > len(data):
            raise ProblemError(
                f"{name} is a binary file (byte {error.start} is no UTF-8 and "
                f"{control} control bytes follow); give the problem as plain text"
            ) from error
        return data.decode("latin-1")


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each non-blank line of a .jsonl or .jsonl.gz file."""
    check_is_file(path)
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(MAX_ROW_BYTES + 1):
                number += 1
                if len(line) > MAX_ROW_BYTES:
                    raise ProblemError(
                        f"{path} line {number} is longer than {MAX_ROW_BYTES:,} "
                        "bytes; split the file"
                    )
                if line.strip():
                    yield number, clean(line.strip(), f"{path} line {number}")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProblemError(
            f"{path} is not a whole gzip file after line {number} ({error}); "
            "fetch it again"
        ) from error
    except OSError as error:
        raise ProblemError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error
