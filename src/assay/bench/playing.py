"""How each arm on the run's own model makes its one answer. Runs in the arms' process.

Arms draw the same samples: number i of a problem is one request, whoever draws it, so
that recorded arms differ in method and not in luck.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

import anyio

from assay.bench.arms import MOST_SAMPLES
from assay.bench.messages import Played, Playing
from assay.budget import Budget, Limit
from assay.concurrency import gather
from assay.errors import BudgetExhausted, UsageError
from assay.inputs import make_inputs, near_inputs
from assay.memory.tables import table_of
from assay.pool import Pool
from assay.repair import executed_facts
from assay.sampling.draw import SamplingSettings, draw
from assay.selection import soft_vote
from assay.solve import Recipe, calibrated, solve
from assay.trace import Trace, TracedJudge, TracedModel
from assay.types import (
    Candidate,
    Choice,
    Judge,
    Judged,
    Model,
    Prediction,
    Problem,
    Solution,
    SolveStatus,
)

Play = Callable[[Problem, Model, Judge, Playing, Trace], Awaitable[Played]]


async def play_single(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """One greedy sample, handed in unseen."""
    return await _one_sample(problem, model, how, trace, index=0)


async def play_sample(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """One sample at the run's temperature, handed in unseen."""
    return await _one_sample(problem, model, how, trace, index=1)


async def _one_sample(
    problem: Problem, model: Model, how: Playing, trace: Trace, *, index: int
) -> Played:
    asked = TracedModel(model, trace)
    candidate, stopped = None, "budget: no answer in time"
    try:
        with anyio.move_on_after(how.seconds):
            candidate = await draw(problem, index, asked, settings=sampling(how))
            stopped = "one sample"
    except BudgetExhausted as error:
        stopped = f"budget: {error}"
    if stopped != "one sample":
        return Played(answer=None, claim="none", stopped=stopped)
    code = None if candidate is None else candidate.code
    return Played(
        answer=code,
        claim="none" if code is None else "unverified",
        stopped=stopped,
        n_samples=1,
        candidates=() if code is None else ((code, 1),),
    )


