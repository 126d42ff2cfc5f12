"""Problem -> plans, in words: ideas that a sample can be asked to follow."""

from assay.planning.one_call_plans import one_call_plans
from assay.planning.plan_search import plan_search

TECHNIQUES = {"plan_search": plan_search, "one_call_plans": one_call_plans}

__all__ = ["TECHNIQUES", "one_call_plans", "plan_search"]
