"""Files and what to do with them, in one piece: a packed head, then bytes as they are.

Both sides of the wall use it. Nothing here takes a name for a path, or trusts a size.
"""

from __future__ import annotations

from typing import Any

from assay.judging.wire import HEADER, WireError, pack, unpack

Files = tuple[tuple[str, bytes], ...]


def wrap(head: Any, files: Files) -> bytes:
    """Put a plain value and files together."""
    sizes = tuple((name, len(data)) for name, data in files)
    packed = pack((head, sizes))
    parts = (HEADER.pack(len(packed)), packed, *(data for _, data in files))
    return b"".join(parts)


def unwrap(parcel: bytes) -> tuple[Any, Files]:
    """Take apart what `wrap` made, from a side that need not be honest.

    Raises:
        WireError: the bytes are not what `wrap` makes.
    """
    if len(parcel) < HEADER.size:
        raise WireError("a parcel without a head")
    (length,) = HEADER.unpack_from(parcel)
    said = unpack(parcel[HEADER.size : HEADER.size + length])
    if type(said) is not tuple or len(said) != 2 or type(said[1]) is not tuple:
        raise WireError("a head of another form")
    files: list[tuple[str, bytes]] = []
    start = HEADER.size + length
    for entry in said[1]:
        name, size = _entry(entry)
        if size > len(parcel) - start:
            raise WireError("a file that is larger than what came")
        files.append((name, parcel[start : start + size]))
        start += size
    return said[0], tuple(files)


def _entry(entry: Any) -> tuple[str, int]:
    if type(entry) is not tuple or len(entry) != 2:
        raise WireError("a file of another form")
    name, size = entry
    if type(name) is not str or type(size) is not int or size < 0:
        raise WireError("a file of another form")
    return name, size
