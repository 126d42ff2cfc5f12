"""What all charts share: scales, axes, markers, patterns, and room for labels.

Colours are named in style.css. A series differs from its neighbours by its marker, its
dashes or its pattern as well, so that no chart needs colour to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from assay.report.html import Html, el, escape, join

N_SERIES = 6  # colours in style.css
_DASHES = (None, "7 4", "2 3", "9 3 2 3", "12 4", "4 2 1 2")
_CHARACTER = 7.2  # widest usual width of a character of 13 px
_LINE = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values to places, along one direction of a chart."""

    low: float
    high: float
    start: float  # place of `low`
    end: float  # place of `high`
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; beyond the ends it is held at them."""
        value = min(max(value, self.low), self.high)
        if self.is_log:
            part = log10(value / self.low) / log10(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values for an axis, about four to eight of them."""
        return (
            log_ticks(self.low, self.high)
            if self.is_log
            else even_ticks(self.low, self.high)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether both share some place."""
        return not (
            self.right <= other.left
            or other.right <= self.left
            or self.bottom <= other.top
            or other.bottom <= self.top
        )

    def within(self, other: Box) -> bool:
        """Whether all of it lies in the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Values 1, 2 and 5 of each decade; 1 alone where that would be many.

    >>> log_ticks(80, 3000)
    (100.0, 200.0, 500.0, 1000.0, 2000.0)
    """
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1, 2, 5), (1,)):
        ticks = [10.0**d * s for d in decades for s in steps]
        inside = tuple(
            t for t in ticks if low <= t * (1 + 1e-9) and t <= high * 1.000001
        )
        if len(inside) <= 9:
            return inside
    step = ceil(len(inside) / 8)
    return inside[::step]


def even_ticks(low: float, high: float) -> tuple[float, ...]:
    """Values at round and equal steps.

    >>> even_ticks(0, 1)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    rough = (high - low) / 5
    power = 10.0 ** floor(log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    return tuple(round(i * step, 10) for i in range(first, last + 1))


def log_scale(values: Sequence[float], start: float, end: float) -> Scale:
    """A log scale with some room at both ends. Values must be above 0."""
    low, high = min(values), max(values)
    room = max((high / low) ** 0.12, 1.35)
    return Scale(low=low / room, high=high * room, start=start, end=end, is_log=True)


def chart(
    name: str, title: str, desc: str, size: tuple[float, float], *parts: object
) -> Html:
    """The picture itself, with its name and its finding for those who cannot see it."""
    width, height = size
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", desc, id=f"{name}-desc"),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        class_="small" if width < 500 else None,
    )


def nothing(name: str, title: str, why: str) -> Html:
    """A chart that has no numbers to show says so."""
    return chart(name, title, why, (720, 60), text(12, 34, why, class_="note"))


def text(x: float, y: float, words: object, **attributes: object) -> Html:
    """Words at a place."""
    return el("text", words, x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Html:
    """A straight line."""
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, **attributes: object) -> Html:
    """A rectangle. A negative width is none."""
    return el(
        "rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **attributes
    )


def path(places: Iterable[tuple[float, float]], **attributes: object) -> Html:
    """A line through places."""
    d = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return el("path", d=f"M{d}", **attributes)


def x_axis(
    scale: Scale, top: float, bottom: float, title: str, words: Sequence[str] = ()
) -> Html:
    """Grid lines and numbers below a chart, and what they are."""
    shown = words or [tick_words(t) for t in scale.ticks]
    marks = [
        join(
            (
                line(scale(t), top, scale(t), bottom, "grid"),
                text(scale(t), bottom + 18, word, class_="note middle"),
            )
        )
        for t, word in zip(scale.ticks, shown, strict=True)
    ]
    middle = (scale.start + scale.end) / 2
    return join(
        (
            *marks,
            line(scale.start, bottom, scale.end, bottom, "axis"),
            text(middle, bottom + 38, title, class_="note middle"),
        )
    )


def y_axis(scale: Scale, left: float, right: float, title: str) -> Html:
    """Grid lines and percentages at the left of a chart, its title above them."""
    marks = [
        join(
            (
                line(left, scale(t), right, scale(t), "grid"),
                text(left - 8, scale(t) + 4, f"{t * 100:.3g} %", class_="note end"),
            )
        )
        for t in scale.ticks
    ]
    return join((*marks, text(8, scale.end - 12, title, class_="note")))


def tick_words(number: float) -> str:
    """A number of an axis, short.

    >>> tick_words(1000.0), tick_words(0.05), tick_words(2e6)
    ('1,000', '0.05', '2e+06')
    """
    return f"{number:,.0f}" if 10 <= number < 1e6 else f"{number:g}"


def series(index: int) -> str:
    """The class that colours a series."""
    return f"s{index % N_SERIES}"


def dashes(index: int) -> str | None:
    """How a series' line is broken. None: it is not."""
    return _DASHES[index % len(_DASHES)]


def marker(index: int, x: float, y: float, size: float = 5.5) -> Html:
    """A series' mark: six shapes, and hollow ones after these."""
    hollow = " hollow" if (index // N_SERIES) % 2 else ""
    class_ = f"dot {series(index)}{hollow}"
    r = size
    shapes = (
        None,
        f"M{x - r:.1f} {y - r:.1f}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z",
        f"M{x:.1f} {y - 1.2 * r:.1f}l{1.2 * r:g} {2.1 * r:g}h{-2.4 * r:g}z",
        f"M{x:.1f} {y - 1.3 * r:.1f}l{1.3 * r:g} {1.3 * r:g}l{-1.3 * r:g} {1.3 * r:g}"
        f"l{-1.3 * r:g} {-1.3 * r:g}z",
        f"M{x - r:.1f} {y - r:.1f}l{2 * r:g} {2 * r:g}m0 {-2 * r:g}"
        f"l{-2 * r:g} {2 * r:g}",
        f"M{x:.1f} {y + 1.2 * r:.1f}l{1.2 * r:g} {-2.1 * r:g}h{-2.4 * r:g}z",
    )
    d = shapes[index % N_SERIES]
    if d is None:
        return el("circle", cx=x, cy=y, r=r, class_=class_)
    return el("path", d=d, class_=class_)


def hatch(id_: str, class_: str, *, crossed: bool = False) -> Html:
    """A pattern of slanted lines, or crossed ones, in a series' colour."""
    lines = "M0 8L8 0M-2 2L2 -2M6 10L10 6"
    d = lines + "M0 0L8 8M-2 6L2 10M6 -2L10 2" if crossed else lines
    return el(
        "defs",
        el(
            "pattern",
            el("path", d=d),
            id=id_,
            class_=class_,
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        ),
    )


def whisker(
    low: float,
    high: float,
    across: float,
    class_: str,
    *,
    up: bool = False,
    halo: bool = False,
) -> Html:
    """An interval: a line with a stroke at each end, upright or lying.

    A halo keeps it apart from a bar that it lies on.
    """
    a, b = min(low, high), max(low, high)
    t = 4.5
    if up:
        d = f"M{across - t:.1f} {a:.1f}h9m-4.5 0V{b:.1f}m-4.5 0h9"
    else:
        d = f"M{a:.1f} {across - t:.1f}v9m0 -4.5H{b:.1f}m0 -4.5v9"
    return join(
        (
            el("path", d=d, class_="halo") if halo else None,
            el("path", d=d, class_=f"whisker {class_}"),
        )
    )


def width_of(words: str) -> float:
    """About how wide words are drawn, rather too much than too little."""
    return len(words) * _CHARACTER


def place_label(
    words: str, x: float, y: float, taken: list[Box], room: Box
) -> tuple[Html, Box]:
    """Put a label beside a point where nothing else stands, and say where it stands.

    The first free place is taken: right, left, above, below, and then farther away,
    where a thin line leads to the point.
    """
    wide = width_of(words)
    for away in (0.0, 18.0, 36.0, 54.0, 72.0, 90.0):
        for dx, dy in ((12, 0), (-12 - wide, 0), (-wide / 2, -18), (-wide / 2, 18)):
            for shift in (-away, away) if away else (0.0,):
                left, middle = x + dx, y + dy + shift
                box = Box(
                    left=left,
                    top=middle - _LINE / 2,
                    right=left + wide,
                    bottom=middle + _LINE / 2,
                )
                if box.within(room) and not any(box.meets(t) for t in taken):
                    return _label(words, box, (x, y), leads=away > 0), box
    left = min(max(x + 12, room.left), room.right - wide)
    box = Box(left=left, top=y - 8, right=left + wide, bottom=y + 8)
    return _label(words, box, (x, y), leads=False), box


def _label(words: str, box: Box, point: tuple[float, float], *, leads: bool) -> Html:
    y = (box.top + box.bottom) / 2
    near = min(max(point[0], box.left), box.right)
    thread = line(point[0], point[1], near, y, "lead-line") if leads else None
    return join((thread, text(box.left, y + 4.5, escape(words))))
