"""Pulls that are killed, crowded, or meet a disk that is full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest

from assay.errors import DownloadError
from assay.models.store import ModelStore
from models.file_server import Answer, file_server
from models.pulling import entry_for, left_in, pull_from
from models.tiny_gguf import filler

DATA = filler(3_000_000)
DIGEST = sha256(DATA).hexdigest()

PULLER = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import assay.models.partial
assay.models.partial.CHECKPOINT_BYTES = 100_000
from models.file_server import Answer
from models.pulling import entry_for, pull_from
from assay.errors import DownloadError
folder, size, digest = Path({folder!r}), {size}, {digest!r}
{before}
try:
    pull_from({url!r}, folder, entry_for(b"", size_bytes=size, digest=digest))
except DownloadError as error:
    print(error)
"""


def puller(url: str, folder: Path, *, before: str = "") -> list[str]:
    code = PULLER.format(
        tests=str(Path(__file__).parents[1]),
        folder=str(folder),
        size=len(DATA),
        digest=DIGEST,
        url=url,
        before=before,
    )
    return [sys.executable, "-c", code]


def wait_for(path: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert path.exists()


def test_a_killed_pull_leaves_nothing_under_the_final_name_and_goes_on(
    tmp_path: Path,
) -> None:
    slow = Answer(bytes_per_s=2_000_000)
    with file_server(DATA, then=slow) as server:
        with subprocess.Popen(puller(server.url, tmp_path)) as process:
            wait_for(tmp_path / "models" / "tiny.partial.json")
            process.send_signal(signal.SIGKILL)
        assert left_in(tmp_path) <= {
            "tiny.partial",
            "tiny.partial.json",
            "tiny.partial.json.new",
        }
        server.then = Answer()
        assert pull_from(server.url, tmp_path, entry_for(DATA)).sha256 == DIGEST
        assert server.ranges[-1] is not None, "it asked for the rest only"


def test_a_kill_just_before_the_final_name_costs_no_byte(tmp_path: Path) -> None:
    """All bytes are there, and the manifest, but the file has not its name yet."""
    with file_server(DATA) as server:
        model = pull_from(server.url, tmp_path, entry_for(DATA))
        store = ModelStore(tmp_path / "models")
        (store.root / "tiny.partial.json").write_text(
            f'{{"done_bytes": {len(DATA)}, "prefix_sha256": "{DIGEST}", "source": "",'
            ' "etag": "", "sha256": null, "part_ends": [], "format": 1}'
        )
        model.path.rename(store.root / "tiny.partial")
        assert store.get("tiny") is None, "a manifest alone is no model"
        assert pull_from(server.url, tmp_path, entry_for(DATA)).fault == ""
        assert server.n_requests == 1
    assert left_in(tmp_path) == {"tiny.gguf", "tiny.json"}


def test_two_pulls_of_one_model_fetch_it_once(tmp_path: Path) -> None:
    with file_server(DATA, then=Answer(bytes_per_s=6_000_000)) as server:
        models = []

        def run() -> None:
            models.append(pull_from(server.url, tmp_path, entry_for(DATA)))

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.n_requests == 1
    assert [model.sha256 for model in models] == [DIGEST] * 3


def test_too_little_space_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    with file_server(DATA) as server:
        with pytest.raises(DownloadError) as raised:
            pull_from(server.url, tmp_path, entry_for(DATA, size_bytes=10**16))
        assert server.n_requests == 0
    words = str(raised.value)
    assert "needs 9313225.76 GiB more in" in words
    assert "are free" in words
    assert "--models-dir" in words


def test_offline_refuses_a_pull(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="is not here and offline is set"):
        pull_from("http://127.0.0.1:1", tmp_path, entry_for(DATA), offline=True)
    assert not (tmp_path / "models").exists()


def finish_after_full_disk(url: str, folder: Path, said: str) -> None:
    assert "no space left in" in said
    assert "fetched so far are kept: free some and pull again" in said
    assert not (folder / "models" / "tiny.gguf").exists()
    assert (folder / "models" / "tiny.partial").stat().st_size > 0
    assert pull_from(url, folder, entry_for(DATA)).sha256 == DIGEST


def test_a_limit_on_file_size_keeps_what_came(tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))"
    with file_server(DATA) as server:
        command = puller(server.url, tmp_path, before=limit)
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        finish_after_full_disk(server.url, tmp_path, said.stdout)
        assert server.ranges[-1] is not None, "it asked for the rest only"


def test_a_disk_that_fills_while_fetching_keeps_what_came(tmp_path: Path) -> None:
    """The free space is there when it is asked for, and gone when it is needed."""
    mounted, kept = tmp_path / "small", tmp_path / "kept"
    for folder in (mounted, kept / "models"):
        folder.mkdir(parents=True)
    fill = (
        "import assay.models.pull as p; p._SPARE_BYTES = 0\n"
        "(folder / 'filler').write_bytes(b'x' * 900_000)\n"
        "real = assay.models.partial.Partial.append\n"
        "def append(self, data):\n"
        "    real(self, data)\n"
        "    with (folder / 'filler').open('ab') as more: more.write(data)\n"
        "assay.models.partial.Partial.append = append\n"
    )
    with file_server(DATA) as server:
        command = puller(server.url, mounted, before=fill)
        shell = (
            f"mount -t tmpfs -o size=4500k none {mounted} && "
            f'"$@"; cp {mounted}/models/* {kept}/models/'
        )
        tried = subprocess.run(
            ["unshare", "-rm", "sh", "-c", shell, "sh", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        if "unshare:" in tried.stderr or "mount:" in tried.stderr:
            pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
        finish_after_full_disk(server.url, kept, tried.stdout)


def test_a_read_only_folder_names_the_setting(tmp_path: Path) -> None:
    if not os.access("/proc/version", os.R_OK):
        pytest.skip("no /proc, whose folders are read-only for everybody")
    with pytest.raises(DownloadError) as raised:
        pull_from("http://127.0.0.1:1", Path("/proc/self"), entry_for(DATA))
    assert "'/proc/self/models'" in str(raised.value)
    assert "--models-dir or ASSAY_MODELS_DIR" in str(raised.value)
