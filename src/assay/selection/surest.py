"""Choose as the soft vote does; of equals, what the model was surest of."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from assay.selection.classes import COPIES_CAP, Group, choice_of, groups_of
from assay.types import Choice, Judged, Prediction, Problem


def surest(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Rank by soft vote, and classes of one vote by their mean log-probability.

    Among few samples most classes have one vote each, and there the vote says nothing.

    Source: our own; the mean log-probability of a whole program as a ranking is that of
    Codex (arXiv:2107.03374), which used it in the place of a vote.
    Differs: it decides between equals alone. That of a class is the highest of its
    members', each taken from the first sample that drew it.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Not looked at.

    Returns:
        Classes best first; as `soft_vote` where no log-probabilities are told.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    ranked = sorted(groups, key=lambda g: (-g.soft_vote, -g.votes, -_logprob(g)))
    return choice_of(problem, judged, ranked, copies_cap=copies_cap)


def _logprob(group: Group) -> float:
    told = (each.candidate.logprob for each in group.output_class.members)
    return max((each for each in told if each is not None), default=-inf)
