"""Candidates and what they printed -> classes, a vote, a confidence, one of them."""

from collections.abc import Callable, Sequence

from assay.selection.b4 import b4
from assay.selection.by_validity import by_validity, scatters
from assay.selection.codet import codet
from assay.selection.most_passed import most_passed
from assay.selection.plurality import plurality
from assay.selection.posterior import enough
from assay.selection.separating_input import (
    judge_accuracy,
    mean_accuracy,
    separating_input,
)
from assay.selection.soft_vote import soft_vote
from assay.selection.surest import surest
from assay.types import Choice, Judged, Prediction, Problem

Select = Callable[[Problem, Sequence[Judged], Sequence[Prediction]], Choice]

TECHNIQUES: dict[str, Select] = {
    "soft_vote": soft_vote,
    "plurality": plurality,
    "most_passed": most_passed,
    "codet": codet,
    "b4": b4,
    "by_validity": by_validity,
    "surest": surest,
}

__all__ = [
    "TECHNIQUES",
    "Select",
    "b4",
    "by_validity",
    "codet",
    "enough",
    "judge_accuracy",
    "mean_accuracy",
    "most_passed",
    "plurality",
    "scatters",
    "separating_input",
    "soft_vote",
    "surest",
]
