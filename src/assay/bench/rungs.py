"""What each rung of the method is worth: added one by one, and left out in turn."""

from __future__ import annotations

from collections.abc import Sequence

from assay.bench.paired import arms_of, difference_of, has_pending, meet, pairs_of
from assay.types.results import Attempt, Step

RUNGS = {
    "inputs": "self-made inputs",
    "corners": "corner cases",
    "select": "selection",
    "repair": "repair",
    "stop": "early stopping",
}
LADDER = ("assay:-inputs", "assay:-select", "assay:-repair", "assay")


def waterfall(attempts: Sequence[Attempt]) -> tuple[Step, ...]:
    """What each rung changes over the one before it, from one sample to the method.

    Rungs that were not run or have pending attempts are passed over.
    """
    arms = [arm for arm in arms_of(attempts) if not has_pending(attempts, arm)]
    rungs = sorted((arm for arm in arms if _place(arm) is not None), key=_place_of)
    return tuple(
        _step(attempts, _rung_in_words(arm, before), arm, before)
        for before, arm in zip(rungs, rungs[1:], strict=False)
        if meet(attempts, arm, before)
    )


def _place(arm: str) -> tuple[int, int] | None:
    """Where an arm stands on the ladder, or None."""
    if arm in LADDER:
        return 4 + LADDER.index(arm), 0
    kind, _, count = arm.partition(":")
    kinds = ("single", "sample", "majority", "bon")
    if kind not in kinds or (count and not count.isdecimal()):
        return None
    return kinds.index(kind), int(count or 0)


def _place_of(arm: str) -> tuple[int, int]:
    return _place(arm) or (0, 0)


def _rung_in_words(arm: str, before: str) -> str:
    kind, _, rest = arm.partition(":")
    n = rest or "as many samples as the budget holds"
    if kind == "assay":
        added = f"{_left_out_of(before)} added" if before in LADDER else ""
        lacks = f"without {_left_out_of(arm)}" if rest else ""
        if not added:
            return f"the whole method {lacks}".strip()
        return f"{added}, {lacks}" if lacks else added
    return {
        "single": "one greedy sample",
        "sample": "one sample at a temperature",
        "majority": f"majority of {n}",
        "bon": f"first of {n} that passes the given examples",
    }[kind]


def _left_out_of(arm: str) -> str:
    """What `assay:-x` leaves out, in words.

    >>> _left_out_of("assay:-repair,-inputs")
    'repair and self-made inputs'
    """
    names = [name.strip().lstrip("-") for name in arm.partition(":")[2].split(",")]
    return " and ".join(RUNGS.get(name, name) for name in names)


def left_out(attempts: Sequence[Attempt]) -> tuple[Step, ...]:
    """What the whole method gains by each rung: itself against itself without it.

    Empty without an arm `assay`; arms with pending attempts are left out.
    """
    arms = [arm for arm in arms_of(attempts) if not has_pending(attempts, arm)]
    if "assay" not in arms:
        return ()
    return tuple(
        _step(attempts, _left_out_of(arm), "assay", arm)
        for arm in arms
        if arm.startswith("assay:") and meet(attempts, "assay", arm)
    )


def _step(attempts: Sequence[Attempt], name: str, arm: str, before: str) -> Step:
    difference, p = difference_of(pairs_of(attempts, arm, before))
    return Step(name=name, arm=arm, before=before, difference=difference, p=p)
