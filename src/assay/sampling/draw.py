"""Draw one sample: ask, and read the program out of what came."""

from __future__ import annotations

from dataclasses import dataclass

from assay.sampling.extraction import extract_program
from assay.sampling.prompting import sample_request
from assay.types import Candidate, FinishReason, Model, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """What all samples of a run share."""

    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 1024
    seed: int = 0


async def draw(
    problem: Problem,
    index: int,
    model: Model,
    *,
    settings: SamplingSettings,
    temperature: float | None = None,
) -> Candidate | None:
    """Ask for sample `index`; None when what came holds no program.

    Raises:
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`.
    """
    completion = await model.generate(
        sample_request(
            problem,
            index,
            temperature=settings.temperature if temperature is None else temperature,
            top_p=settings.top_p,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
        )
    )
    code = extract_program(
        completion.text,
        problem,
        cut_off=completion.finish_reason is FinishReason.LENGTH,
    )
    if code is None:
        return None
    name = "greedy" if index == 0 else "sample"
    return Candidate(code=code, made_by=name, sample=index)
