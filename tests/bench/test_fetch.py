"""Fetching a dataset over a real socket: resumed, checked, pinned at first use."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest

from assay.bench.catalog import CATALOG, DatasetEntry, dataset_entry
from assay.bench.fetch import fetch
from assay.cli import bench_data
from assay.errors import DownloadError, UsageError
from assay.models.partial import Phase, PullProgress
from models.file_server import Answer, file_server
from models.pulling import QUICK, closed_port

DATA = b'{"task_id": "a"}\n' * 60_000
DIGEST = sha256(DATA).hexdigest()


def entry(url: str, digest: str | None = DIGEST) -> DatasetEntry:
    return DatasetEntry(
        name="own", title="Own", url=f"{url}/own.jsonl", file="own.jsonl",
        license="CC0", sha256=digest,
    )  # fmt: skip


def get(
    what: DatasetEntry, folder: Path, seen: list[PullProgress] | None = None
) -> Path:
    log = [] if seen is None else seen
    return anyio.run(
        partial(fetch, what, folder, patience=QUICK, on_progress=log.append)
    )


def failure(what: DatasetEntry, folder: Path) -> str:
    with pytest.raises(DownloadError) as raised:
        get(what, folder)
    return str(raised.value)


def left_in(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if not p.name.endswith(".lock")}


def test_a_file_comes_whole_with_its_digest_beside_it(tmp_path: Path) -> None:
    seen: list[PullProgress] = []
    with file_server(DATA) as server:
        path = get(entry(server.url), tmp_path / "sets", seen)
        assert path.read_bytes() == DATA
        assert get(entry(server.url), tmp_path / "sets") == path
        assert server.n_requests == 1, "what is here is not fetched again"
    assert left_in(path.parent) == {"own.jsonl", "own.jsonl.sha256"}
    assert (path.parent / "own.jsonl.sha256").read_text().split()[0] == DIGEST
    assert seen[-1].phase is Phase.READY


def test_a_cut_connection_is_continued_from_its_byte(tmp_path: Path) -> None:
    cuts = (Answer(cut_after=300_000), Answer(status=503), Answer(cut_after=200_000))
    with file_server(DATA, *cuts) as server:
        assert get(entry(server.url), tmp_path).read_bytes() == DATA
    starts = [int(text[6:-1]) for text in server.ranges[1:] if text]
    assert 0 < starts[0] <= 300_000
    assert starts == sorted(starts)


def test_a_later_fetch_continues_an_earlier_one(tmp_path: Path) -> None:
    with file_server(DATA, Answer(cut_after=500_000), then=Answer(status=404)) as bad:
        assert "HTTP 404" in failure(entry(bad.url), tmp_path)
    assert left_in(tmp_path) == {"own.jsonl.partial", "own.jsonl.partial.json"}
    with file_server(DATA) as good:
        assert get(entry(good.url), tmp_path).read_bytes() == DATA
    assert good.ranges[0] is not None


def test_wrong_bytes_are_deleted_and_both_digests_named(tmp_path: Path) -> None:
    with file_server(b"other" * 99) as server:
        words = failure(entry(server.url), tmp_path)
    assert DIGEST in words
    assert "the pinned one" in words
    assert left_in(tmp_path) == set()


def test_a_page_is_no_dataset(tmp_path: Path) -> None:
    page = Answer(body=b"<html>sign in</html>", content_type="text/html")
    with file_server(DATA, then=page) as server:
        assert "a web page (text/html)" in failure(entry(server.url), tmp_path)


def test_no_server_and_no_address(tmp_path: Path) -> None:
    assert "could not be fetched from" in failure(entry(closed_port()), tmp_path)
    assert "could not be fetched" in failure(entry("ftp://x"), tmp_path)


def test_offline_says_where_the_file_may_be_put(tmp_path: Path) -> None:
    run = partial(fetch, entry("http://x"), tmp_path, offline=True)
    with pytest.raises(DownloadError, match="put the file there as 'own.jsonl'"):
        anyio.run(run)


def test_a_file_that_was_changed_here_is_refused(tmp_path: Path) -> None:
    with file_server(DATA) as server:
        path = get(entry(server.url), tmp_path)
        path.write_bytes(DATA + b"\n")
        assert "it was changed" in failure(entry(server.url), tmp_path)


class TestTrustOnFirstUse:
    def test_the_first_digest_is_held_to_afterwards(self, tmp_path: Path) -> None:
        seen: list[PullProgress] = []
        with file_server(DATA) as server:
            path = get(entry(server.url, None), tmp_path, seen)
        assert f"sha256 {DIGEST}, pinned from now on" in seen[-1].note
        path.unlink()
        with file_server(DATA + b"{}\n") as changed:
            words = failure(entry(changed.url, None), tmp_path)
        assert "that of the first fetch" in words
        assert not path.exists()

    def test_a_changed_file_here_is_refused_too(self, tmp_path: Path) -> None:
        with file_server(DATA) as server:
            path = get(entry(server.url, None), tmp_path)
            path.write_bytes(b"{}\n")
            assert "that of the first fetch" in failure(
                entry(server.url, None), tmp_path
            )


def test_two_at_once_fetch_it_once(tmp_path: Path) -> None:
    async def both(url: str) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(partial(fetch, entry(url), tmp_path, patience=QUICK))

    with file_server(DATA, then=Answer(bytes_per_s=3_000_000)) as server:
        anyio.run(both, server.url)
        assert server.n_requests == 1


def test_the_catalog_names_real_publishers_and_sane_digests() -> None:
    names = [each.name for each in CATALOG]
    files = [each.file for each in CATALOG]
    assert len(set(names)) == len(names)
    assert len(set(files)) == len(files)
    for each in CATALOG:
        url = urlsplit(each.url)
        assert url.scheme == "https"
        assert url.hostname in ("github.com", "huggingface.co")
        assert each.sha256 is None or len(bytes.fromhex(each.sha256)) == 32


def test_an_unknown_name_names_the_near_ones() -> None:
    with pytest.raises(UsageError, match="did you mean 'humaneval"):
        dataset_entry("humanevl")


def test_the_command_prints_the_path(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with file_server(DATA) as server:
        mine = replace(entry(server.url), name="humaneval")
        monkeypatch.setattr(bench_data, "dataset_entry", lambda name: mine)
        status = bench_data.fetch("humaneval", folder=tmp_path, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (status, said["sha256"]) == (0, DIGEST)
    assert said["path"] == str(tmp_path / "own.jsonl")


def test_a_known_dataset_that_is_not_here_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run: assay bench fetch humaneval"):
        bench_data.dataset_path("humaneval", tmp_path)
    (tmp_path / "HumanEval.jsonl.gz").write_bytes(b"x")
    assert bench_data.dataset_path("humaneval", tmp_path).is_file()
    assert bench_data.dataset_path("a/file", tmp_path) == Path("a/file")


def test_the_list_says_what_is_here_and_what_is_pinned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "HumanEval.jsonl.gz").write_bytes(b"x")
    assert bench_data.datasets(folder=tmp_path, as_json=True) == 0
    rows = {r["name"]: r for r in json.loads(capsys.readouterr().out)["datasets"]}
    assert rows["humaneval"]["path"]
    assert rows["mbppplus"]["path"] is None
    assert bench_data.datasets(folder=tmp_path) == 0
    assert "pinned at the first fetch" in capsys.readouterr().out
