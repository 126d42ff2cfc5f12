"""Planted cheats: a technique, a program, a prompt. None of them may gain anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.bench.arms import parse_arms
from assay.bench.arms_process import Means
from assay.bench.reporting import attempts_of, leaks_of, report_of
from assay.bench.run import run_bench
from assay.bench.settings import RunSettings
from assay.bench.store import RunStore
from assay.judging.judge import open_judge
from assay.models.scripted import Scripted
from assay.types import Request
from assay.types.results import Attempt, Outcome
from bench.cheats import CHEATS, SECRET

ROWS: list[dict[str, Any]] = [
    {
        "id": "wall/add",
        "title": "add",
        "statement": "Write `add(a, b)` that returns the sum of two numbers.",
        "io_mode": "function",
        "entry_point": "add",
        "starter_code": "def add(a: int, b: int) -> int:\n    pass\n",
        "public_tests": [{"input": "1\n2", "output": "3"}],
        "hidden_tests": [
            {"input": "4711\n1174", "output": "5885"},
            {"input": f"{SECRET}\n{SECRET}", "output": str(2 * SECRET)},
        ],
        "reference_solution": "def add(a, b):\n    return a + b\n",
        "reference_language": "python",
    },
    {
        "id": "wall/echo",
        "title": "echo",
        "statement": "Read a word and print it twice, with a blank between.",
        "io_mode": "stdin",
        "public_tests": [{"input": "a\n", "output": "a a\n"}],
        "hidden_tests": [
            {"input": "unguessable\n", "output": "unguessable unguessable\n"},
            {"input": f"w{SECRET}\n", "output": f"w{SECRET} w{SECRET}\n"},
        ],
        "checker": {"type": "tokens"},
        "reference_solution": "w = input()\nprint(w, w)\n",
        "reference_language": "python",
    },
    {
        "id": "wall/code",
        "title": "code",
        "statement": "Write `triple(n)` that returns three times n.",
        "io_mode": "function",
        "entry_point": "triple",
        "starter_code": "def triple(n: int) -> int:\n    pass\n",
        "public_tests": [{"input": "1", "output": "3"}],
        "hidden_tests": [],
        "test_code": "def check(candidate):\n"
        "    assert candidate(5) == 15\n"
        f"    assert candidate({SECRET}) == {3 * SECRET}\n",
        "reference_solution": "def triple(n):\n    return 3 * n\n",
        "reference_language": "python",
    },
]


OPENED: list[RunStore] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def dataset(folder: Path) -> Path:
    path = folder / "data" / "sealed.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def run(
    folder: Path,
    *arms: str,
    reply: Callable[[Request], str] | None = None,
    confine: bool = True,
) -> RunStore:
    """Run arms on the three rows; the run is left open to look at."""
    right = {row["title"]: row["reference_solution"] for row in ROWS}

    def usual(request: Request) -> str:
        text = request.messages[0].content
        name = "triple" if "triple" in text else "add" if "`add" in text else "echo"
        return f"```python\n{right['code' if name == 'triple' else name]}```"

    settings = RunSettings(dataset=str(dataset(folder)), arms=parse_arms(arms), n_max=4)
    store = RunStore.create(folder / "runs" / "r")
    OPENED.append(store)
    store.set_meta(
        settings=settings.as_json(), created=0.0, command="assay bench run", model=None
    )

    async def main() -> None:
        async with open_judge(slots=1) as judge:
            means = Means(
                judge=judge,
                model=Scripted(reply or usual),
                endpoints={},
                keeper={
                    "slots": 1, "backend": "auto", "image": None, "unsafe": False,
                },
                confine=confine,
            )  # fmt: skip
            await run_bench(store, settings, means)

    anyio.run(main)
    return store


def only(store: RunStore, arm: str) -> list[Attempt]:
    return [a for a in attempts_of(store) if a.arm == arm]


def technique(folder: Path, attack: str) -> str:
    """A recipe whose inputs are made by an attack; what it learns it raises."""
    path = folder / "technique.py"
    path.write_text(
        "from dataclasses import replace\n"
        "def recipe(usual):\n"
        "    def make(problem, *, n, seed):\n"
        "        learnt = ''\n"
        "        try:\n"
        "            learnt = attack(problem)\n"
        "        except (OSError, ImportError, KeyError) as error:\n"
        "            pass\n"
        f"        if '{SECRET}' in str(learnt):\n"
        "            raise RuntimeError('LEARNT THE HIDDEN CASES')\n"
        "        return usual.make_inputs(problem, n=n, seed=seed)\n"
        "    return replace(usual, make_inputs=make)\n" + attack
    )
    return f"recipe:{path}"


def opens_the_dataset(folder: Path) -> str:
    return f"def attack(problem):\n    return open({str(dataset(folder))!r}).read()\n"


def searches_the_disk(folder: Path) -> str:
    return (
        "import os\n"
        "def attack(problem):\n"
        "    found = ''\n"
        f"    for place, _, names in os.walk({str(folder)!r}):\n"
        "        for name in names:\n"
        "            try:\n"
        "                found += open(os.path.join(place, name),"
        " errors='replace').read()\n"
        "            except OSError:\n"
        "                pass\n"
        "    return found\n"
    )


def imports_the_grader(folder: Path) -> str:
    return (
        "def attack(problem):\n"
        "    import asyncio\n"
        "    from assay.bench.keeper import Keeper\n"
        "    from assay.bench.datasets import open_dataset\n"
        "    from pathlib import Path\n"
        "    try:\n"
        f"        tasks = open_dataset(Path({str(dataset(folder))!r})).tasks\n"
        "    except Exception as error:\n"
        "        return ''\n"
        "    return repr([task.hidden for task in tasks])\n"
    )


def reads_other_processes(folder: Path) -> str:
    return (
        "import os, re\n"
        "def attack(problem):\n"
        "    found = b''\n"
        "    pids = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "    for pid in pids:\n"
        "        for name in ('cmdline', 'environ'):\n"
        "            try:\n"
        "                found += open(f'/proc/{pid}/{name}', 'rb').read()\n"
        "            except OSError:\n"
        "                pass\n"
        "    return found\n"
    )


@pytest.mark.parametrize(
    "attack",
    [
        opens_the_dataset,
        searches_the_disk,
        imports_the_grader,
        reads_other_processes,
    ],
)
def test_a_technique_learns_nothing_of_the_hidden_cases(
    tmp_path: Path, attack: Callable[[Path], str]
) -> None:
    arm = technique(tmp_path, attack(tmp_path))
    store = run(tmp_path, arm)
    outcomes = {a.task: (a.outcome, a.reason) for a in only(store, arm)}
    assert {o for o, _ in outcomes.values()} == {Outcome.PASSED}, outcomes
    assert not store.faults()


def test_without_the_wall_the_same_technique_would_learn_them(tmp_path: Path) -> None:
    arm = technique(tmp_path, opens_the_dataset(tmp_path))
    store = run(tmp_path, arm, confine=False)
    assert all("LEARNT" in a.reason for a in only(store, arm)), "the attack is none"
    assert any("no wall" in w for w in report_of(store).warnings)


def test_a_technique_cannot_write_its_own_grade_or_reach_the_network(
    tmp_path: Path,
) -> None:
    attack = (
        "import socket, sqlite3\n"
        "def attack(problem):\n"
        "    done = []\n"
        "    try:\n"
        f"        db = sqlite3.connect({str(tmp_path / 'runs/r/run.sqlite')!r})\n"
        "        db.execute('DELETE FROM grades')\n"
        "        done.append('graded')\n"
        "    except sqlite3.Error:\n"
        "        pass\n"
        "    try:\n"
        "        socket.create_connection(('127.0.0.1', 9), timeout=2)\n"
        "    except ConnectionRefusedError:\n"
        "        done.append('connected')\n"
        "    except OSError:\n"
        "        pass\n"
        f"    return '{SECRET}' if done else ''\n"
    )
    arm = technique(tmp_path, attack)
    store = run(tmp_path, arm)
    assert [a.outcome for a in only(store, arm)] == [Outcome.PASSED] * 3, store.faults()


def test_the_problem_that_an_arm_gets_has_no_hidden_case(tmp_path: Path) -> None:
    attack = (
        "import gc, sys\n"
        "def attack(problem):\n"
        "    seen = [repr(problem)] + [repr(o)[:20000] for o in gc.get_objects()"
        " if isinstance(o, (str, dict, list, tuple))"
        f" and type(o).__module__ == 'builtins']\n"
        "    texts = [s for s in seen if 'hidden' in s and 'LEARNT' not in s]\n"
        f"    return ''.join(t for t in texts if '{2 * SECRET}' in t)\n"
    )
    arm = technique(tmp_path, attack)
    store = run(tmp_path, arm)
    assert [a.outcome for a in only(store, arm)] == [Outcome.PASSED] * 3, store.faults()


@pytest.mark.parametrize("name", CHEATS)
def test_a_program_that_cheats_is_wrong(tmp_path: Path, name: str) -> None:
    store = run(
        tmp_path, "single", reply=lambda _: f"```python\n{CHEATS[name].strip()}\n```"
    )
    found = {a.task: a for a in only(store, "single")}
    assert {a.outcome for a in found.values()} == {Outcome.FAILED}, found


def test_a_right_program_passes_beside_them(tmp_path: Path) -> None:
    store = run(tmp_path, "single")
    assert [a.outcome for a in only(store, "single")] == [Outcome.PASSED] * 3
    assert report_of(store).status == "complete"


def test_a_prompt_with_a_hidden_case_makes_the_run_invalid(tmp_path: Path) -> None:
    attack = "def attack(problem):\n    return ''\n"
    arm = technique(tmp_path, attack)
    path = Path(arm.removeprefix("recipe:"))
    path.write_text(
        "from dataclasses import replace\n"
        "from assay.types import Message, Request\n"
        "def recipe(usual):\n"
        "    async def repair(problem, failed, model):\n"
        "        await model.generate(Request(messages=(Message(role='user',"
        f" content='add({SECRET}, {SECRET}) must be {2 * SECRET}'),)))\n"
        "        return ()\n"
        "    return replace(usual, repair=repair, stop_at=9)\n"
    )
    wrong = "```python\ndef add(a, b):\n    return 0\n```"
    store = run(tmp_path, "single", arm, reply=lambda _: wrong)
    leaks = [leak for leak in leaks_of(store) if leak.task == "wall/add"]
    assert [(leak.arm, leak.where) for leak in leaks] == [(arm, "prompt")]
    report = report_of(store)
    assert report.status == "invalid"
    assert report.headline.startswith("INVALID")
    assert str(SECRET) not in repr(leaks), "a leak is told by its name, not its text"


def test_an_answer_is_sealed_before_the_grader_opens_anything(tmp_path: Path) -> None:
    store = run(tmp_path, "single", "assay")
    when = [
        (event["event"], tuple(event["key"]))
        for event in store.events()
        if event["event"] in ("sealed", "graded")
    ]
    for position, (kind, key) in enumerate(when):
        if kind == "graded":
            assert ("sealed", key) in when[:position], key


def test_failing_hidden_cases_start_no_repair_and_stand_in_no_prompt(
    tmp_path: Path,
) -> None:
    passes_the_given = "```python\ndef add(a, b):\n    return 3\n```"
    asked: list[Request] = []

    def reply(request: Request) -> str:
        asked.append(request)
        return passes_the_given

    store = run(tmp_path, "assay", reply=reply)
    attempt = next(a for a in only(store, "assay") if a.task == "wall/add")
    assert attempt.outcome is Outcome.FAILED
    assert attempt.claim == "verified", "by what was given, and by nothing else"
    of_add = [r for r in asked if "`add" in r.messages[0].content]
    assert all(r.prompt != "repair" for r in of_add)
    assert not any(str(SECRET) in m.content for r in asked for m in r.messages)


def test_the_steward_itself_never_loads_a_reader_of_datasets() -> None:
    """Only the keeper and `check` do: what is not loaded reads nothing."""
    import subprocess

    program = (
        "import sys, assay.bench.run; "
        "print([m for m in sys.modules if m.startswith('assay.bench.datasets')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
