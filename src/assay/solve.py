"""The whole method on one page: a ladder with a posterior.

Read (rung 0) happens before: `problems.read_problem`. Then, here:

1. sample    one greedy, then batches 1, 2, 4, 8, ... (`sampling`)
2. filter    run the given cases and tests (`judging`)
3. inputs    run what is in play on self-made inputs, no tokens (`inputs`)
4. score     classes of equal outputs, soft vote; stop when sure (`selection`)
   more      classes disagree, or nothing was given: what the model can add (`evidence`)
5. repair    nothing passes: one repair from executed facts, beside more samples; or one
             arm after another, by expected success per token (`trying`)
6. split     two classes remain: votes on an input that separates them
7. return    the best class's member, what may be claimed of it, and what it cost

A method is a `Recipe` of functions; another method is `replace(recipe, select=...)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf

import anyio

from assay.budget import Budget, Metered
from assay.conclusion import StateConfidence, conclude
from assay.concurrency import gather
from assay.errors import (
    BudgetExhausted,
    ContextLengthExceeded,
    EnvironmentFault,
    MissingRecording,
)
from assay.evidence import MoreEvidence, gather_evidence, is_wanted
from assay.inputs import make_inputs, stress_inputs
from assay.memory.calibration import Table, stated_by
from assay.memory.features import features_json, features_of
from assay.pool import Pool
from assay.repair import executed_facts
from assay.sampling.budget_forcing import Forced, Tier, tier_for
from assay.sampling.draw import SamplingSettings, draw
from assay.sampling.ladder import BATCHES, batches, temperature_for
from assay.selection import enough, soft_vote
from assay.trace import Trace, TracedJudge, TracedModel
from assay.trying import Tries
from assay.types import (
    Candidate,
    Choice,
    Input,
    Judge,
    Judged,
    Model,
    Prediction,
    Problem,
    Solution,
)

MakeInputs = Callable[..., tuple[Input, ...]]
Select = Callable[[Problem, Sequence[Judged], Sequence[Prediction]], Choice]
Split = Callable[[Problem, Choice, tuple[Input, ...], Model], Awaitable[Choice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A method: which function stands on each rung, and how far the ladder goes."""

    sampling: SamplingSettings = SamplingSettings()
    n_max: int = 16  # samples at most, repairs not counted
    batch_sizes: tuple[int, ...] = BATCHES  # (1,): the fewest tokens, the longest wait
    make_inputs: MakeInputs = make_inputs
    n_inputs: int = 30
    runs_twice: bool = False  # on the made inputs, to find what is not deterministic
    n_stress: int = 0  # large inputs, whose time breaks ties within a class
    select: Select = soft_vote
    stop_at: float = 0.85  # posterior of the leading class
    repair: Callable[..., Awaitable[Sequence[Candidate]]] | None = executed_facts
    arms: tuple[str, ...] = ()  # of `trying.ARMS`; none: `repair`, beside more samples
    more: MoreEvidence = MoreEvidence()
    forces_thought: bool = False  # of a model that thinks: a cap, by what has failed
    split: Split | None = None
    confidence: StateConfidence | None = None  # None: the prior of `select`
    sure_at: float = 0.85  # calibrated confidence that ends the search
    abstain_below: float = 0.0  # confidence from which an answer is handed out


def calibrated(recipe: Recipe, table: Table | None) -> Recipe:
    """The recipe with its confidence read from a table.

    A table of final answers alone ends no search: it has never seen a first sample
    (decision 011).
    """
    if table is None:
        return recipe
    sure_at = recipe.sure_at if table.may_stop else inf
    return replace(recipe, confidence=partial(stated_by, table), sure_at=sure_at)


