"""The pages in a real Chromium, where there is one: no errors, filters, no network."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from assay.report import run_page, solve_page
from report.made_up import ARMS, made_up_run, made_up_solve

CHROMIUM = shutil.which("chromium")
LIMIT_S = 60  # a loaded computer starts it slowly

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def chromium(folder: Path, page: str, *flags: str, hash_: str = "") -> tuple[str, str]:
    """Open a page; standard output, and what the page logged."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    command = [
        CHROMIUM or "",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        "--virtual-time-budget=2000",
        *flags,
        file.as_uri() + hash_,
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"chromium did not end within {LIMIT_S} s on this computer")
    logged = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(logged)


def dump(folder: Path, page: str, hash_: str = "") -> tuple[str, str]:
    """The document as it is after loading, and what was logged."""
    document, logged = chromium(folder, page, "--dump-dom", hash_=hash_)
    if "<html" not in document:
        pytest.skip("chromium does not start here")
    return document, logged


def picture(folder: Path, page: str) -> bytes:
    """What the tasks look like where the page's script is not let run.

    Chromium's own switch against scripts stops its pictures as well.
    """
    file = folder / "page.png"
    file.unlink(missing_ok=True)
    mute = page.replace("script-src &#x27;sha256-", "script-src &#x27;sha256-A")
    assert mute != page
    flags = ("--window-size=1200,1200", f"--screenshot={file}")
    _, logged = chromium(folder, mute, *flags)
    if not file.exists():
        pytest.skip("chromium makes no picture here")
    assert "inline script" in logged, "it was refused"
    return file.read_bytes()


def test_the_script_runs_under_the_page_s_own_policy_without_errors(
    tmp_path: Path,
) -> None:
    page = run_page(made_up_run(30, (ARMS[0], ARMS[3])))
    document, logged = dump(tmp_path, page, "#tasks:show=fixed&find=Eval/2&sort=0d")
    assert logged == ""
    assert '<div class="tools">' in document, "the script shows its tools"
    assert 'aria-sort="descending"' in document
    rows = re.findall(
        r'<tr class="(\w+)"( hidden="")?><th scope="row">([^<]*)', document
    )
    assert len(rows) == 30
    found = [int(task.partition("/")[2]) for _, hidden, task in rows if not hidden]
    assert found == [29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 2]
    n_fixed = sum(kind == "fixed" and not hidden for kind, hidden, _ in rows)
    assert f"{n_fixed} of 30 tasks shown" in document


def test_the_filter_works_where_no_script_runs(tmp_path: Path) -> None:
    page = run_page(made_up_run(12, (ARMS[0], ARMS[3])))
    page = re.sub(r'<section id="(?!tasks").*?</section>', "", page, flags=re.S)
    chosen = page.replace(' id="show-all" checked', ' id="show-all"')
    chosen = chosen.replace(' id="show-fixed"', ' id="show-fixed" checked')
    others = r'<tr class="(?!fixed)\w+">.*?</tr>'
    without = re.sub(others, "", chosen)
    assert without.count('<tr class="fixed">') >= 1
    assert without != chosen
    filtered = picture(tmp_path, chosen)
    assert filtered == picture(tmp_path, without), "other rows are not to be seen"
    assert filtered != picture(tmp_path, page), "without a filter they are"


def test_a_solve_s_page_loads_without_errors(tmp_path: Path) -> None:
    document, logged = dump(tmp_path, solve_page(made_up_solve()))
    assert logged == ""
    assert "Why this one" in document
