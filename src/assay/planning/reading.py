"""Read lists and plans out of what a model wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORDS = "observation|approach|idea|plan|hint"
_NUMBER = re.compile(
    rf"(?P<indent>\s*+)[#*\s]*+(?:(?:{_WORDS})\s*#?)?\d{{1,2}}[.):](?!\d)\**\s*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?P<indent>\s*)[-*+\u2022]\s+")


def listed_items(text: str, most: int, *, cut_off: bool = False) -> tuple[str, ...]:
    r"""Read the items of a list that a model wrote, each on one line, none twice.

    Numbered items are taken where there are any, else bullets, else lines. A list
    within an item belongs to it; what stands before the first item does not, and
    neither do blocks of code.

    Args:
        most: Items at most.
        cut_off: The model was stopped before it was done: the last item is left out,
            unless it is the only one.

    >>> listed_items("Sure!\n1. **Sort** first.\n   - then sweep\n2) Count it.\n", 9)
    ('Sort first. then sweep', 'Count it.')
    >>> listed_items("- one\n- two\n- One\n- thr", 9, cut_off=True)
    ('one', 'two')
    >>> listed_items("Observation 1: n is small\n### Observation 2:\nk is even", 9)
    ('n is small', 'k is even')
    >>> listed_items("Here they are:\nuse a heap\nuse a stack", 1)
    ('use a heap',)
    """
    lines = _without_code(text.splitlines())
    items = _marked(lines, _NUMBER) or _marked(lines, _BULLET) or _unmarked(lines)
    if cut_off and len(items) > 1:
        items = items[:-1]
    return without_repeats(items)[:most]


def without_repeats(texts: Iterable[str]) -> tuple[str, ...]:
    """Leave out empty texts and those that were there before, in capitals or not.

    >>> without_repeats(["Sort.", "", "sort.", "Count."])
    ('Sort.', 'Count.')
    """
    seen: dict[str, str] = {}
    for text in texts:
        if text:
            seen.setdefault(text.casefold(), text)
    return tuple(seen.values())


def plan_text(text: str, *, cut_off: bool = False) -> str:
    r"""The plan in a completion, as text that can stand at a prompt's end.

    Blocks of code are left out, since a plan is words, and the last line of one that
    was cut off, unless it is the only one.

    >>> plan_text("1. Sort.\n\n\n```python\nx.sort()\n```\n2. Count the", cut_off=True)
    '1. Sort.'
    """
    lines = [line.rstrip() for line in _without_code(text.strip().splitlines())]
    lines = [line for line in lines if line]
    if cut_off and len(lines) > 1:
        lines = lines[:-1]
    return "\n".join(lines)


def _without_code(lines: Sequence[str]) -> list[str]:
    """All lines outside fences. An open fence hides what follows it."""
    kept, inside = [], False
    for line in lines:
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            kept.append(line)
    return kept


def _marked(lines: Sequence[str], marker: re.Pattern[str]) -> list[str]:
    """Items that begin with a marker at the smallest indentation of any."""
    marks = [marker.match(line) for line in lines]
    indents = [len(mark["indent"]) for mark in marks if mark]
    if not indents:
        return []
    items: list[list[str]] = []
    for line, mark in zip(lines, marks, strict=True):
        if mark and len(mark["indent"]) == min(indents):
            items.append([line[mark.end() :]])
        elif items:
            items[-1].append(_BULLET.sub("", line, count=1))
    return [_plain(" ".join(item)) for item in items]


def _unmarked(lines: Sequence[str]) -> list[str]:
    return [_plain(line) for line in lines if not line.rstrip().endswith(":")]


def _plain(text: str) -> str:
    """One line without marks for bold type and without blanks at its ends."""
    return " ".join(text.replace("**", "").split()).strip("\"' ")
