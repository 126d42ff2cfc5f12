"""What of a solve speaks for its answer, as numbers with names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from assay.types import Choice, Judged, Problem, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The facts that a confidence may rest on, all known before anything is graded."""

    share: float  # of the winning class: (n1 + 1) / (n + 2); 0 where none is in play
    posterior: float  # that the winning class is the largest
    given_passed: int
    given_total: int
    n_inputs: int  # on which the answer was compared
    n_samples: int  # that became programs, equal ones counted up to a cap
    logprob: float | None = None  # mean of the chosen program's completion
    tail_logprob: float | None = None  # of its worst stretch
    is_repaired: bool = False

    @property
    def has_given(self) -> bool:
        """Whether anything was given to test against."""
        return self.given_total > 0


def features_of(problem: Problem, choice: Choice, best: Judged | None) -> Features:
    """Read the features of a choice and the program that is handed out.

    Args:
        best: The winning class's member, or the program that came nearest where none
            is in play. None where there is no program at all.
    """
    first = choice.classes[0].votes if choice.classes else 0
    given = best.verdict if best else None
    candidate = best.candidate if best else None
    n_seen = sum(o.status is Status.FINISHED for o in best.observations) if best else 0
    return Features(
        share=(first + 1) / (choice.n_votes + 2) if first else 0.0,
        posterior=choice.posterior,
        given_passed=given.n_passed if given else 0,
        given_total=len(given.counted)
        if given
        else len(problem.cases) + len(problem.test_code),
        n_inputs=n_seen,
        n_samples=choice.n_votes,
        logprob=candidate.logprob if candidate else None,
        tail_logprob=candidate.tail_logprob if candidate else None,
        is_repaired=candidate is not None and candidate.parent is not None,
    )


def features_json(features: Features) -> dict[str, Any]:
    """Plain data that `read_features` reads."""
    return asdict(features)


def read_features(told: Any) -> Features | None:
    """Read features from a run's trace, believing no type. None where there are none.

    >>> read_features({"share": "much"}) is None
    True
    """
    try:
        features = Features(**told)
        numbers = [features.share, features.posterior]
        counts = [features.given_passed, features.given_total]
        counts += [features.n_inputs, features.n_samples]
        told_logs = [features.logprob, features.tail_logprob]
        logs = [each for each in told_logs if each is not None]
        is_sound = (
            all(0 <= number <= 1 for number in numbers)
            and all(type(count) is int and count >= 0 for count in counts)
            and all(float(each) <= 0 for each in logs)
            and type(features.is_repaired) is bool
        )
    except (TypeError, ValueError):
        return None
    return features if is_sound else None
