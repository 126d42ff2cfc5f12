from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from assay.errors import DownloadError
from assay.models.partial import Phase, PullProgress
from models.file_server import GOOD, Answer, file_server
from models.pulling import HUB, closed_port, entry_for, left_in, pull_from
from models.tiny_gguf import filler

DATA = filler(3_000_000)
DIGEST = sha256(DATA).hexdigest()


def failure(url: str, folder: Path, **changes: object) -> str:
    with pytest.raises(DownloadError) as raised:
        pull_from(url, folder, replace(entry_for(DATA), **changes))  # type: ignore[arg-type]
    return str(raised.value)


def test_a_file_comes_whole_with_its_manifest(tmp_path: Path) -> None:
    seen: list[PullProgress] = []
    with file_server(DATA) as server:
        model = pull_from(server.url, tmp_path, entry_for(DATA), seen=seen)
    assert model.path.read_bytes() == DATA
    assert (model.sha256, model.size_bytes) == (DIGEST, len(DATA))
    assert model.source == "Hugging Face org/repo"
    assert left_in(tmp_path) == {"tiny.gguf", "tiny.json"}
    assert model.fault == ""
    done = [p.done_bytes for p in seen if p.phase is Phase.FETCHING]
    assert done == sorted(done)
    assert done[-1] == len(DATA)
    assert seen[-1].phase is Phase.READY


def test_what_is_here_is_not_fetched_again(tmp_path: Path) -> None:
    with file_server(DATA) as server:
        first = pull_from(server.url, tmp_path, entry_for(DATA))
        again = pull_from(server.url, tmp_path, entry_for(DATA), offline=True)
        assert server.n_requests == 1
    assert again == first


def test_a_cut_connection_is_continued_from_its_byte(tmp_path: Path) -> None:
    cuts = (Answer(cut_after=1_000_000), Answer(cut_after=500_000))
    with file_server(DATA, *cuts) as server:
        model = pull_from(server.url, tmp_path, entry_for(DATA))
        starts = [int(text[6:-1]) for text in server.ranges[1:] if text]
    assert model.path.read_bytes() == DATA
    assert server.n_requests == 3
    assert 0 < starts[0] <= 1_000_000
    assert starts[0] < starts[1] <= 1_500_000


def test_a_server_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    with file_server(DATA, Answer(status=503), Answer(status=429)) as server:
        pull_from(server.url, tmp_path, entry_for(DATA))
        assert server.n_requests == 3


def test_a_server_that_stays_busy_is_given_up(tmp_path: Path) -> None:
    with file_server(DATA, then=Answer(status=503)) as server:
        assert "HTTP 503 (3 tries)" in failure(server.url, tmp_path)


