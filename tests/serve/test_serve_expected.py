"""Which way is worth it: the table, the rule, and what is told of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.problems import read_problem
from assay.serve.expected import Expectation, decided, expectation
from assay.serve.features import Examples, Features, examples_of, features_of
from assay.serve.gains import Figures, nearest, tables
from assay.serve.pace import KEPT, PRIOR_TOKENS_PER_S, Pace
from assay.serve.requests import Route
from assay.solve import Recipe
from assay.types import IOMode
from serve.paging import get, post, shown
from serve.raw_asking import ask
from serve.running_server import GOOD, TASK, Running
from serve.test_serve_pages import check

ROOT = Path(__file__).parent.parent.parent
GAINS = ROOT / "src" / "assay" / "serve" / "gains.json"
MODEL = "qwen2.5-coder-0.5b"
NO_EXAMPLES = (
    "Write a Python function `double(n: int)` that returns twice the number n."
)
LONG = f"{NO_EXAMPLES} It is {'very ' * 100}easy."
KINDS = ("with_examples", "without_examples")

seconds = st.floats(0.1, 10_000)
speeds = st.floats(0.1, 10_000)
shares = st.floats(-0.5, 1)
features = st.builds(
    Features,
    examples=st.sampled_from(Examples),
    io_mode=st.sampled_from(IOMode),
    is_long=st.booleans(),
)


def expected(
    some: Features | None = None,
    *,
    patience_s: float | None = None,
    tokens_per_s: float | None = 50.0,
) -> Expectation:
    """What is expected of a task of this kind, or of one with an example."""
    found = expectation(
        read_problem(TASK), MODEL, tokens_per_s=tokens_per_s, patience_s=patience_s
    )
    if some is None:
        return found
    return replace(found, features=some, group=found.table.group(some))


def gaining(found: Expectation, right: float) -> Expectation:
    """The same where a search gains another share of right answers."""
    gain = replace(found.group.expected_gain, right=right)
    return replace(found, group=replace(found.group, expected_gain=gain))


def test_a_task_is_of_the_group_that_its_text_says() -> None:
    task, long = read_problem(TASK), read_problem(TASK + "\nIt is " + "very " * 100)
    assert features_of(task, long_from=311) == Features(
        examples=Examples.FEW, io_mode=IOMode.FUNCTION, is_long=False
    )
    assert features_of(long, long_from=311).is_long
    bare = features_of(read_problem(NO_EXAMPLES), long_from=311)
    assert bare.examples is Examples.NONE
    assert str(bare) == "function, short, no examples"


@given(st.integers(1, 100))
def test_more_examples_are_never_a_group_of_fewer(n: int) -> None:
    order = list(Examples)
    assert order.index(examples_of(n)) >= order.index(examples_of(n - 1))


@given(features, st.none() | seconds, st.none() | speeds)
def test_every_task_has_a_group_and_a_way(
    some: Features, patience_s: float | None, tokens_per_s: float | None
) -> None:
    found = expected(some, patience_s=patience_s, tokens_per_s=tokens_per_s)
    route, reason = decided(found)
    assert route in (Route.FAST, Route.SEARCH)
    assert reason.isascii()
    assert found.group.n_tasks > 0
    assert json.loads(json.dumps(found.as_json())) == found.as_json()


@given(features, shares, seconds, st.none() | seconds, speeds)
def test_more_patience_never_turns_a_search_into_one_sample(
    some: Features, gain: float, first: float, more: float | None, speed: float
) -> None:
    short = gaining(expected(some, patience_s=first, tokens_per_s=speed), gain)
    longer = replace(short, patience_s=None if more is None else first + more)
    if decided(short)[0] is Route.SEARCH:
        assert decided(longer)[0] is Route.SEARCH


@given(features, shares, shares, st.none() | seconds)
def test_less_gain_never_turns_one_sample_into_a_search(
    some: Features, one: float, other: float, patience_s: float | None
) -> None:
    found = expected(some, patience_s=patience_s)
    less, more = gaining(found, min(one, other)), gaining(found, max(one, other))
    if decided(more)[0] is Route.FAST:
        assert decided(less)[0] is Route.FAST


@given(features, seconds, speeds, speeds)
def test_a_faster_engine_never_turns_a_search_into_one_sample(
    some: Features, patience_s: float, one: float, other: float
) -> None:
    slow = expected(some, patience_s=patience_s, tokens_per_s=min(one, other))
    fast = replace(slow, tokens_per_s=max(one, other))
    if decided(slow)[0] is Route.SEARCH:
        assert decided(fast)[0] is Route.SEARCH


def test_the_edges_are_the_threshold_and_the_second_sample() -> None:
    found = expected()
    gain = found.group.expected_gain
    at = replace(gain, right=0.25, tokens=1000.0)
    table = replace(found.table, threshold=replace(found.table.threshold, value=0.25))
    edge = replace(found, table=table, group=replace(found.group, expected_gain=at))
    assert decided(edge)[0] is Route.SEARCH
    assert decided(gaining(edge, 0.2499))[0] is Route.FAST
    two = edge.two_samples_s
    assert decided(replace(edge, patience_s=two))[0] is Route.SEARCH
    route, reason = decided(replace(edge, patience_s=0.99 * two))
    assert route is Route.FAST
    assert "the client waits" in reason
    nothing = Figures(right=0.1, verified=0.1, tokens=0.0)
    free = replace(edge, group=replace(edge.group, expected_gain=nothing))
    assert decided(free)[0] is Route.FAST, "a search that asks for nothing adds nothing"


def test_by_the_recorded_runs_a_search_is_worth_most_where_examples_are() -> None:
    (table,) = tables()
    assert 0 < table.threshold.low < table.threshold.value < table.threshold.high
    for group in table.with_examples.groups:
        assert group.features is not None
        assert decided(expected(group.features))[0] is Route.SEARCH, group.features
    rates = [
        [group.rate for group in kind.groups]
        for kind in (table.with_examples, table.without_examples)
    ]
    assert min(rates[0]) > max(rates[1])
    for group in table.without_examples.groups:
        assert group.features is not None
        is_worth = group.rate >= table.threshold.value
        assert (decided(expected(group.features))[0] is Route.SEARCH) == is_worth
    assert min(rates[1]) < table.threshold.value


def test_another_model_is_routed_by_the_table_nearest_in_size() -> None:
    (own,) = tables()
    small, large = replace(own, model="a-0.1b"), replace(own, model="b-9b")
    unknown = replace(own, model="c")
    known = (own, small, large, unknown)
    assert nearest(MODEL, known) is own
    assert nearest("smollm2-135m", known) is small
    assert nearest("other-7b-q4", known) is large
    assert nearest("nameless", known) is own
    other = expectation(
        read_problem(TASK), "smollm2-135m", tokens_per_s=None, patience_s=None
    )
    assert f"measured with {MODEL}" in decided(other)[1]
    assert "measured with" not in decided(expected())[1]


def test_the_pace_is_that_of_the_last_solves_together() -> None:
    pace = Pace()
    assert pace.tokens_per_s is None
    assert expected(tokens_per_s=None).pace == PRIOR_TOKENS_PER_S
    for tokens, seconds_ in ((0, 1.0), (5, 0.0)):
        pace.note(tokens, seconds_)
    assert pace.tokens_per_s is None, "nothing was written, or in no time"
    pace.note(100, 1.0)
    pace.note(100, 3.0)
    assert pace.tokens_per_s == pytest.approx(50)
    for _ in range(KEPT):
        pace.note(10, 1.0)
    assert pace.tokens_per_s == pytest.approx(10), "older solves are forgotten"


def groups_of(kind: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of a kind as the file has them, and the whole."""
    return [*kind["groups"], kind["whole"]]


