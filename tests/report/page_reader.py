"""A strict reader of pages: what every page must keep is checked here."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br"})


class Page(HTMLParser):
    """Reads a page, and fails where an element is not closed as it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self.figures: list[Counter[str]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag == "figure":
            self.figures.append(Counter())
        if "figure" in self.open:
            self.figures[-1][tag] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words += data


def check_page(text: str) -> Page:
    """Hold a page to all that is promised of every page."""
    text.encode("utf-8")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids)), "ids are unique"
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, f"h{after} after h{before}"
    for figure in page.figures:
        for wanted in ("figcaption", "title", "desc", "details", "table"):
            assert figure[wanted], f"a figure has no {wanted}: {figure}"
        assert figure["svg"] == 1
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), f"{tag} has {name}"
        assert name not in ("src", "srcset", "style", "action"), f"{tag} has {name}"
        if name == "href":
            assert value == "data:," or ":" not in value, value
            assert not value.startswith("//")
        if name in ("aria-labelledby", "aria-describedby"):
            assert set(value.split()) <= set(page.ids), value
        if name == "href" and value.startswith("#"):
            assert value[1:] in page.ids, f"{value} leads nowhere"
    assert page.tags["script"] <= 1
    assert page.tags["img"] == 0
    return page
