"""A slot in a container of docker or podman: a zygote that runs in an image of yours.

Covered: what the tier that holds inside covers, and around it the container's own
walls: another root, no network, no capabilities. Not covered: other languages than
Python, whose programs are this computer's and not the image's.

The engine is started with its filter of system calls off, since a zygote makes rooms
for its jobs, which engines forbid; each job has our own filter, which allows less.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DEFAULT_IMAGE = "python:3.11-slim"  # of which registry, the engine knows
ENGINES = ("podman", "docker")
_DOOR = "/run/assay"
_PACKAGE = "/opt/assay"
_PACKAGES = "/opt/packages"
_MOST_FILES, _MOST_PROCESSES = 4096, 4096
_START_S = 60.0
_LEAVE_S = 5.0
_INSPECT_S = 60.0
_TICK_S = 0.05
_MOST_WORDS = 2000


class Container:
    """One container, from its start to its end."""

    def __init__(
        self,
        image: str,
        packages: Sequence[str],
        preload: Sequence[str],
        uid: int | None,
        bootstrap: str,
        environment: Mapping[str, str],
    ) -> None:
        """Start it.

        Args:
            image: What it is made of; it is never fetched.
            packages: Import paths of this computer to show inside.
            preload: Modules that a zygote imports.
            uid: An unused user to run as; None to run as ourselves.
            bootstrap: Text that runs `contained.main`.
            environment: All variables that a job finds.

        Raises:
            OSError: there is no engine or no such image; says what gives one.
        """
        self.engine, self._image_id = find(image)
        self._image = image
        self.pid = 0  # of the zygote, as we see it
        self.tier = ""
        self._folder = Path(tempfile.mkdtemp(prefix="assay-door-"))
        self._name = self._folder.name
        self._door = self._folder / "door"
        self._door.mkdir(mode=0o711)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(self._door / "socket"))
        (self._door / "socket").chmod(0o666)  # the folder around it is ours alone
        self._listener.listen(1)
        settings = {
            "packages": [f"{_PACKAGES}/{index}" for index in range(len(packages))],
            "preload": list(preload),
            "environment": dict(environment),
        }
        command = [
            *(self.engine, "run", f"--name={self._name}"),
            *options(self.engine, uid, environment),
            *_mounts(str(self._door), packages),
            *(image, "-s", "-S", "-P", "-c", bootstrap, _PACKAGE),
            *(f"{_DOOR}/socket", json.dumps(settings)),
        ]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        self.process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            start_new_session=True,  # the terminal's Ctrl-C is not for it
        )

    def meet(self) -> tuple[socket.socket, dict[str, Any]]:
        """The socket of the first zygote inside that is closed in, and its first word.

        Raises:
            OSError: none is; says why the strongest was not.
        """
        failures = []
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            is_over = self.process.poll() is not None
            if not select.select([self._listener], [], [], _TICK_S)[0]:
                if is_over:
                    break
                continue
            control, _ = self._listener.accept()
            event = _first_word(control, until - time.monotonic())
            if event is not None and event["is"] == "ready":
                self._shut_door()
                self.pid, self.tier = _peer(control), event["tier"]
                return control, event
            failures.append("it ended" if event is None else str(event["what"]))
            control.close()
        raise OSError(f"container: {failures[0] if failures else self._words()}")

    @property
    def description(self) -> str:
        """What it is a container of."""
        engine = Path(self.engine).name
        return f"{engine}, {self._image} ({self._image_id[:12]})"

    def end(self) -> None:
        """Wait until it is gone, which it is soon once its socket is closed."""
        self._shut_door()
        try:
            self.process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            _asked([self.engine, "rm", "--force", self._name])
            self.process.kill()
            self.process.wait()
        self._said.close()

    def _shut_door(self) -> None:
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _words(self) -> str:
        """What the engine said: its last line."""
        self._said.seek(0)
        words = self._said.read()[-_MOST_WORDS:].decode("utf-8", "replace")
        lines = words.strip().splitlines() or ["it did not start"]
        return lines[-1]


def find(image: str) -> tuple[str, str]:
    """The first engine that has an image, and the image's number.

    Raises:
        OSError: there is no engine, or none that has it; says what gives one.
    """
    failures = []
    for engine in filter(None, map(shutil.which, ENGINES)):
        asked = _asked([engine, "image", "inspect", "--format", "{{.Id}}", image])
        if asked.returncode == 0:
            return engine, asked.stdout.strip().removeprefix("sha256:")
        why = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        is_absent = "connect" not in why.lower()
        absent = f"{Path(engine).name} has no image {image!r}"
        failures.append(f"container: {absent if is_absent else why}")
    none = "container: there is no program 'podman' or 'docker'"
    raise OSError(failures[0] if failures else none)


def options(engine: str, uid: int | None, environment: Mapping[str, str]) -> list[str]:
    """How a container is shut: the words for the engine."""
    is_podman = Path(engine).name == "podman"
    user, group = (os.getuid(), os.getgid()) if uid is None else (uid, uid)
    unmask = "unmask=ALL" if is_podman else "systempaths=unconfined"
    words = [
        *("--rm", "--pull=never", "--network=none", "--read-only"),
        *("--cap-drop=ALL", "--security-opt=no-new-privileges"),
        *("--security-opt=seccomp=unconfined", f"--security-opt={unmask}"),
        "--security-opt=label=disable",  # to read what is mounted, where SELinux is
        f"--pids-limit={_MOST_PROCESSES}",
        f"--ulimit=nofile={_most(resource.RLIMIT_NOFILE, _MOST_FILES)}",
        f"--ulimit=nproc={_most(resource.RLIMIT_NPROC, _MOST_PROCESSES)}",
        "--tmpfs=/tmp:rw,mode=1777,size=1g",
        *("--log-driver=none", f"--user={user}:{group}", "--workdir=/"),
        "--entrypoint=python3",
    ]
    if is_podman and os.geteuid() != 0:  # ours outside is ours inside
        words.append("--userns=keep-id")
    return words + [f"--env={name}={value}" for name, value in environment.items()]


def _mounts(door: str, packages: Sequence[str]) -> list[str]:
    package = Path(__file__).resolve().parent.parent
    words = [f"--volume={door}:{_DOOR}:ro", f"--volume={package}:{_PACKAGE}:ro"]
    for index, path in enumerate(packages):
        words.append(f"--volume={path}:{_PACKAGES}/{index}:ro")
    return words


def _most(which: int, wanted: int) -> str:
    hard = resource.getrlimit(which)[1]
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    return f"{most}:{most}"


def _asked(command: list[str]) -> subprocess.CompletedProcess[str]:
    """What an engine answers; silence for long is an answer that nothing is there."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSPECT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", f"cannot connect: {error}")


def _first_word(control: socket.socket, timeout_s: float) -> dict[str, Any] | None:
    if not select.select([control], [], [], max(0.0, timeout_s))[0]:
        return None
    try:
        data = control.recv(1 << 16)
    except OSError:
        return None
    event: dict[str, Any] | None = json.loads(data) if data else None
    return event


def _peer(control: socket.socket) -> int:
    words = control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    pid: int = struct.unpack("3i", words)[0]
    return pid