def test_a_server_without_ranges_sends_all_again(tmp_path: Path) -> None:
    cut, whole = Answer(cut_after=1_000_000), Answer(ignores_range=True)
    with file_server(DATA, cut, whole) as server:
        assert pull_from(server.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
        assert server.n_requests == 2


def test_a_later_pull_continues_an_earlier_one(tmp_path: Path) -> None:
    with file_server(DATA, Answer(cut_after=2_000_000), then=Answer(status=404)) as bad:
        assert "HTTP 404" in failure(bad.url, tmp_path)
    assert left_in(tmp_path) == {"tiny.partial", "tiny.partial.json"}
    with file_server(DATA) as good:
        assert pull_from(good.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
    assert good.ranges[0] is not None, "it asked for the rest only"


def test_a_damaged_partial_file_is_not_built_upon(tmp_path: Path) -> None:
    with file_server(DATA, Answer(cut_after=2_000_000), then=Answer(status=404)) as bad:
        failure(bad.url, tmp_path)
    partial = tmp_path / "models" / "tiny.partial"
    spoilt = bytearray(partial.read_bytes())
    spoilt[1000] ^= 1
    partial.write_bytes(spoilt)
    with file_server(DATA) as good:
        assert pull_from(good.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
    assert good.ranges == [None], "it began anew"


@pytest.mark.parametrize("tail", [b"", b"half a journal {", b"[]", b'{"format": 2}'])
def test_bytes_without_a_journal_are_not_trusted(tail: bytes, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.partial").write_bytes(DATA[:50_000])
    (tmp_path / "models" / "tiny.partial.json").write_bytes(tail)
    with file_server(DATA) as server:
        assert pull_from(server.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
    assert server.ranges == [None]


def test_wrong_bytes_are_deleted_and_both_digests_named(tmp_path: Path) -> None:
    wrong = DATA[:-1] + b"!"
    with file_server(wrong) as server:
        words = failure(server.url, tmp_path)
    assert sha256(wrong).hexdigest() in words
    assert DIGEST in words
    assert left_in(tmp_path) == set()


def test_another_digest_in_the_servers_header_is_refused_at_once(
    tmp_path: Path,
) -> None:
    lie = Answer(headers={"X-Linked-ETag": f'"{"a" * 64}"'})
    with file_server(DATA, then=lie) as server:
        words = failure(server.url, tmp_path)
    assert f"offers sha256 {'a' * 64}, but the catalog pins {DIGEST}" in words


def test_a_page_instead_of_the_file_is_named(tmp_path: Path) -> None:
    page = Answer(body=b"<html>sign in</html>", content_type="text/html; charset=utf-8")
    with file_server(DATA, then=page) as server:
        assert "a web page (text/html; charset=utf-8)" in failure(server.url, tmp_path)


def test_a_page_in_disguise_is_seen_by_its_first_bytes(tmp_path: Path) -> None:
    page = Answer(body=b"<!doctype html>".ljust(len(DATA)))
    with file_server(DATA, then=page) as server:
        assert "it sent b'<!doctyp'..., not a GGUF" in failure(server.url, tmp_path)


def test_another_size_is_refused_before_it_is_fetched(tmp_path: Path) -> None:
    with file_server(DATA) as server:
        words = failure(server.url, tmp_path, size_bytes=len(DATA) + 1)
    assert "it offers 3,000,000 bytes, not 3,000,001" in words


def test_a_partial_file_that_is_too_long_begins_anew(tmp_path: Path) -> None:
    longer = DATA + b"x" * 500_000
    cut = Answer(cut_after=3_400_000)
    with file_server(longer, cut, then=Answer(status=404)) as other:
        failure(other.url, tmp_path, size_bytes=len(longer))
    with file_server(DATA) as server:
        assert pull_from(server.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
    asked_beyond_the_end, anew = server.ranges
    assert asked_beyond_the_end is not None
    assert anew is None


def test_a_server_that_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    words = failure(closed_port(), tmp_path)
    assert "Hugging Face org/repo: it cannot be reached" in words
    assert "assay model add PATH" in words


def test_an_address_that_is_none_is_a_reason_and_not_a_crash(tmp_path: Path) -> None:
    for url in ("ftp://x", "http://[", "nonsense"):
        assert "Hugging Face org/repo: " in failure(url, tmp_path)


def test_every_source_is_named_with_its_reason(tmp_path: Path) -> None:
    second = replace(HUB, repository="other/repo")
    with file_server(DATA, Answer(status=404), Answer(status=403)) as server:
        words = failure(server.url, tmp_path, sources=(HUB, second))
    assert "org/repo: HTTP 404" in words
    assert "other/repo: HTTP 403" in words


def test_the_next_source_is_tried_and_progress_says_why(tmp_path: Path) -> None:
    seen: list[PullProgress] = []
    second = replace(HUB, repository="other/repo")
    with file_server(DATA, Answer(status=404)) as server:
        entry = entry_for(DATA, HUB, second)
        assert pull_from(server.url, tmp_path, entry, seen=seen).source.endswith(
            "other/repo"
        )
    failed = [p for p in seen if p.phase is Phase.SOURCE_FAILED]
    assert [(p.source, p.note) for p in failed] == [
        ("Hugging Face org/repo", "HTTP 404 Not Found")
    ]


class TestTrustOnFirstUse:
    def test_the_servers_digest_is_held_to_and_shown(self, tmp_path: Path) -> None:
        seen: list[PullProgress] = []
        entry = replace(entry_for(DATA), size_bytes=None, sha256=None)
        told = Answer(headers={"X-Linked-ETag": f'"{DIGEST}"'})
        with file_server(DATA, then=told) as server:
            model = pull_from(server.url, tmp_path, entry, seen=seen)
        assert (model.sha256, model.trust_on_first_use) == (DIGEST, True)
        assert f"sha256 {DIGEST} is the server's word" in seen[-1].note

    def test_the_digest_may_stand_on_a_redirect(self, tmp_path: Path) -> None:
        entry = replace(entry_for(DATA), size_bytes=None, sha256=None)
        with file_server(DATA) as cdn:
            hop = Answer(
                status=302,
                body=b"",
                headers={"Location": f"{cdn.url}/x", "X-Linked-ETag": f'"{DIGEST}"'},
            )
            with file_server(b"", then=hop) as hub:
                assert pull_from(hub.url, tmp_path, entry).sha256 == DIGEST

    def test_bytes_that_are_not_as_told_are_refused(self, tmp_path: Path) -> None:
        told = Answer(headers={"X-Linked-ETag": f'"{"b" * 64}"'})
        with file_server(DATA, then=told) as server:
            words = failure(server.url, tmp_path, size_bytes=None, sha256=None)
        assert f"it gave sha256 {DIGEST}, not {'b' * 64}" in words

    def test_a_server_that_does_not_tell_is_refused(self, tmp_path: Path) -> None:
        with file_server(DATA) as server:
            words = failure(server.url, tmp_path, size_bytes=None, sha256=None)
        assert "does not tell the file's sha256" in words

    def test_a_file_that_changed_on_the_server_begins_anew(
        self, tmp_path: Path
    ) -> None:
        entry = replace(entry_for(DATA), size_bytes=None, sha256=None)
        old = Answer(headers={"X-Linked-ETag": f'"{"c" * 64}"'}, cut_after=1_000_000)
        new = Answer(headers={"X-Linked-ETag": f'"{DIGEST}"'})
        with file_server(DATA, old, then=new) as server:
            assert pull_from(server.url, tmp_path, entry).sha256 == DIGEST
        assert GOOD.headers == {}