def test_what_is_expected_of_a_group_is_pulled_to_the_whole_as_stated() -> None:
    for table in json.loads(GAINS.read_text())["tables"]:
        for kind in (table[name] for name in KINDS):
            whole = kind["whole"]
            rate = whole["gain"]["right"][0] / whole["gain"]["tokens"][0]
            for group in groups_of(kind):
                n = group["n_tasks"]
                for part, figure in (("single", "right"), ("gain", "tokens")):
                    k = kind["weights"][f"{part} {figure}"]
                    own, all_ = group[part][figure][0], whole[part][figure][0]
                    wanted = (n * own + k * all_) / (n + k)
                    got = group["expected"][part][figure]
                    assert got == pytest.approx(wanted, rel=1e-3, abs=1e-3)
                k = kind["weights"]["gain right"]
                like_all = rate * group["expected"]["gain"]["tokens"]
                wanted = (n * group["gain"]["right"][0] + k * like_all) / (n + k)
                got = group["expected"]["gain"]["right"]
                assert got == pytest.approx(wanted, rel=1e-3, abs=1e-3)


def test_the_table_is_of_the_committed_runs_and_of_the_half_to_choose_by() -> None:
    found = json.loads(GAINS.read_text())
    for table in found["tables"]:
        assert table["half"] == "choosing"
        assert table["n_orders"] >= 200
        assert table["sure_at"] == Recipe().sure_at
        for name, digest in table["sources"].items():
            now = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
            assert now == digest, (
                f"{name} has changed; run benchmarks/serve/hidden.py, and "
                f"{found['command']} --out {GAINS.relative_to(ROOT)}"
            )


