"""Small pieces of HTML that cannot be made of unescaped text by accident.

`Html` is markup; every other text that goes into an element is escaped. All text of a
report comes from models and datasets, so there is no other way to write an element.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.resources import files

from assay.types.results import Estimate

NOT_MEASURED = "not measured"
_BLANK = "\xa0"  # a blank at which no line ends
MOST_CHARACTERS = 60_000  # of one shown text

_VOID = frozenset({"meta", "link", "input", "br"})
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_WITHIN = re.compile(r"(?!//)[^\s\\:/?#]*(?:[/?#][^\s\\]*)?")


class Html(str):
    """Markup that is safe to put into a page as it is."""

    __slots__ = ()

    def __html__(self) -> Html:
        """By this name template engines know that nothing is to be escaped."""
        return self


def escape(text: object) -> Html:
    r"""Make any text safe as an element's content and as an attribute's value.

    Control characters and lone surrogates, which no page may hold, are written out.

    >>> escape('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    >>> escape(chr(0) + chr(0xD800))
    '\\x00\\ud800'
    """
    if isinstance(text, Html):
        return text
    return Html(html.escape(_CONTROL.sub(_written_out, str(text))))


def el(tag: str, /, *children: object, **attributes: object) -> Html:
    """An element. Children that are no `Html` are escaped; None and False leave out.

    Attribute names end in `_` where Python has the word, and `_` inside is `-`.

    >>> el("td", "a < b", class_="num", hidden=True, title=None)
    '<td class="num" hidden>a &lt; b</td>'
    """
    words = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{tag}{words}>")
    return Html(f"<{tag}{words}>{join(children)}</{tag}>")


def join(parts: Iterable[object]) -> Html:
    """Several pieces as one. What is no `Html` is escaped; None and False leave out."""
    return Html("".join(escape(p) for p in parts if p is not None and p is not False))


def shorten(text: str, most: int) -> str:
    """Cut a text's middle where it is too long, and say how much is missing.

    >>> shorten("a" * 50, 20)
    'aaaaaaaaaa [30 characters left out] aaaaaaaaaa'
    """
    if len(text) <= most:
        return text
    half = most // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]} [{left_out:,} characters left out] {text[-half:]}"


def label(text: str, most: int = 30) -> str:
    """A name as a chart has room for it.

    >>> label("endpoint:http://127.0.0.1:8080/v1#model", 12)
    'endpoint:ht…'
    """
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def safe_href(href: str | None) -> str | None:
    """A link within the report's own folder; anything else is no link.

    >>> safe_href("solves/12.html"), safe_href("javascript:alert(1)")
    ('solves/12.html', None)
    """
    if not href or _CONTROL.search(href) or not _WITHIN.fullmatch(href):
        return None
    return href


def code_block(text: str, *, wrap: bool = False) -> Html:
    """A program or another text in which every blank counts."""
    shown = shorten(text, MOST_CHARACTERS)
    if wrap:
        return el("pre", el("code", shown), class_="wrap")
    return el("pre", el("code", shown), tabindex="0")


def table(
    caption: str,
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    numeric: frozenset[int] | set[int] = frozenset(),
    words: frozenset[int] | set[int] = frozenset(),
) -> Html:
    """A table whose first column names its rows. `numeric` columns stand right."""

    def kind(column: int) -> str | None:
        if column in numeric:
            return "num"
        return "words" if column in words else None

    heads = (el("th", h, scope="col", class_=kind(i)) for i, h in enumerate(head))
    lines = (
        el(
            "tr",
            el("th", row[0], scope="row"),
            *(el("td", cell, class_=kind(i)) for i, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    )
    return scroll(
        el(
            "table",
            el("caption", caption),
            el("thead", el("tr", *heads)),
            el("tbody", *lines),
        ),
        caption,
    )


def scroll(content: Html, name: str) -> Html:
    """What may be wider than the window: it moves by itself, with the keyboard too."""
    return el(
        "div", content, class_="scroll", tabindex="0", role="group", aria_label=name
    )


def figure(svg: Html, caption: object, twin: Html, *, name: str) -> Html:
    """A chart with what it shows in words, and the same numbers as a table."""
    return el(
        "figure",
        el("figcaption", caption),
        scroll(svg, name),
        el("details", el("summary", f"{name}: the numbers as a table"), twin),
    )


def section(id_: str, title: str, *content: object, class_: str | None = None) -> Html:
    """A part of the page under its heading."""
    return el(
        "section",
        el("h2", title, id=f"{id_}-title"),
        *content,
        id=id_,
        class_=class_,
        aria_labelledby=f"{id_}-title",
    )


def page(title: str, *body: object, script: bool = False) -> str:
    """A whole page that loads nothing: styles and script stand in it, by their hash."""
    style = asset("style.css")
    code = asset("page.js") if script else ""
    policy = content_policy(script=script)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("link", rel="icon", href="data:,"),
        el("title", title),
        el("style", Html(style)),
    )
    skip = el("a", "Skip to the content", href="#main", class_="skip")
    end = el("script", Html(code)) if script else Html("")
    whole = el("html", head, el("body", skip, *body, end), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def content_policy(*, script: bool) -> str:
    """What a page made here may load and run: its own style, and its own script."""
    runs = repr(_hash(asset("page.js"))) if script else repr("none")
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(asset('style.css'))}'; "
        f"script-src {runs}; base-uri 'none'; form-action 'none'"
    )


def asset(name: str) -> str:
    """A file that is delivered with this package."""
    return files("assay.report").joinpath(name).read_text(encoding="utf-8")


def integer(number: float | None) -> str:
    """A whole number with its thousands apart.

    >>> integer(12345.6), integer(None)
    ('12,346', 'not measured')
    """
    return NOT_MEASURED if number is None else f"{number:,.0f}"


def amount(number: float | None, unit: str = "") -> str:
    """A number of any size with about three digits that count.

    >>> amount(0.01234, "s"), amount(12.34), amount(1234.5), amount(0)
    ('0.0123 s', '12.3', '1,234', '0')
    """
    if number is None:
        return NOT_MEASURED
    size = abs(number)
    digits = 0 if size >= 100 or not size else 1 if size >= 10 else 2
    shown = f"{number:.3g}" if 0 < size < 1 else f"{number:,.{digits}f}"
    return f"{shown} {unit}" if unit else shown


def percent(share: float | None) -> str:
    r"""A share with one decimal.

    >>> percent(0.7463), percent(None)
    ('74.6\xa0%', 'not measured')
    """
    return NOT_MEASURED if share is None else f"{share * 100:.1f}{_BLANK}%"


def interval(estimate: Estimate | None, *, missing: str = NOT_MEASURED) -> str:
    r"""A share with its interval.

    >>> interval(Estimate(value=0.5, low=0.25, high=0.75))
    '50.0\xa0% (25.0 to 75.0)'
    """
    if estimate is None:
        return missing
    low, high = estimate.low * 100, estimate.high * 100
    return f"{percent(estimate.value)} ({low:.1f} to {high:.1f})"


def points(estimate: Estimate) -> str:
    """A difference of shares in percentage points with its interval.

    >>> points(Estimate(value=0.031, low=-0.004, high=0.07))
    '+3.1 points (-0.4 to +7.0)'
    """
    value, low, high = (
        x * 100 + 0.0 for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value:+.1f} points ({low:+.1f} to {high:+.1f})"


def p_value(p: float | None) -> str:
    r"""A p-value as it is printed.

    >>> p_value(0.0001), p_value(0.0312), p_value(None)
    ('<\xa00.001', '0.031', 'not computed')
    """
    if p is None:
        return "not computed"
    return f"<{_BLANK}0.001" if p < 0.001 else f"{p:.3f}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """A count with its word.

    >>> plural(1, "task"), plural(1200, "task")
    ('1 task', '1,200 tasks')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
    return f' {name}="{escape(str(shown))}"'


def _hash(text: str) -> str:
    digest = sha256(text.encode("utf-8")).digest()
    return f"sha256-{b64encode(digest).decode('ascii')}"


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