def _inputs(
    problem: Problem, recipe: Recipe
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """Those that outputs are compared on, and large ones."""
    seed, n_stress = recipe.sampling.seed, recipe.n_stress
    inputs = recipe.make_inputs(problem, n=recipe.n_inputs, seed=seed)
    return inputs, stress_inputs(problem, n=n_stress, seed=seed) if n_stress else ()


async def solve(
    problem: Problem,
    model: Model,
    judge: Judge,
    *,
    recipe: Recipe | None = None,
    budget: Budget | None = None,
    trace: Trace | None = None,
    scope: anyio.CancelScope | None = None,
) -> Solution:
    """Find a program for `problem`, and say what the claim that it is right rests on.

    Args:
        budget: Holds with calls in flight; the answer so far is returned when it ends.
        scope: Cancel it from outside to stop early and get the best so far.

    Raises:
        ContextLengthExceeded, ModelUnavailable, JudgeUnavailable: unchanged, where
            nothing that could be handed out was found before.
        MissingRecording: always.
    """
    recipe, budget, trace = recipe or Recipe(), budget or Budget(), trace or Trace()
    scope = scope or anyio.CancelScope()
    scope.deadline = min(scope.deadline, anyio.current_time() + budget.seconds_left)
    asked = Metered(TracedModel(model, trace), budget)
    runner = TracedJudge(judge, trace)
    # In a thread: it is some 20 ms of work, and a server has others to answer.
    inputs, stress = await anyio.to_thread.run_sync(_inputs, problem, recipe)
    pool = Pool(
        problem, runner, inputs, trace, runs_twice=recipe.runs_twice, stress=stress
    )
    thinker = forced(asked, pool) if recipe.forces_thought else asked
    trace.event("solve", **pool.describe(), model=model.identity.name)
    stopped, choice = "interrupted", None
    with scope:
        try:
            stopped = await climb(problem, thinker, runner, pool, recipe, budget, trace)
            choice = await split(problem, asked, pool, recipe, trace)
        except MissingRecording:
            raise  # a replay that is not whole is no answer
        except (EnvironmentFault, ContextLengthExceeded) as error:
            if not pool.n_in_play:
                raise
            stopped = f"a fault: {error}"
    if scope.cancelled_caught and budget.seconds_left <= 0:
        stopped = "budget"
    choice = choice or selected(problem, pool, recipe)
    solution = conclude(
        problem,
        choice,
        pool,
        budget,
        runner,
        stopped,
        confidence=recipe.confidence,
        abstain_below=recipe.abstain_below,
    )
    best = next((j for j in pool.judged if j.candidate == solution.answer), None)
    trace.event(
        "solution",
        status=solution.status,
        evidence=solution.evidence.sentence,
        confidence=solution.confidence,
        calibrated=solution.calibrated,
        abstained=solution.abstained,
        features=features_json(features_of(problem, choice, best)),
        stopped=stopped,
        tokens=solution.spend.usage.tokens,
        seconds=round(solution.spend.seconds, 3),
        code=solution.answer.code if solution.answer else None,
    )
    return solution


def forced(model: Model, pool: Pool) -> Model:
    """The model with a cap on its thought, higher the more has failed."""

    def tier() -> Tier:
        n_failed = sum(not each.in_play for each in pool.judged)
        return tier_for(n_failed, len(pool.judged))

    return Forced(model, tier=tier)


def selected(problem: Problem, pool: Pool, recipe: Recipe) -> Choice:
    """What the recipe makes of all that was shown so far."""
    return recipe.select(problem, pool.judged, pool.predictions)


async def split(
    problem: Problem, model: Model, pool: Pool, recipe: Recipe, trace: Trace
) -> Choice | None:
    """Have the two best classes separated by votes, where that is wanted."""
    if recipe.split is None:
        return None
    choice = selected(problem, pool, recipe)
    if len(choice.classes) < 2 or choice.posterior >= recipe.stop_at:
        return None
    try:
        found = await recipe.split(problem, choice, pool.inputs, model)
    except (BudgetExhausted, ContextLengthExceeded) as error:
        trace.event("no_split", reason=str(error))
        return None
    trace.event("split", changed=found.classes[0].best != choice.classes[0].best)
    return found


async def climb(
    problem: Problem,
    model: Model,
    judge: Judge,
    pool: Pool,
    recipe: Recipe,
    budget: Budget,
    trace: Trace,
) -> str:
    """Go up until the posterior, the confidence, the samples or the budget say stop."""
    repaired = enriched = False
    tries = Tries(recipe.arms, problem, model, recipe.sampling, trace)

    async def sample(index: int, temperature: float) -> None:
        await pool.add(
            await draw(
                problem,
                index,
                model,
                settings=recipe.sampling,
                temperature=temperature,
            )
        )

    async def repair(failed: Sequence[Judged]) -> None:
        assert recipe.repair is not None
        try:
            children = await recipe.repair(problem, failed, model)
        except ContextLengthExceeded as error:  # longer than any sample's prompt
            trace.event("no_repair", reason=str(error))
            return
        for child in children:
            await pool.add(child)

    for batch in batches(recipe.n_max, recipe.batch_sizes):
        warmth = temperature_for(
            pool.n_samples, pool.n_distinct, base=recipe.sampling.temperature
        )
        is_stuck = pool.n_samples > 1 and pool.all_failed
        if recipe.arms and is_stuck:
            exhausted = await try_arms(tries, len(batch), pool, budget)
        else:
            first = pool.n_samples  # tries by an arm count as samples, or do not
            calls: list[Callable[[], Awaitable[None]]] = [
                partial(sample, first + place, warmth) for place in range(len(batch))
            ]
            if recipe.repair and not recipe.arms and not repaired and is_stuck:
                calls.append(partial(repair, pool.judged))
                repaired = True
            exhausted = await within_budget(calls)
        choice = selected(problem, pool, recipe)
        if recipe.more and not (enriched or exhausted) and is_wanted(problem, choice):
            enriched = True
            exhausted = await gather_evidence(
                problem, recipe.more, pool, model, judge, trace
            )
            choice = selected(problem, pool, recipe)
        reason = enough(
            problem, choice, n_inputs=len(pool.inputs), stop_at=recipe.stop_at
        )
        if not reason and is_sure(problem, choice, recipe):
            reason = "sure"
        trace.event(
            "decision",
            after=pool.n_samples,
            in_play=pool.n_in_play,
            classes=[c.votes for c in choice.classes],
            posterior=round(choice.posterior, 4),
            confidence=choice.confidence,
            reason=reason or ("budget" if exhausted else "go on"),
        )
        if reason or exhausted:
            return reason or "budget"
    return "samples"


def is_sure(problem: Problem, choice: Choice, recipe: Recipe) -> bool:
    """Whether a calibrated confidence, if there is one, is as high as is wanted."""
    if recipe.confidence is None or not choice.classes:
        return False
    stated = recipe.confidence(problem, choice, choice.classes[0].best)
    return stated is not None and stated >= recipe.sure_at


async def try_arms(tries: Tries, n: int, pool: Pool, budget: Budget) -> bool:
    """Try `n` arms, one after the other, until something passes.

    Returns:
        Whether the budget refused one.
    """
    for _ in range(n):
        try:
            await tries.one(pool, lambda: budget.usage.tokens)
        except BudgetExhausted:
            return True
        if pool.n_in_play:
            return False
    return False


async def within_budget(calls: Sequence[Callable[[], Awaitable[None]]]) -> bool:
    """Run all at once. True if the budget refused one; the others go on."""
    refused = False

    async def run(call: Callable[[], Awaitable[None]]) -> None:
        nonlocal refused
        try:
            await call()
        except BudgetExhausted:
            refused = True

    await gather(partial(run, call) for call in calls)
    return refused
