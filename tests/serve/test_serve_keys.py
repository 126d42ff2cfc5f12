from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assay.cli.keys_command import app
from assay.errors import ConfigError, EnvironmentFault, UsageError
from assay.serve.keys import MOST_TOKENS, Key, KeyFile

DAY_S = 86_400.0
CHARGING = """
import sys
from pathlib import Path
from assay.serve.keys import KeyFile
keys = KeyFile(Path(sys.argv[1]))
key = keys.check(sys.argv[2])
for n in range(int(sys.argv[3])):
    keys.charge(key, 1)
    print(n, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "keys.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., KeyFile]]:
    files: list[KeyFile] = []

    def open_(**how: Any) -> KeyFile:
        files.append(KeyFile(path, create=True, **how))
        return files[-1]

    yield open_
    for file in files:
        file.close()


def known(keys: KeyFile, secret: str) -> Key:
    key = keys.check(secret)
    assert key is not None
    return key


def test_a_secret_is_long_checks_and_stands_nowhere_in_the_file(
    opened: Callable[..., KeyFile], path: Path
) -> None:
    keys = opened()
    secret = keys.create("alice", 500)
    assert secret.startswith("assay-")
    assert len(secret.removeprefix("assay-")) >= 32
    key = known(keys, secret)
    assert (key.name, key.tokens_a_day, key.revoked) == ("alice", 500, None)
    assert secret not in repr(key)
    for file in path.parent.iterdir():
        assert secret.encode() not in file.read_bytes()
        assert secret.removeprefix("assay-").encode() not in file.read_bytes()


@pytest.mark.parametrize(
    "secret",
    ["", " ", "assay-", "a" * 10_000_000, "assay-\u00e9", "\udcff", "\0", "assay-x"],
    ids=range(8),
)
def test_what_is_no_secret_is_no_key(
    opened: Callable[..., KeyFile], secret: str
) -> None:
    keys = opened()
    real = keys.create("alice")
    for given in (secret, real + secret[:9] + "-", real[:-1], real.upper()):
        assert keys.check(given) is None


def test_a_digest_has_to_be_the_same_to_its_end(
    opened: Callable[..., KeyFile], path: Path
) -> None:
    keys = opened()
    secret = keys.create("alice")
    db = sqlite3.connect(path)
    with db:
        db.execute(
            "UPDATE keys SET digest = CAST(substr(digest, 1, 31) || x'00' AS BLOB)"
        )
    db.close()
    digest = keys._digest(secret)
    assert (keys.check(secret) is None) == (digest[-1] != 0)


def test_two_files_keep_other_digests_of_one_secret(tmp_path: Path) -> None:
    salts = set()
    for name in ("a", "b"):
        file = KeyFile(tmp_path / name, create=True)
        salts.add(file._digest("assay-same"))
        file.close()
    assert len(salts) == 2


def test_another_process_sees_new_keys_and_revoked_ones_at_once(
    opened: Callable[..., KeyFile],
) -> None:
    server, admin = opened(), opened()
    secret = admin.create("alice")
    key = known(server, secret)
    assert server.is_live(key)
    admin.revoke("alice")
    assert not server.is_live(key)
    assert server.check(secret) is None


def test_a_revoked_name_is_free_again_and_keeps_what_it_spent(
    opened: Callable[..., KeyFile],
) -> None:
    keys = opened()
    old = known(keys, keys.create("alice", 100))
    keys.charge(old, 60)
    with pytest.raises(UsageError, match="'alice' is in use; revoke it first"):
        keys.create("alice")
    keys.revoke("alice")
    new = known(keys, keys.create("alice", 100))
    assert keys.left_today(new) == 40
    assert [bool(key.revoked) for key in keys.list()] == [True, False]
    assert (keys.is_live(old), keys.is_live(new)) == (False, True)


def test_only_a_key_in_use_can_be_revoked(opened: Callable[..., KeyFile]) -> None:
    keys = opened()
    keys.create("alice")
    keys.revoke("alice")
    for name in ("alice", "bob"):
        with pytest.raises(UsageError, match=f"no key in use is named '{name}'"):
            keys.revoke(name)


@pytest.mark.parametrize("name", ["", " ", "-a", "a b", "a\n", "é", "a" * 65, "a/b"])
def test_a_name_is_one_short_word(opened: Callable[..., KeyFile], name: str) -> None:
    keys = opened()
    with pytest.raises(UsageError, match="a key cannot be named"):
        keys.create(name)
    with pytest.raises(UsageError, match="-1 tokens a day"):
        keys.create("alice", -1)
    assert keys.list() == ()


def test_tokens_are_counted_by_day_and_a_limit_of_none_has_no_end(
    opened: Callable[..., KeyFile],
) -> None:
    now = [10 * DAY_S - 1]
    keys = opened(clock=lambda: now[0])
    key, free = (known(keys, keys.create(n, t)) for n, t in (("a", 100), ("b", None)))
    nothing = known(keys, keys.create("c", 0))
    keys.charge(key, 70)
    keys.charge(free, 5)
    assert (keys.left_today(key), keys.left_today(free)) == (30, None)
    assert keys.left_today(nothing) == 0
    keys.charge(key, 70)
    assert (keys.left_today(key), keys.spent_today(key)) == (0, 140)
    now[0] += 1
    assert (keys.left_today(key), keys.spent_today(free)) == (100, 0)


def test_counts_do_not_overflow_and_do_not_shrink(
    opened: Callable[..., KeyFile],
) -> None:
    keys = opened()
    key = known(keys, keys.create("a", MOST_TOKENS))
    for _ in range(3):
        keys.charge(key, 1 << 80)
    assert (keys.spent_today(key), keys.left_today(key)) == (MOST_TOKENS, 0)
    with pytest.raises(ValueError, match="-1 tokens"):
        keys.charge(key, -1)


def test_a_charge_that_is_left_to_a_thread_waits_for_nobody_and_is_not_lost(
    opened: Callable[..., KeyFile], path: Path
) -> None:
    keys = opened()
    key = known(keys, keys.create("a", 100))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(20):
            keys.charge_soon(key, 2)  # it would wait for seconds here
        other.execute("ROLLBACK")
    assert (keys.spent_today(key), keys.left_today(key)) == (40, 60)
    keys.charge_soon(key, 1)
    keys.close()
    assert opened().spent_today(key) == keys.spent_today(key) == 41
    with pytest.raises(ValueError, match="-1 tokens"):
        keys.charge_soon(key, -1)


def test_a_charge_that_cannot_be_booked_is_logged(
    opened: Callable[..., KeyFile], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = opened()
    key = known(keys, keys.create("a", 100))
    path.chmod(0o666)
    keys.charge_soon(key, 7)
    keys.close()
    assert "7 tokens were not booked: others can write keys" in caplog.text
    path.chmod(0o600)
    assert keys.spent_today(key) == 0


def test_threads_lose_no_charge(opened: Callable[..., KeyFile]) -> None:
    files = [opened(), opened()]
    key = known(files[0], files[0].create("a"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: files[n % 2].charge(key, n), range(60)))
    assert files[1].spent_today(key) == sum(range(60))


def test_a_killed_process_loses_no_charge_that_returned(
    opened: Callable[..., KeyFile], path: Path
) -> None:
    keys = opened()
    secret = keys.create("a")
    command = [sys.executable, "-c", CHARGING, str(path), secret]
    steady = subprocess.Popen([*command, "100"], stdout=subprocess.DEVNULL)
    killed = subprocess.Popen([*command, "100000000"], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    told = [killed.stdout.readline() for _ in range(50)]
    killed.send_signal(signal.SIGKILL)
    told += killed.stdout.read().splitlines()
    killed.stdout.close()
    assert (killed.wait(), steady.wait()) == (-signal.SIGKILL, 0)
    n_returned = len(told)
    spent = keys.spent_today(known(keys, secret)) - 100
    assert spent in (n_returned - 1, n_returned, n_returned + 1)  # its last line is cut


def test_the_file_is_its_owners_alone(
    opened: Callable[..., KeyFile], path: Path
) -> None:
    old = os.umask(0)
    try:
        keys = opened()
        keys.charge(known(keys, keys.create("a")), 1)
    finally:
        os.umask(old)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused_also_later(
    opened: Callable[..., KeyFile], path: Path, mode: int
) -> None:
    keys = opened()
    secret = keys.create("a")
    path.chmod(mode)
    with pytest.raises(EnvironmentFault, match="others can write keys"):
        keys.check(secret)
    with pytest.raises(ConfigError, match="chmod 600"):
        KeyFile(path)
    path.chmod(0o600)
    assert keys.check(secret) is not None


def test_what_is_no_file_of_keys_is_refused_and_unchanged(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`assay keys create NAME"):
        KeyFile(tmp_path / "none")
    with pytest.raises(ConfigError, match="not a file"):
        KeyFile(tmp_path, create=True)
    text = tmp_path / "text"
    text.write_text("assay-not-a-database\n" * 99)
    text.chmod(0o600)
    with pytest.raises(ConfigError, match="cannot be read as a file of keys"):
        KeyFile(text, create=True)
    other = tmp_path / "other"
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE mine (x)")
    db.close()
    other.chmod(0o600)
    before = other.read_bytes()
    with pytest.raises(ConfigError, match="a database of something else"):
        KeyFile(other, create=True)
    assert other.read_bytes() == before


def test_a_newer_format_is_refused(opened: Callable[..., KeyFile], path: Path) -> None:
    opened().close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ConfigError, match="key format 99"):
        KeyFile(path)


def test_another_file_in_its_place_is_the_one_that_counts(
    opened: Callable[..., KeyFile], path: Path, tmp_path: Path
) -> None:
    server = opened()
    secret = server.create("alice")
    key = known(server, secret)
    made = KeyFile(tmp_path / "made", create=True)
    other = made.create("alice")
    made.close()
    (tmp_path / "made").rename(path)
    assert server.check(secret) is None
    assert not server.is_live(key)
    assert known(server, other).name == "alice"
    path.unlink()
    with pytest.raises(EnvironmentFault, match="there are no keys"):
        server.check(other)


def test_processes_that_make_one_file_at_once_agree_on_it(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: KeyFile(path, create=True), range(8)))
    secret = files[0].create("a")
    assert all(file.check(secret) for file in files)
    for file in files:
        file.close()


def run(*words: str) -> Any:
    return CliRunner().invoke(app, [*words])


def test_the_command_makes_lists_and_revokes(path: Path) -> None:
    made = run("create", "alice", "--api-keys", str(path), "--tokens-a-day", "9000")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert "cannot be shown again" in made.stderr
    also = run("create", "bob", "--api-keys", str(path), "--json")
    told = json.loads(also.stdout)
    assert (told["name"], told["tokens_a_day"]) == ("bob", None)
    keys = KeyFile(path)
    keys.charge(known(keys, secret), 1234)
    assert known(keys, told["secret"]).name == "bob"

    assert "'bob' is revoked" in run("revoke", "bob", "--api-keys", str(path)).stderr
    assert keys.check(told["secret"]) is None
    keys.close()

    listed = run("list", "--api-keys", str(path)).stdout
    assert secret not in listed
    first, second = listed.splitlines()
    assert "1,234 today of 9,000" in first
    assert "in use" in first
    assert "no limit" in second
    assert "revoked" in second
    rows = json.loads(run("list", "--api-keys", str(path), "--json").stdout)["keys"]
    assert [row["spent_today"] for row in rows] == [1234, 0]


def test_the_command_lists_only_what_is_there(path: Path) -> None:
    failed = run("list", "--api-keys", str(path))
    assert isinstance(failed.exception, ConfigError)
    assert not path.exists()
    assert run("create", "alice").exit_code == 2  # which file is always told
