"""`assay doctor --sandbox`: what holds, tried in real sandboxes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.judging.guarantees import GUARANTEES, HELD
from assay.judging.languages import LANGUAGES

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def doctor(tmp_path: Path) -> Run:
    """Run it with nothing on the path but what a test puts into `bin`."""
    (tmp_path / "bin").mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "XDG_"))}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "doctor", "--sandbox", *words],
            capture_output=True,
            text=True,
            env={**kept, "HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), **more},
            cwd=tmp_path,
            timeout=110,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def groups(text: str) -> dict[str, dict[str, Any]]:
    found = json.loads(text)
    assert found["format"] == 1
    shown: dict[str, dict[str, Any]] = {}
    for finding in found["findings"]:
        shown.setdefault(finding["group"], {})[finding["name"]] = finding
    return shown


def test_every_guarantee_is_told_and_what_the_tier_holds_is_ok(doctor: Run) -> None:
    done = doctor("--json")
    assert done.returncode == 0, done.stdout
    found = groups(done.stdout)
    name, tier = next(iter(found["tier"].items()))
    assert tier["state"] == "ok"
    assert found["guarantee"].keys() == GUARANTEES.keys()
    for guarantee, finding in found["guarantee"].items():
        held = guarantee in HELD[name]
        assert finding["state"] == ("ok" if held else "warn")
        assert GUARANTEES[guarantee] in finding["found"]
    tried = [f for f in found["guarantee"].values() if "tried, and not" in f["found"]]
    assert len(tried) > 5


def test_each_language_is_told_with_the_package_that_brings_it(doctor: Run) -> None:
    languages = groups(doctor("--json").stdout)["language"]
    assert languages["python"]["state"] == "ok", languages["python"]
    assert {each.name for each in LANGUAGES} < languages.keys()
    for language in LANGUAGES:
        finding = languages[language.name]
        assert finding["state"] == "none"
        assert language.package in finding["mend"]


def test_what_mends_a_language_is_what_mends_the_tier(tmp_path: Path) -> None:
    deny = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" "$@"'
    without = ["unshare", "--user", "--map-root-user", "sh", "-c", deny]
    if shutil.which("unshare") is None or shutil.which("bash") is None:
        pytest.skip("no unshare here, or no bash")
    if subprocess.run([*without, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespace here in which to deny user namespaces")
    done = subprocess.run(
        [*without, sys.executable, "-m", "assay", "doctor", "--sandbox", "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
        cwd=tmp_path,
        timeout=110,
        check=False,
    )
    found = groups(done.stdout)
    if "landlock" not in found["tier"] or found["tier"]["landlock"]["state"] != "ok":
        pytest.skip("no tier here without user namespaces")
    bash = found["language"]["bash"]
    assert bash["state"] == "warn"
    assert "sudo sysctl -w user.max_user_namespaces" in bash["mend"]


def test_other_backends_are_found_by_trying_them(doctor: Run, tmp_path: Path) -> None:
    absent = groups(doctor("--json").stdout)["backend"]
    assert [each["state"] for each in absent.values()] == ["none", "none"]
    tool = tmp_path / "bin" / "podman"
    tool.write_text("#!/bin/sh\necho podman version 9.9\n")
    tool.chmod(0o755)
    broken = tmp_path / "bin" / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    found = groups(doctor("--json").stdout)["backend"]
    assert found["container"]["state"] == "none"  # it runs nothing
    assert found["container"]["found"].startswith("podman version 9.9")
    assert "3.11 or newer" in found["container"]["mend"]
    assert found["bubblewrap"]["state"] == "none"
    assert "cannot be run" in found["bubblewrap"]["found"]


def test_a_table_is_for_people(doctor: Run) -> None:
    done = doctor()
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    heads = [line for line in lines if " " not in line]
    assert heads == ["tier", "guarantee", "backend", "language"]
    assert any(line.startswith("tree_kill   ok    ") for line in lines)
