"""`assay bench` as a user runs it: real processes, a recording, no model."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.cli.confidence import table_file
from assay.memory.calibration import fit
from assay.memory.tables import table_text
from assay.types import ModelIdentity
from bench import running
from memory.rows import drawn

Done = subprocess.CompletedProcess[str]
ARMS = ("single", "bon:4", "assay")
TWO = [task.row for task in running.TASKS[:2]]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}
    return {**kept, "HOME": str(folder / "home"), **more}


def words(*more: str) -> list[str]:
    return [sys.executable, "-m", "assay", "bench", *more]


def bench(folder: Path, *more: str, **variables: str) -> Done:
    done = subprocess.run(
        words(*more),
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder, **variables),
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def a_run(name: str, *more: str, arms: tuple[str, ...] = ARMS) -> list[str]:
    named = [word for arm in arms for word in ("--arm", arm)]
    few = ["--n-max", "6", "--n-inputs", "8", "--sandbox-slots", "1"]
    means = ["--runs", "runs", "--recordings", "recordings.sqlite", "--replay-only"]
    return ["run", "--dataset", "d.jsonl", *named, *few, *means, "--name", name, *more]


def exported(folder: Path, name: str) -> list[dict[str, Any]]:
    done = bench(folder, "export", name, "--runs", "runs")
    assert done.returncode == 0, done.stderr
    times = {"seconds", "model_seconds", "sandbox_seconds", "load", "sealed_at"}
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [{k: v for k, v in row.items() if k not in times} for row in rows]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset, its recordings and one whole run. Nothing changes it."""
    folder = tmp_path_factory.mktemp("bench")
    dataset = running.write_dataset(folder / "d.jsonl", TWO)
    (folder / "home").mkdir()
    chosen = running.settings(dataset, *ARMS)
    recordings = folder / "recordings.sqlite"
    anyio.run(running.record, folder / "recording", chosen, recordings)
    done = bench(folder, *a_run("whole"))
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stderr)
    (folder / "told.txt").write_text(done.stdout)
    return folder


@pytest.fixture
def own(place: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(place, tmp_path / "own"))


def test_a_run_tells_of_itself_on_stderr_and_leaves_stdout_empty(place: Path) -> None:
    said = (place / "said.txt").read_text()
    assert (place / "told.txt").read_text() == ""
    assert said.isascii()
    assert said.startswith("run whole in ")
    assert "own/twice_it single: passed | single 1/1 (" in said
    assert "assay bench report whole -o page.html" in said


def test_list_and_show_find_the_run_in_words_and_in_json(place: Path) -> None:
    listed = bench(place, "list", "--runs", "runs", "--json")
    (row,) = json.loads(listed.stdout)["runs"]
    assert (row["run"], row["status"], row["n_graded"]) == ("whole", "complete", 6)
    assert row["arms"] == list(ARMS)
    assert "whole" in bench(place, "list", "--runs", "runs").stdout
    shown = bench(place, "show", "who", "--runs", "runs")  # a run's beginning will do
    assert shown.returncode == 0, shown.stderr
    assert "dataset sha256:" in shown.stdout
    told = json.loads(bench(place, "show", "whole", "--runs", "runs", "--json").stdout)
    assert told["format"] == 1
    report = told["report"]
    assert report["status"] == "complete"
    right = {arm["arm"]: arm["n_passed"] for arm in report["arms"]}
    assert right == {"single": 1, "bon:4": 2, "assay": 2}
    assert dict(report["provenance"])["calls replayed from recordings"] == "13 of 13"


def test_compare_says_what_may_be_claimed(place: Path) -> None:
    pair = ("compare", "whole", "--runs", "runs", "--a", "assay", "--b", "single")
    done = bench(place, *pair)
    assert done.returncode == 0, done.stderr
    assert "both 1, only assay 1, only single 0, neither 0; exact p = 1" in done.stdout
    found = json.loads(bench(place, *pair, "--json").stdout)
    assert (found["n_only_a"], found["n_only_b"], found["n_tasks"]) == (1, 0, 2)
    assert found["words"] in done.stdout
    done = bench(place, *pair[:-1], "nobody")
    assert done.returncode == 2
    assert "no attempts of the arm 'nobody'; this run has single" in done.stderr


