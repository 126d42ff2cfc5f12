"""Observations that are kept: what comes back, what never does, and what may fail."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assay.judging.cache import ObservationCache
from assay.judging.recall import digest
from assay.judging.wire import Opaque
from assay.types import Observation, Status

if TYPE_CHECKING:
    pass

SEEN = Observation(
    status=Status.FINISHED,
    stdout="out \ud800",
    stderr_tail="err",
    value=[(1, None, True), {"k": {2.5, 1}}, b"\xff", 10**40],
    args_after=([1], "x"),
    error="",
    exit_code=0,
    cpu_s=0.25,
    wall_s=0.5,
    peak_mb=3.5,
    isolation="namespaces",
)
KEY = digest("key")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "observations.sqlite"


@pytest.fixture
def cache(file: Path) -> Iterator[ObservationCache]:
    opened = ObservationCache(file)
    yield opened
    opened.close()


def test_what_was_put_in_comes_back_also_in_another_process(
    cache: ObservationCache, file: Path
) -> None:
    cache.put(KEY, [SEEN, replace(SEEN, status=Status.RUNTIME_ERROR, value=None)])
    program = (
        "import sys; from pathlib import Path; "
        "from assay.judging.cache import ObservationCache as C; "
        "found = C(Path(sys.argv[1])).get(bytes.fromhex(sys.argv[2])); "
        "print(found[0].stdout.startswith('out'), len(found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file), KEY.hex()],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    found = cache.get(KEY)
    assert found is not None
    assert found[0] == SEEN
    assert found[1].status is Status.RUNTIME_ERROR
    assert done.stdout == "True 2\n"
    assert cache.get(digest("another")) is None


def test_the_file_is_for_its_owner_alone(cache: ObservationCache, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("at", [0, 20, -1])
def test_a_damaged_entry_is_none(cache: ObservationCache, file: Path, at: int) -> None:
    cache.put(KEY, [SEEN])
    with closing(sqlite3.connect(file)) as database, database:
        (entry,) = database.execute("SELECT entry FROM entries").fetchone()
        damaged = bytearray(entry)
        damaged[at] ^= 1
        database.execute("UPDATE entries SET entry = ?", (bytes(damaged),))
    assert cache.get(KEY) is None
    cache.put(KEY, [SEEN])
    assert cache.get(KEY) == (SEEN,)


@pytest.mark.parametrize("entry", [None, "text", 7, b"", b"x" * 15])
def test_an_entry_of_another_kind_is_none(
    cache: ObservationCache, file: Path, entry: Any
) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DROP TABLE entries")
        database.execute("CREATE TABLE entries (age INTEGER, key BLOB, entry)")
        database.execute("INSERT INTO entries VALUES (1, ?, ?)", (KEY, entry))
    assert cache.get(KEY) is None


def test_an_entry_under_another_key_is_none(
    cache: ObservationCache, file: Path
) -> None:
    cache.put(KEY, [SEEN])
    other = digest("other")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE entries SET key = ?", (other,))
    assert cache.get(other) is None


def test_a_value_that_is_not_plain_is_not_kept(cache: ObservationCache) -> None:
    for value in (Opaque("Node"), [1, {2: (Opaque("Node"),)}]):
        cache.put(KEY, [replace(SEEN, value=value)])
        assert cache.get(KEY) is None


def test_the_oldest_leave_when_the_file_is_full(file: Path) -> None:
    most = 400_000
    cache = ObservationCache(file, max_bytes=most)
    seen = replace(SEEN, stdout="x" * 5000)
    keys = [digest(number) for number in range(300)]
    for key in keys:
        cache.put(key, [seen])
    found = [cache.get(key) is not None for key in keys]
    cache.put(digest("huge"), [replace(SEEN, stdout="x" * (most // 4))])
    assert cache.get(digest("huge")) is None
    cache.close()
    assert found == sorted(found)
    assert found[-1]
    assert 30 < sum(found) < 80
    assert file.stat().st_size <= most + 16_384


@pytest.mark.parametrize(
    "content", [b"no database" * 999, b"SQLite format 3\0" + b"x" * 9999]
)
def test_a_file_that_is_no_cache_is_warned_of_once_and_left_alone(
    file: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    file.chmod(0o600)
    with caplog.at_level(logging.WARNING):
        cache = ObservationCache(file)
        for _ in range(3):
            cache.put(KEY, [SEEN])
            assert cache.get(KEY) is None
        cache.close()
    (record,) = caplog.records
    assert str(file) in record.message
    assert "cannot be used" in record.message
    assert file.read_bytes() == content


@pytest.mark.parametrize("mode", [0o660, 0o602])
def test_a_file_that_others_can_write_to_is_not_believed(
    cache: ObservationCache, file: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put(KEY, [SEEN])
    file.chmod(mode)
    again = ObservationCache(file)
    assert again.get(KEY) is None
    assert "others can write to it" in caplog.text


def test_a_folder_that_cannot_be_made_is_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    cache = ObservationCache(tmp_path / "file" / "observations.sqlite")
    cache.put(KEY, [SEEN])
    assert cache.get(KEY) is None
    assert len(caplog.records) == 1


def test_a_full_disk_is_warned_of_once_and_fails_nothing(
    cache: ObservationCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert cache._database is not None
    cache._database.execute("PRAGMA max_page_count = 8")  # SQLITE_FULL, as a disk gives
    for number in range(20):
        cache.put(digest(number), [replace(SEEN, stdout="x" * 9000)])
    assert len(caplog.records) == 1
    assert "full" in caplog.text
    assert cache.get(digest(19)) is None


_WRITER = """
import sys
from pathlib import Path
from assay.judging.cache import ObservationCache
from assay.judging.recall import digest
from assay.types import Observation, Status
cache = ObservationCache(Path(sys.argv[1]))
print("ready", flush=True)
n = 0
while n < int(sys.argv[3]):
    seen = Observation(status=Status.FINISHED, stdout=f"{n} " + "x" * 3000)
    cache.put(digest(sys.argv[2], n), [seen])
    n += 1
    print(n, flush=True)
"""


def test_several_processes_write_and_a_killed_one_harms_none(
    cache: ObservationCache, file: Path
) -> None:
    def writer(name: str, n: int) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", _WRITER, str(file), name, str(n)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    with writer("a", 100) as first, writer("b", 100) as second:
        with writer("c", 1_000_000) as third:
            assert third.stdout is not None
            for line in third.stdout:
                if line.strip() == "40":
                    break
            third.kill()
        assert first.wait(60) == second.wait(60) == 0
    for name, n in (("a", 100), ("b", 100), ("c", 40)):
        for number in range(n):
            found = cache.get(digest(name, number))
            assert found is not None
            assert found[0].stdout.startswith(f"{number} x")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
