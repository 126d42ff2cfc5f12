"""Every page, checked with axe-core in Chromium: WCAG 2 at the levels A and AA."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from serve.browser import CHROMIUM, Tab, browser
from serve.every_page import PAGES
from serve.nodes import FOLDER, missing

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(bool(missing("axe-core")), reason=missing("axe-core")),
    pytest.mark.timeout(240),  # a loaded computer starts it slowly
]

GRAVE = ("serious", "critical")
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
COLOURS = ("color-contrast", "link-in-text-block")
LOOKS = (
    (False, 1200, LEVELS),
    (True, 1200, COLOURS),  # nothing but the colours is another in the dark
    (False, 340, LEVELS),
    (True, 340, COLOURS),
)
OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
CHECK = """
axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then(
  (found) => found.violations.flatMap((rule) => rule.nodes.map((node) => ({
    impact: node.impact, rule: rule.id, place: node.target.join(" "),
    why: node.failureSummary,
  })))
)
"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab that has axe in every page, which the pages' own policy would refuse."""
    axe = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        found.bring(axe.read_text("utf-8"))
        yield found


def findings(tab: Tab, look: str, rules: tuple[str, ...] = LEVELS) -> list[str]:
    """What is serious on the page that is open."""
    return [
        f"{look}: {each['impact']} {each['rule']} at {each['place']}: {each['why']}"
        for each in tab.run(CHECK % json.dumps(rules))
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_in_any_look_of(
    tab: Tab, pages: dict[str, str], name: str
) -> None:
    tab.open(pages[name])
    tab.wait(f"location.href === {json.dumps(pages[name])}")
    tab.run(OPEN)
    found: list[str] = []
    for dark, width, rules in LOOKS:
        tab.look(dark=dark, width=width)
        assert tab.run("matchMedia('(prefers-color-scheme: dark)').matches") == dark
        look = f"{'dark' if dark else 'light'}, {width} wide"
        found += findings(tab, look, rules)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_in_the_help_about_keys(
    tab: Tab, pages: dict[str, str]
) -> None:
    tab.look()
    tab.open(pages["models"])
    tab.run("document.getElementById('keys').showModal()")
    assert not findings(tab, "light")


def test_axe_would_find_what_is_wrong(tab: Tab, pages: dict[str, str]) -> None:
    tab.look()
    tab.open(pages["models"])
    tab.run("document.querySelector('main').append(document.createElement('input'))")
    assert any("critical label at" in each for each in findings(tab, "light"))