def test_the_threshold_is_the_last_step_of_the_search() -> None:
    (table,) = tables()
    before, last = table.steps[-2:]
    added = 1000 * (last.right - before.right) / (last.tokens - before.tokens)
    assert table.threshold.value == pytest.approx(added, rel=0.01)
    rates = [
        (b.right - a.right) / (b.tokens - a.tokens)
        for a, b in zip(table.steps, table.steps[1:], strict=False)
    ]
    assert rates == sorted(rates, reverse=True), "early samples add more for theirs"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that has solved a task with examples, and one without."""
    with shown(lambda request: GOOD) as running:
        yield running


def asked(server: Running, text: str, **fields: object) -> dict[str, Any]:
    """The `assay` object of an answer."""
    body = {"messages": [{"role": "user", "content": text}], **fields}
    reply = ask(server.port, json.dumps(body).encode())
    assert reply.status == 200
    account: dict[str, Any] = json.loads(reply.body)["assay"]
    return account


def test_an_answer_says_what_was_expected_and_its_solve_keeps_it(
    server: Running,
) -> None:
    searched = asked(server, TASK)
    bare = asked(server, LONG)
    wished = asked(server, LONG, assay={"route": "search"})
    assert (searched["route"], bare["route"]) == ("search", "fast")
    assert wished["reason"] == "the request asks for it"
    assert wished["route"] == "search"
    told = searched["expected"]
    assert told["measured_with"] == MODEL
    assert told["gain_per_1000_tokens"] >= told["threshold"]
    assert bare["expected"]["gain_per_1000_tokens"] < told["threshold"]
    assert told["search"]["tokens"] > told["fast"]["tokens"]
    assert told["cost_us"] > 0
    assert bare["expected"]["is_pace_measured"], "the solve before it has shown one"
    job = server.service.solves.jobs[searched["solve"]]
    first = job.events[0]
    assert first.kind == "route"
    assert first.data == {
        "route": searched["route"],
        "reason": searched["reason"],
        **told,
    }


def test_pages_show_predicted_against_found(server: Running) -> None:
    asked(server, TASK)
    post(server, "/solves", task=NO_EXAMPLES, route="fast")
    server.settle()
    page = check(get(server, "/routing"))
    assert "function, short, one or two examples" in page.words
    assert "function, short, no examples" in page.words
    assert f"which is that of {MODEL}" in page.words
    assert "as the last solves have shown" in page.words
    (table,) = tables()
    for digest in table.sources.values():
        assert digest in page.words
    assert page.tags["caption"] == page.tags["table"] == 5
    n_scopes = sum(name == "scope" for _, name, _ in page.attributes)
    assert n_scopes == page.tags["th"]
    job = server.jobs[-1]
    words = check(get(server, f"/solves/{job.id}")).words
    assert "the request asks for it" in words
    assert "decided in" in words
    assert f"recorded tasks (function, short, no examples) of {MODEL}" in words


def test_a_server_that_solved_nothing_has_the_table_and_says_so() -> None:
    with shown() as fresh:
        page = check(get(fresh, "/routing"))
    assert "No solve came to its end yet." in page.words
    assert "a guess until a solve has ended" in page.words
