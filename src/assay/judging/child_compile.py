"""The child program that runs a compiler and brings back what it made.

Sent to the zygote as text. Descriptor 3 holds one frame: the command, the names of
what it should leave, and the source files. 4 takes one: how it ended, its words, and
the files. A compiler that the source took over can lie here about its own program,
and about nothing else: the judge reads bytes of bounded size, and opens no path.
"""

# Plain calls on names of its own folder, in its own sandbox.
# ruff: noqa: PTH108, PTH109, PTH118, PTH123

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from typing import NoReturn

from assay.judging.parcel import unwrap, wrap
from assay.judging.wire import Channel

WORDS = 8000  # bytes of what the compiler said, from its start and from its end
MOST_FILES = 500
PLAIN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def main() -> NoReturn:
    """Compile, and say what came of it."""
    channel = Channel()
    (command, environment, wanted, most_bytes), files = unwrap(channel.receive())
    os.close(3)
    for name, data in files:
        with open(name, "wb") as file:
            file.write(data)
    status, said = run(list(command), dict(environment))
    made: list[tuple[str, bytes]] = []
    problem = ""
    if status == 0:
        made, problem = collect(wanted, most_bytes)
    channel.send(wrap((status, said, problem), tuple(made)))
    os._exit(0)


def run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run it to its end; its exit status and its words."""
    here = os.getcwd()
    everything = {**os.environ, "HOME": here, "PWD": here, **environment}
    said = os.open(".said", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(".said")  # what it says is bounded as every file here is
    try:
        status = subprocess.call(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=everything
        )
    except OSError as error:
        return 127, f"cannot be started: {error}"
    size = os.fstat(said).st_size
    words = os.pread(said, WORDS, 0)
    if size > WORDS:
        words += b"\n...\n" + os.pread(said, WORDS, max(WORDS, size - WORDS))
    return status, words.decode("utf-8", "replace")


def collect(
    wanted: tuple[str, ...], most_bytes: int
) -> tuple[list[tuple[str, bytes]], str]:
    """Read the files that were made; what is wrong with them, if something is."""
    made: list[tuple[str, bytes]] = []
    for name in wanted:
        for path in below(name.rstrip("/")) if name.endswith("/") else (name,):
            data = read(path, most_bytes)
            if data is None:
                return [], f"left no file {path!r} that can be read as such"
            most_bytes -= len(data)
            if most_bytes < 0 or len(made) >= MOST_FILES:
                return [], "made a program that is too large"
            made.append((path, data))
    return made, "" if made else "left no program"


def below(folder: str) -> Iterator[str]:
    """The files in a folder and in those inside it."""
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            yield os.path.join(place, name)


def read(path: str, most_bytes: int) -> bytes | None:
    """The bytes of a plain file, one more than allowed if there are more."""
    try:
        fd = os.open(path, PLAIN_FILE)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        return None
    with open(fd, "rb") as file:
        return file.read(most_bytes + 1)
