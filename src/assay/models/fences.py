"""Where the first fenced code block of a growing text ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_INLINE_OPENING = re.compile(r"(?P<indent>[ \t]*)[^`~]*(?P<fence>`{3,})[\w+#.-]+\s*")
_CLOSING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})\s*")
_SLACK = 3  # columns a closing fence may be deeper than its opening line (CommonMark)


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str  # "`" or "~"
    length: int
    indent: int


class FenceScanner:
    r"""Finds the line that closes the first code block, as the text arrives.

    A block opens at a line that starts with a fence, or that ends with one and a
    language after some prose. It closes at a line of nothing but the same mark, at
    least as long, indented less than four columns deeper than the opening line: a
    fence in an indented docstring does not close the block around it. What a model
    thinks aloud in `<think>` at the start of its text is passed over.

    >>> scanner = FenceScanner()
    >>> [scanner.feed(s) for s in ("Sure:\n``", "`python\nx = 1\n`", "``", "\nBye")]
    [None, None, None, 25]
    >>> "Sure:\n```python\nx = 1\n```\nBye"[:25]
    'Sure:\n```python\nx = 1\n```'
    """

    def __init__(self) -> None:
        self._line = ""  # the unfinished last line
        self._offset = 0  # where it starts in the whole text
        self._open: _Fence | None = None
        self._seen_text = False
        self._thinking = False

    def feed(self, text: str) -> int | None:
        """Take the next piece; say how much of the whole text to keep, once known.

        The closing line counts when its line break has arrived, since more of the
        line could make it another thing. Do not feed further after an answer.
        """
        if "\n" not in text:
            self._line += text
            return None
        *lines, rest = (self._line + text).split("\n")
        for line in lines:
            if self._closes(line):
                return self._offset + len(line.rstrip())
            self._offset += len(line) + 1
        self._line = rest
        return None

    def _closes(self, line: str) -> bool:
        if self._passes_over(line):
            return False
        if self._open is None:
            self._open = _opening(line)
            return False
        return _is_closing(line, self._open)

    def _passes_over(self, line: str) -> bool:
        if not self._seen_text and line.strip():
            self._seen_text = True
            self._thinking = line.lstrip().startswith("<think>")
        if not self._thinking:
            return False
        self._thinking = "</think>" not in line
        return True


def _opening(line: str) -> _Fence | None:
    match = _OPENING.fullmatch(line.rstrip("\r"))
    if match and match["fence"][0] == "`" and "`" in match["info"]:
        return None  # a code span on one line
    match = match or _INLINE_OPENING.fullmatch(line)
    if not match:
        return None
    fence = match["fence"]
    return _Fence(fence[0], len(fence), _columns(match["indent"]))


def _is_closing(line: str, opening: _Fence) -> bool:
    match = _CLOSING.fullmatch(line)
    if not match:
        return False
    fence = match["fence"]
    return (
        fence[0] == opening.mark
        and len(fence) >= opening.length
        and _columns(match["indent"]) <= opening.indent + _SLACK
    )


def _columns(indent: str) -> int:
    return len(indent.expandtabs(4))
