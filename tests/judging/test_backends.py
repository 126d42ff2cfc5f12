"""Every sandbox that is here does the same with the same programs."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from assay.judging.container import DEFAULT_IMAGE, find
from judging.other_users import AS_NOBODY, AS_ROOT, IS_ROOT, run_module

IMAGE = os.environ.get("ASSAY_IMAGE") or DEFAULT_IMAGE
LEAST = 40  # behaviours; a suite that tried nothing found nothing wrong


def require(backend: str) -> None:
    """Skip where what a backend is made of is not here."""
    if backend == "bubblewrap" and shutil.which("bwrap") is None:
        pytest.skip("no bubblewrap here: apt-get install bubblewrap")
    if backend == "container":
        try:
            find(IMAGE)
        except OSError as error:
            pytest.skip(f"no container here: {error}; ASSAY_IMAGE names another")


@pytest.mark.parametrize("user", [AS_ROOT, AS_NOBODY])
@pytest.mark.parametrize(
    "backend",
    ["namespaces", "namespaces-noproc", "landlock", "bubblewrap", "container"],
)
def test_a_sandbox_does_what_every_sandbox_must(backend: str, user: str) -> None:
    require(backend)
    if backend == "container" and user == AS_NOBODY and IS_ROOT:
        pytest.skip("an engine of root's is not for others")
    env = {"PATH": os.environ["PATH"]}
    order = json.dumps({"backend": backend, "image": IMAGE})
    told = json.loads(
        run_module(user, "judging.backends", order, timeout_s=240.0, env=env)
    )
    if "unavailable" in told:
        assert "self-test" not in told["unavailable"], told
        pytest.skip(told["unavailable"])
    assert told["wrong"] == {}, told["detail"]
    assert told["tried"] >= LEAST
