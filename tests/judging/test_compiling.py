"""What a compiler that a source has taken over can do: lie about its own program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judging import builds, languages
from assay.judging.languages import language_of
from assay.judging.languages.finding import folders_of
from assay.judging.parcel import unwrap, wrap
from assay.judging.wire import WireError
from assay.types import Limits, Observation, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=4.0, wall_s=30.0)
# Every text is a program of this language: what compiles it is the text itself.
ANYTHING = replace(
    language_of("bash"),
    name="anything",
    aliases=(),
    compile=("{bash}", "--norc", "{source}"),
    artifacts=("main",),
    run=("./main",),
    compile_cpu_s=1.0,
)
PATIENT = replace(ANYTHING, name="patient", compile_cpu_s=30.0)
FOLDERS = replace(ANYTHING, name="folders", artifacts=("out/",))
GREEDY = (
    "for n in 1 2; do head -c 1300M /dev/zero | tail -c 1300M | sleep 8 & done; wait"
)
SAYS = "printf '#!/bin/sh\\necho %s\\n' "


@pytest.fixture(autouse=True)
def _languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "LANGUAGES", (ANYTHING, FOLDERS, PATIENT))


def build(
    sandbox: Sandbox, source: str, name: str = "anything", text: str = ""
) -> Observation:
    async def work() -> tuple[Observation, ...]:
        return await sandbox.executor.run_stdin(source, [text], LIMITS, language=name)

    return sandbox.portal.call(work)[0]


def test_what_it_makes_is_run(sandbox: Sandbox) -> None:
    seen = build(sandbox, SAYS + "'$0' > main")
    assert (seen.status, seen.stdout) == (Status.FINISHED, "./main\n")


@pytest.mark.parametrize(
    "source",
    [
        "ln -s /etc/passwd main",
        "ln -s /usr/bin/true main",
        "ln -s /dev/zero main",
        "mkfifo main",
        "mkdir main",
        "true",
        SAYS + "5 > main; chmod 0 main; rm main",
    ],
)
def test_only_a_plain_file_is_brought_back(sandbox: Sandbox, source: str) -> None:
    seen = build(sandbox, source)
    assert seen.status is Status.COMPILE_ERROR
    assert seen.error.startswith("the compiler: left no file 'main'"), seen


@pytest.mark.parametrize(
    ("source", "status", "error"),
    [
        (
            "while :; do :; done",
            Status.TIME_LIMIT,
            "more than 1 s of CPU",
        ),
        (
            "truncate -s 65M main",
            Status.COMPILE_ERROR,
            "made a program that is too lar",
        ),
        ("head -c 9G /dev/zero > main", Status.COMPILE_ERROR, "ended with exit status"),
        ("yes error", Status.COMPILE_ERROR, "error"),
        ("exit 3", Status.COMPILE_ERROR, "ended with exit status 3"),
        ("kill -9 $$", Status.COMPILE_ERROR, "ended with exit status -9"),
        ("echo bad >&2; exit 1", Status.COMPILE_ERROR, "bad"),
        ("echo bad > /usr/bin/bad", Status.COMPILE_ERROR, ""),
        ("exec 3<>/dev/tcp/127.0.0.1/80", Status.COMPILE_ERROR, ""),
        ("cat >main", Status.RUNTIME_ERROR, "cannot be started"),
        ("printf '\\177ELF' > main", Status.RUNTIME_ERROR, "cannot be started"),
    ],
)
def test_its_limits_have_names(
    sandbox: Sandbox, source: str, status: Status, error: str
) -> None:
    seen = build(sandbox, source, text="input")
    assert seen.status is status, seen
    assert seen.error.removeprefix("the compiler: ").startswith(error), seen


def test_all_its_processes_together_have_a_limit_of_memory(sandbox: Sandbox) -> None:
    seen = build(sandbox, GREEDY, "patient")
    assert seen.status is Status.MEMORY_LIMIT, seen
    assert seen.error == "the compiler: more than 2048 MB of memory"


def test_it_cannot_speak_for_the_one_that_started_it(sandbox: Sandbox) -> None:
    forged = "printf '\\4\\0\\0\\0null' > /proc/1/fd/4; sleep 0.2; " + SAYS + "5 > main"
    seen = build(sandbox, forged)
    assert seen.status is Status.COMPILE_ERROR
    assert seen.error == "the compiler: answered otherwise than one does"


def test_nothing_that_it_started_or_wrote_is_there_when_the_program_runs(
    sandbox: Sandbox,
) -> None:
    source = (
        "touch /tmp/left here; (setsid sleep 60 &) >/dev/null 2>&1\n"
        "cat > main <<'END'\n#!/bin/sh\n"
        "ls /tmp /work; ls /proc | grep -c '^[0-9]'\nEND\n"
    )
    seen = build(sandbox, source)
    words = seen.stdout.split()
    assert words[:-1] == ["/tmp:", "/work:", "main"], seen
    assert int(words[-1]) <= 4  # sh, ls, grep and a subshell


def test_files_in_folders_come_back_where_they_were(sandbox: Sandbox) -> None:
    many = "mkdir -p out; for n in $(seq 600); do echo > out/$n; done"
    assert build(sandbox, many, "folders").error.endswith(
        ": made a program that is too large"
    )
    up = "mkdir -p out/a/b; echo > out/a/b/c; ln -s / out/d; ln -s /etc/passwd out/e"
    seen = build(sandbox, up, "folders")
    assert seen.error.endswith("left no file 'out/e' that can be read as such")


def test_old_programs_are_forgotten_and_built_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "MOST_BYTES", 1 << 20)
    kept = sandbox.executor._builds
    for n in range(4):
        source = f"{SAYS}{n} > main; head -c 500000 /dev/zero >> main"
        assert build(sandbox, source).stdout.startswith(f"{n}\n")
        assert build(sandbox, source).stdout.startswith(f"{n}\n")
    assert kept._n_bytes <= 1 << 20
    assert len(kept._entries) <= 3


def test_a_program_in_a_home_folder_is_shown_without_that_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "bin" / "tool"
    tool.parent.mkdir()
    tool.touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders_of(str(tool)) == (str(tool),)
    monkeypatch.setenv("HOME", str(tmp_path / "someone"))
    assert folders_of(str(tool)) == (str(tool),)  # it holds that home
    monkeypatch.setenv("HOME", "/elsewhere")
    assert folders_of(str(tool)) == (str(tmp_path),)
    assert folders_of("/usr/bin/env") == ()


FILES = st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=99)), max_size=5)


@given(st.text(), FILES)
def test_a_parcel_gives_back_what_was_put_in(
    head: str, files: list[tuple[str, bytes]]
) -> None:
    assert unwrap(wrap((head, 1), tuple(files))) == ((head, 1), tuple(files))


@given(st.text(max_size=9), FILES, st.data())
def test_a_parcel_that_was_changed_is_one_or_none(
    head: str, files: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    parcel = bytearray(wrap(head, tuple(files)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(parcel) - 1))
        parcel[place] = data.draw(st.integers(0, 255))
    try:
        _, got = unwrap(bytes(parcel[: data.draw(st.integers(0, len(parcel)))]))
    except WireError:
        return
    assert sum(len(each) for _, each in got) <= len(parcel)
