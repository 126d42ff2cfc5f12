"""Samples of a contest statement, found by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assay.types import Case, Stdin

_SAMPLE = (
    r"(?:samples?|examples?|exempel(?:\s*på)?|beispiel|ejemplo|exemplo|exemple|"
    r"sýnidæmi|provided)"
)
_INPUT = r"(?:inputs?|indata|inntak|eingabe|entrada|entrée|stdin|入力例)"
_OUTPUT = r"(?:outputs?|utdata|úttak|ausgabe|salida|saída|sortie|stdout|出力例)"
_NUMBER = r"(?:\s*(?:no\.?|case)?\s*[#(]?\s*[\dA-C]{1,2}[)]?)?"
_IN = re.compile(rf"(?i)(?:{_SAMPLE}{_NUMBER}\s*)?{_INPUT}(?:\s*{_SAMPLE})?{_NUMBER}")
_OUT = re.compile(
    rf"(?i)(?:(?:{_SAMPLE}{_NUMBER}|expected|the)\s*)?{_OUTPUT}(?:\s*(?:for\s+(?:the\s+)?)?"
    rf"{_SAMPLE})?(?:\s*for\s+(?:the\s+)?{_SAMPLE}\s*{_INPUT})?{_NUMBER}"
)
_SECTION = re.compile(
    rf"(?i)(?:additional\s+)?{_SAMPLE}(?:\s+(?:tests?|cases?|data|i/?o|tests? cases?))?"
    rf"{_NUMBER}(?:\s*[-–].*)?"
)
_OTHER = re.compile(
    r"(?i)(?:notes?(?: on .*)?|explanations?(?: (?:of|for) .*)?|hints?|scoring|points|"
    r"constraints?|limits?|source|author|subtasks?|problem (?:statement|description)|"
    r"interaction|follow[ -]?up|remarks?|statement|description|task|"
    r"sample explanations?|förklaring.*|skýring.*|útskýring.*)"
)
_COLUMNS = re.compile(
    rf"(?i)\|?\s*({_SAMPLE}\s*{_INPUT}{_NUMBER})(\s*\|\s*|\t+|\s{{3,}})({_SAMPLE}\s*{_OUTPUT}{_NUMBER})\s*\|?\s*$"
)
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[\w+-]*\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    """A line that begins a part of the statement."""

    line: int
    kind: str  # "in", "out", "samples" or "other"
    explicit: bool  # says "sample": no description of the input carries that name
    rest: str  # what stands after its colon


def contest_samples(text: str) -> tuple[Case, ...]:
    """Return the samples of a statement, their texts ending in one line break.

    Known: headings such as `Sample Input 1`, `Input` and `Output` under `Examples`,
    `-----Examples-----`, fenced blocks and tables of two columns. Blank lines inside a
    sample are kept; an explanation after one is cut off.
    """
    lines = text.expandtabs(8).split("\n") if "\t" not in text else text.split("\n")
    if columns := tuple(_tables(lines)):
        return _named(columns)
    headings = _headings(lines)
    for chosen in (_under_samples(headings), _explicit(headings), headings):
        found = tuple(_pairs(lines, chosen))
        if found:
            return _named(found)
    return ()


def _named(pairs: tuple[tuple[str, str], ...]) -> tuple[Case, ...]:
    return tuple(
        Case(input=Stdin(text=given), expected=wanted, name=f"sample {number}")
        for number, (given, wanted) in enumerate(dict.fromkeys(pairs), 1)
    )


def _headings(lines: list[str]) -> list[_Heading]:
    found: list[_Heading] = []
    fenced = False
    pending = False  # a line of `##` alone: its words stand on the next line
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            continue
        if re.fullmatch(r"\s*#{1,6}\s*", line):
            pending = True
            continue
        heading = _heading(line, number, marked=pending)
        pending = False
        if heading is not None:
            found.append(heading)
    return found


def _heading(line: str, number: int, *, marked: bool) -> _Heading | None:
    bare = line.strip()
    marked = marked or bool(re.match(r"#{1,6}\s|-{3,}\s*\w|={3,}\s*\w|\*\*\S", bare))
    if re.match(r"\\(?:begin|end|section|subsection)\b", bare):
        return _Heading(line=number, kind="other", explicit=False, rest="")
    title, colon, rest = bare.strip("#*=- \t_").partition(":")
    title = title.strip("#*=- \t_")
    if not title or len(title) > 60:
        return None
    if colon and rest.strip("*_ ") and not re.search(r"(?i)put|data|ntak", title):
        return None
    content = rest.strip().removeprefix("**").strip()
    for kind, pattern in (("in", _IN), ("out", _OUT)):
        if pattern.fullmatch(title):
            explicit = bool(re.search(rf"(?i){_SAMPLE}|例", title))
            return _Heading(line=number, kind=kind, explicit=explicit, rest=content)
    if _SECTION.fullmatch(title):
        return _Heading(line=number, kind="samples", explicit=True, rest="")
    if _OTHER.fullmatch(title) or marked:
        return _Heading(line=number, kind="other", explicit=False, rest="")
    return None


def _under_samples(headings: list[_Heading]) -> list[_Heading]:
    """Headings from the first `Examples` on, if inputs and outputs follow it."""
    for index, heading in enumerate(headings):
        if heading.kind == "samples" and {"in", "out"} <= {
            h.kind for h in headings[index:]
        }:
            return headings[index:]
    return []


def _explicit(headings: list[_Heading]) -> list[_Heading]:
    """Inputs and outputs that say "sample", with all that ends them."""
    return [
        h
        if h.explicit or h.kind == "other"
        else _Heading(line=h.line, kind="other", explicit=False, rest="")
        for h in headings
    ]


def _pairs(lines: list[str], headings: list[_Heading]) -> Iterator[tuple[str, str]]:
    ends = [h.line for h in headings[1:]] + [len(lines)]
    parts = list(zip(headings, ends, strict=True)) if headings else []
    for (given, given_end), (wanted, wanted_end) in pairwise(parts):
        if (given.kind, wanted.kind) != ("in", "out"):
            continue
        left = _content(lines, given, given_end)
        right = _content(lines, wanted, wanted_end)
        fenced = _fenced(lines[wanted.line + 1 : wanted_end])
        if not left.strip() and len(fenced) >= 2:  # both headings, then both blocks
            left, right = _joined(fenced[0]), _joined(fenced[1])
        if not right.strip() or not (left.strip() or given.explicit):
            continue
        sure = given.explicit or headings[0].kind == "samples"
        if not sure and any(map(_is_described, (left, right))):
            continue
        yield left, right


def _content(lines: list[str], heading: _Heading, end: int) -> str:
    body = lines[heading.line + 1 : end]
    if heading.rest:
        body = [heading.rest.strip("`"), *body]
    if blocks := _fenced(body):
        return _joined(blocks[0])
    while body and not body[0].strip():
        body.pop(0)
    return _joined(_without_explanation(body))


def _fenced(lines: list[str]) -> list[list[str]]:
    """Return the contents of the fenced blocks among some lines."""
    fences = [i for i, line in enumerate(lines) if _FENCE.match(line)]
    pairs = zip(fences[0::2], fences[1::2], strict=False)
    return [lines[first + 1 : last] for first, last in pairs]


def _joined(lines: list[str]) -> str:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return "\n".join(line.rstrip("\r") for line in lines) + "\n" if lines else "\n"


def _without_explanation(lines: list[str]) -> list[str]:
    """Cut at a blank line after which sentences stand, unless the answers are such."""
    for index, line in enumerate(lines):
        if line.strip() or index == 0:
            continue
        before = "\n".join(lines[:index])
        paragraph = "\n".join(lines[index + 1 :]).strip().split("\n\n")[0]
        if _is_prose(paragraph) and not _is_prose(before):
            return lines[:index]
    return lines


def _is_described(text: str) -> bool:
    """Whether a part without the word "sample" tells of the input, and is none."""
    return _is_prose(text) or bool(re.search(r"[^\W\d_]{2} [^\n]*[a-z]\.\s*$", text))


def _is_prose(text: str) -> bool:
    """Whether a paragraph reads as sentences: words, and a full stop or comma."""
    for line in text.split("\n"):
        words = re.findall(r"(?<![\w$])[^\W\d_]{2,}(?![\w$])", line)
        if len(words) >= 4 and re.search(r"[.,:;!?)](?:\s|$)|\$", line):
            return True
    joined = " ".join(text.split())
    words = re.findall(r"[^\W\d_]{2,}", joined)
    return len(words) >= 5 and bool(re.search(r"[a-zà-þ]{2}[)]?[.:](?:\s|$)", joined))


def _tables(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Samples in two columns, as Kattis prints them."""
    for number, line in enumerate(lines):
        match = _COLUMNS.match(line)
        if match is None:
            continue
        if "|" in match[2]:
            rows = _table_rows(lines, number + 1)
        else:
            rows = _column_rows(lines, number + 1, match.start(3))
        if rows:
            yield _column(rows, 0), _column(rows, 1)


def _table_rows(lines: list[str], start: int) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for line in lines[start:]:
        if "|" not in line:
            break
        cells = line.strip().strip("|").split("|")
        if len(cells) != 2 or not line.replace("|", "").strip(" -:"):
            if len(cells) != 2:
                break
            continue
        pair = [re.sub(r"\s*<br\s*/?>\s*", "\n", c.strip()) for c in cells]
        pair = [re.sub(r"</?(?:pre|code)>|`", "", cell) for cell in pair]
        rows.append((pair[0], pair[1]))
    return rows


def _column_rows(lines: list[str], start: int, offset: int) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for line in lines[start:]:
        if not line.strip() or _COLUMNS.match(line):
            break
        if len(line) > offset and line[offset - 1 : offset].strip():
            return []
        rows.append((line[:offset].rstrip(), line[offset:].rstrip()))
    return rows


def _column(rows: list[tuple[str, str]], index: int) -> str:
    return "\n".join(row[index] for row in rows).strip("\n") + "\n"
