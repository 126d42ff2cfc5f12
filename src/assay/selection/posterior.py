"""How sure: that the largest class leads, and that its program is right."""

from __future__ import annotations

from math import comb

from assay.types import Choice, Problem

# Share of the winning class among all samples -> share of such answers that were
# right. Measured on HumanEval with 20 samples of CodeGen-Mono-16B behind the filter on
# the given examples, scored by HumanEval+ Mini: a prior until this computer's own runs
# replace it. Bin centres; between them the line.
SHARE_TO_PRECISION = (
    (0.0, 0.006),
    (0.05, 0.522),
    (0.15, 0.625),
    (0.3, 0.813),
    (0.5, 0.909),
    (0.8, 0.923),
)
NO_TESTS_FACTOR = 0.75  # a guess, said so in the docs: nothing was measured there


def leads(n_first: int, n_second: int) -> float:
    """P(Beta(n_first + 1, n_second + 1) > 1/2): the larger class would stay larger.

    Source: adaptive consensus (arXiv:2305.11860), exact for whole numbers.

    >>> leads(2, 0), leads(1, 1)
    (0.875, 0.5)
    """
    n = n_first + n_second + 1
    ways: int = sum(comb(n, j) for j in range(n_first + 1))
    return ways / float(2**n)


def confidence(votes: int, n_votes: int, *, has_given_tests: bool) -> float:
    """Estimated probability that the chosen program is right. 0 without one.

    The share is taken as (votes + 1) / (n_votes + 2), so that one sample of one does
    not look like twenty of twenty.
    """
    if not votes:
        return 0.0
    share = (votes + 1) / (n_votes + 2)
    precision = _interpolate(share)
    return round(precision if has_given_tests else share * NO_TESTS_FACTOR, 3)


def _interpolate(share: float) -> float:
    table = SHARE_TO_PRECISION
    if share >= table[-1][0]:
        return table[-1][1]
    for (x0, y0), (x1, y1) in zip(table, table[1:], strict=False):
        if share < x1:
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    return table[-1][1]


def enough(problem: Problem, choice: Choice, *, n_inputs: int, stop_at: float) -> str:
    """Why to stop now, in a word or two; empty when more samples may pay.

    Stops when the leading class has 2 votes (3 where no tests were given, since then
    nothing else speaks for it) and `stop_at` of posterior. Where there is nothing to
    compare on, more samples tell nothing more about the ones that are there.
    """
    if not choice.classes:
        return ""
    if not n_inputs:
        return "nothing to compare on"
    needed = 2 if problem.has_given_tests else 3
    if choice.classes[0].votes >= needed and choice.posterior >= stop_at:
        return "confident"
    return ""
