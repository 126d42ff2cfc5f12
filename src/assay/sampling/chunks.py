"""Code among prose: a text's top-level pieces, and which of them are code."""

from __future__ import annotations

import ast
import keyword
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from assay.sampling.syntax import first_error, parse

_GOES_ON = re.compile(r"^(?:else|elif|except|finally)\b|^[)\]}]|^#")
_TOKENS = re.compile(
    r"'''|\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#.*|[()\[\]{}]"
)
_STRINGS = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#.*")
_WORDS = re.compile(r"(?<![\w.])([A-Za-z][\w']*),? +(?=([A-Za-z][\w']*))")
_SOFT = frozenset({*keyword.kwlist, *keyword.softkwlist, "print"})
_MAX_CONTINUED = 300
_MAX_WASTED = 3000  # lines read in vain after a bracket or quote that is never closed
_MAX_DROPPED = 4
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive lines: a statement at the margin with all that belongs to it."""

    lines: tuple[str, ...]
    is_code: bool

    @property
    def text(self) -> str:
        """Its lines as text."""
        return "\n".join(self.lines)


def split(text: str) -> Iterator[Chunk]:
    """The chunks of a text, in their order. Blank lines belong to the chunk above.

    Each line is looked at a bounded number of times, however long the text.
    """
    lines = text.split("\n")
    i = wasted = 0
    while i < len(lines):
        if not lines[i].strip():
            i += 1
            continue
        plain = _indented_end(lines, i)
        end = _logical_end(lines, i) if wasted < _MAX_WASTED else plain
        chunk = _as_code(lines[i:end])
        if chunk is None and plain != end:
            wasted += max(0, end - plain)
            end, chunk = plain, _as_code(lines[i:plain])
        if chunk is not None:
            yield chunk
        else:
            yield Chunk(lines=tuple(lines[i:plain]), is_code=False)
            end = plain
        i = end


def runs(text: str) -> tuple[str, ...]:
    r"""The longest stretches of code in a text, with prose between them.

    >>> runs("Here it is:\n\nimport re\nx = re\n\nHope this helps a lot!")
    ('import re\nx = re\n',)
    """
    found: list[list[str]] = [[]]
    for chunk in split(text):
        if chunk.is_code:
            found[-1].append(chunk.text)
        elif (inner := _inside(chunk)) is not None:
            found += [[inner], []]
        else:
            found.append([])
    return tuple("\n".join(pieces) for pieces in found if pieces)


def code_only(text: str) -> str:
    """All chunks of a text that are code, those between them left out."""
    return "\n".join(chunk.text for chunk in split(text) if chunk.is_code)


def is_prose(line: str) -> bool:
    """Whether a line has two neighbouring words as no Python line can have them.

    >>> is_prose("This adds them up."), is_prose("x if a else b in c")
    (True, False)
    """
    bare = _STRINGS.sub(" ", line)
    return any(
        first not in _SOFT and second not in _SOFT
        for first, second in _WORDS.findall(bare)
    )


def without_prose_lines(code: str) -> str | None:
    """The code without the few lines of prose that keep it from being a program."""
    lines = code.split("\n")
    for _ in range(_MAX_DROPPED):
        error = first_error("\n".join(lines))
        if error is None:
            break
        bad = error.lineno or 1
        if not is_prose(lines[bad - 1]):
            return None
        del lines[bad - 1]
    mended = "\n".join(lines)
    return mended if parse(mended) is not None else None


def with_closed_brackets(code: str) -> str | None:
    r"""The code with a bracket closed at the end of the line that left it open.

    >>> with_closed_brackets("print(max(1, 2)\nx = 1")
    'print(max(1, 2))\nx = 1'
    """
    lines = code.split("\n")
    for _ in range(_MAX_DROPPED):
        error = first_error("\n".join(lines))
        opened = re.match(r"'([(\[{])' was never closed", error.msg if error else "")
        if error is None or opened is None:
            break
        line = (error.lineno or 1) - 1
        lines[line] = lines[line].rstrip() + _CLOSING[opened[1]]
    mended = "\n".join(lines)
    return mended if mended != code and parse(mended) is not None else None


def _as_code(lines: list[str]) -> Chunk | None:
    text = "\n".join(lines)
    tree = parse(text)
    if tree is None and re.match(r"(?:async def|def|class|if|for|while|@)\b", text):
        mended = without_prose_lines(text)
        if mended is not None:
            return Chunk(lines=tuple(mended.split("\n")), is_code=True)
    if tree is None or not any(has_effect(node) for node in tree.body):
        return None
    return Chunk(lines=tuple(lines), is_code=True)


def has_effect(node: ast.stmt) -> bool:
    """Whether a statement does something; prose that happens to parse does not."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await | ast.NamedExpr)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    return not isinstance(node, ast.Pass)


def _inside(chunk: Chunk) -> str | None:
    """The code that is indented under a line of prose."""
    inner = textwrap.dedent("\n".join(chunk.lines[1:]))
    if not inner.strip() or len(chunk.lines) < 3:
        return None
    return inner if _as_code(inner.split("\n")) is not None else None


def _indented_end(lines: list[str], start: int) -> int:
    end = start + 1
    decorated = lines[start].startswith("@")
    while end < len(lines):
        line = lines[end]
        margin = bool(line.strip()) and not line[0].isspace()
        if margin and not _GOES_ON.match(line):
            if not decorated:
                break
            decorated = line.startswith("@")
        end += 1
    return end


def _logical_end(lines: list[str], start: int) -> int:
    """As `_indented_end`, where brackets and long strings may reach the margin."""
    depth, quote = 0, ""
    end = start
    decorated = False
    while end < len(lines) and end - start < _MAX_CONTINUED:
        line = lines[end]
        margin = bool(line.strip()) and not line[0].isspace()
        if margin and end > start and depth <= 0 and not quote:
            if not _GOES_ON.match(line) and not decorated:
                return end
            decorated = False
        if margin and depth <= 0 and not quote:
            decorated = line.startswith("@")
        depth, quote = _scan(line, depth, quote)
        end += 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
        end += 1
    return end


def last_margin(lines: list[str]) -> int:
    """Where the last statement at the margin starts, with its decorators."""
    start, depth, quote = 0, 0, ""
    decorated = False
    for i, line in enumerate(lines):
        margin = bool(line.strip()) and not line[0].isspace()
        if margin and depth <= 0 and not quote:
            if not _GOES_ON.match(line):
                start = start if decorated else i
                decorated = line.startswith("@")
            depth = 0
        depth, quote = _scan(line, depth, quote)
    return start


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Bracket depth and open long string after a line."""
    at = 0
    while True:
        if quote:
            closed = line.find(quote, at)
            if closed < 0:
                return depth, quote
            at, quote = closed + len(quote), ""
        match = _TOKENS.search(line, at)
        if match is None:
            return depth, ""
        token, at = match.group(), match.end()
        if token in {"'''", '"""'}:
            quote = token
        elif len(token) == 1:
            depth += (token in "([{") - (token in ")]}")
