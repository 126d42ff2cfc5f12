"""Plans from one call that lists short approaches."""

from __future__ import annotations

from assay.planning.asking import words_request
from assay.planning.reading import listed_items
from assay.prompts import render
from assay.sampling.prompting import task_text
from assay.types import FinishReason, Model, Plan, Problem


async def one_call_plans(
    problem: Problem,
    model: Model,
    *,
    n_plans: int = 4,
    max_tokens: int = 400,
    seed: int = 0,
    temperature: float = 0.7,
) -> tuple[Plan, ...]:
    """Ask once for a list of approaches that differ, and take each as a plan.

    Source: the idea search that PlanSearch (arXiv:2409.03733) is measured against.
    Differs: all ideas come from one call, so each knows those before it, and they are
    two sentences long; the paper draws each in a call of its own.

    Args:
        model: Asked once.
        n_plans: Approaches to ask for, and plans at most.

    Returns:
        Plans without repeats, in the order of the list. Empty if no list came back.

    Raises:
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`,
            unchanged.
    """
    prompt = render("list_approaches", task=task_text(problem), count=str(n_plans))
    completion = await model.generate(
        words_request(
            prompt, 0, max_tokens=max_tokens, seed=seed, temperature=temperature
        )
    )
    texts = listed_items(
        completion.text,
        n_plans,
        cut_off=completion.finish_reason is FinishReason.LENGTH,
    )
    return tuple(Plan(text=text, made_by="one_call_plans") for text in texts)
