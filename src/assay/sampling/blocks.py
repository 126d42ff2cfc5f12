"""Where in a completion code may stand: fenced blocks and what is outside thinking."""

from __future__ import annotations

import re
from dataclasses import dataclass

_THOUGHT = r"think|thinking|thought|reasoning|THINK"
_END_OF_THOUGHT = re.compile(
    rf"^[ \t]*[<\[]/(?:{_THOUGHT})[>\]]|[<\[]/(?:{_THOUGHT})[>\]][ \t]*$", re.MULTILINE
)
_START_OF_THOUGHT = re.compile(rf"^\s*[<\[](?:{_THOUGHT})[>\]]")
_MAX_BLOCKS = 32  # the rest of a text with more is the same again and again
_SPECIAL = re.compile(
    r"<\|(?:im_end|im_start|endoftext|eot_id|end|eom_id|EOT|file_sep)\|>"
)
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d+[.)][ \t]+)?)"
    r"(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$"
)
_FENCE_AFTER_PROSE = re.compile(
    r"^(?P<prose>[^`]*[^`\s])[ \t]*(?P<mark>`{3,})[ \t]*(?P<info>[\w+#.-]*)[ \t]*$"
)
_TAG = re.compile(r"^[\w+#.-]*$|^\{?\.?[\w+#.-]+[ \t]*[{\[:=].*$")
_CODE_ON_FENCE = re.compile(
    r"^(?:(?:python3?|py)\s+)?(?P<code>(?:def|class|import|from|async|@)\s*\w.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a completion that may be code."""

    code: str
    tag: str = ""  # the language named on the fence
    closed: bool = True
    before: str = ""  # the prose between it and the block above
    first: int = 0  # its lines in the text it was found in
    last: int = 0  # one past its last line


def answers(text: str) -> tuple[str, ...]:
    """Where to look for the program, best place first.

    What a model thinks aloud comes last: it may hold a draft, but what follows counts.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SPECIAL.split(text, maxsplit=1)[0] if _SPECIAL.search(text) else text
    ends = list(_END_OF_THOUGHT.finditer(text))
    if ends:
        return text[ends[-1].end() :], text[: ends[-1].start()]
    start = _START_OF_THOUGHT.search(text)
    return (text[start.end() :],) if start else (text,)


def find_blocks(text: str) -> tuple[Block, ...]:
    """The fenced blocks of a text, in their order.

    A fence that names a language inside an open block ends it and opens another. The
    last block may never be closed.
    """
    lines = text.split("\n")
    blocks: list[Block] = []
    prose_from, opened, at = 0, None, 0
    for i, line in enumerate(lines):
        fence = _FENCE.match(line)
        if opened is None:
            if fence is None and "```" in line:
                fence = _FENCE_AFTER_PROSE.match(line)
            if fence is not None:
                opened, at = fence, i
            continue
        ends, reopens = _closes(line, fence, opened)
        if not ends:
            continue
        blocks.append(_block(lines, opened, at, i, prose_from, line))
        prose_from, opened, at = i + 1, (fence if reopens else None), i
    if opened is not None:
        block = _block(lines, opened, at, len(lines), prose_from, None)
        blocks.append(block)
    filled = [block for block in blocks if block.code.strip()]
    return tuple([*filled[: _MAX_BLOCKS - 1], *filled[_MAX_BLOCKS - 1 :][-1:]])


def _closes(
    line: str, fence: re.Match[str] | None, opened: re.Match[str]
) -> tuple[bool, bool]:
    """Whether a line ends the open block, and whether it opens the next one."""
    mark = opened["mark"]
    if fence is None:
        glued = line.rstrip().endswith(mark) and mark[0] == "`"
        return glued and line.count(mark) == 1, False
    if fence["mark"][0] != mark[0] or len(fence["mark"]) < len(mark):
        return False, False
    info = fence["info"].strip()
    return True, bool(info and _TAG.match(info))


def _block(
    lines: list[str],
    opened: re.Match[str],
    at: int,
    end: int,
    prose_from: int,
    closing: str | None,
) -> Block:
    body = lines[at + 1 : end]
    first = _CODE_ON_FENCE.match(opened["info"])
    if first:
        body = [first["code"], *body]
    if closing is not None and not _FENCE.match(closing):
        body.append(closing.rstrip().rstrip("`"))
    groups = opened.groupdict()
    indent = groups.get("indent") or ""
    prose = [*lines[prose_from:at], groups.get("prose") or ""]
    tag = "" if first else opened["info"].strip().split(" ")[0].strip("{}.").lower()
    return Block(
        code="\n".join(_outdented(line, indent) for line in body),
        tag=tag,
        closed=closing is not None,
        before="\n".join(prose).strip(),
        first=at + 1,
        last=end,
    )


def _outdented(line: str, indent: str) -> str:
    """A line without the indentation, quote mark or list item of its fence."""
    if ">" in indent:
        return re.sub(r"^[ \t]*>[ \t]?", "", line)
    white = len(line) - len(line.lstrip(" \t"))
    return line[min(white, len(indent)) :]


def longer_readings(
    text: str, blocks: tuple[Block, ...], index: int
) -> tuple[str, ...]:
    """A block's code if the fences that end it were part of it, shortest first.

    For programs whose strings hold a fence of their own.
    """
    lines = text.split("\n")
    start = blocks[index].first
    ends: list[int] = []
    for i in range(start, len(lines)):
        if i > blocks[index].last and _FENCE.match(lines[i]):
            ends.append(i)
        if len(ends) == 4:
            break
    return tuple("\n".join(lines[start:end]) for end in ends)
