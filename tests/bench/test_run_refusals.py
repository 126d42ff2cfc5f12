"""What a run refuses: another dataset, a second hand, a change of what is sealed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assay.bench.datasets import open_dataset
from assay.bench.reporting import attempts_of, report_of
from assay.bench.run_file import FORMAT
from assay.bench.selection import Chosen, choose
from assay.bench.store import RunNotKept, RunStore
from assay.errors import EnvironmentFault, UsageError
from assay.types import Request
from assay.types.results import Outcome
from bench import running
from bench.running import TASKS, looked_at, made, reply, unavailable_for

TWO = [task.row for task in TASKS[:2]]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return running.write_dataset(tmp_path / "two.jsonl", TWO)


def test_what_was_sealed_or_graded_cannot_be_changed_removed_or_replaced(
    tmp_path: Path, two: Path
) -> None:
    chosen = running.settings(two, "single", chosen=Chosen(limit=1))
    made(tmp_path / "r", chosen)
    with sqlite3.connect(tmp_path / "r" / "run.sqlite") as db:
        for words in (
            "UPDATE sealed SET answer = 'x'",
            "DELETE FROM sealed",
            "INSERT OR REPLACE INTO sealed SELECT * FROM sealed",
            "UPDATE grades SET outcome = 'passed'",
            "DELETE FROM grades",
            "INSERT OR REPLACE INTO grades SELECT * FROM grades",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="never|once"):
                db.execute(words)
    db.close()
    store = RunStore(tmp_path / "r")
    grade = {"outcome": "passed", "reason": ""}
    with pytest.raises(RunNotKept, match="graded once"):
        store.add_grade(("own/twice_it", "single", 0), grade, None, [])
    store.close()


def test_an_answer_that_was_changed_in_the_file_is_noticed(
    tmp_path: Path, two: Path
) -> None:
    made(tmp_path / "r", running.settings(two, "single"))
    db = sqlite3.connect(tmp_path / "r" / "run.sqlite")
    db.execute("DROP TRIGGER sealed_stays")
    db.execute("UPDATE sealed SET answer = answer || '# better'")
    db.commit()
    db.close()
    store = looked_at(tmp_path / "r")
    for look in (attempts_of, report_of):
        with pytest.raises(UsageError, match="not the one that was sealed"):
            look(store)
    store.close()


def test_a_dataset_that_is_another_one_on_resume_is_named_with_both_hashes(
    tmp_path: Path, two: Path
) -> None:
    ids = ("own/twice_it", "own/widest_gap")
    chosen = running.settings(two, "single", chosen=Chosen(ids=ids))
    made(tmp_path / "r", chosen, unavailable_for("twice_it"))
    store = looked_at(tmp_path / "r")
    begun_with = store.meta()["dataset_sha256"][:12]
    store.close()
    other_title = [{**TWO[0], "title": "t"}, TWO[1]]
    for changed in (other_title, TWO[1:], [*TWO, TASKS[2].row]):
        running.write_dataset(two, changed)
        with pytest.raises(UsageError, match=f"sha256 [0-9a-f]{{12}}….*{begun_with}…"):
            made(tmp_path / "r", chosen)
    running.write_dataset(two, TWO)
    again = made(tmp_path / "r", chosen)
    assert [a.outcome for a in again] == [Outcome.PASSED, Outcome.FAILED]


def test_a_run_file_of_a_newer_format_is_not_touched(tmp_path: Path, two: Path) -> None:
    running.begin(tmp_path / "r", running.settings(two, "single")).close()
    db = sqlite3.connect(tmp_path / "r" / "run.sqlite")
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    for read_only in (True, False, False):  # and it is let go of each time
        with pytest.raises(UsageError, match=f"run format {FORMAT + 1}"):
            RunStore(tmp_path / "r", read_only=read_only)


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "run.sqlite").write_bytes(b"no database at all, " * 100)
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        RunStore(folder, read_only=True)
    db = sqlite3.connect(tmp_path / "other.sqlite")
    db.execute("CREATE TABLE mine (a)")
    db.close()
    (tmp_path / "other.sqlite").rename(folder / "run.sqlite")
    for read_only in (True, False):
        with pytest.raises(UsageError, match="no run of assay"):
            RunStore(folder, read_only=read_only)


HOLD = (
    "import sys; from pathlib import Path; from assay.bench.store import RunStore\n"
    "store = RunStore(Path(sys.argv[1])); print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


def test_two_processes_cannot_be_at_one_run(tmp_path: Path, two: Path) -> None:
    chosen = running.settings(two, "single", chosen=Chosen(limit=1))
    running.begin(tmp_path / "r", chosen).close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "r")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"by process {holder.pid};"):
            RunStore(tmp_path / "r")
        looked_at(tmp_path / "r").close()  # but everyone may look
    finally:
        holder.kill()
        holder.communicate()
    assert made(tmp_path / "r", chosen)[0].outcome is Outcome.PASSED


def test_a_run_that_was_cut_off_before_its_settings_is_begun_again(
    tmp_path: Path, two: Path
) -> None:
    (tmp_path / "r").mkdir()
    RunStore.create(tmp_path / "r").close()
    store = looked_at(tmp_path / "r")
    for look in (attempts_of, report_of):
        with pytest.raises(UsageError, match="cut off before it had begun; begin it"):
            look(store)
    store.close()
    chosen = running.settings(two, "single", chosen=Chosen(limit=1))
    running.begin(tmp_path / "r", chosen).close()
    with pytest.raises(UsageError, match="is there already; go on with"):
        running.begin(tmp_path / "r", chosen)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(UsageError, match="is there already"):
        running.begin(tmp_path / "mine", chosen)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_a_dataset_that_techniques_could_read_is_refused(tmp_path: Path) -> None:
    inside = Path(sys.prefix) / "share" / f"assay-test-{os.getpid()}.jsonl"
    inside.parent.mkdir(exist_ok=True)
    running.write_dataset(inside, TWO)
    link = tmp_path / "link.jsonl"
    link.symlink_to(inside)
    try:
        for path in (inside, link):
            chosen = running.settings(path, "single")
            with pytest.raises(UsageError, match="which techniques may read; move it"):
                made(tmp_path / path.stem, chosen)
    finally:
        inside.unlink()


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        (Chosen(ids=("own/twice_it", "own/nothing")), "'own/nothing', which is none"),
        (Chosen(since="2024"), "2 of 2 tasks have no date"),
        (Chosen(until="2024-05"), "no window can be kept"),
        (Chosen(limit=0), "no task is left of 2"),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused(
    two: Path, chosen: Chosen, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        choose(open_dataset(two).tasks, chosen)


def test_a_window_outside_of_all_dates_is_refused_before_anything_is_spent(
    tmp_path: Path,
) -> None:
    asked: list[Request] = []

    def model(request: Request) -> str:
        asked.append(request)
        return reply(request)

    dated = [{**row, "date": "2024-02-03"} for row in TWO]
    path = running.write_dataset(tmp_path / "d.jsonl", dated)
    chosen = running.settings(path, "single", chosen=Chosen(since="2025", until="2026"))
    with pytest.raises(UsageError, match=r"no task is left of 2 \(2025 to before 2026"):
        made(tmp_path / "r", chosen, model)
    assert not asked
