"""How long the page of a 1,000-task run takes to open, and how large it is.

    python benchmarks/open_report.py [--tasks 1000] [--times 5]

The run is made up (as in tests/report). Chromium opens a copy of the page from which
the content policy is taken, so that a line of script can tell when it is laid out.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from assay.report.run_page import run_page  # noqa: E402  (after the path)
from report.made_up import made_up_run  # noqa: E402

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PROBE = (
    "<script>addEventListener('load', () => {document.body.getBoundingClientRect(); "
    "document.documentElement.dataset.ms = performance.now()})</script>"
)


def main() -> int:
    """Print size and times; status 3 where there is no Chromium."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    page = run_page(made_up_run(args.tasks))
    print(f"{args.tasks:,} tasks: {len(page.encode()):,} bytes")
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("no chromium here; apt-get install chromium\n")
        return 3
    opened = [milliseconds(chromium, page) for _ in range(args.times)]
    told = ", ".join(f"{ms:.0f}" for ms in opened)
    print(f"laid out after {told} ms; median {median(opened):.0f} ms")
    return 0


def milliseconds(chromium: str, page: str) -> float:
    """From the start of the navigation until the page is laid out."""
    probed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', PROBE, page)
    assert probed != page, "the page has no policy"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(probed, encoding="utf-8")
        words = [chromium, *FLAGS, f"--user-data-dir={folder}/user"]
        words += ["--dump-dom", path.as_uri()]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = re.search(r'data-ms="([\d.]+)"', done.stdout)
    assert found, "the page did not tell"
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main())
