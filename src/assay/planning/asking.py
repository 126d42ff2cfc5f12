"""The request for words and not for a program."""

from __future__ import annotations

from assay.prompts import Prompt
from assay.sampling.prompting import SEED_STRIDE
from assay.types import Message, Request

TOP_P = 0.95  # as PlanSearch samples its ideas


def words_request(
    prompt: Prompt, number: int, *, max_tokens: int, seed: int, temperature: float
) -> Request:
    """The request of call `number` of a technique: no two of them share a seed."""
    return Request(
        messages=(Message(role="user", content=prompt.text),),
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=TOP_P,
        seed=seed * SEED_STRIDE + number,
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
    )
