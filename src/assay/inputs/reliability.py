"""How often a technique's predictions hold, learnt without anybody's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.inputs.answering import agrees
from assay.types import Observation, Prediction, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """A Beta distribution of the share of predictions that hold.

    >>> Reliability().updated(3, 1).mean
    0.6666666666666666
    """

    alpha: float = 1.0
    beta: float = 1.0

    @property
    def mean(self) -> float:
        """The expected share."""
        return self.alpha / (self.alpha + self.beta)

    def updated(self, passed: float, failed: float) -> Reliability:
        """After so many predictions more that held, and that did not."""
        return Reliability(alpha=self.alpha + passed, beta=self.beta + failed)


def learn(
    predictions: Sequence[Prediction],
    problem: Problem,
    leader: Sequence[Observation],
    *,
    confidence: float,
    known: Mapping[str, Reliability] | None = None,
    least: float = 0.85,
) -> dict[str, Reliability]:
    """Count each technique's predictions against what the winning class answers.

    Source: the pooled Beta of a test's reliability in B4 (arXiv:2409.08692).
    Differs: no labels and no matrix: a class of which the method is sure stands for
    the truth. It is not: predictions that share the mistake of a wrong class count
    as right, so this overstates what is learnt where the winner is wrong.

    Args:
        leader: What a member of the winning class showed on the inputs, in their
            order: a prediction's `index` is its place there.
        confidence: Estimated probability that the winning class is right.
        known: What was learnt from other tasks. Not changed.
        least: Below it nothing is learnt from this task.

    Returns:
        All that is known by now. A prediction without a place, or about a run that
        did not finish or cannot be compared, counts as neither.
    """
    learnt = dict(known or {})
    if confidence < least:
        return learnt
    for prediction in predictions:
        if not 0 <= prediction.index < len(leader):
            continue
        held = agrees(problem, prediction, leader[prediction.index])
        if held is not None:
            before = learnt.get(prediction.made_by, Reliability())
            learnt[prediction.made_by] = before.updated(held, not held)
    return learnt
