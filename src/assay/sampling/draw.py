"""Draw one sample: ask, and read the program out of what came."""

from __future__ import annotations

from dataclasses import dataclass

from assay.sampling.extraction import extract_program
from assay.sampling.hints import Hints
from assay.sampling.logprobs import mean_logprob, tail_logprob
from assay.sampling.prompting import sample_request
from assay.types import Candidate, FinishReason, Model, Plan, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """What all samples of a run share."""

    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 1024
    seed: int = 0
    hints: Hints = "usual"  # which lines at the prompt's end samples differ by


async def draw(
    problem: Problem,
    index: int,
    model: Model,
    *,
    settings: SamplingSettings,
    temperature: float | None = None,
    plan: Plan | None = None,
    hint: str | None = None,
) -> Candidate | None:
    """Ask for sample `index`; None when what came holds no program.

    Args:
        temperature: Of this sample, where it is not that of `settings`.
        plan: To be followed by the program. It is a sample like any other: `made_by`
            says so, and a reader of the trace finds the plan in the request.
        hint: Stands in the place of the hint that `settings` has for `index`.

    Raises:
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`.
        ConfigError: `settings` name no known set of hints.
    """
    completion = await model.generate(
        sample_request(
            problem,
            index,
            temperature=settings.temperature if temperature is None else temperature,
            top_p=settings.top_p,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
            plan=plan,
            hint=hint,
            hints=settings.hints,
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
    return Candidate(
        code=code,
        made_by=name,
        sample=index,
        logprob=mean_logprob(completion.logprobs),
        tail_logprob=tail_logprob(completion.logprobs),
    )
