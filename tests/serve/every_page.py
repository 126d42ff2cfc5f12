"""A server that has something on every page of it, and the addresses of them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assay.serve.keys import KeyFile
from assay.serve.pages import Looks, StoredModel
from assay.serve.pages.rendering import SECTIONS
from assay.types import Request
from serve.paging import post, shown
from serve.running_server import GOOD, TASK, Slow, eventually
from serve.test_serve_page_parts import Found, MadeUp

PAGES = {name.lower(): path for path, name in SECTIONS} | {
    "a solve that is over": "{over}",
    "a solve that failed": "{failed}",
    "a solve that runs": "{live}",
    "a run": "/runs/one",
    "a run's solve": "/runs/one/solve?task=T01&arm=single&seed=0",
    "a comparison": "/compare?a=one&b=one",
    "an error": "/solves/ffffff",
    "signing in": "/login",
}
"""What each page shows, and where it is."""

WRONG = "```python\ndef double(n):\n    return n * n\n```"
FAILS = "Write a function `fail(n)` that fails.\n\n>>> fail(1)\n2\n"
FINDINGS = (
    Found("sandbox", "ok", "works"),
    Found("memory", "warn", "little is free", "close something"),
    Found("engine", "no", "not found", "install it"),
    Found("odd", "none", "not tried"),
)
STORED = tuple(
    StoredModel(name=state, title="A model", state=state, size="1 GiB")
    for state in ("here", "can be pulled", "its file is broken")
)


def replies(request: Request) -> str:
    """Write a wrong program first and a right one later; fail where it is asked for."""
    if "fail(n)" in str(request):
        raise ValueError("it fails")
    return WRONG if request.temperature == 0 else GOOD


@contextmanager
def every_page(folder: Path) -> Iterator[dict[str, str]]:
    """The addresses of `PAGES` until the block ends; signing in is another server's."""
    slow = Slow(replies, n_quick=1)
    slow.go.set()
    looks = Looks(runs=MadeUp(), doctor=lambda: FINDINGS, models=lambda: STORED)
    with (
        closing(KeyFile(folder / "keys.sqlite", create=True)) as keys,
        shown(slow, looks=looks) as server,
        shown(keys=keys) as locked,
    ):
        over = post(server, "/solves", task=TASK).headers["location"]
        failed = post(server, "/solves", task=FAILS).headers["location"]
        server.settle()
        slow.go.clear()
        slow.asked = 0
        more = TASK + ">>> double(0)\n0\n"
        live = post(server, "/solves", task=more).headers["location"]
        eventually(lambda: slow.asked > 1)
        yield {
            name: (locked if path == "/login" else server).base
            + path.format(over=over, failed=failed, live=live)
            for name, path in PAGES.items()
        }
