"""The pages without a mouse, and without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from assay.serve.solves import State
from serve.browser import CHROMIUM, Tab, browser
from serve.every_page import PAGES
from serve.paging import shown
from serve.running_server import TASK, Slow, eventually

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.timeout(240),  # a loaded computer starts it slowly
]

# What can be used is known by its place among all of it: live parts are put in anew.
# Of radio buttons with one name, Tab leads to one, and arrows to the others.
LISTEN = """
(() => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  const usable = "a[href], button, input:not([type=hidden]), select, textarea," +
    " summary, [tabindex='0']";
  const first = (each) => each.type !== "radio" ||
    each === document.querySelector(`input[type=radio][name="${each.name}"]`);
  window.stops = () => [...document.querySelectorAll(usable)].filter(
    (each) => !each.disabled && each.checkVisibility() && first(each));
  window.reached = [];
  document.addEventListener("focusin", ({ target }) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    window.reached.push({
      place: window.stops().indexOf(target),
      shown: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      what: target.outerHTML.slice(0, 120),
    });
  });
  return window.stops().map((each) => each.outerHTML.slice(0, 120));
})()
"""
MORE = 10  # scrolled boxes are stops too, where nothing in them is one


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One tab for all."""
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        found.look()
        yield found


@pytest.mark.parametrize("name", PAGES)
def test_tab_leads_in_order_to_all_that_can_be_used_and_is_seen_on(
    tab: Tab, pages: dict[str, str], name: str
) -> None:
    tab.open(pages[name])
    tab.wait(f"location.href === {json.dumps(pages[name])}")
    stops = tab.run(LISTEN)
    assert len(stops) > 5
    for _ in range(len(stops) + MORE):
        tab.press("Tab")
    reached = tab.run("window.reached")
    places = list(dict.fromkeys(each["place"] for each in reached))
    places = [place for place in places if place >= 0]
    unreached = [stops[place] for place in range(len(stops)) if place not in places]
    assert not unreached
    assert places == sorted(places)
    assert [each["what"] for each in reached if not each["shown"]] == []


def test_without_scripts_and_mouse_a_solve_is_started_and_cancelled(tab: Tab) -> None:
    with tab.without_scripts(), shown(Slow(n_quick=1)) as server:
        tab.open(server.base)
        tab.wait("document.getElementById('task') !== null")
        tab.run("document.getElementById('task').focus()")
        tab.write(TASK)
        for _ in ("way", "ceiling", "start"):
            tab.press("Tab")
        assert tab.run("document.activeElement.innerText") == "Start"
        tab.press("Enter")
        tab.wait("document.readyState === 'complete' && location.pathname !== '/'")
        assert tab.run("document.getElementById('live-tools').hidden"), "a script ran"
        (job,) = server.jobs
        assert tab.run("location.pathname") == f"/solves/{job.id}"
        assert job.asked.problem.statement.strip() == TASK.strip()
        tab.run("document.querySelector('button.stop').focus()")
        tab.press("Enter")
        eventually(lambda: job.state is State.CANCELLED)
        server.settle()
        tab.open(f"{server.base}/solves/{job.id}")
        tab.wait("document.getElementById('claim').innerText.includes('ancelled')")
        assert tab.run("document.querySelector('button.stop') === null")
