"""Ask a running `assay serve` for a program, through the official OpenAI client.

    assay serve &
    pip install openai
    python examples/verified_by_openai_client.py [--base-url http://127.0.0.1:7700/v1]

Prints what is being done as it happens, then the answer, and ends with status 0 only if
the program was verified by the examples in the task.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from openai import OpenAI

TASK = """\
Write a Python function `merge(intervals)` that merges overlapping intervals, given as
a list of [start, end] lists in any order, and returns them by rising start. Intervals
that only touch are merged too.

>>> merge([[1, 3], [2, 6], [8, 10]])
[[1, 6], [8, 10]]
>>> merge([[4, 5], [1, 4]])
[[1, 5]]
>>> merge([])
[]
"""


def main() -> int:
    """Stream one answer; 0 if it is verified."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:7700/v1")
    parser.add_argument("--api-key", default="any")
    words = parser.parse_args()
    client = OpenAI(base_url=words.base_url, api_key=words.api_key)
    model = client.models.list().data[0].id
    account: dict[str, Any] = {}
    stream = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": TASK}],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        extra = chunk.model_extra or {}
        account = extra.get("assay") or account
        for choice in chunk.choices:
            progress = (choice.delta.model_extra or {}).get("reasoning_content")
            sys.stderr.write(progress or "")
            sys.stdout.write(choice.delta.content or "")
    sys.stdout.write("\n")
    sys.stderr.write(f"{account}\n")
    return 0 if account.get("status") == "verified" else 1


if __name__ == "__main__":
    sys.exit(main())
