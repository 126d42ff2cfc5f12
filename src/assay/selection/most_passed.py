"""Choose what passes the most predictions."""

from __future__ import annotations

from collections.abc import Sequence

from assay.selection.classes import COPIES_CAP, choose, groups_of, passed_predictions
from assay.types import Choice, Judged, Prediction, Problem


def most_passed(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Rank the classes by how many predictions they pass: what others are held against.

    Source: the plain count that CodeT (arXiv:2207.10397) and B4 (arXiv:2409.08692) are
    compared with. In our notes it was worse the more predictions there were, since
    those of a weak model are mostly wrong.
    Differs: it only orders candidates that pass what was given.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Each counts once, repeated or not. Those about inputs that were
            not run are left out; without any the largest class is first.

    Returns:
        Classes best first. Ties go to the larger class, then to the earlier sample.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    _, passed = passed_predictions(problem, groups, predictions)
    counts = [len(numbers) for numbers in passed]
    return choose(problem, judged, groups, counts, copies_cap=copies_cap)
