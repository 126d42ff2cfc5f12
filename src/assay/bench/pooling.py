"""One pool of tokens for a whole suite: easy tasks pay for hard ones.

Before an arm's answers are made, its tasks are tried in rounds of sequential halving
(`routing.halving`): in each round every task that has not settled may spend an equal
share of what is left. A task has settled when it did not end for want of tokens. What a
task was granted in the end is its ceiling, and its answer is then made under that
ceiling from the recording, which costs nothing more.

A trial is not sealed, not graded, and tells no one anything but what it spent and why
it stopped. A round asks again what earlier rounds have asked, so completions must be
recorded as they come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from assay.bench.arms import Arm
from assay.bench.arms_process import Means, open_arms
from assay.bench.attempting import Workbench, make
from assay.bench.peer import Fault
from assay.bench.store import Key
from assay.budget import Limit
from assay.errors import AssayError, EnvironmentFault
from assay.routing.halving import after_round, begin, plan_round

POOLED = frozenset({"assay", "recipe", "bon", "majority"})
"""Arms that can end for want of tokens and go on with more."""

LEAST = 200
"""Tokens below which no task is served: a prompt and a short answer."""

Trial = Callable[[str, Limit], Awaitable[tuple[int, bool]]]
"""Tries a task under a limit; what it spent in all, and whether it has settled."""


def is_pooled(arm: Arm) -> bool:
    """Whether an arm takes part in the pool. Others have the usual ceiling."""
    return arm.kind in POOLED and arm.is_ours


async def share_pool(
    tasks: tuple[str, ...], pool_tokens: int, limit: Limit, trial: Trial
) -> Mapping[str, int]:
    """Find the ceiling of each task, so that all of them spend no more than the pool.

    Args:
        tasks: Those to serve first in front.
        pool_tokens: For all tasks together.
        limit: Of seconds and calls, for each trial. Its tokens bound any one task.
        trial: Called for one task at a time.

    Returns:
        Tokens by task, in sum at most the pool; 0 for a task that none was left for.
    """
    state = begin(tasks, pool_tokens)
    spent = dict.fromkeys(tasks, 0)
    most = limit.tokens
    while grants := plan_round(state, least=LEAST):
        now: dict[str, int] = {}
        settled = set()
        for grant in grants:
            ceiling = spent[grant.task] + grant.tokens
            if most is not None:
                ceiling = min(ceiling, most)
            allowed = Limit(tokens=ceiling, seconds=limit.seconds, calls=limit.calls)
            total, has_settled = await trial(grant.task, allowed)
            total = min(max(total, spent[grant.task]), ceiling)
            now[grant.task] = total - spent[grant.task]
            spent[grant.task] = total
            if has_settled or ceiling == most:
                settled.add(grant.task)
        state = after_round(state, spent=now, settled=settled)
    return spent


async def grants_of(bench: Workbench, means: Means) -> dict[Key, int]:
    """What each attempt of a pooled arm may spend; found once, and kept with the run.

    Raises:
        EnvironmentFault: a trial met a fault of the machine; what it had asked is
            recorded, so that the run goes on from there.
    """
    pool_tokens = bench.settings.pool_tokens
    if pool_tokens is None:
        return {}
    kept: dict[str, dict[str, int]] = bench.store.meta().get("grants", {})
    for seed in range(bench.settings.seeds):
        for arm in filter(is_pooled, bench.settings.arms):
            name = f"{seed} {arm.name}"
            if name not in kept:
                kept[name] = await _shared(bench, means, arm, seed, pool_tokens)
                bench.store.set_meta(grants=kept)
    return {
        (task, arm.name, seed): tokens
        for seed in range(bench.settings.seeds)
        for arm in filter(is_pooled, bench.settings.arms)
        for task, tokens in kept[f"{seed} {arm.name}"].items()
    }


async def _shared(
    bench: Workbench, means: Means, arm: Arm, seed: int, pool_tokens: int
) -> dict[str, int]:
    async with open_arms(bench, means) as own:
        trial = partial(_trial, own, arm, seed)
        limit = bench.settings.limit
        return dict(await share_pool(tuple(bench.problems), pool_tokens, limit, trial))


async def _trial(
    bench: Workbench, arm: Arm, seed: int, task: str, limit: Limit
) -> tuple[int, bool]:
    """Try a task under a limit: what it spent, and that more would change nothing."""
    key = (task, arm.name, seed)
    try:
        made = await make(bench, arm, key, (limit, None))
    except (AssayError, Fault, OSError) as error:
        raise EnvironmentFault(
            f"the pool could not be shared out: {arm.name} on {task} met a fault "
            f"({error}); go on with `assay bench resume {bench.store.folder.name}`"
        ) from error
    prompt, written = made.spend["prompt_tokens"], made.spend["completion_tokens"]
    if prompt is None or written is None:
        raise EnvironmentFault(
            "the model's endpoint does not tell its tokens, so no pool of them can be "
            "shared; leave out --pool-budget"
        )
    return prompt + written, not made.played.stopped.startswith("budget")
