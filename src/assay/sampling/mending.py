"""Small repairs of text that would be a program but for how it was written down."""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Callable, Iterator

_INVISIBLE = {0: None, 0xFEFF: None, 0x200B: None, 0x200C: None, 0x200D: None}
_INVISIBLE |= {0x2060: None, 0xAD: None, 0x0C: None, 0x1A: None}
_BLANKS = {
    0xA0: " ",
    0x202F: " ",
    0x3000: "  ",
    **dict.fromkeys(range(0x2000, 0x200B), " "),
}
_PLAIN = str.maketrans(
    {
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2018": "'",
        "\u2019": "'",
        "\u2013": "-",
        "\u2212": "-",
        "\u00d7": "*",
        "\u2264": "<=",
        "\u2265": ">=",
        "\u2260": "!=",
        "\uff08": "(",
        "\uff09": ")",
        "\uff0c": ",",
        "\uff1a": ":",
        "\u2026": "...",
    }
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|nbsp|apos|#39|#x27|#34);")
_NUMBER = re.compile(r"^[ \t]*(\d+)(?:[ \t]*[:.|)](?:[ \t]|$)|\t|[ \t]|$)")
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)")
_ESCAPED = re.compile(r"\\(n|t|r|\"|'|\\|/)")
_ESCAPES = {"n": "\n", "t": "\t", "r": ""}
_PRINT = re.compile(r"^([ \t]*)print[ \t]+(?![(=])(\S.*?),?[ \t]*$", re.MULTILINE)


def variants(code: str) -> Iterator[str]:
    """The text as it stands, then with one more repair each time.

    Repairs build on each other, the harmless ones first. Whoever asks takes the first
    that is a program, so a program that needs no repair is never touched.
    """
    yield code
    for repair in _REPAIRS:
        if repair is _with_spaces and "\t" in code:
            yield code.expandtabs(8)
        repaired = repair(code)
        if repaired != code and repaired.strip():
            code = repaired
            yield code


def has_entities(code: str) -> bool:
    """Whether there are HTML entities in it, such as `&lt;`."""
    return _ENTITY.search(code) is not None


def _visible(code: str) -> str:
    return code.translate(_INVISIBLE).translate(_BLANKS)


def _dedented(code: str) -> str:
    return textwrap.dedent(code).lstrip("\n")


def _without_prompts(code: str) -> str:
    """Keep what was typed at the prompts of an interactive session."""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith(">>>"):
        return code
    typed = [line for line in lines if _PROMPT.match(line)]
    return "\n".join(_PROMPT.sub("", line) for line in typed)


def _without_quote_marks(code: str) -> str:
    """Drop the `>` or `+` that a mail or a patch puts before every line."""
    lines = [line for line in code.split("\n") if line.strip()]
    for mark in (">", "+", "|"):
        if lines and all(line.startswith(mark) for line in lines):
            return re.sub(rf"(?m)^{re.escape(mark)} ?", "", code)
    return code


def _without_numbers(code: str) -> str:
    """Drop line numbers, where nearly every line has one and they go up."""
    lines = code.split("\n")
    matches = [_NUMBER.match(line) for line in lines]
    numbers = [int(match[1][:9]) for match in matches if match]
    filled = sum(1 for line in lines if line.strip())
    rising = all(a < b for a, b in zip(numbers, numbers[1:], strict=False))
    if len(numbers) < 2 or not rising or len(numbers) < 0.8 * filled:
        return code
    kept = [
        line[match.end() :] if match else line
        for line, match in zip(lines, matches, strict=True)
    ]
    return textwrap.dedent("\n".join(kept))


def _with_spaces(code: str) -> str:
    return code.expandtabs(4)


def _without_backticks(code: str) -> str:
    """Drop stray backticks: they mean nothing in Python outside of strings."""
    lines = [
        line for line in code.split("\n") if not re.match(r"^\s*[`~]{2,}\w*\s*$", line)
    ]
    return re.sub(r"(?m)^`+|`+[ \t]*$", "", "\n".join(lines))


def _plain_punctuation(code: str) -> str:
    return code.translate(_PLAIN)


def _unescaped_html(code: str) -> str:
    return html.unescape(code) if has_entities(code) else code


def _unescaped_json(code: str) -> str:
    """The program in a JSON string, alone or as the longest one of an object."""
    try:
        value = json.loads(code, strict=False)
    except (ValueError, RecursionError):
        return _unescaped_line(code)
    if isinstance(value, dict):
        texts = [item for item in value.values() if isinstance(item, str)]
        return max(texts, key=len, default=code)
    return value if isinstance(value, str) else code


def _unescaped_line(code: str) -> str:
    """As `_unescaped_json`, for a string that is not closed or badly quoted."""
    stripped = code.strip()
    if stripped.count("\n") > stripped.count("\\n") or "\\n" not in stripped:
        return code
    match = re.match(r'^\{\s*"\w+"\s*:\s*"', stripped)
    stripped = stripped[match.end() :] if match else stripped
    bare = re.sub(r"^[\"']|[\"']?\s*\}?$", "", stripped)
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), bare)


def _called_print(code: str) -> str:
    """Write `print x` as Python 3 does."""
    return _PRINT.sub(r"\1print(\2)", code)


_REPAIRS: tuple[Callable[[str], str], ...] = (
    _visible,
    _dedented,
    _with_spaces,
    _without_quote_marks,
    _without_prompts,
    _without_numbers,
    _without_backticks,
    _unescaped_json,
    _unescaped_html,
    _plain_punctuation,
    _called_print,
)
