"""The pages in a real Chromium, where there is one: live, cancelled, by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.serve.solves import State
from serve.browser import CHROMIUM, Tab, browser
from serve.paging import post, shown
from serve.running_server import TASK, Slow, eventually

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.timeout(240),  # a loaded computer starts it slowly
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One tab for all; it forgets what was logged in each test."""
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        found.look()
        yield found


def clicked(tab: Tab, selector: str) -> None:
    """Click what a selector finds, as a person would."""
    tab.run(f"document.querySelector({json.dumps(selector)}).click()")


def test_a_solve_is_started_watched_to_its_end_and_nothing_is_refused(
    tab: Tab,
) -> None:
    tab.logged.clear()
    model = Slow(n_quick=1)
    with shown(model) as server:
        tab.open(server.base)
        tab.run(f"document.getElementById('task').value = {json.dumps(TASK)}")
        clicked(tab, "button.main")
        tab.wait("location.pathname.startsWith('/solves/')")
        tab.wait("document.getElementById('claim')?.innerText.includes('Running')")
        tab.wait("document.querySelector('#timeline svg') !== null")
        tab.run("window.same = true")
        tab.run("document.querySelector('#calls details').open = true")
        tab.run("document.querySelector('#calls summary').focus()")
        model.go.set()
        tab.wait("document.getElementById('claim').innerText.includes('Verified')")
        assert tab.run("window.same"), "the page was not loaded again"
        assert tab.run("document.querySelector('#calls details').open")
        assert tab.run("document.activeElement.matches('#calls summary')")
        said = tab.run("document.querySelector('[role=status]').textContent")
        assert said == "The solve is over: done, verified."
        assert tab.run("document.querySelector('#claim form') === null")
        assert tab.run("document.title").startswith("✓")
    assert tab.logged == []


def test_a_solve_is_cancelled_in_the_middle(tab: Tab) -> None:
    with shown(Slow(n_quick=1)) as server:
        path = post(server, "/solves", task=TASK).headers["location"]
        (job,) = server.jobs
        tab.open(server.base + path)
        tab.wait("document.querySelector('button.stop') !== null")
        clicked(tab, "button.stop")
        tab.wait("document.getElementById('claim').innerText.includes('ancelled')")
        eventually(lambda: job.state is State.CANCELLED)
        server.settle()


def test_keys_lead_through_the_rows_and_can_be_turned_off(tab: Tab) -> None:
    tab.logged.clear()
    with shown() as server:
        for number in (2, 3):
            post(server, "/solves", task=TASK.replace("(2)\n4", f"({number})\n0"))
        server.settle()
        tab.open(server.base)
        focus = "document.activeElement"
        links = "[...document.querySelectorAll('[data-row]')]"
        for key, row in (("j", 0), ("j", 1), ("j", 1), ("k", 0)):
            tab.press(key)
            assert tab.run(f"{links}.indexOf({focus})") == row, key
        tab.press("/")
        assert tab.run(f"{focus}.id") == "filter"
        tab.press("j")
        assert tab.run(f"{focus}.value") == "j", "in a field a key is a letter"
        tab.run(f"{focus}.blur()")
        tab.press("?")
        assert tab.run("document.getElementById('keys').open")
        clicked(tab, "#keys-on")
        clicked(tab, "#keys button")
        tab.press("j")
        assert not tab.run(f"{links}.includes({focus})")
        tab.open(f"{server.base}/?q=double")
        tab.press("?")
        assert not tab.run("document.getElementById('keys').open"), "it is kept"
        clicked(tab, "#keys-open")
        clicked(tab, "#keys-on")
    assert tab.logged == []


def test_a_row_of_the_list_moves_on_by_itself_until_it_is_paused(tab: Tab) -> None:
    model = Slow()
    with shown(model) as server:
        path = post(server, "/solves", task=TASK).headers["location"]
        tab.open(server.base)
        tab.wait("document.querySelector('tbody').innerText.includes('running')")
        tab.run(f"document.querySelector('a[href=\"{path}\"]').focus()")
        model.go.set()
        tab.wait("document.querySelector('tbody').innerText.includes('verified')")
        found = tab.run("document.activeElement.getAttribute('href')")
        assert found == path, "the row that was focused still is"
        clicked(tab, "#pause")
        assert tab.run("document.getElementById('pause').ariaPressed") == "true"


def test_nothing_is_wider_than_a_narrow_window_and_a_picture_can_be_taken(
    tab: Tab, tmp_path: Path
) -> None:
    with shown() as server:
        path = post(server, "/solves", task=TASK).headers["location"]
        server.settle()
        for dark in (False, True):
            tab.look(dark=dark, width=340, height=700)
            for each in ("/", path, "/queue", "/runs", "/models"):
                tab.open(server.base + each)
                tab.wait(f"location.pathname === '{each}'")
                width = tab.run("document.documentElement.scrollWidth")
                assert width <= 340, f"{each} is {width} wide"
        tab.picture(tmp_path / "page.png")
        assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
        tab.look()
