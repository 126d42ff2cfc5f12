"""What can be seen of a container's engine without one that runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from assay.errors import JudgeUnavailable
from assay.judging.container import find, options
from assay.judging.executor import Executor

Engine = Callable[[str, str], Path]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Makes a program that stands for an engine, the only ones on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    return make


NO_IMAGE = 'echo "Error: $5: image not known" >&2; exit 125'
NO_DAEMON = 'echo "Cannot connect to the Docker daemon at x." >&2; exit 1'
RUNS_NOTHING = (
    'test "$1" = image && echo sha256:abc && exit\necho no such runtime >&2; exit 126'
)


async def opened() -> None:
    async with Executor.open(backend="container", image="some/image:1", slots=1):
        pass


def refusal() -> str:
    with pytest.raises(JudgeUnavailable) as caught:
        anyio.run(opened)
    return str(caught.value)


def test_without_an_engine_the_package_that_brings_one_is_named(
    engine: Engine,
) -> None:
    assert "apt-get install podman" in refusal()


def test_an_image_is_never_fetched_and_the_command_for_it_is_told(
    engine: Engine,
) -> None:
    engine("podman", NO_IMAGE)
    told = refusal()
    assert "podman has no image 'some/image:1'; podman pull some/image:1," in told
    for name in ("podman", "docker"):
        assert "--pull=never" in options(f"/usr/bin/{name}", None, {})


def test_an_engine_without_its_daemon_is_told_as_that(engine: Engine) -> None:
    engine("docker", NO_DAEMON)
    assert "Cannot connect to the Docker daemon" in refusal()


def test_an_engine_that_starts_nothing_is_told_in_its_own_words(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine("docker", RUNS_NOTHING)
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    assert "container: no such runtime;" in refusal()
    assert not list(kept.iterdir())


def test_the_engine_that_has_the_image_is_taken(engine: Engine) -> None:
    engine("podman", NO_IMAGE)
    docker = engine("docker", RUNS_NOTHING)
    assert find("some/image:1") == (str(docker), "abc")


def test_a_container_is_shut_as_far_as_an_engine_can_shut_it() -> None:
    for name in ("podman", "docker"):
        words = options(f"/usr/bin/{name}", 64000, {"HOME": "/work"})
        wanted = {
            *("--network=none", "--read-only", "--cap-drop=ALL", "--rm"),
            *("--security-opt=no-new-privileges", "--user=64000:64000"),
            "--env=HOME=/work",
        }
        assert wanted <= set(words)
        assert not any(word.startswith("--privileged") for word in words)
    if os.geteuid() != 0:
        assert "--userns=keep-id" in options("/usr/bin/podman", None, {})
    assert "--userns=keep-id" not in options("/usr/bin/docker", None, {})
