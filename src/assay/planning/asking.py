"""The request for words and not for a program."""

from __future__ import annotations

from assay.prompts import Prompt
from assay.sampling.prompting import SEED_STRIDE, prompt_request
from assay.types import Request

TOP_P = 0.95  # as PlanSearch samples its ideas


def words_request(
    prompt: Prompt, number: int, *, max_tokens: int, seed: int, temperature: float
) -> Request:
    """The request of call `number` of a technique: no two of them share a seed."""
    return prompt_request(
        prompt,
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=TOP_P,
        seed=seed * SEED_STRIDE + number,
    )
