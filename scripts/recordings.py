"""Pack a store of recordings without its prompts, and unpack it again.

    python scripts/recordings.py pack STORE.sqlite FILE.jsonl.gz
    python scripts/recordings.py unpack FILE.jsonl.gz STORE.sqlite

A packed file holds what was answered and under which key, and no statement of a
problem: with the dataset at hand a run can be replayed from it, and without it nothing
of the dataset can be read in it but what the model repeated.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
from pathlib import Path

from assay.models.recordings import RecordingStore

COLUMNS = (
    "key", "model", "request", "prompt", "prompt_sha256", "text", "finish_reason",
    "prompt_tokens", "completion_tokens", "cached_prompt_tokens", "seconds", "retries",
    "engine", "created", "logprobs",
)  # fmt: skip
LEFT_OUT = {"request": "{}"}
LATER = {"logprobs": "[]"}  # what a file packed by an older version lacks


def pack(store: Path, file: Path) -> int:
    """Write every completion as a line of JSON; how many."""
    with RecordingStore(store):
        pass  # brings a file of an older format up to date
    with sqlite3.connect(store.absolute().as_uri() + "?mode=ro", uri=True) as db:
        rows = db.execute(
            f"SELECT {', '.join(COLUMNS)} FROM completions ORDER BY created, key"
        ).fetchall()
    with gzip.GzipFile(file, "wb", mtime=0) as out:
        for row in rows:
            named = dict(zip(COLUMNS, row, strict=True)) | LEFT_OUT
            out.write(json.dumps(named).encode() + b"\n")
    return len(rows)


def unpack(file: Path, store: Path) -> int:
    """Put every completion into a store, new or not; how many are in it then."""
    with RecordingStore(store):
        pass  # makes the tables
    with gzip.open(file, "rt", encoding="utf-8") as lines, sqlite3.connect(store) as db:
        marks = ", ".join("?" * len(COLUMNS))
        rows = (json.loads(line) for line in lines)
        db.executemany(
            f"INSERT OR IGNORE INTO completions ({', '.join(COLUMNS)}) "
            f"VALUES ({marks})",
            ([(LATER | row)[name] for name in COLUMNS] for row in rows),
        )
    with RecordingStore(store, read_only=True) as opened:
        return len(opened)


def main(words: list[str]) -> int:
    """Do the one or the other; the exit status."""
    verbs = {"pack": pack, "unpack": unpack}
    if len(words) != 3 or words[0] not in verbs:
        sys.stderr.write(__doc__ or "")
        return 2
    count = verbs[words[0]](Path(words[1]), Path(words[2]))
    print(f"{count:,} completions in {words[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
