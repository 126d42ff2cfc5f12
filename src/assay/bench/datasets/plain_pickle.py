"""A pickle of plain values, read without letting it do anything.

A pickle is a program: loading one of a stranger runs what it says. What is covered: no
class or function is looked up and no object is called, so nothing can run; what it
unpacks to is bounded. What is not covered: the time that a hostile pickle within that
bound takes.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import pickle
import zlib
from typing import Any, NoReturn

MOST_BYTES = 2**30


class NotPlain(Exception):
    """It is no such text, or it holds more than plain values. Says what was wrong."""


class _Plain(pickle.Unpickler):
    """Builds numbers, text, lists and dicts; everything else needs one of these two."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise NotPlain(f"its pickle asks for {module}.{name}, and only text is allowed")

    def persistent_load(self, pid: Any, /) -> NoReturn:
        raise NotPlain("its pickle refers to an object outside itself")


def unpacked_json(text: str) -> Any:
    """The JSON value in base64 of zlib of a pickle of its text.

    Raises:
        NotPlain: one of the layers is not what it should be.
    """
    try:
        packed = base64.b64decode(text.encode("ascii"), validate=True)
        value = _Plain(io.BytesIO(_inflated(packed))).load()
    except NotPlain:
        raise
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NotPlain("it is neither JSON nor base64") from error
    except zlib.error as error:
        raise NotPlain(f"its base64 holds no zlib data ({error})") from error
    except Exception as error:  # a broken pickle may raise anything
        raise NotPlain(f"its pickle is broken ({type(error).__name__})") from error
    if not isinstance(value, str):
        raise NotPlain(f"its pickle holds {type(value).__name__}, not text")
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise NotPlain("the text in its pickle is no JSON") from error


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    data = inflater.decompress(packed, MOST_BYTES)
    if inflater.unconsumed_tail:
        raise NotPlain(f"it unpacks to more than {MOST_BYTES:,} bytes")
    if not inflater.eof:
        raise NotPlain("its zlib data is cut off")
    return data
