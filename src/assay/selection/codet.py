"""Choose by dual agreement: many programs that pass many predictions together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.selection.classes import COPIES_CAP, choose, groups_of, passed_predictions
from assay.types import Choice, Judged, Prediction, Problem


def codet(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Rank by sqrt(n) * p: n votes for programs that pass the same p predictions.

    Source: CodeT (arXiv:2207.10397).
    Differs: a prediction is what one input gives, not an assertion that is run, so it
    costs no run; programs with equal outputs stay together inside a group of programs
    that pass the same predictions, and its largest class is handed out; equal programs
    count at most `copies_cap` times. Scores are compared as n * p**2, which is the same
    order in whole numbers.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Each counts once, repeated or not. Those about inputs that were
            not run are left out; without any the largest class is first.

    Returns:
        Classes best first. Ties go to the larger class, then to the earlier sample.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    _, passed = passed_predictions(problem, groups, predictions)
    votes: Counter[frozenset[int]] = Counter()
    for group, numbers in zip(groups, passed, strict=True):
        votes[numbers] += group.votes
    scores = [votes[numbers] * len(numbers) ** 2 for numbers in passed]
    return choose(problem, judged, groups, scores, copies_cap=copies_cap)
