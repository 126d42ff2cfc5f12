"""The part of YAML that problem packages are written in: maps, lists, plain values.

Not covered: anchors, tags, flow maps, lists of maps, several documents. A line that is
none of these shapes is an error, never a guess.
"""

from __future__ import annotations

import re
from typing import Any

from assay.errors import ProblemError

_ENTRY = re.compile(r"""(["']?)([^\s"':#][^"':]*?)\1\s*:(?:\s+(.*))?$""")
_Line = tuple[int, str, int]  # indentation, text, number


def read_yaml(text: str, name: str) -> dict[str, Any]:
    r"""Read a map of values, maps and lists of values.

    Raises:
        ProblemError: naming the line that is not of the covered part.

    >>> read_yaml("name: Sum\nlimits:\n  memory: 64\n  time_limit: 1.5 # s", "")
    {'name': 'Sum', 'limits': {'memory': 64, 'time_limit': 1.5}}
    """
    lines = [
        (len(line) - len(line.lstrip(" ")), _without_comment(line).strip(), number)
        for number, line in enumerate(text.split("\n"), 1)
    ]
    kept = [line for line in lines if line[1] and line[1] not in ("---", "...")]
    value, rest = _map(kept, name) if kept else ({}, [])
    if rest:
        raise _unreadable(rest[0], name)
    return value


def _map(lines: list[_Line], name: str) -> tuple[dict[str, Any], list[_Line]]:
    indentation, found = lines[0][0], {}
    while lines and lines[0][0] == indentation:
        entry = _ENTRY.match(lines[0][1])
        if entry is None:
            raise _unreadable(lines[0], name)
        key, given = entry[2], entry[3] or ""
        lines = lines[1:]
        if given in ("|", ">", "|-", ">-"):
            found[key], lines = _block(lines, indentation)
        elif given:
            found[key] = _scalar(given)
        else:
            found[key], lines = _nested(lines, indentation, name)
    return found, lines


def _nested(lines: list[_Line], above: int, name: str) -> tuple[Any, list[_Line]]:
    if lines and lines[0][1].startswith("- ") and lines[0][0] >= above:
        items = []
        while lines and lines[0][1].startswith("- "):
            items.append(_scalar(lines[0][1][2:].strip()))
            lines = lines[1:]
        return items, lines
    if lines and lines[0][0] > above:
        return _map(lines, name)
    return None, lines


def _block(lines: list[_Line], above: int) -> tuple[str, list[_Line]]:
    taken = []
    while lines and lines[0][0] > above:
        taken.append(lines[0][1])
        lines = lines[1:]
    return "\n".join(taken), lines


def _scalar(text: str) -> Any:
    if text[:1] in "\"'" and text[-1:] == text[:1] and len(text) > 1:
        return text[1:-1]
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(item.strip()) for item in text[1:-1].split(",") if item.strip()]
    if text.lower() in ("true", "yes", "false", "no"):
        return text.lower() in ("true", "yes")
    if text in ("~", "null"):
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _without_comment(line: str) -> str:
    return re.sub(r"(?:^|\s)#.*$", "", line) if '"' not in line else line


def _unreadable(line: _Line, name: str) -> ProblemError:
    return ProblemError(
        f"{name} line {line[2]} cannot be read ({line[1][:60]!r}); write `key: value`, "
        "indented with blanks"
    )
