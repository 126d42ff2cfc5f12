"""How a text for standard input is laid out: which numbers count what follows.

Few elements are enough for most contests: a line of so many tokens; a line with `n`
tokens; `n` lines; a word of length `n`; a line that begins with its own count; and a
first number that says how often all the rest is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_LINES = 200  # longer samples are not searched for a layout
_MOST_ELEMENTS = 8
_MOST_WORK = 20_000  # lines looked at before the search gives up: some 0.2 s


@dataclass(frozen=True, slots=True)
class Ref:
    """A number read earlier: the token of a line, and what is added to it."""

    element: int
    token: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a layout.

    `line`: a line of `width` tokens. `list`: a line of `count` tokens. `word`: a line
    with one token of length `count`. `own`: a line that begins with its count.
    `rows`: `count` lines of `width` tokens; of `across` tokens; of one word with
    length `across`; or each with its own count (`own_rows`).
    """

    kind: str
    width: int = 0
    count: Ref | None = None
    across: Ref | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Elements in order; `repeated` after a first line that says how often."""

    elements: tuple[Element, ...]
    repeated: bool = False


@dataclass(slots=True)
class Filled:
    """The tokens of each element of one text, or of one of its test cases."""

    parts: list[list[list[str]]] = field(default_factory=list)  # element, line, token

    def number(self, ref: Ref) -> int:
        """Return the count that a reference means here."""
        return int(self.parts[ref.element][0][ref.token]) + ref.offset


Lines = Sequence[list[str]]


def lines_of(text: str) -> list[list[str]]:
    """Return the tokens of each line, without blank lines at the end."""
    return [line.split() for line in text.rstrip().split("\n")]


def is_count(token: str) -> bool:
    """Whether a token can say how many: a number of at most five digits."""
    return token.isdecimal() and len(token) < 6


def find_layout(texts: Sequence[str]) -> Layout | None:
    """Return the simplest layout that explains all texts, or None.

    Lines are the dearest explanation, so a count is believed wherever it fits.
    """
    streams = [lines_of(text) for text in texts]
    if any(len(s) > MAX_LINES or not s or not s[0] for s in streams):
        return None
    plain = _search(streams, [0] * len(streams), repeated=False)
    again = None
    if all(len(s[0]) == 1 and is_count(s[0][0]) for s in streams):
        times = [int(s[0][0]) for s in streams]
        if max(times) >= 2 and min(times) >= 1:
            again = _search(streams, [1] * len(streams), repeated=True)
    found = [layout for layout in (plain, again) if layout is not None]
    return min(found, key=_cost, default=None)


def _cost(layout: Layout) -> float:
    """Return how little is explained: each line that stands alone costs most."""
    prices = {"line": 1.0, "list": 0.6, "word": 0.6, "own": 0.8}
    prices |= {"rows": 0.9, "own_rows": 0.9, "word_rows": 0.7}
    return sum(prices[e.kind] for e in layout.elements) + 0.5 * layout.repeated


def _search(
    streams: list[list[list[str]]], starts: list[int], *, repeated: bool
) -> Layout | None:
    work = 0

    def extend(
        elements: tuple[Element, ...], ends: list[int], filled: list[Filled]
    ) -> Layout | None:
        nonlocal work
        work += sum(map(len, streams))
        layout = Layout(elements, repeated)
        if elements and all(fill(layout, s) is not None for s in streams):
            return layout
        if len(elements) >= _MOST_ELEMENTS or work > _MOST_WORK:
            return None
        for element in _candidates(elements, streams, ends, filled):
            work += len(streams)
            if work > _MOST_WORK:
                return None
            taken = [
                _take(element, stream, end, one)
                for stream, end, one in zip(streams, ends, filled, strict=True)
            ]
            parts = [t for t in taken if t is not None]
            if len(parts) < len(streams):
                continue
            found = extend(
                (*elements, element),
                [e + len(p) for e, p in zip(ends, parts, strict=True)],
                [Filled([*one.parts, p]) for one, p in zip(filled, parts, strict=True)],
            )
            if found is not None:
                return found
        return None

    return extend((), starts, [Filled() for _ in streams])


def _candidates(
    elements: tuple[Element, ...],
    streams: list[list[list[str]]],
    ends: list[int],
    filled: list[Filled],
) -> Iterator[Element]:
    """Yield what may come next, the most telling explanation first."""
    if any(end >= len(s) for s, end in zip(streams, ends, strict=True)):
        return
    refs = list(_refs(elements, filled))
    width = len(streams[0][ends[0]])
    for ref in refs:
        if max(one.number(ref) for one in filled) < 2:
            continue
        for across in refs:
            if (across.element, across.token) != (ref.element, ref.token):
                yield Element("rows", count=ref, across=across)
                yield Element("word_rows", count=ref, across=across)
        for across in refs:
            if across == ref:
                yield Element("rows", count=ref, across=across)
                yield Element("word_rows", count=ref, across=across)
        yield Element("rows", width=width, count=ref)
        yield Element("own_rows", count=ref)
    for ref in refs:
        if max(one.number(ref) for one in filled) >= 2:
            yield Element("list", count=ref)
            yield Element("word", count=ref)
    yield Element("own")
    yield Element("line", width=width)


def _refs(elements: tuple[Element, ...], filled: list[Filled]) -> Iterator[Ref]:
    for offset in (0, -1, 1):
        for index, element in enumerate(elements):
            if element.kind != "line":
                continue
            for token in range(element.width):
                tokens = [one.parts[index][0][token] for one in filled]
                if all(map(is_count, tokens)):
                    yield Ref(index, token, offset)


def _take(
    element: Element, stream: Lines, start: int, filled: Filled
) -> list[list[str]] | None:
    """Return the lines that an element covers from `start`, or None."""
    if element.kind in ("rows", "word_rows", "own_rows"):
        assert element.count is not None
        count = filled.number(element.count)
        lines = list(stream[start : start + count])
        if count < 0 or len(lines) < count:
            return None
        return lines if all(_row_fits(element, r, filled) for r in lines) else None
    if start >= len(stream):
        return None
    line = stream[start]
    return [line] if _line_fits(element, line, filled) else None


def _line_fits(element: Element, line: list[str], filled: Filled) -> bool:
    if element.kind == "line":
        return len(line) == element.width
    if element.kind == "own":
        return _counts_itself(line)
    assert element.count is not None
    count = filled.number(element.count)
    if element.kind == "word":
        return len(line) == 1 and len(line[0]) == count and not _is_number(line[0])
    return len(line) == count


def _row_fits(element: Element, line: list[str], filled: Filled) -> bool:
    if element.kind == "own_rows":
        return _counts_itself(line)
    if element.across is None:
        return len(line) == element.width
    across = filled.number(element.across)
    if element.kind == "word_rows":
        return len(line) == 1 and len(line[0]) == across and across > 1
    return len(line) == across and across > 1


def _counts_itself(line: list[str]) -> bool:
    return len(line) > 2 and is_count(line[0]) and int(line[0]) == len(line) - 1


def _is_number(token: str) -> bool:
    return token.lstrip("-").isdecimal() and len(token) < 3


def fill(layout: Layout, stream: Lines) -> list[Filled] | None:
    """Return a text's tokens by element, for each test case, or None: no such text."""
    start, times = 0, 1
    if layout.repeated:
        if not stream or len(stream[0]) != 1 or not is_count(stream[0][0]):
            return None
        start, times = 1, int(stream[0][0])
        if times > len(stream):
            return None
    cases = []
    for _ in range(times):
        one = Filled()
        for element in layout.elements:
            if not _has_counts(element, one):
                return None
            part = _take(element, stream, start, one)
            if part is None:
                return None
            one.parts.append(part)
            start += len(part)
        cases.append(one)
    return cases if start == len(stream) else None


def _has_counts(element: Element, filled: Filled) -> bool:
    return all(
        is_count(filled.parts[ref.element][0][ref.token])
        for ref in (element.count, element.across)
        if ref is not None
    )
