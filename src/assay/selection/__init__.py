"""Candidates and what they printed -> classes, a vote, a confidence, one of them."""

from assay.selection.posterior import enough
from assay.selection.soft_vote import soft_vote

TECHNIQUES = {"soft_vote": soft_vote}

__all__ = ["TECHNIQUES", "enough", "soft_vote"]
