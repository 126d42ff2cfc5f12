"""The pages without a browser: what they show, what forms do, who may see them."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.serve.keys import KeyFile
from assay.serve.pages.access import COOKIE
from assay.serve.pages.rendering import SECTIONS
from assay.serve.solves import State
from report.page_reader import Page
from serve.paging import get, post, shown, text, token_of
from serve.raw_asking import Reply, sent
from serve.running_server import GOOD, TASK, Running, Slow, eventually

HOSTILE = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\x01\u202e&"
TYPED = f"Write a function `double(n)`. {HOSTILE}\n\n>>> double(2)\n4\n"
WROTE = (
    f"{HOSTILE}\n```python\ndef double(n):\n    return 2 * n  # </pre>{HOSTILE}\n```"
)


@pytest.fixture(scope="module")
def solved() -> Iterator[Running]:
    """A server that has solved one task; all its texts are hostile."""
    with shown(lambda request: WROTE) as server:
        assert post(server, "/solves", task=TYPED).status == 303
        server.settle()
        yield server


def check(reply: Reply, status: int = 200) -> Page:
    """Hold a page to what is promised of every page."""
    assert reply.status == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    found = text(reply)
    page = Page(found)
    assert len(page.ids) == len(set(page.ids)), "ids are unique"
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, f"h{after} after h{before}"
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), f"{tag} has {name}"
        assert name != "style", f"{tag} has a style of its own"
        if name in ("href", "src", "action"):
            assert value[:1] in ("/", "#"), value
            assert not value.startswith("//"), value
        if name == "aria-labelledby":
            assert value in page.ids, f"{value} names nothing"
        if name == "for":
            assert value in page.ids, f"{value} labels nothing"
        if name == "href" and value.startswith("#"):
            assert value[1:] in page.ids, f"{value} leads nowhere"
    assert not re.search(r"<script(?! src)|<style", found), "nothing is inline"
    return page


@pytest.mark.parametrize("path", [path for path, _ in SECTIONS])
def test_each_page_is_whole_and_marks_itself_in_the_navigation(
    solved: Running, path: str
) -> None:
    check(get(solved, path))
    assert f'<a href="{path}" aria-current="page">' in text(get(solved, path))


def test_files_are_kept_by_their_address_and_no_other_is_handed_out(
    solved: Running,
) -> None:
    page = text(get(solved, "/"))
    for href in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        reply = get(solved, href)
        assert reply.status == 200
        assert "immutable" in reply.headers["cache-control"]
    check(get(solved, "/static/__init__.py"), 404)
    assert get(solved, "/static/%2e%2e%2f__init__.py").status == 404


def test_hostile_texts_stay_texts(solved: Running) -> None:
    (job,) = solved.jobs
    for path in ("/", f"/solves/{job.id}", "/?q=" + "%3Cscript%3E%22", "/queue"):
        reply = get(solved, path)
        page = check(reply)
        assert page.tags["img"] == 0
        assert "<script>alert" not in text(reply)
        assert "\x01" not in text(reply)
        assert "\u202e" not in text(reply)
    page = check(get(solved, f"/solves/{job.id}"))
    assert "\\x01\\u202e" in page.words, "what cannot be shown is written out"
    assert "<script>alert(1)</script>" in page.words


def test_a_solve_s_page_says_what_was_claimed_and_why(solved: Running) -> None:
    (job,) = solved.jobs
    page = check(get(solved, f"/solves/{job.id}"))
    assert "Verified by 1 given tests" in page.words
    assert "a prior: no graded answers" in page.words
    assert "was handed out" in page.words
    assert "Timeline of model calls" in page.words
    assert page.tags["svg"] == 1
    assert "hidden cases" not in page.words, "there are none here"
    assert "assay solve -" in page.words
    assert f"curl {solved.base}/v1/chat/completions" in page.words
    for id_ in ("claim", "spend", "tests", "timeline", "matrix", "calls", "replay"):
        assert id_ in page.ids


def test_the_list_is_filtered_by_its_address(solved: Running) -> None:
    (job,) = solved.jobs
    link = f'href="/solves/{job.id}"'
    for query in ("", "?state=done", "?q=DOUBLE", "?state=done&q=verified", "?state=x"):
        assert link in text(get(solved, f"/{query}")), query
    for query in ("?state=failed", "?q=nothing", "?state=running&q=double"):
        found = text(get(solved, f"/{query}"))
        assert link not in found, query
        assert "None of 1 solve is like that" in found


def test_what_is_not_there_is_a_page_that_says_so(solved: Running) -> None:
    page = check(get(solved, "/solves/ffffff"), 404)
    assert "There is no such solve" in page.words
    check(get(solved, "/solves/ffffff/events"), 404)
    check(post(solved, "/solves/ffffff/cancel"), 404)
    check(get(solved, "/runs/some"), 400)
    assert get(solved, "/nowhere").status == 404


def test_a_form_that_no_page_of_ours_sent_does_nothing(solved: Running) -> None:
    (job,) = solved.jobs
    for path in ("/solves", f"/solves/{job.id}/cancel", "/doctor"):
        for token in ("", "x", token_of(solved) + "x"):
            check(post(solved, path, token=token, task=TASK), 403)
    foreign = {"origin": "http://evil.example"}
    assert post(solved, "/solves", task=TASK, headers=foreign).status == 403
    nobody = {"origin": "null"}
    assert post(solved, "/solves", task=TASK, headers=nobody).status == 403
    assert solved.jobs == [job]


def test_a_task_that_cannot_be_begun_is_given_back_with_the_reason(
    solved: Running,
) -> None:
    reply = post(solved, "/solves", task="  ")
    assert "say what is to be solved" in check(reply, 400).words
    reply = post(solved, "/solves", task=TYPED, budget="tokens=lots", route="fast")
    page = check(reply, 400)
    assert "budget 'tokens=lots' is not understood" in page.words
    assert "<script>alert(1)</script>" in page.words, "what was typed is still there"
    assert '<option value="fast" selected>' in text(reply)
    assert "the way is search or fast" in text(
        post(solved, "/solves", task=TASK, route="x")
    )
    assert len(solved.jobs) == 1


def test_events_are_numbered_and_go_on_where_a_listener_was(solved: Running) -> None:
    (job,) = solved.jobs
    path = f"/solves/{job.id}/events"
    whole = get(solved, path)
    assert whole.headers["content-type"] == "text/event-stream; charset=utf-8"
    numbers = [int(n) for n in re.findall(r"^id: (\d+)", text(whole), re.M)]
    assert numbers == [*range(1, job.n_events + 1), job.n_events]
    assert text(whole).count("event: end") == 1
    rest = get(solved, path, **{"last-event-id": "3"})
    assert re.findall(r"^id: (\d+)", text(rest), re.M)[0] == "4"
    assert get(solved, path, **{"last-event-id": str(job.n_events)}).status == 204
    assert get(solved, path, **{"last-event-id": "no number"}).status == 200


def test_a_solve_is_watched_while_it_runs_and_cancelled() -> None:
    with shown(Slow(n_quick=1)) as server:
        began = post(server, "/solves", task=TASK.replace("twice", "thrice"))
        (job,) = server.jobs
        path = began.headers["location"]
        assert path == f"/solves/{job.id}"
        eventually(lambda: job.state is State.RUNNING)
        page = check(get(server, path))
        assert f"data-live-{path}/events" in "".join(
            f"{name}-{value}" for _, name, value in page.attributes
        )
        assert "Cancel this solve" in page.words
        assert "Nothing is claimed before it ends" in page.words
        assert "1 running" in text(get(server, "/"))
        assert "Solves that run or wait" in text(get(server, "/queue"))
        with sent(server.port, b"", path=f"{path}/events", method="GET") as response:
            assert response.readline().startswith(b"retry")
            eventually(lambda: server.service.turns.running == 1)
            done = post(server, f"{path}/cancel", back="list")
            assert (done.status, done.headers["location"]) == (303, "/")
            assert b"event: end" in response.read()
        server.settle()
        assert job.state is State.CANCELLED
        page = check(get(server, path))
        assert "Cancelled" in page.words
        assert "Cancel this solve" not in page.words
        assert post(server, f"{path}/cancel").status == 303, "once more does nothing"


def test_a_listener_of_the_page_keeps_no_solve_alive_and_ends_none() -> None:
    with shown(Slow()) as server:
        post(server, "/solves", task=TASK)
        (job,) = server.jobs
        events = f"/solves/{job.id}/events"
        with sent(server.port, b"", path=events, method="GET") as response:
            response.readline()
            assert job.n_watching == 1
        assert job.state is State.RUNNING
        again = post(server, "/solves", task=TASK)
        assert again.headers["location"] == f"/solves/{job.id}", "it is the same solve"
        post(server, f"/solves/{job.id}/cancel")
        server.settle()


def test_a_fault_is_shown_where_the_solve_is() -> None:
    def fails(request: object) -> str:
        raise ValueError(HOSTILE)

    with shown(fails) as server:
        path = post(server, "/solves", task=TASK).headers["location"]
        server.settle()
        page = check(get(server, path))
        assert "✗ Failed" in page.words
        assert "ValueError" in page.words


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyFile]:
    """An empty file of keys."""
    file = KeyFile(tmp_path / "keys.sqlite", create=True)
    yield file
    file.close()


def signed_in(server: Running, secret: str) -> dict[str, str]:
    """The cookie of a new session."""
    reply = post(server, "/login", key=f" {secret} ")
    assert reply.status == 303
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    return {"cookie": cookie.partition(";")[0]}


def test_with_keys_each_sees_its_own_solves_and_nobody_else_any(keys: KeyFile) -> None:
    ann, bob = keys.create("ann"), keys.create("bob")
    with shown(keys=keys) as server:
        for path, _ in SECTIONS:
            reply = get(server, path)
            assert (reply.status, reply.headers["location"]) == (303, "/login")
        check(get(server, "/login"))
        assert "not known" in check(post(server, "/login", key="assay-x"), 401).words
        check(post(server, "/login", key=ann, token="x"), 403)
        of_ann, of_bob = signed_in(server, ann), signed_in(server, bob)
        reply = post(server, "/solves", headers=of_ann, task=TASK)
        path = reply.headers["location"]
        server.settle()
        assert "ann" in check(get(server, path, **of_ann)).words
        assert 'Bearer $ASSAY_KEY"' in check(get(server, path, **of_ann)).words
        check(get(server, path, **of_bob), 404)
        check(get(server, f"{path}/events", **of_bob), 404)
        check(post(server, f"{path}/cancel", headers=of_bob), 404)
        assert path not in text(get(server, "/", **of_bob))
        assert get(server, "/", cookie=f"{COOKIE}=forged").status == 303
        post(server, "/logout", headers=of_bob)
        assert get(server, "/", **of_bob).status == 303
        keys.revoke("ann")
        assert get(server, path, **of_ann).status == 303, "a revoked key is signed out"


def test_a_page_that_is_asked_for_with_head_has_no_body(solved: Running) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", solved.port, timeout=30)
    asked.request("HEAD", "/")
    reply = asked.getresponse()
    assert (reply.status, reply.read()) == (200, b"")
    asked.close()


def test_a_good_answer_is_shown_as_it_was_written() -> None:
    with shown() as server:
        path = post(server, "/solves", task=TASK, route="fast").headers["location"]
        server.settle()
        page = check(get(server, path))
        assert GOOD.split("```python\n")[1].split("\n```")[0] in page.words
        assert "fast" in page.words
