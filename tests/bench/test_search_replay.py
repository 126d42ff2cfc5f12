"""Methods played on a recorded pool do what `solve` does on the model itself."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.inputs import make_inputs
from assay.judging.judge import LocalJudge, open_judge
from assay.memory.features import Features, features_of
from assay.models.scripted import Scripted
from assay.sampling.draw import SamplingSettings
from assay.sampling.extraction import normalise
from assay.sampling.ladder import BATCHES
from assay.selection.outputs import output_key
from assay.solve import Recipe, solve
from assay.types import (
    Call,
    Candidate,
    Case,
    Choice,
    IOMode,
    Judged,
    Problem,
    Request,
)

SEARCH = Path(__file__).parent.parent.parent / "benchmarks" / "search"
sys.path.insert(0, str(SEARCH))

import arms as played  # noqa: E402  (of the benchmark's folder)
import pooled  # noqa: E402
import pools  # noqa: E402
import replay  # noqa: E402

PROBLEM = Problem(
    id="double",
    statement="Write a function `double(n)` that returns twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
PROGRAMS = (
    "def double(n):\n    return 2 * n\n",
    "def double(n):\n    return n + n\n",
    "def double(n):\n    return n * n\n",
    "def double(n):\n    return n**3 - 4\n",
    "def double(n):\n    return 0\n",
    "def double(n):\n    raise ValueError\n",
)
N_SAMPLES = 8
SETTINGS = SamplingSettings(max_tokens=100)


def share(problem: Problem, choice: Choice, best: Judged | None) -> float:
    return features_of(problem, choice, best).share


async def row_of(drawn: list[int], tokens: list[int], judge: LocalJudge) -> Any:
    """The pool of these programs, as `execute` would write it."""
    inputs = make_inputs(PROBLEM, n=6, seed=0)
    programs = []
    for number in sorted(set(drawn)):
        candidate = Candidate(code=PROGRAMS[number])
        verdict = await judge.judge(candidate, PROBLEM)
        seen = await judge.observe(candidate, PROBLEM, inputs) if verdict.passed else ()
        programs.append(
            {
                "name": str(number),
                "given": [str(r.status) for r in verdict.counted],
                "distance": verdict.distance,
                "keys": [output_key(each, PROBLEM) for each in seen],
                "right": number < 2,
            }
        )
    return {
        "task": "double",
        "set": "own",
        "half": "choosing",
        "has_given_tests": True,
        "n_inputs": len(inputs),
        "samples": [
            {
                "program": str(number),
                "completion_tokens": n,
                "prompt_tokens": 10,
                "logprob": None,
                "tail_logprob": None,
            }
            for number, n in zip(drawn, tokens, strict=True)
        ],
        "programs": programs,
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("sizes", "sure_at"), [(BATCHES, 2.0), ((1,), 2.0), (BATCHES, 0.6)]
)
def test_the_ladder_on_a_pool_is_the_ladder_of_solve(
    seed: int, sizes: tuple[int, ...], sure_at: float
) -> None:
    rng = random.Random(seed)
    drawn = [rng.randrange(len(PROGRAMS)) for _ in range(N_SAMPLES)]

    def reply(request: Request) -> str:
        return f"```python\n{PROGRAMS[drawn[request.seed]]}```"

    async def main() -> None:
        model = Scripted(reply)
        recipe = Recipe(
            sampling=SETTINGS,
            n_max=N_SAMPLES,
            batch_sizes=sizes,
            n_inputs=6,
            repair=None,
            confidence=share if sure_at < 1 else None,
            sure_at=sure_at,
        )
        async with open_judge(slots=1) as judge:
            solution = await solve(PROBLEM, model, judge, recipe=recipe)
            tokens = [
                (await Scripted(reply).generate(r)).usage.completion_tokens
                for r in model.requests
            ]
            tokens += [1] * (N_SAMPLES - len(tokens))
            row = await row_of(drawn, tokens, judge)
        task = pools.task_of(row)
        arm = played.ladder(
            n_max=N_SAMPLES, sizes=sizes, sure=lambda _, each: each.share >= sure_at
        )
        found = arm(task, range(N_SAMPLES))
        assert found.n_samples == len(model.requests)
        if sure_at < 1 and drawn[0] < 4:  # it passes the case: a share of 2 in 3
            assert solution.stopped == "sure"
        assert found.tokens == solution.spend.usage.completion_tokens
        assert found.features is not None
        stated = found.features.share if sure_at < 1 else found.confidence
        assert stated == solution.confidence
        assert solution.answer is not None
        assert found.answer is not None
        names = [each["name"] for each in row["programs"]]
        code = PROGRAMS[int(names[int(found.answer.candidate.code)])]
        assert normalise(code) == normalise(solution.answer.code)

    anyio.run(main)


def pool_of(*right: bool) -> pools.PooledTask:
    """Samples that all pass what was given, each a program of its own."""
    return pools.task_of(
        {
            "task": "t",
            "set": "own",
            "half": "choosing",
            "has_given_tests": True,
            "n_inputs": 0,
            "samples": [
                {
                    "program": str(n),
                    "completion_tokens": 10,
                    "prompt_tokens": 1,
                    "logprob": None,
                    "tail_logprob": None,
                }
                for n in range(len(right))
            ],
            "programs": [
                {
                    "name": str(n),
                    "given": ["passed" if is_right else "wrong_answer"],
                    "distance": 0.0 if is_right else 1.0,
                    "keys": [],
                    "right": is_right,
                }
                for n, is_right in enumerate(right)
            ],
        }
    )


def test_best_of_n_pays_for_all_and_its_lazy_form_for_the_first_that_passes() -> None:
    task = pool_of(False, True, False, True)
    full = played.bon(4, lazy=False)(task, range(4))
    lazy = played.bon(4, lazy=True)(task, range(4))
    assert task.is_right(full.answer)
    assert task.is_right(lazy.answer)
    assert (full.tokens, lazy.tokens) == (40, 20)


def test_orders_begin_with_the_recorded_one_and_keep_the_greedy_sample_first() -> None:
    task = pool_of(*[True] * 6)
    found = list(pools.orders(task, 50))
    assert found[0] == (0, 1, 2, 3, 4, 5)
    assert len(found) == 50
    assert all(order[0] == 0 and sorted(order) == list(range(6)) for order in found)
    assert found == list(pools.orders(task, 50))
    assert len(set(found)) > 20


def test_a_curve_is_read_between_its_sizes() -> None:
    task = pool_of(False, False, True, True)
    curve = [replay.scores(played.bon(n, lazy=False), [task], 1) for n in range(1, 5)]
    assert [replay.mean_right(rows, ["t"]) for rows in curve] == [0, 0, 1, 1]
    assert replay.at_tokens(curve, ["t"], 25) == pytest.approx(0.5)
    assert replay.tokens_for(curve, ["t"], 0.5) == pytest.approx(25)
    assert replay.tokens_for(curve, ["t"], 1.1) == float("inf")


def test_a_sample_without_a_program_is_no_answer_and_a_lazy_one_draws_on() -> None:
    task = pool_of(False, True)
    none = replace(task.samples[0], program=None)
    task = replace(task, samples=(none, task.samples[1]))
    alone = played.single(task, (0, 1))
    assert (alone.answer, alone.tokens) == (None, 10)
    task = replace(task, problem=replace(task.problem, test_code=()))
    drawn_on = played.bon(2, lazy=True)(task, (0, 1))
    assert drawn_on.answer is not None
    assert drawn_on.tokens == 20


def test_a_pool_that_is_still_recorded_counts_as_far_as_most_tasks_are() -> None:
    tasks = [replace(pool_of(*[True] * 4), name=f"t{n}") for n in range(5)]
    ahead = replace(pool_of(*[True] * 8), name="ahead")
    behind = replace(pool_of(*[True] * 2), name="behind")
    kept, n = replay.whole_pools([*tasks, ahead, behind])
    assert n == 4
    assert {len(task.samples) for task in kept} == {4}
    assert {task.name for task in kept} == {*(t.name for t in tasks), "ahead"}


def never(task: pools.PooledTask, features: Features) -> bool:
    return False


@pytest.mark.parametrize(("ceiling", "n"), [(0, 0), (9, 0), (10, 1), (25, 2), (90, 4)])
def test_a_ladder_under_a_ceiling_draws_what_it_can_pay(ceiling: int, n: int) -> None:
    task = pool_of(False, False, False, False)
    found = played.ladder(n_max=4, ceiling=ceiling)(task, range(4))
    assert (found.n_samples, found.tokens) == (n, 10 * n)
    assert found.settled == (n == 4)
    assert (found.answer is None) == (n == 0)


def test_one_budget_serves_the_hard_task_with_what_easy_ones_leave() -> None:
    right = {name: pool_of(*[True] * 8) for name in ("a", "b", "c")}
    tasks = [
        replace(
            task,
            name=name,
            samples=tuple(replace(each, tokens=200) for each in task.samples),
        )
        for name, task in {**right, "hard": pool_of(*[False] * 6, True, True)}.items()
    ]

    def at_once(task: pools.PooledTask, features: Features) -> bool:
        return True

    equal, shared = (
        spend(tasks, tokens=800, n_max=8, sure=at_once)
        for spend in (pooled.equal, pooled.shared)
    )
    for found in (equal, shared):
        assert sum(tokens for _, tokens in found.values()) <= 3200
        assert all(found[name] == (1.0, 200) for name in right)
    assert equal["hard"][1] <= 800 < shared["hard"][1]
    assert shared["hard"][0] > equal["hard"][0]


def test_a_budget_too_small_for_one_sample_spends_nothing() -> None:
    task = pool_of(True)
    task = replace(task, samples=(replace(task.samples[0], tokens=300),))
    for spend in (pooled.equal, pooled.shared):
        assert spend([task], tokens=250, n_max=8, sure=never) == {"t": (0.0, 0)}
