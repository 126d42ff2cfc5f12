"""What to spend the next tokens on: which arm, and which task. Nothing here waits."""

from assay.routing.halving import Grant, Halving, after_round, begin, plan_round
from assay.routing.thompson import Arm, Kind, Prior, choose, new_arm, priors, updated

TECHNIQUES = {"thompson": choose, "halving": plan_round}

__all__ = [
    "TECHNIQUES",
    "Arm",
    "Grant",
    "Halving",
    "Kind",
    "Prior",
    "after_round",
    "begin",
    "choose",
    "new_arm",
    "plan_round",
    "priors",
    "updated",
]
