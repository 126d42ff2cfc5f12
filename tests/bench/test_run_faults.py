"""What the machine or a technique breaks: pending with its reason, never failed.

A run that was broken goes on to the very rows of one that was not.
"""

from __future__ import annotations

import json
import os
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assay.bench.reporting import report_of
from assay.bench.selection import Chosen
from assay.errors import ContextLengthExceeded, EnvironmentFault
from assay.types import Request
from assay.types.results import Outcome
from bench import running
from bench.running import (
    KEEPER,
    TASKS,
    function,
    looked_at,
    made,
    right_reply,
    rows,
    unavailable_for,
)

TWO = [task.row for task in TASKS[:2]]


def recipe(folder: Path, source: str, name: str = "own.py") -> str:
    (folder / name).write_text(source)
    return f"recipe:{folder / name}"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return running.write_dataset(tmp_path / "two.jsonl", TWO)


def test_a_model_that_is_gone_for_a_task_leaves_it_pending_and_the_run_without_score(
    tmp_path: Path, two: Path
) -> None:
    chosen = running.settings(two, "single", "assay")
    whole = made(tmp_path / "whole", chosen)
    broken = made(tmp_path / "broken", chosen, unavailable_for("widest_gap"))
    by_task = {(a.task, a.arm): a for a in broken}
    for arm in ("single", "assay"):
        one = by_task["own/widest_gap", arm]
        assert (one.outcome, one.reason) == (Outcome.PENDING, "the engine has gone")
        assert by_task["own/twice_it", arm].outcome is Outcome.PASSED
    store = looked_at(tmp_path / "broken")
    report = report_of(store)
    store.close()
    assert report.status == "incomplete"
    assert [arm.score for arm in report.arms] == [None, None]
    assert report.comparisons == ()
    assert report.n_harness_errors >= 2
    again = made(tmp_path / "broken", chosen)
    assert rows(again) == rows(whole), "the resumed run differs"


def test_an_answer_that_was_found_without_the_model_that_went_away_is_none(
    tmp_path: Path, two: Path
) -> None:
    """`solve` hands out what it has; in a benchmark that would score the machine."""
    chosen = running.settings(two, "assay", chosen=Chosen(limit=1))
    (one,) = made(tmp_path / "r", chosen, unavailable_for("twice_it", from_sample=1))
    assert (one.outcome, one.reason) == (Outcome.PENDING, "the engine has gone")
    (again,) = made(tmp_path / "r", chosen)
    assert again.outcome is Outcome.PASSED
    assert again.n_samples == 2


def test_a_prompt_that_does_not_fit_the_model_is_an_attempt_without_an_answer(
    tmp_path: Path, two: Path
) -> None:
    def model(request: Request) -> str:
        raise ContextLengthExceeded("9,000 tokens and 4,096 fit")

    chosen = running.settings(two, "single", "assay", chosen=Chosen(limit=1))
    for one in made(tmp_path / "r", chosen, model):
        assert one.outcome is Outcome.FAILED
        assert "9,000 tokens" in one.reason


def test_a_grader_without_a_sandbox_leaves_all_pending(
    tmp_path: Path, two: Path
) -> None:
    chosen = running.settings(two, "single")
    keeper = {**KEEPER, "backend": "container", "image": "no/such/image:at-all"}
    broken = made(tmp_path / "r", chosen, keeper=keeper)
    assert [a.outcome for a in broken] == [Outcome.PENDING] * 2
    assert all(a.reason and a.answer_sha256 for a in broken), "the seals are kept"
    again = made(tmp_path / "r", chosen)
    assert [a.outcome for a in again] == [Outcome.PASSED, Outcome.FAILED]


def test_a_grader_that_is_killed_stops_the_run_and_nothing_else_is_lost(
    tmp_path: Path, two: Path
) -> None:
    chosen = running.settings(two, "single", "bon:4")
    whole = made(tmp_path / "whole", chosen)

    def kill_the_keeper(kind: str, key: Any, data: Any) -> None:
        if kind == "sealed":
            for pid in children_with("assay.bench.keeper"):
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(EnvironmentFault, match="process of the run ended.*resume r"):
        made(tmp_path / "r", chosen, on_progress=kill_the_keeper)
    assert rows(made(tmp_path / "r", chosen)) == rows(whole)


def children_with(word: str) -> list[int]:
    tasks = Path("/proc/self/task").iterdir()
    pids = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return [
        int(pid) for pid in pids if word in Path(f"/proc/{pid}/cmdline").read_text()
    ]


TYPE_ERROR = "def recipe(usual):\n    return len(usual)\n"
IN_A_RUNG = (
    "from dataclasses import replace\n"
    "def recipe(usual):\n"
    "    return replace(usual, make_inputs=lambda problem, *, n, seed: 1 + 'x')\n"
)
NO_TEXT = "def recipe(usual):\n    raise ValueError('half of \\ud83d')\n"
ENDS = "import os\ndef recipe(usual):\n    os._exit(0)\n"
EXITS = "import sys\ndef recipe(usual):\n    sys.exit(0)\n"
OURS = (
    "from assay.errors import EnvironmentFault\n"
    "def recipe(usual):\n    raise EnvironmentFault('stop the run')\n"
)
NOTHING = "recipe = None\n"
BROKEN = {
    TYPE_ERROR: "TypeError: object of type 'Recipe' has no len",
    IN_A_RUNG: "TypeError: unsupported operand",
    NO_TEXT: "ValueError: half of",
    ENDS: "the arms' process ended",
    EXITS: "the arms' process ended",
    OURS: "stop the run",
    NOTHING: "must define recipe",
}


