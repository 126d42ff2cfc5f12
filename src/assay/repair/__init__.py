"""Failed verdicts -> candidates."""

from assay.repair.executed_facts import executed_facts, is_better

TECHNIQUES = {"executed_facts": executed_facts}

__all__ = ["TECHNIQUES", "executed_facts", "is_better"]
