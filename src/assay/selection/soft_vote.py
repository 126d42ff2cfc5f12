"""Choose by how many others print the same, input by input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from assay.selection.classes import (
    COPIES_CAP,
    Group,
    choose,
    groups_of,
    passed_predictions,
)
from assay.types import Choice, Judged, Prediction, Problem


def soft_vote(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
    prediction_weight: float = 0.0,
    reliabilities: Mapping[str, float] | None = None,
) -> Choice:
    """Rank the candidates in play by the mean share of votes behind their outputs.

    Candidates with equal outputs on every input are a class; the class with the
    highest soft vote is chosen, and in it the most frequent program that is not slow,
    then the earliest (the shortest was measured to be worse).

    Source: MBR-exec (arXiv:2204.11454) with per-input votes; measured against its
    relatives in our own notes on selectors.
    Differs: equal programs count at most `copies_cap` times, so that one text drawn
    often does not outvote programs that were found independently; a run that fails has
    no vote, nor has an output that a second run does not give again.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Not looked at while `prediction_weight` is 0.
        copies_cap: Most votes of one program.
        prediction_weight: What passing every prediction adds to a soft vote of 1.
        reliabilities: What a prediction counts, by its `made_by`; 1 where not named.

    Returns:
        Classes best first. Ties go to the larger class, then to the earlier sample, so
        the order of `judged` does not matter.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    scores = [group.soft_vote for group in groups]
    if prediction_weight:
        shares = _shares(problem, groups, predictions, reliabilities or {})
        scores = [
            round(score + prediction_weight * share, 6)
            for score, share in zip(scores, shares, strict=True)
        ]
    return choose(problem, judged, groups, scores, copies_cap=copies_cap)


def _shares(
    problem: Problem,
    groups: Sequence[Group],
    predictions: Sequence[Prediction],
    reliabilities: Mapping[str, float],
) -> list[float]:
    """The share of the predictions that each group passes, by their reliability."""
    placed, passed = passed_predictions(problem, groups, predictions)
    counts = [reliabilities.get(p.made_by, 1.0) for p in placed]
    whole = fsum(counts) or 1.0
    return [fsum(counts[number] for number in numbers) / whole for numbers in passed]
