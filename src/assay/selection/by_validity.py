"""Choose where several answers are right, so that right programs do not agree."""

from __future__ import annotations

from collections.abc import Sequence

from assay.selection.classes import COPIES_CAP, choice_of, groups_of, place
from assay.selection.soft_vote import soft_vote
from assay.types import Choice, Judged, OutputClass, Prediction, Problem, Status

LEAST_CLASSES = 4  # fewer programs that differ show nothing
LEAST_AGREEMENT = 0.5  # of all votes, on an input: with less, nobody leads


def by_validity(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Rank by the share of runs that come to their end, if the classes scatter.

    Where any of several answers is right, agreement only tells which of them is
    popular. What is left to go by is that a program copes with its inputs, and then
    that it came early: the first is greedy. Where classes do not scatter it is
    `soft_vote`.

    Source: our own notes on selectors, after the finding that tasks with many right
    answers break the grouping of outputs (just-tri-it, arXiv:2511.12288).
    Differs: no checker is asked for, and nothing is drawn for it.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Not looked at: where many answers are right, one tells nothing.

    Returns:
        Classes best first. Ties go to the earlier sample where classes scatter, since
        a class's size means little there, else as in `soft_vote`.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    if not scatters([g.output_class for g in groups]):
        return soft_vote(problem, judged, copies_cap=copies_cap)
    ranked = sorted(
        groups,
        key=lambda g: (-_ended(g.output_class.best), place(g.output_class.best)),
    )
    return choice_of(problem, judged, ranked, copies_cap=copies_cap)


def scatters(classes: Sequence[OutputClass]) -> bool:
    """Whether programs that all pass what was given agree with almost nobody.

    True if there are `LEAST_CLASSES` or more, every member was shown to pass what was
    given, and even the best soft vote is below `LEAST_AGREEMENT` of what it could be:
    the share of inputs that programs cope with. Classes alone are no sign: programs
    that differ on one input in thirty are in classes of their own too, but on each
    input one answer leads. Nor is it a sign that nothing was run.
    """
    if len(classes) < LEAST_CLASSES:
        return False
    if not all(j.verdict.passed for c in classes for j in c.members):
        return False
    reach = max(_ended(c.best) for c in classes)
    return max(c.soft_vote for c in classes) < LEAST_AGREEMENT * reach


def _ended(judged: Judged) -> float:
    """The share of its runs that came to their end; 0 where nothing was run."""
    runs = (*judged.observations, *judged.again)
    return sum(o.status is Status.FINISHED for o in runs) / (len(runs) or 1)
