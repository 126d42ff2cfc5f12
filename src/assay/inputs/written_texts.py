"""What a model wrote -> texts for standard input, and what it expects to be printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.inputs.plain import MAX_BYTES, is_text
from assay.sampling.blocks import answers, find_blocks

_MAX_CHARS = 100_000
_SEPARATOR = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,})\s*")
_LABEL = re.compile(
    r"[#*\s]*(?:(?:Sample|Test|Example|Expected) )?(Input|Output|input|output)"
    r"(?: ?#?\d+)?[*\s]*(?::[*\s]*(.*)|)"
)


def read_texts(text: str) -> tuple[str, ...]:
    r'''Return the inputs in a text: between separators, or one a code block.

    Outputs that a model adds are left out. A text without a code block or a separator
    holds none: it is prose. Longer ones than 2 KB are dropped.

    >>> read_texts("""```
    ... 3
    ... 1 2 3
    ... ---
    ... Input 2:
    ... 1
    ... 5
    ... Output:
    ... 5
    ... ```""")
    ('3\n1 2 3\n', '1\n5\n')
    '''
    found = [given for given, _ in _sections(text)]
    return tuple(given for given in found if _is_small(given))


def read_pairs(text: str) -> tuple[tuple[str, str], ...]:
    r"""Return each input with the output that is said to follow from it.

    >>> read_pairs("```\nInput:\n1 2\nOutput: 3\n---\nInput:\n4\n```")
    (('1 2\n', '3\n'),)
    """
    return tuple(
        (given, said)
        for given, said in _sections(text)
        if said is not None and _is_small(given) and _is_small(said)
    )


def before_last_separator(text: str) -> str:
    r"""Return the text up to its last separator; nothing where it has none.

    >>> before_last_separator("1\n---\n2\n3")
    '1\n---\n'
    """
    lines = text.split("\n")
    ends = [i for i, line in enumerate(lines) if _SEPARATOR.fullmatch(line)]
    return "\n".join([*lines[: ends[-1] + 1], ""]) if ends else ""


def _is_small(text: str) -> bool:
    is_short = len(text) <= MAX_BYTES and is_text(text)
    return is_short and 0 < len(text.encode()) <= MAX_BYTES and bool(text.strip())


def _sections(text: str) -> list[tuple[str, str | None]]:
    for answer in answers(text[:_MAX_CHARS]):
        blocks = find_blocks(answer)
        if blocks:
            answer = "\n---\n".join(block.code for block in blocks)
        elif not any(map(_SEPARATOR.fullmatch, answer.split("\n"))):
            continue
        found = list(_split(answer.split("\n")))
        if found:
            return found
    return []


def _split(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield input and output, which is None where none is written."""
    given: list[str] = []
    said: list[str] | None = None
    for line in [*lines, "---"]:
        label = _LABEL.fullmatch(line)
        is_input = label is not None and label[1].lower() == "input"
        if _SEPARATOR.fullmatch(line) or is_input:
            if any(each.strip() for each in given):
                yield _joined(given), None if said is None else _joined(said)
            given, said = [], None
        elif label is not None and said is None:
            said = []
        if label is not None and label[2]:
            (given if said is None else said).append(label[2])
        elif label is None and not _SEPARATOR.fullmatch(line):
            (given if said is None else said).append(line)


def _joined(lines: list[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return f"{text}\n" if text else ""
