"""Failed verdicts -> candidates."""

from assay.repair.counterexample import counterexample, is_better_on
from assay.repair.executed_facts import executed_facts
from assay.repair.facts import MOST_DEPTH, depth_of, is_better, nearest_failed
from assay.repair.perspectives import ANGLES, perspectives

TECHNIQUES = {
    "executed_facts": executed_facts,
    "perspectives": perspectives,
    "counterexample": counterexample,
}

__all__ = [
    "ANGLES",
    "MOST_DEPTH",
    "TECHNIQUES",
    "counterexample",
    "depth_of",
    "executed_facts",
    "is_better",
    "is_better_on",
    "nearest_failed",
    "perspectives",
]
