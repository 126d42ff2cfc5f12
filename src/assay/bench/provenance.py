"""Where numbers come from: the package, the computer, the model, as they were."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assay import __version__
from assay.types import ModelIdentity


def environment() -> dict[str, Any]:
    """What is the same for a whole run, as plain data."""
    return {
        "package": __version__,
        "source": source_state(),
        "python": platform.python_version(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory()}",
        "system": f"{platform.system()} {platform.release()}",
    }


def source_state() -> str:
    """The commit of this source, and whether it was changed; else a digest of it."""
    folder = Path(__file__).resolve().parents[3]
    if (folder / ".git").exists():
        commit = _git(folder, "rev-parse", "--short=12", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--", "src", "pyproject.toml")
        if commit:
            return commit + (" with changes" if changed else "")
    total = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for path in sorted(package.rglob("*.py")):
        total.update(path.read_bytes())
    return f"package digest {total.hexdigest()[:12]}"


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def identity_json(identity: ModelIdentity | None) -> dict[str, Any] | None:
    """A model's identity as plain data."""
    return None if identity is None else asdict(identity)


def command_line() -> str:
    """How this process was started, with the program's short name."""
    return shlex.join(["assay", *sys.argv[1:]])


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    for line in text.splitlines():
        if line.startswith("model name"):
            return f"{line.partition(':')[2].strip()} ({platform.machine()})"
    return platform.machine()


def _memory() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * size / 2**30:.0f} GiB"
