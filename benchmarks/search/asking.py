"""What each technique that asks the model costs and brings on one task of a pool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from execute import (
    N_INPUTS,
    Row,
    name_of,
)
from record import MAX_TOKENS
from sets import Placed

from assay.bench.keeper import Keeper
from assay.budget import Budget, Metered
from assay.errors import ContextLengthExceeded
from assay.evidence import contradicted_leader
from assay.inputs import near_inputs, stress_inputs
from assay.inputs.asked_inputs import asked_inputs
from assay.inputs.generator_program import generator_program
from assay.inputs.plain import key
from assay.inputs.predicted_outputs import predicted_outputs
from assay.inputs.properties import properties
from assay.inputs.reference_program import reference_program
from assay.inputs.valid import valid_mask
from assay.judging.judge import LocalJudge
from assay.planning import one_call_plans, plan_search
from assay.pool import Pool
from assay.repair import executed_facts, perspectives
from assay.repair.counterexample import counterexample, is_better_on
from assay.repair.facts import is_better
from assay.sampling.draw import SamplingSettings, draw
from assay.selection import separating_input, soft_vote
from assay.selection.outputs import expected_key, output_key
from assay.selection.separating_input import judge_accuracy, mean_accuracy
from assay.solve import Recipe, solve
from assay.trace import Trace
from assay.trying import ARMS
from assay.types import Candidate, Choice, Input, Judged, Model, Problem, Solution

N_STRESS = 3
N_STUCK = 8  # samples and tries at most of a method where two samples failed
ANGLES = ("logic", "completeness", "assumptions", "alternatives")
SETTINGS = SamplingSettings(max_tokens=MAX_TOKENS)


@dataclass(slots=True)
class Asking:
    """One task, its pool as it was run, and who answers."""

    placed: Placed
    own_inputs: tuple[Input, ...]  # those that cost no token
    pool: Pool
    model: Model
    judge: LocalJudge
    keeper: Keeper

    @property
    def problem(self) -> Problem:
        """The task, without what it is graded by."""
        return self.placed.task.problem

    async def paid(
        self, ask: Callable[[Model], Awaitable[Any]]
    ) -> tuple[Any, dict[str, Any]]:
        """What it gave, and what it cost. Nothing where its prompt was too long."""
        budget = Budget()
        try:
            found = await ask(Metered(self.model, budget))
        except ContextLengthExceeded:
            found = None
        usage = budget.usage
        return found, {
            "tokens": usage.completion_tokens,
            "prompt_tokens": usage.prompt_tokens,
            "calls": budget.calls,
        }

    async def is_right(self, code: str) -> bool:
        """The grade, which no technique sees."""
        grade = await self.keeper.grade(self.problem.id, code)
        if grade["outcome"] == "pending":
            raise SystemExit(f"{self.problem.id}: {grade['reason']}")
        return bool(grade["outcome"] == "passed")


async def asked(
    placed: Placed,
    old: Sequence[Row],
    programs: dict[str, str],
    model: Model,
    judge: LocalJudge,
    keeper: Keeper,
    *,
    plans: bool,
) -> Row:
    """Try every technique that asks the model on one task.

    Args:
        old: Its samples, as `programs_of` has them.
        programs: The code of each, by its name.
        plans: Whether plans are asked for too.
    """
    problem = placed.task.problem
    inputs = near_inputs(problem, n=N_INPUTS, seed=0)
    stress = stress_inputs(problem, n=N_STRESS, seed=0)
    pool = Pool(problem, judge, inputs, Trace(), runs_twice=True, stress=stress)
    for sample in old:
        code = programs.get(sample["program"] or "")
        made = Candidate(code=code, sample=sample["index"]) if code else None
        await pool.add(made)
    it = Asking(placed, inputs, pool, model, judge, keeper)
    row: Row = {
        "task": problem.id,
        "set": placed.set,
        "half": placed.half,
        "has_given_tests": problem.has_given_tests,
        "n_inputs": len(inputs),
        "samples": old,
        "valid": list(valid_mask(problem, inputs, pool.judged)),
        "split": await split(it, len(inputs)),
        "corrections": await corrections(it),
        "inputs": await more_inputs(it),
        "predictions": await predictions(it),
    }
    row["counterexample"] = await corrected_leader(it)
    row["arms"] = await with_arms(it) if row["corrections"] else {}
    row["plans"] = await planned(it) if plans else {}
    row["programs"] = [await shown(it, each) for each in pool.judged]
    return row


async def shown(it: Asking, judged: Judged) -> Row:
    """A program as `execute.py` tells it, with its outputs on all inputs there are."""
    return {
        "name": name_of(judged.candidate.code),
        "given": [str(result.status) for result in judged.verdict.counted],
        "distance": round(judged.verdict.distance, 6),
        "keys": [output_key(each, it.problem) for each in judged.observations],
        "unstable": [
            place
            for place, (one, two) in enumerate(
                zip(judged.observations, judged.again, strict=False)
            )
            if output_key(one, it.problem) != output_key(two, it.problem)
        ],
        "stress_s": judged.stress_s,
        "n_broken": sum(
            claim.holds(given, seen) is False
            for claim in properties(it.problem)
            for given, seen in zip(it.own_inputs, judged.observations, strict=False)
        ),
        "right": await it.is_right(judged.candidate.code),
    }


async def more_inputs(it: Asking) -> dict[str, Row]:
    """Inputs from each technique, by their places among all that were run."""
    found: dict[str, Row] = {}
    for ask in (asked_inputs, generator_program):
        made, cost = await it.paid(partial(_inputs, ask, it))
        await it.pool.add_inputs(tuple(made or ()))
        places = {key(given): place for place, given in enumerate(it.pool.inputs)}
        found[ask.__name__] = cost | {
            "places": list(dict.fromkeys(places[key(each)] for each in made or ()))
        }
    return found


async def predictions(it: Asking) -> dict[str, Row]:
    """Predictions from each technique, by the key that an output as predicted has."""
    found: dict[str, Row] = {}
    for ask in (predicted_outputs, reference_program):
        made, cost = await it.paid(partial(_predictions, ask, it))
        before = len(it.pool.predictions)
        await it.pool.add_predictions(tuple(made or ()))
        found[ask.__name__] = cost | {
            "said": [
                [each.index, expected_key(each, it.problem)]
                for each in it.pool.predictions[before:]
            ],
        }
    return found


async def corrections(it: Asking) -> dict[str, Row]:
    """One correction from each angle, where two samples were drawn and both fail."""
    failed = tuple(j for j in it.pool.judged if j.candidate.sample < 2)
    if not it.problem.has_given_tests or not failed or any(j.in_play for j in failed):
        return {}
    asks: dict[str, Callable[[Model], Awaitable[Sequence[Candidate]]]] = {
        "executed_facts": lambda m: executed_facts(
            it.problem, failed, m, max_tokens=MAX_TOKENS
        )
    }
    for angle in ANGLES:
        asks[f"perspectives: {angle}"] = partial(_from_angle, angle, it, failed)
    return {name: await corrected(it, ask) for name, ask in asks.items()}


async def corrected(
    it: Asking, ask: Callable[[Model], Awaitable[Sequence[Candidate]]]
) -> Row:
    """What a correction cost, whether it would be kept, and whether it is right."""
    made, cost = await it.paid(ask)
    if not made:
        return cost
    (child, *_) = made
    verdict = await it.judge.judge(child, it.problem)
    parents = [j.verdict for j in it.pool.judged if j.candidate == child.parent]
    return cost | {
        "passes": verdict.passed,
        "kept": not parents or is_better(verdict, parents[0]),
        "right": await it.is_right(child.code),
    }


async def corrected_leader(it: Asking) -> Row:
    """A correction of the most frequent program, where a prediction contradicts it."""
    found = contradicted_leader(it.problem, it.pool)
    if found is None:
        return {}
    leader, said = found
    made, cost = await it.paid(
        lambda m: counterexample(
            it.problem, (leader,), m, prediction=said, max_tokens=MAX_TOKENS
        )
    )
    told = cost | {"was_right": await it.is_right(leader.candidate.code)}
    if not made:
        return told
    child = made[0]
    verdict = await it.judge.judge(child, it.problem)
    observed = await it.judge.observe(child, it.problem, it.pool.inputs)
    new = Judged(candidate=child, verdict=verdict, observations=observed)
    return told | {
        "kept": is_better_on(it.problem, new, leader, said),
        "right": await it.is_right(child.code),
    }


async def with_arms(it: Asking) -> dict[str, Row]:
    """The whole method where two samples failed: by arms, by one repair, by neither."""
    repair = partial(executed_facts, max_tokens=MAX_TOKENS)
    recipe = Recipe(sampling=SETTINGS, n_max=N_STUCK, repair=repair)
    recipes = {
        "arms": replace(recipe, arms=tuple(ARMS)),
        "one repair": recipe,
        "samples": replace(recipe, repair=None),
    }
    found: dict[str, Row] = {}
    for name, each in recipes.items():
        solution, cost = await it.paid(partial(_solve, it, each))
        answer = solution and solution.answer
        evidence = solution and solution.evidence
        found[name] = cost | {
            "passes": bool(answer) and evidence.given_passed == evidence.given_total,
            "right": bool(answer) and await it.is_right(answer.code),
        }
    return found


async def split(it: Asking, n_inputs: int) -> Row:
    """Votes on an input that separates the two first classes, where they are close."""
    judged = [
        replace(j, observations=j.observations[:n_inputs]) for j in it.pool.judged
    ]
    choice = soft_vote(it.problem, judged)
    if len(choice.classes) < 2 or choice.posterior >= 0.85:
        return {}

    async def ask(model: Model) -> tuple[Choice, float]:
        right, asked = await judge_accuracy(it.problem, model, judged=judged)
        accuracy = mean_accuracy(right, asked)
        found = await separating_input(
            it.problem, choice, it.pool.inputs, model, accuracy=accuracy
        )
        return found, accuracy

    made, cost = await it.paid(ask)
    found, accuracy = made or (choice, 0.0)
    before, after = choice.classes[0].best, found.classes[0].best
    return cost | {
        "accuracy": round(accuracy, 3),
        "before": name_of(before.candidate.code),
        "after": name_of(after.candidate.code),
        "was_right": await it.is_right(before.candidate.code),
        "right": await it.is_right(after.candidate.code),
    }


async def planned(it: Asking) -> dict[str, Row]:
    """Plans from each technique, and a sample that follows each plan."""
    found: dict[str, Row] = {}
    for ask in (one_call_plans, plan_search):
        plans, cost = await it.paid(partial(_plans, ask, it))
        pool = Pool(it.problem, it.judge, it.pool.inputs[:N_INPUTS], Trace())
        samples: list[Row] = []
        for index, plan in enumerate(plans or ()):
            made, paid = await it.paid(
                partial(_follow, it.problem, index + 1, plan=plan)
            )
            await pool.add(made)
            samples.append(paid | {"program": made and name_of(made.code)})
        inner = Asking(it.placed, pool.inputs, pool, it.model, it.judge, it.keeper)
        programs = [await shown(inner, each) for each in pool.judged]
        found[ask.__name__] = cost | {"samples": samples, "programs": programs}
    return found


async def _inputs(ask: Any, it: Asking, model: Model) -> Any:
    return await ask(it.problem, model, it.judge)


async def _predictions(ask: Any, it: Asking, model: Model) -> Any:
    return await ask(it.problem, model, it.judge, it.own_inputs)


async def _from_angle(
    angle: str, it: Asking, failed: Sequence[Judged], model: Model
) -> Sequence[Candidate]:
    return await perspectives(
        it.problem, failed, model, angle=angle, max_tokens=MAX_TOKENS
    )


async def _plans(ask: Any, it: Asking, model: Model) -> Any:
    return await ask(it.problem, model, n_plans=4)


async def _solve(it: Asking, recipe: Recipe, model: Model) -> Solution:
    return await solve(it.problem, model, it.judge, recipe=recipe)


async def _follow(problem: Problem, index: int, model: Model, *, plan: Any) -> Any:
    return await draw(problem, index, model, settings=SETTINGS, plan=plan)
