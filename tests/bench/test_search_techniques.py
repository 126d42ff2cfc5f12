"""What the tables of techniques are made of: comparisons, and confidences."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.memory.calibration import Labelled

SEARCH = Path(__file__).parent.parent.parent / "benchmarks" / "search"
sys.path.insert(0, str(SEARCH))

import arms as played  # noqa: E402  (of the benchmark's folder)
import confidences  # noqa: E402
import pools  # noqa: E402
import techniques  # noqa: E402


def program(name: str, keys: list[str], *, right: bool, **more: Any) -> Any:
    row = {"name": name, "given": ["passed"], "distance": 0.0, "keys": keys}
    usual: dict[str, Any] = {"unstable": [], "stress_s": None, "n_broken": 0}
    return {**row, "right": right, **usual, **more}


def row_of(programs: list[Any], drawn: list[str], n_inputs: int, **more: Any) -> Any:
    """A task as `asked.py` tells it; nothing was asked but what `more` says."""
    samples = [
        {
            "program": name,
            "completion_tokens": 10,
            "prompt_tokens": 1,
            "logprob": None,
            "tail_logprob": None,
        }
        for name in drawn
    ]
    nothing: dict[str, Any] = {
        "inputs": {},
        "predictions": {},
        "corrections": {},
        "split": {},
        "counterexample": {},
        "arms": {},
        "plans": {},
    }
    return {
        "task": "t",
        "set": "own",
        "half": "choosing",
        "has_given_tests": True,
        "n_inputs": n_inputs,
        "valid": [True] * n_inputs,
        "samples": samples,
        "programs": programs,
        **nothing,
        **more,
    }


def effects(row: Any) -> dict[str, Any]:
    found = techniques.pairs_on([row])
    return {name: techniques.summary(pairs) for name, pairs in found.items()}


def test_inputs_that_tell_programs_apart_change_the_vote() -> None:
    # on the one made input all agree; on the asked one two agree against the first
    row = row_of(
        [
            program("a", ["1", "x"], right=False),
            program("b", ["1", "y"], right=True),
            program("c", ["1", "y"], right=True),
        ],
        ["a", "b", "c"],
        1,
        inputs={"asked_inputs": {"tokens": 40, "places": [1]}},
    )
    told = effects(row)["asked_inputs, composed"]
    assert (told["won"], told["lost"], told["tokens"]) == (1, 0, 40)
    assert told["effect_pp"] == 100


def test_a_prediction_counts_only_where_it_is_used() -> None:
    row = row_of(
        [program("a", ["1"], right=False), program("b", ["2"], right=True)],
        ["a", "b"],
        1,
        predictions={"predicted_outputs": {"tokens": 7, "said": [[0, "2"]]}},
    )
    told = effects(row)
    assert told["predicted_outputs, codet, composed"]["won"] == 1
    assert told["soft_vote, alone"]["won"] == 0


def test_what_breaks_a_claim_or_is_not_stable_loses_its_vote() -> None:
    row = row_of(
        [
            program("a", ["1"], right=False, n_broken=1),
            program("b", ["2"], right=True),
        ],
        ["a", "a", "b"],
        1,
    )
    assert effects(row)["properties, composed"]["won"] == 1
    row = row_of(
        [
            program("a", ["1", "5"], right=False, unstable=[0, 1]),
            program("b", ["2", "6"], right=True),
        ],
        ["a", "a", "b"],
        2,
    )
    assert effects(row)["twice, composed"]["won"] == 1


def test_a_correction_is_compared_with_the_next_samples() -> None:
    failing = {"given": ["wrong_answer"], "distance": 1.0}
    row = row_of(
        [
            program("a", [], right=False, **failing),
            program("b", [], right=False, **failing),
            program("c", ["2"], right=True),
        ],
        ["a", "b", "c", "a"],
        1,
        corrections={
            "executed_facts": {"tokens": 30, "kept": True, "passes": 1, "right": True}
        },
    )
    told = effects(row)["executed_facts, against another sample"]
    assert told["effect_pp"] == 50  # of the two later samples one is right
    assert told["tokens"] == 20
    assert (told["won"], told["lost"]) == (0, 0)  # the next sample is right too


def task(name: str, half: str, *, right: bool) -> pools.PooledTask:
    row = row_of([program("a", ["1"], right=right)], ["a"], 1)
    return pools.task_of({**row, "task": name, "half": half})


def states(tasks: list[pools.PooledTask], of: str) -> float | None:
    rows = confidences.graded(tasks, n_max=1)
    learnt = confidences.learn(tasks, rows)
    own = next(each for each in tasks if each.name == of)
    features = played.ladder(n_max=1)(own, (0,)).features
    assert features is not None
    return learnt.states(own, features)


@pytest.mark.parametrize("half", ["choosing", "reporting"])
def test_a_confidence_has_never_seen_its_task(half: str) -> None:
    others = [task(f"o{n}", "choosing", right=n % 3 > 0) for n in range(60)]
    told = [
        states([*others, task("own", half, right=right)], "own")
        for right in (True, False)
    ]
    assert told[0] is not None
    assert told[0] == told[1]


def test_nothing_is_learnt_from_the_half_to_report_on() -> None:
    own = [task(f"o{n}", "choosing", right=n % 3 > 0) for n in range(60)]
    reported = [task(f"r{n}", "reporting", right=True) for n in range(60)]
    wrong = [replace(each, right=(False,)) for each in reported]
    assert states([*own, *reported], "r0") == states([*own, *wrong], "r0")
    assert states([*own, *reported], "o0") == states([*own, *wrong], "o0")


def test_pairs_say_what_was_stated_where_nothing_was_learnt() -> None:
    tasks = [task("a", "choosing", right=True)]
    features = played.ladder(n_max=1)(tasks[0], (0,)).features
    assert features is not None
    row = Labelled(task="a", features=features, right=True, stated=0.4)
    learnt = confidences.learn(tasks, [row])
    assert confidences.pairs_of(tasks, [row], learnt) == [(0.4, True)]
