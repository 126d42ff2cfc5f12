from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.metrics import (
    CONTENT_TYPE,
    Counter,
    Gauge,
    Histogram,
    ServerMetrics,
    render,
)

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"')
ESCAPED = {r"\\": "\\", r"\n": "\n", r"\"": '"'}


def parsed(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The samples of a text, read by the format's own grammar."""
    found = {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# "):
            assert re.match(r"# (HELP|TYPE) \S+ ", line)
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, number = match.groups()
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{n}="{v}"' for n, v in pairs) == (labels or "")
        whole = {(n, re.sub(r"\\.", lambda m: ESCAPED[m[0]], v)) for n, v in pairs}
        found[name, frozenset(whole)] = float(number)
    return found


def test_the_text_is_as_the_format_has_it() -> None:
    counter = Counter("asked_total", 'A "help"\\\nof two lines.', ("route",))
    counter.add(route="/v1/models")
    counter.add(2.5, route='a"b\\c\nd')
    histogram = Histogram("took_seconds", "How long.", bounds=(0.5, 1.0, 10.0))
    for seconds in (0.25, 0.5, 2.0, 99.0):
        histogram.observe(seconds)
    assert render([counter, histogram]) == (
        '# HELP asked_total A "help"\\\\\\nof two lines.\n'
        "# TYPE asked_total counter\n"
        'asked_total{route="/v1/models"} 1\n'
        'asked_total{route="a\\"b\\\\c\\nd"} 2.5\n'
        "# HELP took_seconds How long.\n"
        "# TYPE took_seconds histogram\n"
        'took_seconds_bucket{le="0.5"} 2\n'
        'took_seconds_bucket{le="1"} 2\n'
        'took_seconds_bucket{le="10"} 3\n'
        'took_seconds_bucket{le="+Inf"} 4\n'
        "took_seconds_sum 101.75\n"
        "took_seconds_count 4\n"
    )
    assert CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


@given(st.dictionaries(st.text(), st.integers(0, 1 << 52), max_size=5))
def test_any_label_value_comes_back(counts: dict[str, int]) -> None:
    counter = Counter("a_total", "A.", ("x", "y"))
    for value, number in counts.items():
        counter.add(number, x=value, y="1")
    read = parsed(render([counter]))
    wanted = {
        ("a_total", frozenset({("x", value), ("y", "1")})): number
        for value, number in counts.items()
    }
    assert read == wanted


@given(st.lists(st.floats(-5, 5)))
def test_buckets_are_counts_of_what_is_at_most_so_large(seen: list[float]) -> None:
    bounds = (-1.0, 0.0, 2.5)
    histogram = Histogram("h", "H.", ("a",), bounds=bounds)
    for number in seen:
        histogram.observe(number, a="b")
    read = parsed(render([histogram]))
    label = ("a", "b")
    for bound, shown in zip((*bounds, inf), ("-1", "0", "2.5", "+Inf"), strict=True):
        got = read.get(("h_bucket", frozenset({label, ("le", shown)})), 0)
        assert got == sum(number <= bound for number in seen)
    assert read.get(("h_count", frozenset({label})), 0) == len(seen)
    assert read.get(("h_sum", frozenset({label})), 0) == pytest.approx(sum(seen))


def test_a_gauge_goes_both_ways_and_shows_every_number() -> None:
    gauge = Gauge("g", "G.", ("kind",))
    for kind, number in (("a", inf), ("b", -inf), ("c", nan), ("d", 1e300)):
        gauge.set(number, kind=kind)
    gauge.add(3, kind="e")
    gauge.add(-5, kind="e")
    numbers = [line.split()[-1] for line in gauge.lines()][-5:]
    assert numbers == ["+Inf", "-Inf", "NaN", "1e+300", "-2"]


def test_a_counter_does_not_shrink_and_labels_are_its_own() -> None:
    counter = Counter("c_total", "C.", ("a",))
    for amount in (-1, nan):
        with pytest.raises(ValueError, match="only grows"):
            counter.add(amount, a="b")
    for wrong in ({}, {"b": "x"}, {"a": "x", "b": "x"}):
        with pytest.raises(ValueError, match="has labels"):
            counter.add(1, **wrong)
    assert render([counter]).count("\n") == 2, "nothing was counted"


@pytest.mark.parametrize(
    ("name", "labels"), [("", ()), ("a-b", ()), ("a", ("b-c",)), ("a", ("le",))]
)
def test_names_are_those_of_the_format(name: str, labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="named"):
        Counter(name, "C.", labels)


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (2.0, 1.0), (1.0, inf), (nan,)])
def test_bounds_ascend_and_end(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        Histogram("h", "H.", bounds=bounds)


def test_threads_lose_no_count() -> None:
    metrics = ServerMetrics()

    def count(_: int) -> None:
        for _ in range(500):
            metrics.requests.add(route="/v1/models", status="200")
            metrics.seconds.observe(0.5, route="/v1/models")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert metrics.requests.value(route="/v1/models", status="200") == 4000
    assert 'assay_http_request_seconds_count{route="/v1/models"} 4000' in metrics.text()


def test_the_server_shows_all_its_metrics_and_shares_none_with_another() -> None:
    metrics, other = ServerMetrics(), ServerMetrics()
    metrics.cancelled.add()
    metrics.solves_running.set(2)
    metrics.tokens.add(300, kind="spent")
    read = parsed(metrics.text())
    assert read["assay_cancelled_total", frozenset()] == 1
    assert read["assay_upstream_faults_total", frozenset()] == 0
    assert read["assay_solves_running", frozenset()] == 2
    assert read["assay_tokens_total", frozenset({("kind", "spent")})] == 300
    assert metrics.text().count("# TYPE") == len(metrics.__slots__)
    assert parsed(other.text())["assay_cancelled_total", frozenset()] == 0
