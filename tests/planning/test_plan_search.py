from __future__ import annotations

from collections.abc import Callable
from functools import partial

import anyio
import pytest

from assay.budget import Budget, Limit, Metered
from assay.errors import BudgetExhausted
from assay.models.scripted import Scripted
from assay.planning import one_call_plans, plan_search
from assay.types import IOMode, Plan, Problem, Request

PROBLEM = Problem(
    id="p", statement="Print $n doubled.", io_mode=IOMode.STDIN, entry_point=None
)
OBSERVATIONS = "\n".join(f"{i}. fact {i}" for i in range(1, 9))
Reply = Callable[[Request], str]


def prompts(model: Scripted, name: str) -> list[str]:
    return [r.messages[0].content for r in model.requests if r.prompt == name]


def says(request: Request) -> str:
    """A model whose every plan differs, as it names the request's seed."""
    if request.prompt == "observe":
        return OBSERVATIONS
    if request.prompt == "observe_more":
        return f"1. more {request.seed} a\n2. more {request.seed} b"
    if request.prompt == "criticise_plan":
        return f"criticism {request.seed}"
    return f"{request.prompt} {request.seed}"


def search(reply: Reply = says, **options: object) -> tuple[Scripted, tuple[Plan, ...]]:
    model = Scripted(reply)
    call = partial(plan_search, PROBLEM, model, **options)  # type: ignore[arg-type]
    return model, anyio.run(call)


def test_plans_come_first_and_then_what_became_of_them() -> None:
    model, plans = search()
    assert [plan.text.split()[0] for plan in plans] == [
        "plan_from_observations",
        "plan_from_observations",
        "revise_plan",
        "revise_plan",
    ]
    assert {plan.made_by for plan in plans} == {"plan_search"}
    assert len(model.requests) == 9, "as the docstring says"


def test_a_plan_is_made_from_a_subset_and_what_follows_from_it() -> None:
    model, _ = search()
    for asked, planned in zip(
        prompts(model, "observe_more"),
        prompts(model, "plan_from_observations"),
        strict=True,
    ):
        known = [line for line in asked.splitlines() if line.startswith("- fact")]
        assert 1 <= len(known) <= 2
        assert all(line in planned for line in known)
        assert "- more" in planned


def test_a_revision_is_shown_its_plan_and_the_criticism() -> None:
    model, plans = search()
    for plan, asked in zip(plans, prompts(model, "revise_plan"), strict=False):
        assert plan.text in asked
        assert "criticism" in asked
    assert "Print $n doubled." in prompts(model, "revise_plan")[0]


def test_both_stages_can_be_left_out() -> None:
    model, plans = search(second_level=False, critique=False, n_plans=3)
    assert [r.prompt for r in model.requests] == [
        "observe",
        *["plan_from_observations"] * 3,
    ]
    assert len(plans) == 3


@pytest.mark.parametrize("n_plans", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("critique", [True, False])
def test_no_call_is_made_for_a_plan_that_is_not_kept(
    n_plans: int, critique: bool
) -> None:
    model, plans = search(n_plans=n_plans, critique=critique)
    assert len(plans) == n_plans
    revised = len(prompts(model, "revise_plan"))
    assert len(prompts(model, "plan_from_observations")) + revised == n_plans
    assert revised == (n_plans // 2 if critique else 0)


def test_the_same_seed_gives_the_same_plans_and_another_seed_other_subsets() -> None:
    first, again, other = (search(seed=seed)[0] for seed in (0, 0, 1))
    assert first.requests == again.requests
    subsets = [prompts(model, "observe_more") for model in (first, other)]
    assert subsets[0] != subsets[1]
    seeds = [r.seed for r in first.requests]
    assert len(set(seeds)) == len(seeds), "no two calls share a seed"


def test_one_observation_is_enough_and_none_is_not() -> None:
    def one(request: Request) -> str:
        return "1. only" if request.prompt == "observe" else says(request)

    model, plans = search(one)
    assert len(plans) == 4
    model, plans = search(lambda _: "")
    assert plans == ()
    assert len(model.requests) == 1


def test_repeated_and_empty_plans_are_left_out() -> None:
    def same(request: Request) -> str:
        if request.prompt == "plan_from_observations":
            return "Count."
        return "" if request.prompt == "revise_plan" else says(request)

    assert [plan.text for plan in search(same)[1]] == ["Count."]


def test_a_subset_from_which_nothing_follows_is_planned_from_itself() -> None:
    def dull(request: Request) -> str:
        return "" if request.prompt == "observe_more" else says(request)

    model, plans = search(dull, critique=False, n_plans=2)
    assert len(plans) == 2
    assert all("- fact" in text for text in prompts(model, "plan_from_observations"))


def test_an_exhausted_budget_is_raised_as_itself() -> None:
    async def run() -> None:
        budget = Budget(Limit(tokens=900))
        await plan_search(PROBLEM, Metered(Scripted(says), budget))

    with pytest.raises(BudgetExhausted):
        anyio.run(run)


def test_one_call_lists_plans_in_their_order() -> None:
    reply = "Here:\n1. **Sort**, then count.\n2. Use a heap.\n3. sort, THEN count."
    model = Scripted([reply])
    plans = anyio.run(partial(one_call_plans, PROBLEM, model, n_plans=3))
    assert plans == (Plan(text="Sort, then count."), Plan(text="Use a heap."))
    assert len(model.requests) == 1
    assert "List 3 approaches" in model.requests[0].messages[0].content


def test_a_list_that_was_cut_off_loses_its_last_approach() -> None:
    model = Scripted(["1. Sort it all. 2 3 4\n2. Use a"])
    plans = anyio.run(partial(one_call_plans, PROBLEM, model, max_tokens=9))
    assert [plan.text for plan in plans] == ["Sort it all. 2 3 4"]