async def play_bon(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """Best of N: the first sample that passes the given tests, else the first of all.

    It stops at the first that passes, and after one sample where nothing was given:
    no later sample could change its answer. So it is charged for what its answer
    needs, and not for N: the cheapest form of this baseline, and the hardest to beat
    per token (decision 007).
    """
    trace.event("solve", problem=problem.id, model=model.identity.name, inputs=[])
    asked, runner = TracedModel(model, trace), TracedJudge(judge, trace)
    drawn: list[Candidate] = []
    chosen, verdict, n_samples, stopped = None, None, 0, "samples"
    tokens = Tokens(asked)
    with anyio.move_on_after(how.seconds) as timed:
        while _more(n_samples, tokens, how):
            try:
                sample = await draw(problem, n_samples, tokens, settings=sampling(how))
            except BudgetExhausted:
                stopped = "budget"
                break
            n_samples += 1
            if sample is None:
                trace.event("no_program")
                continue
            _note(trace, sample)
            drawn.append(sample)
            if not problem.has_given_tests:
                stopped = "nothing given to filter by"
                break
            seen = await runner.judge(sample, problem)
            if seen.passed:
                chosen, verdict, stopped = sample, seen, "passes what was given"
                break
    if timed.cancelled_caught:
        stopped = "budget"
    answer = chosen or (drawn[0] if drawn else None)
    claim = "verified" if verdict is not None else "unverified" if answer else "none"
    return Played(
        answer=answer.code if answer else None,
        claim=claim,
        stopped=stopped,
        n_samples=n_samples,
        candidates=tuple((each.code, 1) for each in drawn),
    )


def _more(n_samples: int, tokens: Tokens, how: Playing) -> bool:
    if how.at_least_tokens is not None:
        return n_samples < MOST_SAMPLES and tokens.spent < how.at_least_tokens
    return n_samples < int(how.more["n"])


async def play_majority(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """Majority of N: of those that pass the given tests, the largest output class.

    All N are drawn. Without a program in play it hands in the nearest that failed.
    """
    asked, runner = Tokens(TracedModel(model, trace)), TracedJudge(judge, trace)
    inputs = make_inputs(problem, n=how.n_inputs, seed=how.seed)
    pool = Pool(problem, runner, inputs, trace)
    trace.event("solve", **pool.describe(), model=model.identity.name)
    refused = ""

    async def sample(index: int) -> None:
        nonlocal refused
        try:
            await pool.add(await draw(problem, index, asked, settings=sampling(how)))
        except BudgetExhausted as error:
            refused = f"budget: {error}"

    with anyio.move_on_after(how.seconds) as timed:
        if how.at_least_tokens is None:
            await gather(partial(sample, index) for index in range(int(how.more["n"])))
        else:
            while _more(pool.n_samples, asked, how) and not refused:
                await sample(pool.n_samples)
    if timed.cancelled_caught:
        refused = "budget: no more time"
    choice = soft_vote(problem, pool.judged)
    largest = max(
        choice.classes,
        key=lambda c: (c.votes, c.soft_vote, -c.best.candidate.sample),
        default=None,
    )
    best = largest.best if largest else _nearest(pool.judged)
    return Played(
        answer=best.candidate.code if best else None,
        claim=_claim(problem, best),
        stopped=refused or "samples",
        n_samples=pool.n_samples,
        candidates=_copies(pool.judged),
    )


def _nearest(judged: tuple[Judged, ...]) -> Judged | None:
    return min(
        judged, key=lambda j: (j.verdict.distance, j.candidate.sample), default=None
    )


def _claim(problem: Problem, best: Judged | None) -> str:
    if best is None:
        return "none"
    return "verified" if best.verdict.passed else "unverified"


async def play_assay(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """The whole method, or the method without the rungs that the arm leaves out."""
    return await _solved(problem, model, judge, how, trace, recipe_of(how))


async def play_recipe(
    problem: Problem, model: Model, judge: Judge, how: Playing, trace: Trace
) -> Played:
    """A method of the user's own: a file that makes a `Recipe` of the usual one."""
    recipe = own_recipe(how.source, how.arm, recipe_of(how))
    return await _solved(problem, model, judge, how, trace, recipe)


async def _solved(
    problem: Problem,
    model: Model,
    judge: Judge,
    how: Playing,
    trace: Trace,
    recipe: Recipe,
) -> Played:
    limit = Limit(tokens=how.tokens, seconds=how.seconds, calls=how.calls)
    solution = await solve(
        problem, model, judge, recipe=recipe, budget=Budget(limit), trace=trace
    )
    return played(solution)


def played(solution: Solution) -> Played:
    """What a solve's solution hands in."""
    return Played(
        answer=solution.answer.code if solution.answer else None,
        claim=str(solution.status),
        confidence=solution.confidence
        if solution.status is not SolveStatus.NONE
        else None,
        stopped=solution.stopped,
        n_samples=sum(
            each.copies for each in solution.candidates if not each.candidate.parent
        ),
        candidates=tuple(
            (each.candidate.code, each.copies) for each in solution.candidates
        ),
    )


def sampling(how: Playing) -> SamplingSettings:
    """The settings that every arm's samples share."""
    return SamplingSettings(
        temperature=how.temperature,
        top_p=how.top_p,
        max_tokens=how.max_tokens,
        seed=how.seed,
    )


def recipe_of(how: Playing) -> Recipe:
    """The default method at the run's settings, without what the arm leaves out."""
    recipe = Recipe(
        sampling=sampling(how),
        n_max=how.n_max,
        n_inputs=how.n_inputs,
        stop_at=how.stop_at,
        sure_at=how.sure_at,
        repair=partial(executed_facts, max_tokens=how.max_tokens, seed=how.seed),
    )
    if how.calibration is not None:
        recipe = calibrated(recipe, table_of(how.calibration))
    for rung in how.more.get("without", ()):
        recipe = _WITHOUT[rung](recipe)
    return recipe


def _no_inputs(problem: Problem, *, n: int, seed: int) -> tuple[()]:
    return ()


def first_in_play(
    problem: Problem, judged: Sequence[Judged], predictions: Sequence[Prediction] = ()
) -> Choice:
    """The classes as they are found, but the one of the earliest program first."""
    choice = soft_vote(problem, judged)
    classes = sorted(
        choice.classes, key=lambda c: min(j.candidate.sample for j in c.members)
    )
    members = [
        replace(c, members=tuple(sorted(c.members, key=lambda j: j.candidate.sample)))
        for c in classes
    ]
    return replace(choice, classes=tuple(members))


def _without_corners(recipe: Recipe) -> Recipe:
    if recipe.make_inputs is not make_inputs:
        return recipe
    return replace(recipe, make_inputs=near_inputs)


_WITHOUT: dict[str, Callable[[Recipe], Recipe]] = {
    "inputs": lambda recipe: replace(recipe, make_inputs=_no_inputs),
    "corners": _without_corners,
    "select": lambda recipe: replace(recipe, select=first_in_play),
    "repair": lambda recipe: replace(recipe, repair=None),
    "stop": lambda recipe: replace(recipe, stop_at=inf, sure_at=inf),
}


def own_recipe(source: str, name: str, usual: Recipe) -> Recipe:
    """Run a recipe's file and take the `Recipe` that its `recipe(usual)` returns.

    Raises:
        UsageError: it cannot be run, has no such function, or one that returns
            something else.
    """
    space: dict[str, Any] = {"__name__": "assay_recipe", "__file__": name}
    try:
        exec(compile(source, name, "exec"), space)  # the user's own, behind a wall
        make = space.get("recipe")
        made = make(usual) if callable(make) else None
    except Exception as error:  # a door: whatever the file does is told to its writer
        raise UsageError(
            f"the file of {name!r} failed: {type(error).__name__}: {error}"
            f"{_line_in(name, error)}"
        ) from error
    if not callable(make):
        raise UsageError(
            f"the file of {name!r} must define recipe(usual) that returns an "
            "assay.solve.Recipe; it defines none"
        )
    if not isinstance(made, Recipe):
        raise UsageError(
            f"the file of {name!r} must define recipe(usual) that returns an "
            f"assay.solve.Recipe; it gave {type(made).__name__}"
        )
    return made


def _line_in(name: str, error: BaseException) -> str:
    """Where in the file it failed. A syntax error says it of itself."""
    steps = traceback.extract_tb(error.__traceback__)
    lines = [step.lineno for step in steps if step.filename == name]
    return f" (line {lines[-1]})" if lines else ""


class Tokens:
    """A model that counts what was spent through it. Itself a model."""

    def __init__(self, model: Model) -> None:
        self.spent = 0
        self._model = model
        self.identity = model.identity
        self.count_prompt_tokens = model.count_prompt_tokens

    async def generate(self, request: Any, *, on_delta: Any = None) -> Any:
        """As the model behind, counted."""
        completion = await self._model.generate(request, on_delta=on_delta)
        self.spent += completion.usage.tokens
        return completion


def _copies(judged: tuple[Judged, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((each.candidate.code, each.copies) for each in judged)


def _note(trace: Trace, candidate: Candidate) -> None:
    trace.event(
        "candidate",
        sample=candidate.sample,
        made_by=candidate.made_by,
        code=candidate.code,
    )


PLAYS: dict[str, Play] = {
    "single": play_single,
    "endpoint": play_single,
    "sample": play_sample,
    "bon": play_bon,
    "majority": play_majority,
    "assay": play_assay,
    "recipe": play_recipe,
}