def test_a_technique_that_breaks_is_pending_with_its_reason_and_harms_no_other(
    tmp_path: Path, two: Path
) -> None:
    arms = [
        recipe(tmp_path, source, f"own{number}.py")
        for number, source in enumerate(BROKEN)
    ]
    chosen = running.settings(two, "single", *arms, "sample", chosen=Chosen(limit=1))
    found = {a.arm: a for a in made(tmp_path / "r", chosen)}
    for arm, why in zip(arms, BROKEN.values(), strict=True):
        assert found[arm].outcome is Outcome.PENDING
        assert why in found[arm].reason
    for other in ("single", "sample"):
        assert found[other].outcome is Outcome.PASSED, found[other].reason


def test_a_technique_that_changes_python_meets_no_other_arm_and_no_other_task(
    tmp_path: Path, two: Path
) -> None:
    arm = recipe(
        tmp_path,
        "import builtins, dataclasses, sys\n"
        "def recipe(usual):\n"
        "    if hasattr(builtins, 'met'):\n"
        "        raise RuntimeError('what was left behind is still there')\n"
        "    builtins.met = True\n"
        "    sys.modules['assay.bench.playing'].PLAYS.clear()\n"
        "    draw = sys.modules['assay.sampling.draw']\n"
        "    draw.extract_program = lambda *a, **k: 'broken ='\n"
        "    return dataclasses.replace(usual, repair=None)\n",
    )
    chosen = running.settings(two, arm, "single")
    broken = made(tmp_path / "r", chosen, right_reply)
    outcomes = {(a.arm, a.task): a.outcome for a in broken}
    for task in ("own/twice_it", "own/widest_gap"):
        assert outcomes["single", task] is Outcome.PASSED
        assert outcomes[arm, task] is Outcome.FAILED, "its own answer is broken"


def test_an_arm_that_is_matched_waits_for_what_it_is_matched_to(
    tmp_path: Path, two: Path
) -> None:
    arm = recipe(tmp_path, TYPE_ERROR)
    chosen = running.settings(two, arm, "bon", match=arm, chosen=Chosen(limit=1))
    found = {a.arm: a for a in made(tmp_path / "r", chosen)}
    assert found["bon"].outcome is Outcome.PENDING, "nothing is known to spend"
    assert "has no answer yet" in found["bon"].reason


def test_tests_that_need_what_is_not_here_say_what_to_install_and_fail_nobody(
    tmp_path: Path,
) -> None:
    """But a program that imports it on its own account fails."""
    missing = next(name for name in ("torch", "sklearn") if not find_spec(name))
    tests = "def check(candidate):\n    assert candidate(4) == 8\n"
    row: dict[str, Any] = {**TWO[0], "hidden_tests": [], "test_code": tests}
    asks = f"import {missing}\n"
    dataset = [
        {**row, "id": "nothing is needed"},
        {**row, "id": "tests", "test_code": asks + tests},
        {**row, "id": "reference", "reference_solution": asks + TASKS[0].right},
    ]
    del dataset[1]["reference_solution"], dataset[1]["reference_language"]

    def model(request: Request) -> str:
        return running.fenced(asks + TASKS[0].right)

    path = running.write_dataset(tmp_path / "d.jsonl", dataset)
    found = made(tmp_path / "r", running.settings(path, "single"), model)
    by_task = {a.task: a for a in found}
    assert by_task["nothing is needed"].outcome is Outcome.FAILED
    for name in ("tests", "reference"):
        assert by_task[name].outcome is Outcome.PENDING
        assert missing in by_task[name].reason
        assert "install" in by_task[name].reason


def test_an_answer_that_no_file_can_hold_as_it_is_is_held(tmp_path: Path) -> None:
    """Half of a character, in a statement and in a peer's answer."""
    odd = function(
        "twice_it", "twice_it(n)", "Twice \ud83d.", [("2", "4"), ("5", "10")]
    )
    path = running.write_dataset(tmp_path / "d.jsonl", [odd])
    told = json.dumps({"answer": "def twice_it(n):\n    return 2 * n  # \ud83d\n"})
    (tmp_path / "peer.sh").write_text(f"cat > /dev/null; cat <<'END'\n{told}\nEND\n")
    arm = f"command:sh {tmp_path / 'peer.sh'}"
    found = made(tmp_path / "r", running.settings(path, "single", arm), right_reply)
    assert [a.outcome for a in found] == [Outcome.PASSED] * 2, found
    store = looked_at(tmp_path / "r")
    assert report_of(store).status == "complete"
    store.close()
