"""Check report pages with axe-core in Chromium, in light and in dark.

    python scripts/axe_report.py page.html [more.html] [--axe axe.min.js]

Needs `chromium` on the path. Without `--axe` it also needs `npm`, which fetches the
package axe-core into a folder that is thrown away afterwards. The page is copied and
only the copy is changed: its policy is taken out, since it forbids every other script.

Prints each finding with its impact, and ends with status 1 where one is serious or
critical, 2 where a page could not be checked.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SCHEMES = {"dark": 0, "light": 1}
GRAVE = {"serious", "critical"}
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
RUN = """
document.querySelectorAll("details").forEach((d) => { d.open = true; });
axe.run(document).then((found) => {
  const pick = (list) => list.map((v) => ({
    id: v.id, impact: v.impact, help: v.help,
    nodes: v.nodes.map((n) => [n.target.join(" "), n.failureSummary]),
  }));
  document.body.textContent = "AXE" + JSON.stringify({
    violations: pick(found.violations),
    unsure: pick(found.incomplete),
    n_passes: found.passes.length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
  }) + "END";
});
"""


def main() -> int:
    """Check each page in both schemes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--axe", type=Path, help="axe.min.js, where it is already here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        axe = options.axe or fetch_axe(Path(folder))
        worst = 0
        for page in options.pages:
            for scheme in SCHEMES:
                worst = max(worst, check(page, scheme, axe, Path(folder)))
    return worst


def fetch_axe(folder: Path) -> Path:
    """Let npm fetch axe-core."""
    command = ["npm", "install", "--no-fund", "--no-audit", "axe-core"]
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300
    )
    return folder / "node_modules" / "axe-core" / "axe.min.js"


def check(page: Path, scheme: str, axe: Path, folder: Path) -> int:
    """Check one page in one scheme, print what is found, and give the exit status."""
    found = run_axe(page, scheme, axe, folder)
    if found is None:
        print(f"{page} ({scheme}): axe gave no answer")
        return 2
    if found["dark"] != (scheme == "dark"):
        print(f"{page} ({scheme}): Chromium did not take the colour scheme")
        return 2
    grave = [v for v in found["violations"] if v["impact"] in GRAVE]
    print(
        f"{page} ({scheme}): {len(found['violations'])} findings, {len(grave)} serious "
        f"or critical; {len(found['unsure'])} to be looked at; "
        f"{found['n_passes']} rules passed"
    )
    for kind in ("violations", "unsure"):
        for finding in found[kind]:
            show(kind, finding)
    return 1 if grave else 0


def run_axe(page: Path, scheme: str, axe: Path, folder: Path) -> dict[str, Any] | None:
    """Open a copy of the page with axe in it, and read what it wrote."""
    text = POLICY.sub("", page.read_text(encoding="utf-8"), count=1)
    scripts = (
        f"<script>{axe.read_text(encoding='utf-8')}</script><script>{RUN}</script>"
    )
    copy = folder / f"{page.stem}-{scheme}.html"
    copy.write_text(text.replace("</body>", f"{scripts}</body>"), encoding="utf-8")
    profile = tempfile.mkdtemp(dir=folder)
    done = subprocess.run(
        [
            shutil.which("chromium") or "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={profile}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
            "--window-size=1280,900",
            "--timeout=240000",
            "--virtual-time-budget=200000",
            "--dump-dom",
            copy.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    _, begun, rest = done.stdout.partition("AXE{")
    answer, ended, _ = rest.partition("}END")
    if not begun or not ended:
        return None
    found: dict[str, Any] = json.loads(html.unescape("{" + answer + "}"))
    return found


def show(kind: str, finding: dict[str, Any]) -> None:
    """Print one finding with the first places where it is."""
    mark = "?" if kind == "unsure" else "!"
    print(f"  {mark} {finding['impact']}: {finding['id']}, {finding['help']}")
    for target, why in finding["nodes"][:4]:
        print(f"      {target}: {' '.join(str(why).split())[:240]}")


if __name__ == "__main__":
    sys.exit(main())
