"""The names that a tester's child program finds: how it asks the judge, and ends.

Runs behind the wall.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from assay.judging.wire import Channel, pack, unpack


def names() -> dict[str, Any]:
    """The globals of a tester: `params`, `request` and `finish`."""
    channel = Channel()
    params = unpack(channel.receive())

    def request(value: Any) -> Any:
        """Send a plain value to the judge and wait for its plain reply."""
        sys.stdout.flush()
        channel.send(pack(("request", value)))
        return unpack(channel.receive())

    def finish(value: Any) -> NoReturn:
        """Give the judge the result, and end."""
        sys.stdout.flush()
        sys.stderr.flush()
        channel.send(pack(("result", value)))
        os._exit(0)

    return {"params": params, "request": request, "finish": finish}
