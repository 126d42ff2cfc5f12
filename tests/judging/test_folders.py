"""Folders that a program filled with malice are weighed and removed whole."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.judging import folders


def deep(box: Path) -> None:
    """Folders in folders, a hundred times what Python's recursion would bear."""
    here = os.open(box, os.O_RDONLY)
    for _ in range(100_000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def wide(box: Path) -> None:
    for number in range(9000):
        (box / str(number)).touch()


def shut(box: Path) -> None:
    """Folders that let nobody in, nor be listed, nor be changed."""
    for mode in (0o000, 0o100, 0o200, 0o300, 0o400, 0o500):
        folder = box / f"{mode:o}"
        (folder / "below").mkdir(parents=True)
        (folder / "below" / "file").write_text("x", encoding="ascii")
        (folder / "below").chmod(mode)
        folder.chmod(mode)


def oddly_named(box: Path) -> None:
    for name in (b"\xff\xfe", b"a\nb", b"-rf", b" ", b"..."):
        os.close(os.open(os.fsencode(box) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    os.mkfifo(box / "pipe")


@pytest.fixture
def box() -> Iterator[Path]:
    """A folder in memory where there is one: a disk takes long over many folders."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="assay-test-", dir=memory))
    yield folder
    folders.remove(str(folder))


HEAPS: dict[str, Callable[[Path], None]] = {
    "deep": deep,
    "wide": wide,
    "shut": shut,
    "oddly named": oddly_named,
    "empty": lambda box: None,
}


@pytest.mark.parametrize("kind", HEAPS)
def test_a_folder_is_removed_however_it_is(kind: str, box: Path) -> None:
    HEAPS[kind](box)
    before = set(Path("/proc/self/fd").iterdir())
    folders.remove(str(box))
    assert not box.exists()
    assert set(Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize("kind", ["deep", "wide"])
def test_too_many_files_are_told_soon(kind: str, box: Path) -> None:
    HEAPS[kind](box)
    assert folders.weigh(str(box))[1] == folders.MOST + 1


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    kept = outside.parent / "kept"
    kept.write_bytes(b"x" * 100_000)
    kept.chmod(0o400)
    box = tmp_path / "box"
    box.mkdir()
    (box / "folder").symlink_to(outside, target_is_directory=True)
    (box / "file").symlink_to(kept)
    (box / "up").symlink_to("..", target_is_directory=True)
    (box / "self").symlink_to(".", target_is_directory=True)
    os.link(kept, box / "hard")
    assert folders.weigh(str(box))[0] < 100_000 + 100_000
    folders.remove(str(box))
    assert kept.read_bytes() == b"x" * 100_000
    assert stat.S_IMODE(outside.stat().st_mode) == 0o500
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400


def test_a_folder_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    link = tmp_path / "link"
    link.symlink_to(outside, target_is_directory=True)
    with pytest.raises(OSError, match="directory"):
        folders.remove(str(link))
    assert (outside / "file").exists()


def test_what_lies_in_a_folder_is_weighed_once(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "a" / "b").mkdir(parents=True)
    (box / "a" / "b" / "file").write_bytes(b"x" * (1 << 20))
    for number in range(5):
        os.link(box / "a" / "b" / "file", box / str(number))
    n_bytes, n_entries = folders.weigh(str(box))
    assert 1 << 20 <= n_bytes < 1.2 * (1 << 20)
    assert n_entries == 8


def test_a_folder_that_nobody_may_list_is_weighed(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "a").mkdir(parents=True)
    (box / "a" / "file").write_bytes(b"x" * (1 << 20))
    (box / "a").chmod(0o300)
    assert folders.weigh(str(box))[0] >= 1 << 20


def test_a_file_without_a_name_is_weighed_while_it_is_open(tmp_path: Path) -> None:
    before = folders.weigh_unlinked(os.getpid(), str(tmp_path))
    with (tmp_path / "file").open("wb") as file:
        file.write(b"x" * (1 << 20))
        file.flush()
        (tmp_path / "file").unlink()
        again = os.dup(file.fileno())
        weight = folders.weigh_unlinked(os.getpid(), str(tmp_path)) - before
        os.close(again)
    assert 1 << 20 <= weight < 1.5 * (1 << 20)
    assert folders.weigh_unlinked(os.getpid(), str(tmp_path)) == before


CLAIM = """
import os, signal, sys
from assay.judging import folders
path, claimed = folders.claim()
os.mkdir(path + "/1")
print(path, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_owner_left_is_removed_by_the_next_and_nothing_else() -> None:
    command = [sys.executable, "-c", CLAIM]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(command, **pipes) as living,  # type: ignore[call-overload]
        subprocess.Popen(command, **pipes) as killed,  # type: ignore[call-overload]
    ):
        kept, left = (Path(each.stdout.readline().strip()) for each in (living, killed))
        killed.communicate("\n")
        path, claimed = folders.claim()
        assert not left.exists()
        assert (kept / "1").exists()
        living.communicate("\n")
    os.close(claimed)
    for folder in (path, str(kept)):
        folders.remove(folder)
