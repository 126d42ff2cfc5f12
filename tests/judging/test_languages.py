"""Programs in every language get a right status, compiled and run in a sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assay.errors import JudgeUnavailable, ProblemError
from assay.judging.executor import Executor
from assay.judging.judge import LocalJudge
from assay.judging.languages import (
    LANGUAGES,
    find_languages,
    is_own_python,
    language_of,
    language_of_file,
)
from assay.judging.languages.check import check_language
from assay.types import (
    Call,
    Candidate,
    Case,
    IOMode,
    Limits,
    Observation,
    Problem,
    Status,
    Stdin,
    Verdict,
)
from judging.golden_languages import NAMES, programs
from judging.other_users import AS_NOBODY, AS_ROOT, DENIED, run_module

if TYPE_CHECKING:
    from judging.conftest import Sandbox

BAIT = Path("/tmp/assay-bait.txt")
FOUND = {found.name: found for found in find_languages()}
LIMITS = Limits(cpu_s=4.0, wall_s=30.0)


def test_a_suffix_stands_for_one_language_and_any_other_for_python() -> None:
    suffixes = [suffix for each in LANGUAGES for suffix in each.suffixes]
    assert len(suffixes) == len(set(suffixes))
    for language in LANGUAGES:
        assert language.suffixes, language.name
        for suffix in language.suffixes:
            assert language_of_file(f"a/b{suffix.upper()}") == language.name
    assert {language_of_file(name) for name in ("a.py", "a", "-", ".c")} == {"python"}


def need(name: str) -> None:
    if not FOUND[name].present:
        pytest.skip(f"{name} is not here: {FOUND[name].package} would bring it")


@pytest.fixture(scope="module")
def bait() -> Iterator[None]:
    """An answer on this computer that no compiler and no program must find."""
    try:
        with BAIT.open("x", encoding="ascii") as file:
            file.write("5\n")
    except FileExistsError:
        yield  # another run has put it there, and takes it away
        return
    BAIT.chmod(0o644)
    yield
    assert BAIT.read_text(encoding="ascii") == "5\n"
    BAIT.unlink()


def run(
    sandbox: Sandbox, name: str, source: str, *texts: str, limits: Limits = LIMITS
) -> tuple[Observation, ...]:
    async def work() -> tuple[Observation, ...]:
        return await sandbox.executor.run_stdin(source, texts, limits, language=name)

    return sandbox.portal.call(work)


def report_of(user: str, name: str) -> dict[str, Any]:
    env = {"PATH": os.environ.get("PATH", os.defpath)} if user == AS_ROOT else {}
    home = {"HOME": str(Path.home())} if user == AS_ROOT else {}
    printed = run_module(
        user,
        "judging.golden_languages",
        json.dumps({"folders": [name]}),
        timeout_s=380,
        env={**env, **home},
    )
    report: dict[str, Any] = json.loads(printed)
    return report


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("user", [AS_ROOT, AS_NOBODY])
def test_each_program_gets_a_right_status_and_leaves_nothing(
    user: str, name: str, bait: None
) -> None:
    report = report_of(user, name)
    if name in report["missing"]:
        pytest.skip(report["missing"][name])
    statuses = report["statuses"]
    all_ = programs(name)
    assert len(statuses) == len(all_) > 6
    assert [
        f"{each.name}: {statuses[each.name]}, not {sorted(each.expect)}"
        for each in all_
        if not each.allows(statuses[each.name], report["tier"])
    ] == []
    assert report["left"] == []
    assert report["mounts"]
    assert report["more_files"] <= 2  # what the event loop keeps


def test_a_tier_of_one_process_says_that_it_has_no_other_languages() -> None:
    report = report_of(DENIED, "bash")
    if "unavailable" in report:
        pytest.skip(f"no tier without user namespaces: {report['unavailable']}")
    assert report["tier"] == "landlock"
    assert report["statuses"] == {}
    assert "'landlock'" in report["missing"]["bash"]


@pytest.mark.parametrize("name", [name for name in FOUND if FOUND[name].present])
def test_each_language_that_is_here_passes_its_own_check(
    sandbox: Sandbox, name: str
) -> None:
    checked = sandbox.portal.call(check_language, sandbox.executor, name)
    assert checked.works, checked.detail


def test_a_check_that_a_language_does_not_pass_says_what_it_did(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from assay.judging import languages

    wrong = replace(language_of("bash"), hello="echo 6")
    monkeypatch.setattr(languages, "LANGUAGES", (wrong,))
    checked = sandbox.portal.call(check_language, sandbox.executor, "bash")
    assert not checked.works
    assert checked.detail == "a program that adds: finished, wrote '6\\n'"


def test_no_name_stands_for_two_languages() -> None:
    names = [name for each in LANGUAGES for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names))
    assert not any(map(is_own_python, names))


def test_an_unknown_language_is_the_problems_error(sandbox: Sandbox) -> None:
    with pytest.raises(
        ProblemError, match="'cobol' is not known here; use one of pyth"
    ):
        run(sandbox, "cobol", "", "")
    with pytest.raises(ProblemError, match="'cobol'"):
        judge(sandbox, "", language="cobol")


def test_a_missing_toolchain_is_no_failure_of_the_candidate(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def work() -> None:
        async with Executor.open(slots=1) as executor:
            await executor.run_stdin("", ["1"], LIMITS, language="c")

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JudgeUnavailable, match="'gcc' cannot be run; install the pack"):
        sandbox.portal.call(work)
    (found,) = (each for each in find_languages() if each.name == "c")
    assert not found.present
    assert found.package == "gcc"


def test_a_tool_that_does_not_run_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shim = tmp_path / "bash"
    shim.write_text("#!/bin/false\n", encoding="ascii")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not {each.name: each for each in find_languages()}["bash"].present


def judge(
    sandbox: Sandbox, code: str, *, language: str, io_mode: IOMode = IOMode.STDIN
) -> Verdict:
    given = Stdin(text="2 3\n") if io_mode is IOMode.STDIN else Call(args=(2, 3))
    expected = "5" if io_mode is IOMode.STDIN else 5
    problem = Problem(
        id="sum",
        statement="",
        language=language,
        io_mode=io_mode,
        entry_point="add",
        cases=(Case(input=given, expected=expected),) * 3,
        limits=LIMITS,
    )
    local = LocalJudge(sandbox.executor)
    return sandbox.portal.call(local.judge, Candidate(code=code), problem)


def test_a_verdict_is_of_the_problems_language(sandbox: Sandbox) -> None:
    right = "read -r a b; echo $((a + b))"
    assert judge(sandbox, right, language="bash").passed
    wrong = judge(sandbox, "read -r a b; echo $((a - b))", language="shell")
    assert [each.status for each in wrong.results] == [Status.WRONG_ANSWER] * 3
    none = judge(sandbox, "if", language="bash")
    assert [each.status for each in none.results] == [
        Status.COMPILE_ERROR,
        Status.SKIPPED,
        Status.SKIPPED,
    ]
    assert "syntax error" in none.results[0].got_text
    assert judge(sandbox, "print(5)", language="python3").passed


def test_functions_are_called_in_python_only(sandbox: Sandbox) -> None:
    with pytest.raises(ProblemError, match="in bash, where neither functions can be"):
        judge(sandbox, "", language="bash", io_mode=IOMode.FUNCTION)


def test_a_source_is_compiled_once_for_all_its_texts(sandbox: Sandbox) -> None:
    source = "read -r word; echo $word # compiled once"
    before = sandbox.executor.n_runs
    seen = run(sandbox, "bash", source, "a", "b", "c")
    assert [each.stdout for each in seen] == ["a\n", "b\n", "c\n"]
    again = run(sandbox, "bash", source, "d")
    assert again[0].stdout == "d\n"
    assert sandbox.executor.n_runs == before + 1 + 3 + 1


def test_a_compile_error_names_the_line_and_keeps_the_words(sandbox: Sandbox) -> None:
    need("c")
    (seen,) = run(sandbox, "c", "int main(void) {\n  return five;\n}\n", "")
    assert seen.status is Status.COMPILE_ERROR
    assert seen.error.startswith("main.c:2:10: error: ‘five’ undeclared")
    assert "In function ‘main’" in seen.stderr_tail
    assert seen.value in (None, ())


def test_a_runtime_error_says_what_the_program_said(sandbox: Sandbox) -> None:
    need("cpp")
    source = "#include <vector>\nint main() { std::vector<int>().at(3); }\n"
    (seen,) = run(sandbox, "c++", source, "")
    assert seen.status is Status.RUNTIME_ERROR
    assert "terminate called after throwing an instance of 'std::out_of" in seen.error


def test_a_setup_comes_before_the_source(sandbox: Sandbox) -> None:
    async def work() -> tuple[Observation, ...]:
        return await sandbox.executor.run_stdin(
            "echo $n", [""], LIMITS, language="bash", setup="n=5"
        )

    assert sandbox.portal.call(work)[0].stdout == "5\n"


def test_a_program_gets_packages_when_it_asks_for_them(sandbox: Sandbox) -> None:
    source = "import pluggy, sys; print('pluggy' in sys.modules)"

    async def work(packages: tuple[str, ...]) -> tuple[Observation, ...]:
        return await sandbox.executor.run_stdin(source, [""], LIMITS, packages=packages)

    assert sandbox.portal.call(work, ("pluggy",))[0].stdout == "True\n"
    without = sandbox.portal.call(work, ())[0]
    assert without.error.startswith("ModuleNotFoundError"), without
    with pytest.raises(ProblemError, match="cannot have the packages no_such_package"):
        sandbox.portal.call(work, ("no_such_package",))
