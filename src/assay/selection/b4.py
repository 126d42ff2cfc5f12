"""Choose by Bayes where the predictions are as doubtful as the programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import lgamma

from assay.selection.classes import COPIES_CAP, choose, groups_of, passed_predictions
from assay.types import Choice, Judged, Prediction, Problem

Passed = frozenset[int]  # numbers of the predictions that a program passes


def b4(
    problem: Problem,
    judged: Sequence[Judged],
    predictions: Sequence[Prediction] = (),
    *,
    copies_cap: int = COPIES_CAP,
    alpha: float = 1e3,
    beta: float = 1e4,
) -> Choice:
    """Rank by how probable it is that a group is right and passes what is right.

    Programs that pass the same predictions are a hypothesis: they are right, and so are
    these predictions and no others. Its score is the logarithm of the probability of
    all that was seen, under Beta priors that favour large groups and make it rare that
    a wrong program passes a wrong prediction.

    Source: B4 (arXiv:2409.08692), as in its published program.
    Differs: programs with equal outputs stay together inside a hypothesis, and its
    largest class is handed out; equal programs count at most `copies_cap` times.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        predictions: Each counts once, repeated or not. Those about inputs that were
            not run are left out; without any the largest class is first.
        alpha: Prior weight of large groups, of programs and of predictions.
        beta: Prior weight against a wrong program's passing a wrong prediction.

    Returns:
        Classes best first. Ties go to the larger class, then to the earlier sample.
    """
    groups = groups_of(problem, judged, copies_cap=copies_cap)
    placed, passed = passed_predictions(problem, groups, predictions)
    votes: Counter[Passed] = Counter()
    for group, numbers in zip(groups, passed, strict=True):
        votes[numbers] += group.votes
    known = {
        numbers: round(_score(numbers, votes, len(placed), alpha, beta), 6)
        for numbers in votes
    }
    scores = [known[numbers] for numbers in passed]
    return choose(problem, judged, groups, scores, copies_cap=copies_cap)


def _score(
    right: Passed, votes: Mapping[Passed, int], m: int, alpha: float, beta: float
) -> float:
    """The log score of: the programs that pass just these, and these, are right."""
    n, n_right, m_right = sum(votes.values()), votes[right], len(right)
    n_wrong, m_wrong = n - n_right, m - m_right
    others = [(numbers, k) for numbers, k in votes.items() if numbers != right]
    by_right = sum(k * len(numbers & right) for numbers, k in others)
    by_wrong = sum(k * len(numbers - right) for numbers, k in others)
    return (
        log_beta(n_right + alpha, n_wrong + 1)
        + log_beta(m_right + alpha, m_wrong + 1)
        + log_beta(by_right + 1, n_wrong * m_right - by_right + 1)
        + log_beta(by_wrong + 1, n_wrong * m_wrong - by_wrong + beta)
    )


def log_beta(a: float, b: float) -> float:
    """The logarithm of the beta function.

    >>> log_beta(1, 1), round(log_beta(2, 3), 6)
    (0.0, -2.484907)
    """
    return lgamma(a) + lgamma(b) - lgamma(a + b)
