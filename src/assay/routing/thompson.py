"""Choose what to try next by Thompson sampling of expected successes a token."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from assay.types import Status

STRENGTH = 4.0
"""Tries that a prior counts for. A guess: the rates below come from larger models on
other problems, so a handful of tries on this computer must outweigh them."""

WRONG_ANSWER = 0.26
"""Success of one repair of a wrong answer. 45 % of assertion errors were repaired
(arXiv:2604.10508), most of them in two rounds; one round that gives 45 % in two is
1 - sqrt(1 - 0.45). Scoring tests were the feedback there: an upper bound."""

NAME_ERROR = 0.52
"""Success of one repair of a name error: 77 % (arXiv:2604.10508), as above. Syntax
errors and imports that fail count as such: the paper has them "substantially higher"
than assertion errors, and 1-3B models repair them most (arXiv:2604.21950)."""

OTHER_ERROR = 0.39
"""Success of one repair of any other error in running. Not measured: halfway."""

OVER_LIMIT = 0.13
"""Success of one repair of a program over a limit. Not measured: half of a wrong
answer's, as the algorithm must change and the facts do not say to which."""

RESAMPLE = WRONG_ANSWER
"""Success of one more sample. As a wrong answer's repair: at equal tokens, resampling
and repair from facts were the same for 0.5-1.5B (arXiv:2606.31511). A repair takes more
tokens, so wrong answers favour samples. A hint or a plan has no prior of its own: the
gain of hints was 0 to 2 points (DivSampling, arXiv:2502.11027), that of plans on the
first program about none (PlanSearch, arXiv:2409.03733)."""

_NAMES = re.compile(r"\b(?:Name|Syntax|Indentation|Tab|Import|ModuleNotFound)Error\b")


class Kind(StrEnum):
    """What an arm does; its cost is in tokens of one sample."""

    RESAMPLE = "resample"
    APPROACH = "approach"  # a sample with a hint at an approach
    PLAN = "plan"  # a plan, then a sample that follows it
    REPAIR = "repair"


COST = {
    Kind.RESAMPLE: 1.0,
    Kind.APPROACH: 1.0,
    Kind.PLAN: 5.0,  # PlanSearch: 5 to 8 a candidate; the lower end, as calls are short
    Kind.REPAIR: 1.5,  # the program and its facts are read, the program is written
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """A Beta distribution of an arm's rate of success."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The expected rate."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Something to try, and how it went so far. A success passes what was given."""

    name: str  # unique among the arms that are chosen from
    expected_tokens: float  # of one try, before any was made; above 0
    kind: Kind = Kind.RESAMPLE
    alpha: float = 1.0  # the prior's
    beta: float = 1.0
    successes: int = 0
    failures: int = 0
    tokens: int = 0  # spent on all tries

    @property
    def calls(self) -> int:
        """How often it was tried. A try may ask the model more than once."""
        return self.successes + self.failures

    @property
    def cost(self) -> float:
        """Expected tokens of the next try: what was expected counts as one try more."""
        return (self.expected_tokens + self.tokens) / (1 + self.calls)

    @property
    def rate(self) -> float:
        """The expected rate of success."""
        a, b = self.alpha + self.successes, self.beta + self.failures
        return a / (a + b)


def choose(arms: Iterable[Arm], rng: random.Random) -> Arm:
    """Draw a rate of success for each arm; take the one with most of it a token.

    Source: Thompson sampling (1933), with costs as in budgeted bandits (Xia et al.,
    IJCAI 2015).
    Differs: the cost is a mean and is not drawn; a task stops at its first success, so
    rates are learnt over the tries of one problem, from a prior by kind of failure.

    Args:
        arms: At least one. Their order does not matter.

    Raises:
        ValueError: there are no arms.

    >>> good = Arm(name="a", expected_tokens=100, alpha=900, beta=100)
    >>> poor = Arm(name="b", expected_tokens=100, alpha=100, beta=900)
    >>> choose([poor, good], random.Random(0)).name
    'a'
    """
    drawn = [
        (rng.betavariate(a.alpha + a.successes, a.beta + a.failures) / a.cost, a)
        for a in sorted(arms, key=lambda a: a.name)
    ]
    return max(drawn, key=lambda pair: pair[0])[1]


def priors(status: Status, error: str = "") -> dict[Kind, Prior]:
    """What is expected of each kind of arm before it was tried on this problem.

    These are priors from the literature, each with its source above, and not measured
    on the model that runs.

    Args:
        status: How the failed program that is nearest to passing failed.
        error: Its error's line, which tells a wrong name from another error.

    >>> priors(Status.WRONG_ANSWER)[Kind.REPAIR].mean
    0.26
    >>> priors(Status.RUNTIME_ERROR, "NameError: x (line 2)")[Kind.REPAIR].mean
    0.52
    """
    rates = dict.fromkeys(Kind, RESAMPLE) | {Kind.REPAIR: _repair_rate(status, error)}
    return {
        kind: Prior(alpha=STRENGTH * rate, beta=STRENGTH * (1 - rate))
        for kind, rate in rates.items()
    }


def new_arm(
    name: str, kind: Kind, *, status: Status, error: str = "", sample_tokens: float
) -> Arm:
    """An arm that was not tried yet.

    Args:
        status: As for `priors`.
        error: As for `priors`.
        sample_tokens: What one sample of this problem costs, prompt included.
    """
    return with_prior(
        Arm(name=name, kind=kind, expected_tokens=COST[kind] * sample_tokens),
        status,
        error,
    )


def with_prior(arm: Arm, status: Status, error: str = "") -> Arm:
    """The same arm, its tries kept, when another program has become the nearest."""
    prior = priors(status, error)[arm.kind]
    return replace(arm, alpha=prior.alpha, beta=prior.beta)


def updated(arm: Arm, *, success: bool, tokens: int) -> Arm:
    """The arm after one more try.

    >>> arm = updated(Arm(name="a", expected_tokens=10), success=True, tokens=30)
    >>> arm.successes, arm.calls, arm.cost
    (1, 1, 20.0)
    """
    return replace(
        arm,
        successes=arm.successes + success,
        failures=arm.failures + (not success),
        tokens=arm.tokens + tokens,
    )


def _repair_rate(status: Status, error: str) -> float:
    if status is Status.COMPILE_ERROR or _NAMES.search(error):
        return NAME_ERROR
    if status is Status.RUNTIME_ERROR:
        return OTHER_ERROR
    if status in (Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT):
        return OVER_LIMIT
    return WRONG_ANSWER
