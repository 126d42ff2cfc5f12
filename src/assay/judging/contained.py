"""The first Python of a container: offers the judge a zygote for each tier in turn.

Each connects to the judge by the one door of the container, a socket in a folder. The
judge shuts the door when it has one that holds; then there is nothing left to offer,
and when that one ends the container ends with it.
"""

from __future__ import annotations

import json
import os
import sys
from _socket import AF_UNIX, SOCK_SEQPACKET, socket
from typing import Any

from assay.judging import boot, guarantees
from assay.judging.interpreter import interpreter_folders


def main() -> None:
    """Be the first process: argument 1 is the door, 2 the JSON settings."""
    door, words = sys.argv[1:3]
    settings = json.loads(words)
    os.environ.clear()  # what the image has there is nobody's business
    os.environ.update(settings["environment"])
    settings |= {"folders": interpreter_folders(), "uid": None}
    for tier in guarantees.TIERS:
        if not os.path.exists(door):  # noqa: PTH110
            return
        pid = os.fork()
        if pid == 0:
            _offer(door, {**settings, "tier": tier})
        os.waitpid(pid, 0)


def _offer(door: str, settings: dict[str, Any]) -> None:
    try:
        control = socket(AF_UNIX, SOCK_SEQPACKET)
        control.connect(door)
        sys.argv = ["zygote", str(control.detach()), json.dumps(settings)]
        boot.main()
    finally:
        os._exit(0)