def test_report_writes_a_page_and_each_attempts_own(own: Path) -> None:
    done = bench(own, "report", "whole", "--runs", "runs", "-o", "page.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("page.html: ")
    page = (own / "page.html").read_text()
    linked = set(re.findall(r'href="(page-solves/[^"#]+)"', page))
    assert len(linked) == 6
    assert {f"page-solves/{p.name}" for p in (own / "page-solves").iterdir()} == linked
    done = bench(own, "report", "whole", "--runs", "runs", "-o", "no/folder/p.html")
    assert done.returncode in (2, 3)
    assert len(done.stderr.splitlines()) == 1


def test_export_gives_every_attempt_a_line(own: Path) -> None:
    rows = exported(own, "whole")
    assert len(rows) == 6
    assert all(row["answer"].startswith("def ") and row["candidates"] for row in rows)
    done = bench(own, "export", "whole", "--runs", "runs", "-o", "rows.jsonl")
    assert (done.returncode, done.stdout) == (0, "")
    lines = (own / "rows.jsonl").read_text().splitlines()
    assert [json.loads(line)["task"] for line in lines] == [r["task"] for r in rows]


def interrupted(folder: Path, name: str, is_time: Callable[[str], bool]) -> Done:
    """Begin a run and press Ctrl-C, as a terminal does: at the whole group."""
    process = subprocess.Popen(
        words(*a_run(name)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(folder),
        start_new_session=True,
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if is_time(line):
            os.killpg(process.pid, signal.SIGINT)
            break
    out, rest = process.communicate(timeout=60)
    assert "Traceback" not in rest, rest
    return Done(process.args, process.returncode, out, said + rest)


def test_ctrl_c_keeps_what_is_finished_and_resume_goes_on(own: Path) -> None:
    done = interrupted(own, "cut", lambda line: "passed |" in line)
    assert done.returncode == 130, done.stderr
    assert "stopping; what is finished is kept" in done.stderr
    assert "assay bench resume cut" in done.stderr.splitlines()[-1]
    assert done.stdout == ""
    db = sqlite3.connect(own / "runs" / "cut" / "run.sqlite")
    (n_graded,) = db.execute("SELECT count(*) FROM grades").fetchone()
    faults = db.execute("SELECT stage, reason FROM faults").fetchall()
    db.close()
    assert 1 <= n_graded < 6
    assert faults == [], "what was stopped is no fault of the machine"
    assert bench(own, "show", "cut", "--runs", "runs").returncode == 1
    pair = ("compare", "cut", "--runs", "runs", "--a", "single", "--b", "assay")
    done = bench(own, *pair)
    assert (done.returncode, "resume the run first" in done.stderr) == (2, True)
    means = ("--recordings", "recordings.sqlite", "--replay-only")
    done = bench(own, "resume", "cut", "--runs", "runs", *means)
    assert done.returncode == 0, done.stderr
    assert exported(own, "cut") == exported(own, "whole")


def test_ctrl_c_at_the_very_beginning_is_no_error_of_ours(own: Path) -> None:
    for name in ("cut1", "cut2", "cut3", "cut4", "cut5"):  # some end before the signal
        done = interrupted(own, name, lambda line: line.startswith("run cut"))
        if done.returncode:
            break
    assert done.returncode == 130, done.stderr
    means = ("--recordings", "recordings.sqlite", "--replay-only", "--quiet")
    done = bench(own, "resume", name, "--runs", "runs", *means)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--arm", "singel"), "unknown arm 'singel'; did you mean 'single'?"),
        (("--arm", "bon"), "say which with --match ARM, or how many with bon:8"),
        (("--dataset", "none.jsonl"), "there is no dataset 'none.jsonl'"),
        (("--record", "--replay"), "exclude each other; give one"),
        (("--seeds", "0"), "--seeds and --jobs are at least 1"),
        (("--match", "nobody"), "--match 'nobody' is none of the arms (single,"),
        (("--since", "yesterday"), "--since is 'yesterday'; write YYYY-MM-DD"),
        (("--ids", "none.txt"), "--ids 'none.txt' cannot be read"),
        (("--budget", "tokens=many"), "tokens"),
        (("--name", "../up"), "'../up' is no name for a run"),
        (("--name", "whole"), "the run 'whole' is there already; go on with"),
    ],
)
def test_a_wrong_argument_is_one_clear_line_and_begins_no_run(
    place: Path, more: tuple[str, ...], why: str
) -> None:
    done = bench(place, *a_run("new"), *more)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in (place / "runs").iterdir()] == ["whole"]


@pytest.mark.parametrize(
    ("command", "name"),
    [("show", "nothing"), ("resume", "./home"), ("resume", "/nowhere/at/all")],
)
def test_what_is_no_run_is_not_made_one(place: Path, command: str, name: str) -> None:
    done = bench(place, command, name, "--runs", "runs")
    assert done.returncode == 2
    assert "no run" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((place / "home").glob("*.sqlite")) == []


