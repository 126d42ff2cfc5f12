"""Two programs and what differs between them, line by line."""

from __future__ import annotations

from difflib import unified_diff

from assay.report.html import MOST_CHARACTERS, Html, el, join

MOST_LINES = 1_500


def diff(before: str, after: str, *, old: str, new: str) -> Html:
    """The lines that go (-) and that come (+), with their surroundings."""
    a, b = before.splitlines(), after.splitlines()
    too_long = max(len(a), len(b)) > MOST_LINES
    if too_long or len(before) + len(after) > MOST_CHARACTERS:
        return el("p", "These programs are too long to be compared here.")
    lines = list(unified_diff(a, b, old, new, lineterm="", n=4))
    if not lines:
        return el("p", "Both programs are the same.")
    return el("pre", join(map(_line, lines)), class_="diff", tabindex="0")


def _line(words: str) -> Html:
    if words.startswith(("---", "+++", "@@")):
        return el("span", words, class_="at")
    kinds = {"+": "add", "-": "del"}
    return el("span", words or " ", class_=kinds.get(words[:1]))
