"""The folder of runs: finding, naming, listing."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assay.bench.reporting import attempts_of, leaks_of
from assay.bench.store import RunStore
from assay.bench.summary import status_of
from assay.errors import AssayError, UsageError
from assay.types.results import Outcome

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def new_name(dataset: Path) -> str:
    """A name for a new run: what it is about, when, and three random bytes."""
    stem = re.sub(r"(\.jsonl?|\.gz|\.zst)+$", "", dataset.name)
    stem = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:40] or "run"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    return f"{stem}-{stamp}-{secrets.token_hex(3)}"


def run_folder(runs: Path, name: str) -> Path:
    """The folder of a run that is named by name, by its beginning, or by path.

    Raises:
        UsageError: there is none, or more than one.
    """
    if "/" in name:
        if not (Path(name) / "run.sqlite").is_file():
            raise UsageError(f"{name!r} is no run; see `assay bench list`")
        return Path(name)
    folder = runs / name
    if (folder / "run.sqlite").is_file():
        return folder
    found = sorted(p.parent for p in runs.glob(f"{glob_free(name)}*/run.sqlite"))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in found[:5])
        raise UsageError(
            f"{name!r} may be any of {len(found)} runs ({names}); say more"
        )
    raise UsageError(
        f"there is no run {name!r} in {str(runs)!r}; see `assay bench list`"
    )


def check_name(name: str) -> str:
    """Refuse what cannot be the name of a folder everywhere.

    Raises:
        UsageError: it is not of that form.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--name {name!r} is no name for a run; use letters, digits, '.', '_' and "
            "'-', at most 100"
        )
    return name


def glob_free(text: str) -> str:
    """A text that a glob takes letter by letter."""
    return re.sub(r"([*?[])", r"[\1]", text)


def list_runs(runs: Path) -> list[dict[str, Any]]:
    """Every run of a folder, newest first; one that cannot be read says why."""
    found = []
    for path in sorted(runs.glob("*/run.sqlite")):
        try:
            found.append(_described(path.parent))
        except AssayError as error:
            found.append({"run": path.parent.name, "status": f"unreadable: {error}"})
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            told = f"unreadable: {type(error).__name__} {error}"
            found.append({"run": path.parent.name, "status": told})
    return sorted(found, key=lambda row: str(row.get("created", "")), reverse=True)


def _described(folder: Path) -> dict[str, Any]:
    store = RunStore(folder, read_only=True)
    try:
        meta = store.meta()
        settings = store.settings()
        attempts = attempts_of(store)
        n_done = sum(a.outcome is not Outcome.PENDING for a in attempts)
        model = meta.get("model") or {}
        return {
            "run": folder.name,
            "status": status_of(attempts, leaks_of(store)),
            "dataset": meta.get("dataset", settings.dataset),
            "dataset_sha256": meta.get("dataset_sha256"),
            "model": model.get("name"),
            "model_sha256": model.get("sha256"),
            "arms": [arm.name for arm in settings.arms],
            "n_tasks": len(store.tasks()),
            "n_seeds": settings.seeds,
            "n_attempts": len(attempts),
            "n_graded": n_done,
            "created": datetime.fromtimestamp(meta["created"], UTC).isoformat(
                timespec="seconds"
            ),
            "folder": str(folder),
        }
    finally:
        store.close()
