"""The child program that becomes a compiled program, or another interpreter.

Sent to the zygote as text. Descriptor 3 holds one frame: what to run, and its files.
The program takes this process over, so it is the first of its sandbox and its exit
status comes from the kernel; 4 says why, if it could not be started.
"""

# Plain calls on names of its own folder, in its own sandbox.
# ruff: noqa: PTH102, PTH103, PTH109, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import signal
from typing import NoReturn

from assay.judging.parcel import unwrap
from assay.judging.wire import Channel, pack


def main() -> NoReturn:
    """Write the files here and become the program."""
    channel = Channel()
    (command, environment), files = unwrap(channel.receive())
    os.close(3)
    for name, data in files:
        if folder := os.path.dirname(name):
            os.makedirs(folder, exist_ok=True)
        with open(name, "wb", opener=_executable) as file:
            file.write(data)
    here = os.getcwd()
    environment = {**os.environ, "HOME": here, "PWD": here, **dict(environment)}
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # Python had other wishes
    try:
        os.execve(command[0], list(command), environment)
    except OSError as error:
        channel.send(pack(("error", f"cannot be started: {error.strerror}")))
    os._exit(126)


def _executable(path: str, flags: int) -> int:
    return os.open(path, flags, 0o700)
