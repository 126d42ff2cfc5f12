"""The file of recordings: keys, many writers, killed writers, damage."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError, ConfigError, EnvironmentFault
from assay.models.recordings import RecordingStore, recording_key
from assay.types import Completion, FinishReason, Message, ModelIdentity, Request, Usage
from models.endpoint import ask

NAMED = ModelIdentity(name="m", engine="openai http://127.0.0.1:8080/v1")
FILE = replace(NAMED, sha256="ab" * 32)
COMPLETION = Completion(
    text="x = '\u20ac'\n\x00",
    finish_reason=FinishReason.FENCE,
    usage=Usage(prompt_tokens=5, completion_tokens=4, cached_prompt_tokens=3),
    seconds=0.25,
    retries=1,
)

WRITER = """
import sys
from pathlib import Path
from assay.models.recordings import RecordingStore
from assay.types import *
path, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store = RecordingStore(path)
for seed in range(first, first + count):
    store.put(
        Request(messages=(), seed=seed),
        ModelIdentity(name="m", engine="e"),
        Completion(text=str(seed), finish_reason=FinishReason.STOP, usage=Usage(),
                   seconds=0.0),
    )
    sys.stdout.write(f"{seed}\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "recordings.sqlite"


def writer(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_completion_comes_back_whole(path: Path) -> None:
    with RecordingStore(path) as store:
        assert store.get(ask(), NAMED) is None
        store.put(ask(), NAMED, COMPLETION)
    with RecordingStore(path) as store:
        assert store.get(ask(), NAMED) == replace(COMPLETION, from_recording=True)


def test_the_first_recording_of_a_request_stays(path: Path) -> None:
    with RecordingStore(path) as store:
        store.put(ask(), NAMED, COMPLETION)
        store.put(ask(), NAMED, replace(COMPLETION, text="later"))
        stored = store.get(ask(), NAMED)
    assert stored is not None
    assert stored.text == COMPLETION.text


CHANGES: dict[str, Any] = {
    "messages": (Message(role="system", content="Hello"),),
    "max_tokens": 7,
    "temperature": 0.5,
    "top_p": 0.5,
    "seed": 1,
    "stop": ("#",),
    "stop_at_fence": True,
}


@pytest.mark.parametrize("name", [f.name for f in fields(Request) if f.compare])
def test_every_compared_field_makes_another_key(name: str) -> None:
    changed = replace(ask(), **{name: CHANGES[name]})
    assert recording_key(changed, NAMED) != recording_key(ask(), NAMED)


MESSAGES = st.builds(
    Message, role=st.sampled_from(["user", "system"]), content=st.text()
)
REQUESTS = st.builds(
    Request,
    messages=st.lists(MESSAGES, max_size=3).map(tuple),
    temperature=st.sampled_from([0, 0.0, -0.0, 1, 1.0, 0.7]),
    seed=st.integers(0, 2),
    prompt=st.text(max_size=2),
)


@given(REQUESTS, REQUESTS)
def test_keys_are_equal_just_where_requests_are(a: Request, b: Request) -> None:
    assert (recording_key(a, NAMED) == recording_key(b, NAMED)) == (a == b)


def test_a_models_file_is_its_identity_wherever_it_runs() -> None:
    elsewhere = replace(FILE, name="n", engine="embedded", context_length=9)
    assert recording_key(ask(), FILE) == recording_key(ask(), elsewhere)
    assert recording_key(ask(), FILE) != recording_key(
        ask(), replace(FILE, sha256="cd" * 32)
    )


def test_a_model_without_a_known_file_is_its_name_and_endpoint() -> None:
    keys = {
        recording_key(ask(), model)
        for model in (NAMED, replace(NAMED, name="n"), replace(NAMED, engine="e"), FILE)
    }
    assert len(keys) == 4


def test_two_processes_write_at_once_and_lose_nothing(path: Path) -> None:
    writers = [writer(path, first, 150) for first in (0, 100)]  # 50 in common
    for each in writers:
        each.communicate(timeout=60)
    assert [each.returncode for each in writers] == [0, 0]
    with RecordingStore(path) as store:
        assert len(store) == 250


def test_a_new_store_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def make(number: int) -> int:
        together.wait()
        with RecordingStore(tmp_path / f"{number // 8}.sqlite") as store:
            return len(store)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(make, range(80))) == [0] * 80


def test_a_killed_process_loses_nothing_that_it_had_put(path: Path) -> None:
    process = writer(path, 0, 10**9)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    told += process.stdout.read().splitlines(keepends=True)
    process.stdout.close()
    process.wait(timeout=10)
    model = ModelIdentity(name="m", engine="e")
    with RecordingStore(path) as store:
        for line in (line for line in told if line.endswith("\n")):
            stored = store.get(Request(messages=(), seed=int(line)), model)
            assert stored is not None
            assert stored.text == line.strip()


def opening_error(path: Path, *, read_only: bool = False) -> AssayError:
    with pytest.raises(AssayError) as caught:
        RecordingStore(path, read_only=read_only)
    assert str(path) in str(caught.value)
    return caught.value


def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes and not a database, as anyone can see.\n" * 9)
    before = path.read_bytes()
    error = opening_error(path)
    assert isinstance(error, EnvironmentFault)
    assert "are damaged (file is not a database); move the file away" in str(error)
    assert path.read_bytes() == before


def test_a_store_that_was_overwritten_in_part_says_so(path: Path) -> None:
    with RecordingStore(path) as store:
        for seed in range(200):
            store.put(ask("long " * 50, seed=seed), NAMED, COMPLETION)
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    path.write_bytes(damaged)
    with (
        RecordingStore(path) as store,
        pytest.raises(EnvironmentFault, match=r"are damaged .* record anew"),
    ):
        [store.get(ask("long " * 50, seed=seed), NAMED) for seed in range(200)]


def test_a_later_format_is_not_touched(path: Path) -> None:
    RecordingStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    error = opening_error(path)
    assert isinstance(error, ConfigError)
    assert "have format 9, and this assay reads 2; update assay" in str(error)


def test_a_database_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE visits (url TEXT)")
    db.close()
    error = opening_error(path)
    assert isinstance(error, ConfigError)
    assert "a database of something else; name another file" in str(error)


def test_a_place_where_nothing_can_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = opening_error(tmp_path / "file" / "recordings.sqlite")
    assert isinstance(error, EnvironmentFault)
    assert "no recordings can be kept at" in str(error)
    assert isinstance(opening_error(tmp_path), EnvironmentFault)


def test_shipped_recordings_are_read_and_never_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(opening_error(path, read_only=True), ConfigError)
    with RecordingStore(path) as store:
        store.put(ask(), NAMED, COMPLETION)
    before = path.read_bytes()
    for writable in (True, False):
        monkeypatch.setattr(os, "access", lambda *_, answer=writable: answer)
        with RecordingStore(path, read_only=True) as store:
            assert store.get(ask(), NAMED) is not None
            with pytest.raises(EnvironmentFault, match="readonly"):
                store.put(ask(seed=1), NAMED, COMPLETION)
    assert path.read_bytes() == before
