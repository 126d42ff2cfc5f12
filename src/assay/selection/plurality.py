"""Choose the largest class of equal outputs."""

from __future__ import annotations

from collections.abc import Sequence

from assay.selection.classes import COPIES_CAP, choose, groups_of
from assay.types import Choice, Judged, Prediction, Problem


def plurality(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Rank the classes of equal outputs by their votes.

    Source: AlphaCode's clusters (arXiv:2203.07814), MBR-exec's hard vote
    (arXiv:2204.11454).
    Differs: one program is handed out, not one of each cluster; equal programs count at
    most `copies_cap` times.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Not looked at.

    Returns:
        Classes best first. Ties go to the earlier sample.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    votes = [group.votes for group in groups]
    return choose(problem, judged, groups, votes, copies_cap=copies_cap)
