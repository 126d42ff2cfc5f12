"""Which values and inputs may be passed on: plain, flat enough, and small."""

from __future__ import annotations

from collections.abc import Sequence

from assay.types import Input, Stdin, Value

MAX_BYTES = 2048
"""The longest input made for a comparison, as text or as Python writes it."""

SHRINKS_BY = 4
"""An example so many times as long as what is made of it may still be changed."""

_MAX_DEPTH = 50
_MAX_BITS = 4096  # Python refuses to write a number of more than 4300 digits
_SCALARS = frozenset({bool, int, float, complex, str, bytes, type(None)})
_SEQUENCES = frozenset({list, tuple, set, frozenset})


def is_plain(value: Value) -> bool:
    r"""Whether a value is made of builtin types alone, and can be written and sent.

    >>> is_plain([1, ("a", {2: None})]), is_plain(object()), is_plain("\ud800")
    (True, False, False)
    """
    level = [value]
    for _ in range(_MAX_DEPTH):
        below: list[Value] = []
        for each in level:
            if type(each) in _SCALARS:
                if not _is_writable(each):
                    return False
            elif type(each) in _SEQUENCES:
                below += each
            elif type(each) is dict:
                below += [part for pair in each.items() for part in pair]
            else:
                return False
        if not below:
            return True
        level = below
    return False


def _is_writable(value: Value) -> bool:
    if type(value) is int:
        return value.bit_length() <= _MAX_BITS
    return type(value) is not str or is_text(value)


def is_text(text: str) -> bool:
    """Whether every file can hold a text: it has no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def key(given: Input) -> str:
    """What tells inputs apart, and what their size is measured by."""
    if isinstance(given, Stdin):
        return given.text
    return repr((given.args, given.kwargs) if given.kwargs else given.args)


def n_bytes(given: Input) -> int:
    """How long an input is, as text or as Python writes its arguments."""
    return len(key(given).encode("utf-8", "surrogatepass"))


def fits(given: Input, *, most: int = MAX_BYTES) -> bool:
    """Whether an input is plain and no longer than `most` bytes."""
    if isinstance(given, Stdin):
        plain = is_text(given.text)
    else:
        plain = is_plain([*given.args, *(value for _, value in given.kwargs)])
    return plain and n_bytes(given) <= most


def places(inputs: Sequence[Input]) -> dict[str, int]:
    """Return where each input that fits stands first, by its key."""
    numbered = reversed([*enumerate(inputs)])
    return {key(given): place for place, given in numbered if fits(given)}


def distinct(
    inputs: tuple[Input, ...], *, known: tuple[Input, ...] = ()
) -> tuple[Input, ...]:
    """Return the inputs that fit, in their order, without repeats or known ones."""
    seen = set(places(known))
    kept: list[Input] = []
    for given in inputs:
        if fits(given) and key(given) not in seen:
            seen.add(key(given))
            kept.append(given)
    return tuple(kept)