def test_a_run_that_is_damaged_is_listed_beside_the_others(own: Path) -> None:
    runs = own / "runs"
    for name in ("garbage", "empty", "cut", "emptied"):
        shutil.copytree(runs / "whole", runs / name)
    (runs / "garbage" / "run.sqlite").write_bytes(b"not a database, " * 512)
    (runs / "empty" / "run.sqlite").write_bytes(b"")
    whole = (runs / "cut" / "run.sqlite").read_bytes()
    (runs / "cut" / "run.sqlite").write_bytes(whole[: len(whole) // 2])
    db = sqlite3.connect(runs / "emptied" / "run.sqlite")
    db.execute("DELETE FROM meta")
    db.commit()
    db.close()
    done = bench(own, "list", "--runs", "runs", "--json")
    assert done.returncode == 0, done.stderr
    found = {row["run"]: row["status"] for row in json.loads(done.stdout)["runs"]}
    assert found.pop("whole") == "complete"
    assert set(found) == {"garbage", "empty", "cut", "emptied"}
    assert all(status.startswith("unreadable: ") for status in found.values()), found
    assert "make room" not in done.stdout
    plain = bench(own, "list", "--runs", "runs")
    assert len(plain.stdout.splitlines()) == 5
    for name in found:
        done = bench(own, "show", name, "--runs", "runs")
        assert done.returncode in (2, 3)
        assert len(done.stderr.splitlines()) == 1


def test_a_price_table_that_is_wrong_is_refused(own: Path) -> None:
    (own / "cut.toml").write_text("currency = ")
    (own / "odd.toml").write_text("[arms]\nsingle = 3\n")
    show, report = ("show", "whole"), ("report", "whole", "-o", "p.html")
    for look, table in ((show, "none"), (show, "cut"), (report, "odd")):
        done = bench(own, *look, "--runs", "runs", "--prices", f"{table}.toml")
        assert done.returncode == 2, (table, done.stderr)
        assert len(done.stderr.splitlines()) == 1
    assert not (own / "p.html").exists()


def test_a_recording_that_lacks_calls_leaves_attempts_pending(own: Path) -> None:
    done = bench(own, *a_run("other", "--seed", "5", "--limit", "1", arms=("single",)))
    assert done.returncode == 3
    assert "pending (attempt): no recording of prompt" in done.stderr
    assert "1 of 1 attempts are pending, so there is no score" in done.stderr


def test_a_run_is_not_gone_on_with_by_another_model(own: Path) -> None:
    db = sqlite3.connect(own / "runs" / "whole" / "run.sqlite")
    (told,) = db.execute("SELECT value FROM meta WHERE name = 'model'").fetchone()
    other = json.dumps({**json.loads(told), "name": "another"})
    db.execute("UPDATE meta SET value = ? WHERE name = 'model'", (other,))
    db.commit()
    db.close()
    means = partial(bench, own, "resume", "whole", "--runs", "runs")
    done = means("--recordings", "recordings.sqlite", "--replay-only", "--quiet")
    assert done.returncode == 2
    assert "begun with the model another and is to go on with scripted" in done.stderr


def never_wrong(folder: Path) -> Path:
    """A calibration of the run's model by which every answer is nearly always right."""
    rows = [replace(row, right=True) for row in drawn(100)]
    path = folder / "sure.json"
    path.write_text(table_text(replace(fit(rows), may_stop=True)))
    return path


def test_a_run_keeps_the_calibration_that_it_began_with(own: Path) -> None:
    table = never_wrong(own)
    done = bench(own, *a_run("sure"), ASSAY_CALIBRATION=str(table))
    assert done.returncode == 0, done.stderr
    words = a_run("unsure", "--sure-at", "2")
    assert bench(own, *words, ASSAY_CALIBRATION=str(table)).returncode == 0
    for name in ("whole", "sure", "unsure"):
        rows = [row for row in exported(own, name) if row["arm"] == "assay"]
        assert any(row["stopped"] == "sure" for row in rows) == (name == "sure"), rows
    told = bench(own, "show", "sure", "--runs", "runs").stdout
    assert "calibrated on 100 graded answers" in told
    table.unlink()
    kept = calibration_of(own)
    assert kept["with_given"]["n"] == 100
    means = ("--recordings", "recordings.sqlite", "--replay-only")
    assert bench(own, "resume", "sure", "--runs", "runs", *means).returncode == 0
    assert calibration_of(own) == kept, "a resumed run goes on as it was begun"


def calibration_of(folder: Path) -> Any:
    db = sqlite3.connect(folder / "runs" / "sure" / "run.sqlite")
    (told,) = db.execute("SELECT value FROM meta WHERE name = 'calibration'").fetchone()
    db.close()
    return json.loads(told)


def test_a_run_is_not_told_what_earlier_runs_have_taught(own: Path) -> None:
    there = table_file(ModelIdentity(name="scripted", engine="scripted"))
    folder = own / "home" / ".local" / "state" / "assay" / "calibration"
    folder.mkdir(parents=True)
    never_wrong(own).rename(folder / there.name)
    assert bench(own, *a_run("again")).returncode == 0
    assert exported(own, "again") == exported(own, "whole")
