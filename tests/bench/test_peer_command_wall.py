"""What a peer's program is told, and what it cannot open."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.bench.datasets import open_dataset
from assay.bench.peer_command import problem_json
from assay.judging import landlock
from assay.models.scripted import Scripted
from assay.types import Call
from assay.types.results import Attempt, Outcome
from bench import running
from bench.peers import READ, play

SMOKE = Path(__file__).parents[2] / "benchmarks" / "smoke" / "smoke.jsonl"


@pytest.mark.parametrize("task", open_dataset(SMOKE).tasks, ids=lambda t: t.problem.id)
def test_it_is_told_no_hidden_case(task: Any) -> None:
    told = json.dumps(problem_json(task.problem, {}))
    statement = task.problem.statement
    shown = [case.input for case in task.problem.cases]
    for case in task.hidden.cases:
        if case.input in shown:
            continue
        if isinstance(case.input, Call):
            text = repr(list(case.input.args))[1:-1]
        else:
            text = case.input.text.strip()
        if len(text) >= 6 and text not in statement:
            assert json.dumps(text)[1:-1] not in told


needs_landlock = pytest.mark.skipif(
    not landlock.version(), reason="this kernel has no Landlock, so nothing is hidden"
)
LOOK = (
    READ
    + """
import glob, tempfile
def look(path, flags=os.O_RDONLY):
    try:
        os.close(os.open(path, flags))
    except OSError as error:
        return type(error).__name__
    return 'open'
data, run, other, folder = {paths!r}
seen = dict(data=look(data), run=look(run), other=look(other))
seen['rewritten'] = look(data, os.O_WRONLY)
new = os.path.join(os.path.dirname(run), 'new')
seen['new in run'] = look(new, os.O_CREAT | os.O_WRONLY)
seen['by link'] = look({link!r})
def target(path):
    try:
        return os.readlink(path)
    except OSError:
        return ''
held = [path for path in glob.glob('/proc/*/fd/*') if target(path) == data]
seen['by descriptor'] = [look(path) for path in held]
seen['by root'] = look('/proc/%d/root%s' % (os.getppid(), data))
for name, act in dict(linked=os.link, moved=os.rename).items():
    try:
        act(data, os.path.join(folder, name)); seen[name] = 'open'
    except OSError as error:
        seen[name] = type(error).__name__
with tempfile.NamedTemporaryFile() as file:
    file.write(b'x')
    seen['temporary'] = os.path.dirname(file.name)
print(json.dumps(dict(answer=json.dumps(seen))))
"""
)


def look(tmp_path: Path, *, is_hidden: bool) -> dict[str, Any]:
    data, run = tmp_path / "data" / "set.jsonl", tmp_path / "runs" / "r"
    data.parent.mkdir()
    run.mkdir(parents=True)
    paths = (data, run / "run.sqlite", data.parent / "other.txt", tmp_path / "peers")
    paths[3].mkdir()
    for path in paths[:3]:
        path.write_text("x")
    link = tmp_path / "link"
    link.symlink_to(data)
    source = LOOK.format(paths=tuple(map(str, paths)), link=str(link))
    with data.open():  # held open by us, as by a keeper
        got = play(tmp_path, source, hidden=(data, run) if is_hidden else ())
    assert got.answer is not None, got.stopped
    seen = json.loads(got.answer)
    assert isinstance(seen, dict)
    return seen


@needs_landlock
def test_it_cannot_open_the_dataset_nor_the_run(tmp_path: Path) -> None:
    seen = look(tmp_path, is_hidden=True)
    shut = ("data", "run", "rewritten", "new in run", "by link", "by root")
    assert {name: seen[name] for name in shut} == dict.fromkeys(shut, "PermissionError")
    assert "open" not in seen["by descriptor"]
    assert "open" not in (seen["linked"], seen["moved"])
    assert seen["other"] == "open", "what lies beside is not hidden"
    assert Path(seen["temporary"]).name.startswith("assay-peer-")
    assert not Path(seen["temporary"]).exists(), "it goes when the peer has ended"


def test_without_hiding_the_same_program_can(tmp_path: Path) -> None:
    seen = look(tmp_path, is_hidden=False)
    shown = ("data", "run", "rewritten", "new in run", "by link", "other", "linked")
    assert {name: seen[name] for name in shown} == dict.fromkeys(shown, "open")


def test_in_a_run_each_peer_has_its_row(tmp_path: Path) -> None:
    """One right, one silent, one that is not there; nothing of them is lost."""
    data = running.write_dataset(tmp_path / "own.jsonl", [running.TASKS[0].row])
    right = tmp_path / "right.py"
    told = {
        "answer": running.TASKS[0].right,
        "prompt_tokens": 3,
        "completion_tokens": 4,
    }
    right.write_text(f"import json\nprint(json.dumps({told!r}))\n")
    arms = (f"command:{sys.executable} {right}", "command:true", "command:/no/such")
    chosen = running.settings(data, *arms)

    async def main() -> dict[str, Attempt]:
        store = running.begin(tmp_path / "run", chosen)
        try:
            found = await running.go(store, chosen, Scripted(running.reply))
        finally:
            store.close()
        return {one.arm: one for one in found}

    found = anyio.run(main)
    good, silent, missing = (found[arm] for arm in arms)
    assert good.outcome is Outcome.PASSED
    assert good.usage is not None
    assert (good.usage.tokens, good.calls, good.model_seconds) == (7, None, None)
    assert silent.outcome is Outcome.FAILED
    assert silent.reason == "no answer: it printed nothing (exit status 0)"
    assert silent.usage is None, "not measured, and not nothing"
    assert missing.outcome is Outcome.PENDING
    assert "'/no/such' cannot be started" in missing.reason
