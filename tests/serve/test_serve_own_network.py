"""The whole command, in a network that has loopback alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai")

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen during one solve, in a namespace of its own."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]
    try:
        tried = subprocess.run([*alone, "true"], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if tried.returncode:
        pytest.skip(f"no network namespace can be made here: {tried.stderr.strip()}")
    folder = str(tmp_path_factory.mktemp("alone"))
    done = subprocess.run(
        [*alone, sys.executable, str(Path(__file__).with_name("alone.py")), folder],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_solve_needs_no_network_but_loopback(seen: dict[str, Any]) -> None:
    assert seen["interfaces"] == ["lo"]
    assert "return 2 * n" in seen["text"]
    assert seen["assay"]["route"] == "search"
    assert seen["assay"]["status"] == "verified"


def test_every_socket_during_a_solve_is_of_loopback(seen: dict[str, Any]) -> None:
    assert seen["n_asked"], "the model was asked, and the sockets looked at"
    assert seen["far"] == []


def test_the_command_asks_no_other_address(seen: dict[str, Any]) -> None:
    assert ["socket.connect", "127.0.0.1"] in seen["asked"], "what is done is noted"
    for _, host in seen["asked"]:
        assert host == "localhost" or ip_address(host).is_loopback
