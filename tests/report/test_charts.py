"""Charts: sensible with any data, well formed, readable in both colour schemes."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from assay.report.bars import differences, selection_bars, waterfall
from assay.report.charts import (
    MOST_STEPS,
    Curve,
    Point,
    ecdf,
    ecdf_steps,
    frontier,
    pareto,
    quantile,
    reliability,
)
from assay.report.findings import arm_points
from assay.report.html import Html, asset
from assay.report.svg import Scale, even_ticks, log_scale, log_ticks
from assay.types.results import Bin, Calibration, Estimate
from report.made_up import ARMS, HOSTILE, estimate, gain, step, unmeasured_arm
from report.page_reader import Page

STEPS = (step("more", "b", "a", 0.1, 0.01), step("fewer", "c", "b", -0.02, 0.4))
CALIBRATION = Calibration(
    arm="assay",
    n=30,
    error=0.1,
    bins=(
        Bin(low=0, high=0.5, n=10, confidence=0.25, right=0.5),
        Bin(low=0.5, high=1, n=20, confidence=0.9, right=1.0),
    ),
)


def read(svg: Html) -> Page:
    page = Page(svg)
    assert page.tags["svg"] == 1
    assert page.tags["title"] == page.tags["desc"] == 1
    assert len(page.ids) == len(set(page.ids))
    assert "nan" not in svg
    assert "inf" not in svg.replace("info", "")
    return page


def test_a_chart_without_numbers_says_why() -> None:
    for svg in (
        frontier((), name="a"),
        ecdf((), name="a"),
        ecdf((Curve(label="one", values=()),), name="a"),
        waterfall((), None, name="a"),
        differences((), name="a"),
        selection_bars((unmeasured_arm("one"),), name="a"),
        reliability(replace(CALIBRATION, bins=()), name="a"),
    ):
        page = read(svg)
        assert page.words.rstrip().endswith("."), page.words


def test_every_chart_is_well_formed_with_one_arm_and_with_many() -> None:
    many = arm_points(ARMS)
    for svg in (
        frontier(many[:1], name="a"),
        frontier(many * 5, name="a"),
        frontier([Point(label="flat", cost=1, score=estimate(0, 0))] * 2, name="a"),
        frontier([Point(label="full", cost=1e9, score=estimate(1, 0))], name="a"),
        ecdf((Curve(label="one", values=(0.0, 0.0)),), name="a"),
        ecdf([Curve(label=f"arm {i}", values=(1.0, i + 1)) for i in range(14)],
             name="a"),
        waterfall(STEPS, 0.5, name="a"),
        waterfall(STEPS, None, name="a"),
        waterfall([replace(STEPS[0], difference=gain(0, 0))], 0.0, name="a"),
        differences(STEPS, name="a"),
        differences([replace(STEPS[0], difference=gain(0, 0))], name="a"),
        selection_bars(ARMS, name="a"),
        selection_bars([replace(ARMS[1], score=None, random=None)], name="a"),
        reliability(CALIBRATION, name="a"),
    ):  # fmt: skip
        read(svg)


def test_names_are_escaped_and_cut() -> None:
    point = Point(label=HOSTILE * 3, cost=10, score=estimate(0.5))
    page = read(frontier([point], name="a"))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "…" in page.words
    read(waterfall([replace(STEPS[0], name=HOSTILE)], 0.4, name="a"))
    read(ecdf([Curve(label=HOSTILE, values=(1.0,))], name="a"))


def test_the_line_of_the_best_holds_no_point_that_another_beats() -> None:
    dice = random.Random(3)
    for _ in range(50):
        some = [
            Point(label="", cost=dice.randint(1, 9), score=estimate(dice.random()))
            for _ in range(8)
        ]
        best = pareto(some)
        for p in some:
            beaten = any(
                (q.cost <= p.cost and q.score.value > p.score.value)
                or (q.cost < p.cost and q.score.value == p.score.value)
                for q in some
            )
            assert (p in best) == (not beaten)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    values = [random.Random(1).random() + i for i in range(3000)]
    steps = ecdf_steps(values)
    assert len(steps) <= MOST_STEPS
    assert steps[0][0] == min(values)
    assert steps[-1] == (max(values), 1.0)
    svg = ecdf([Curve(label="one", values=tuple(values))], name="a")
    assert len(svg) < 15_000


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(share: float) -> None:
    dice = random.Random(5)
    for n in (1, 2, 3, 10, 100, 101):
        values = [dice.randint(0, 20) for _ in range(n)]
        got = quantile(values, share)
        assert sum(v <= got for v in values) >= share * n - 1e-9
        assert sum(v < got for v in values) < share * n + 1e-9


def test_labels_of_close_points_do_not_overlap() -> None:
    points = [
        Point(label=f"arm {i}", cost=1000 + i, score=estimate(0.70 + i / 500))
        for i in range(6)
    ]
    svg = frontier(points, name="a")
    places = [
        (float(x), float(y))
        for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)">arm', svg)
    ]
    assert len(places) == 6
    for i, (x, y) in enumerate(places):
        for other_x, other_y in places[:i]:
            assert abs(y - other_y) >= 15 or abs(x - other_x) >= 70


def test_places_stay_within_a_scale() -> None:
    scale = log_scale([5, 500], 0, 100)
    assert 0 < scale(5) < scale(50) < scale(500) < 100
    assert scale(1e-9) == 0
    assert scale(1e9) == pytest.approx(100)
    lone = log_scale([7], 0, 100)
    assert lone(7) == pytest.approx(50)
    assert Scale(low=0, high=1, start=100, end=0)(0.25) == 75


def test_an_axis_has_a_few_round_numbers() -> None:
    for low, high in ((0.001, 0.002), (1, 10), (3, 4e7), (0.5, 1e12)):
        assert len(log_ticks(low, high)) <= 9
    for low, high in ((0.0, 1.0), (0.41, 0.47), (-0.3, 12.5), (0, 1e-3)):
        assert 2 <= len(even_ticks(low, high)) <= 9


def variables(css: str) -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    return [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_words_and_marks_stand_out_in_light_in_dark_and_on_paper() -> None:
    schemes = variables(asset("style.css"))
    assert len(schemes) == 3
    for colours in schemes:
        for ground in ("page", "raised"):
            for ink in ("ink", "quiet", "link", "good", "bad", "wait"):
                got = contrast(colours[ink], colours[ground])
                assert got >= 4.5, (ink, ground, got)
        for ground in ("added", "removed"):
            assert contrast(colours["ink"], colours[ground]) >= 4.5
        for mark in (*(f"s{i}" for i in range(6)), "edge"):
            got = contrast(colours[mark], colours["page"])
            assert got >= 3, (mark, got)


def test_an_interval_beyond_the_chart_is_held_at_its_edge() -> None:
    wide = Estimate(value=0.5, low=0.0, high=1.0)
    read(frontier([Point(label="a", cost=5, score=wide)], name="a"))
