"""When nothing passes: one arm after another, by expected success per token.

An arm is a way to get one more program: another sample, one with a hint at an approach,
one that follows a plan, a repair from facts or from one angle. Which pays is learnt on
the problem at hand, from priors by how the nearest program failed (`routing.thompson`).
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from assay.errors import ContextLengthExceeded
from assay.planning import one_call_plans
from assay.pool import Pool
from assay.repair import executed_facts, perspectives
from assay.repair.facts import nearest_first
from assay.routing.thompson import Arm, Kind, choose, new_arm, updated, with_prior
from assay.sampling.draw import SamplingSettings, draw
from assay.sampling.hints import approach_hint
from assay.trace import Trace
from assay.types import Candidate, Judged, Model, Plan, Problem, Status


@dataclass(slots=True, kw_only=True)
class Try:
    """What an arm is given: the problem, who answers, and all that was shown so far."""

    problem: Problem
    model: Model
    settings: SamplingSettings
    index: int  # number of the next sample
    n_tries: int  # of this arm before
    failed: Sequence[Judged]
    plans: list[Plan] = field(default_factory=list)  # not yet followed; kept by us


MakeCandidates = Callable[[Try], Awaitable[Sequence[Candidate | None]]]


async def resample(
    given: Try, *, plan: Plan | None = None, hint: str | None = None
) -> Sequence[Candidate | None]:
    """One more sample."""
    sample = await draw(
        given.problem,
        given.index,
        given.model,
        settings=given.settings,
        plan=plan,
        hint=hint,
    )
    return (sample,)


async def another_approach(given: Try) -> Sequence[Candidate | None]:
    """One more sample, with a hint at a kind of algorithm."""
    return await resample(given, hint=approach_hint(given.n_tries))


async def follow_a_plan(given: Try) -> Sequence[Candidate | None]:
    """One more sample that follows a plan; plans are asked for when there are none."""
    if not given.plans:
        given.plans += await one_call_plans(
            given.problem, given.model, seed=given.settings.seed + given.n_tries
        )
    return await resample(given, plan=given.plans.pop(0)) if given.plans else ()


async def repair_by_facts(given: Try) -> Sequence[Candidate]:
    """A repair of the nearest program from executed facts."""
    return await executed_facts(
        given.problem,
        given.failed,
        given.model,
        max_tokens=given.settings.max_tokens,
        seed=given.settings.seed + given.n_tries,
    )


async def repair_from(angle: str, given: Try) -> Sequence[Candidate]:
    """A repair of the nearest program from one angle."""
    return await perspectives(
        given.problem,
        given.failed,
        given.model,
        angle=angle,
        max_tokens=given.settings.max_tokens,
        seed=given.settings.seed + given.n_tries,
    )


ARMS: Mapping[str, tuple[Kind, MakeCandidates]] = {
    "resample": (Kind.RESAMPLE, resample),
    "approach": (Kind.APPROACH, another_approach),
    "plan": (Kind.PLAN, follow_a_plan),
    "repair": (Kind.REPAIR, repair_by_facts),
    **{
        f"repair:{angle}": (Kind.REPAIR, partial(repair_from, angle))
        for angle in ("logic", "completeness", "assumptions", "alternatives")
    },
}


class Tries:
    """The arms of one solve, and what they have cost and brought so far."""

    def __init__(
        self,
        names: Sequence[str],
        problem: Problem,
        model: Model,
        settings: SamplingSettings,
        trace: Trace,
    ) -> None:
        self._problem, self._model, self._settings = problem, model, settings
        self._trace = trace
        self._names = tuple(names)
        self._arms: dict[str, Arm] = {}
        self._plans: list[Plan] = []
        self._corrected: set[tuple[str, str]] = set()
        self._rng = random.Random(settings.seed)

    async def one(self, pool: Pool, tokens_spent: Callable[[], int]) -> None:
        """Choose an arm, try it once, judge what it brings, and learn from that.

        Raises:
            BudgetExhausted, ModelUnavailable: from the model.
        """
        nearest = nearest_first(pool.judged)[:1]
        status, error = _how_it_failed(nearest)
        self._set_priors(status, error, tokens_spent() / max(1, pool.n_samples))
        arm = choose(self._open_arms(nearest), self._rng)
        kind, make = ARMS[arm.name]
        before = tokens_spent()
        given = Try(
            problem=self._problem,
            model=self._model,
            settings=self._settings,
            index=pool.n_samples,
            n_tries=arm.calls,
            failed=pool.judged,
            plans=self._plans,
        )
        try:
            made = await make(given)
        except ContextLengthExceeded as error_:  # longer than any sample's prompt
            self._trace.event("no_repair", reason=str(error_))
            made = ()
        for candidate in made:
            await pool.add(candidate)
        if kind is Kind.REPAIR and nearest:
            self._corrected.add((arm.name, nearest[0].candidate.code))
        success, tokens = pool.n_in_play > 0, tokens_spent() - before
        self._arms[arm.name] = updated(arm, success=success, tokens=tokens)
        self._trace.event("arm", name=arm.name, success=success, tokens=tokens)

    def _set_priors(self, status: Status, error: str, sample_tokens: float) -> None:
        for name in self._names:
            arm = self._arms.get(name)
            self._arms[name] = (
                with_prior(arm, status, error)
                if arm
                else new_arm(
                    name,
                    ARMS[name][0],
                    status=status,
                    error=error,
                    sample_tokens=max(1.0, sample_tokens),
                )
            )

    def _open_arms(self, nearest: Sequence[Judged]) -> list[Arm]:
        """All but repairs of what has no program, or was corrected by the same arm."""
        code = nearest[0].candidate.code if nearest else None
        open_arms = [
            arm
            for arm in self._arms.values()
            if arm.kind is not Kind.REPAIR
            or (code is not None and (arm.name, code) not in self._corrected)
        ]
        return open_arms or list(self._arms.values())


def _how_it_failed(nearest: Sequence[Judged]) -> tuple[Status, str]:
    if not nearest:
        return Status.COMPILE_ERROR, ""
    verdict = nearest[0].verdict
    bad = next((r for r in verdict.counted if not r.passed), None)
    return verdict.status, bad.got_text if bad else ""
