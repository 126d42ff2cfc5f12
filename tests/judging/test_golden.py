"""Every program of the corpus gets a right status, whoever runs the judge."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judging.golden import classes, corpus
from judging.other_users import DENIED, ROOT, USERS, run_module

ATTACKS = {
    *("hacks", "protocol", "time", "memory", "output", "processes"),
    *("files", "network", "kernel"),
}
ALL = {*ATTACKS, "benign", "plain"}
MAY_PASS_AND_LEAVE = {"processes/leaves_a_daemon", "processes/leaves_a_child_on_stdout"}
TIER = {DENIED: "landlock"}


@pytest.fixture(scope="module")
def bait() -> Iterator[dict[str, str]]:
    """What hostile programs look for on this computer, and must not find.

    Gives the environment in which the judge is to run.
    """
    folder = Path(tempfile.mkdtemp(prefix="SBX_", dir="/tmp"))
    folder.chmod(0o755)
    files = {name: folder / name for name in ("SBX_HOST_SECRET", "SBX_expected.txt")}
    for file in files.values():
        file.write_text("5", encoding="ascii")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0{folder.name}")
    listener.listen()
    listener.setblocking(False)
    try:
        yield {"SBX_SECRET_ENV": str(folder)}
        for file in files.values():
            assert file.read_text(encoding="ascii") == "5"
        assert len(list(folder.iterdir())) == len(files)
        with pytest.raises(BlockingIOError):  # nobody came
            listener.accept()
        for name in ("escaped", "SBX_PWNED"):
            assert not Path("/tmp", name).exists()
    finally:
        listener.close()
        shutil.rmtree(folder)


def run(user: str, folder: str, env: dict[str, str]) -> dict[str, Any]:
    names = [program.name for program in corpus(folder)]
    assert names
    text = json.dumps({"programs": names})
    printed = run_module(user, "judging.golden", text, timeout_s=110, env=env)
    report: dict[str, Any] = json.loads(printed)
    if "unavailable" in report:
        assert user == DENIED, report
        pytest.skip(f"no tier without user namespaces: {report['unavailable']}")
    return report


@pytest.mark.parametrize("folder", sorted(ALL))
@pytest.mark.parametrize("user", USERS)
def test_each_program_gets_a_right_status_and_leaves_nothing(
    user: str, folder: str, bait: dict[str, str]
) -> None:
    report = run(user, folder, bait)
    tier = report["tier"]
    assert tier == TIER.get(user, tier)
    wrong = [
        f"{program.name}: {got}, not {sorted(program.expect)}"
        for program in corpus(folder)
        if not program.allows(got := report["statuses"][program.name], tier)
    ]
    assert wrong == []
    assert report["left"] == []
    assert report["mounts"], "a mount was left, or one is gone"


def test_the_corpus_is_large_and_each_class_has_programs() -> None:
    assert set(classes()) >= ALL
    names = [program.name for program in corpus()]
    assert len(names) >= 250
    assert len(names) == len(set(names))
    for folder in ALL:
        assert len(list(corpus(folder))) >= 8, folder


def test_only_right_programs_may_pass() -> None:
    for program in corpus():
        folder = program.name.partition("/")[0]
        if folder == "benign":
            assert program.expect == {"passed"}, program.name
        elif program.name not in MAY_PASS_AND_LEAVE:
            assert "passed" not in program.expect | program.landlock, program.name
        assert not program.expect & {"finished", "skipped", "sandbox_failure"}


def test_each_program_says_in_its_second_line_what_it_tries() -> None:
    for program in corpus():
        line = program.source.split("\n")[1]
        assert line.startswith("# "), program.name
        assert line.endswith("."), program.name


@pytest.mark.parametrize(
    "named", ["tests", "tests/golden", "tests/golden/files", "tests/golden/files/x.py"]
)
def test_a_program_of_the_corpus_is_never_imported(tmp_path: Path, named: str) -> None:
    # In a copy, with a program that only leaves a mark: the others are not to run here.
    program = tmp_path / "tests" / "golden" / "files" / "x.py"
    program.parent.mkdir(parents=True)
    program.write_text(f"open({str(tmp_path / 'mark')!r}, 'w').close()")
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--doctest-modules", named],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=tmp_path,
        check=False,
    )
    assert not (tmp_path / "mark").exists()
    assert done.returncode in (4, 5), done.stdout + done.stderr  # refused, or no tests
