"""Search over ideas: observations, what follows from them, plans, their correction."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from assay.concurrency import gather
from assay.planning.asking import words_request
from assay.planning.reading import listed_items, plan_text, without_repeats
from assay.prompts import Prompt, render
from assay.sampling.prompting import task_text
from assay.types import Completion, FinishReason, Model, Plan, Problem

Observations = tuple[str, ...]
N_DERIVED = 4  # observations asked for on the second level, of each subset
FIRST_DERIVING, FIRST_PLAN = 1, 100  # numbers of calls, from which their seeds follow


async def plan_search(
    problem: Problem,
    model: Model,
    *,
    n_observations: int = 8,
    n_plans: int = 4,
    second_level: bool = True,
    critique: bool = True,
    max_tokens: int = 300,
    seed: int = 0,
    temperature: float = 0.9,
) -> tuple[Plan, ...]:
    """Ask for observations, combine them, derive more, and plan from each combination.

    The variety comes from the combinations, not from temperature. With `critique` each
    plan is also supposed to be wrong, criticised and written anew, and both are kept:
    half of the plans are such revisions.

    Source: PlanSearch, arXiv:2409.03733.
    Differs: of all subsets of one or two observations as many are drawn, by `seed`, as
    the plans need, where the paper follows every one; the empty subset is left out; a
    plan sees the subset as well as what was derived from it; lists are parsed here and
    not by three more calls; plans go to the prompt of a sample without pseudocode.

    Args:
        model: Asked once for observations; with l plans before their revisions,
            l = n_plans or half of it with `critique`, at most l times for derived
            observations, l times for plans and 2 times for each revision. By default 9
            calls, of which those of one stage are concurrent.
        n_observations: Observations of the first level to ask for.
        n_plans: Plans at most.
        max_tokens: Of each call.

    Returns:
        Plans without repeats: those of the combinations in the order in which they
        were drawn, then their revisions likewise. Empty if no observation came back.

    Raises:
        BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from `model`,
            unchanged.
    """
    search = _Search(problem, model, max_tokens, seed, temperature)
    observations = await search.observe(n_observations)
    n_leaves = -(-n_plans // 2) if critique else n_plans
    chosen = drawn_subsets(observations, n_leaves, seed)
    derived: Sequence[Observations] = [()] * len(chosen)
    if second_level:
        derived = await gather(
            partial(search.derive, number, subset)
            for number, subset in enumerate(chosen)
        )
    leaves = combined(chosen, derived, n_leaves, seed)
    n_revised = min(n_plans - n_leaves, len(leaves))
    pairs = await gather(
        partial(search.plan, number, leaf, revise=number < n_revised)
        for number, leaf in enumerate(leaves)
    )
    texts = without_repeats(pair[half] for half in (0, 1) for pair in pairs)
    return tuple(Plan(text=text, made_by="plan_search") for text in texts)


def drawn_subsets(
    observations: Observations, most: int, seed: int
) -> tuple[Observations, ...]:
    """Draw subsets of one or two observations, none twice.

    >>> drawn_subsets(("a", "b", "c"), 3, seed=0)
    (('a', 'c'), ('c',), ('b',))
    >>> drawn_subsets(("a",), 3, seed=0), drawn_subsets((), 3, seed=0)
    ((('a',),), ())
    """
    subsets = [s for size in (1, 2) for s in combinations(observations, size)]
    random.Random(seed).shuffle(subsets)
    return tuple(subsets[:most])


def combined(
    subsets: Sequence[Observations],
    derived: Sequence[Observations],
    most: int,
    seed: int,
) -> tuple[Observations, ...]:
    """Join each subset with one or two observations derived from it.

    One combination of each subset, then a second of each, until there are enough. A
    subset from which nothing was derived is a combination itself, once.

    >>> combined([("a",), ("b",)], [("x",), ()], 9, seed=0)
    (('a', 'x'), ('b',))
    >>> len(combined([("a",), ("b",)], [("x", "y"), ("z",)], 3, seed=0))
    3
    """
    rows = [
        [(*subset, *more) for more in drawn_subsets(new, most, seed) or ((),)]
        for subset, new in zip(subsets, derived, strict=True)
    ]
    turns = max(map(len, rows), default=0)
    leaves = [row[turn] for turn in range(turns) for row in rows if turn < len(row)]
    return tuple(leaves[:most])


def bullets(observations: Observations) -> str:
    """One observation a line.

    >>> print(bullets(("n is even", "k < n")))
    - n is even
    - k < n
    """
    return "\n".join(f"- {each}" for each in observations)


@dataclass(frozen=True, slots=True)
class _Search:
    """What all calls of one search share."""

    problem: Problem
    model: Model
    max_tokens: int
    seed: int
    temperature: float

    async def observe(self, count: int) -> Observations:
        prompt = render("observe", task=task_text(self.problem), count=str(count))
        return _observations(await self._ask(prompt, 0), count)

    async def derive(self, number: int, subset: Observations) -> Observations:
        prompt = render(
            "observe_more",
            task=task_text(self.problem),
            observations=bullets(subset),
            count=str(N_DERIVED),
        )
        completion = await self._ask(prompt, FIRST_DERIVING + number)
        known = {each.casefold() for each in subset}
        new = _observations(completion, N_DERIVED)
        return tuple(each for each in new if each.casefold() not in known)

    async def plan(
        self, number: int, leaf: Observations, *, revise: bool
    ) -> tuple[str, str]:
        """A plan and its revision; the revision is empty where none was asked for."""
        task, first = task_text(self.problem), FIRST_PLAN + 3 * number
        prompt = render("plan_from_observations", task=task, observations=bullets(leaf))
        plan = _plan(await self._ask(prompt, first))
        if not revise or not plan:
            return plan, ""
        prompt = render("criticise_plan", task=task, plan=plan)
        criticism = _plan(await self._ask(prompt, first + 1))
        prompt = render("revise_plan", task=task, plan=plan, criticism=criticism)
        return plan, _plan(await self._ask(prompt, first + 2))

    async def _ask(self, prompt: Prompt, number: int) -> Completion:
        return await self.model.generate(
            words_request(
                prompt,
                number,
                max_tokens=self.max_tokens,
                seed=self.seed,
                temperature=self.temperature,
            )
        )


def _observations(completion: Completion, most: int) -> Observations:
    cut_off = completion.finish_reason is FinishReason.LENGTH
    return listed_items(completion.text, most, cut_off=cut_off)


def _plan(completion: Completion) -> str:
    cut_off = completion.finish_reason is FinishReason.LENGTH
    return plan_text(completion.text, cut_off=cut_off)
