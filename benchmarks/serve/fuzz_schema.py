"""Hold a server to its OpenAPI description with schemathesis, for some time.

    python benchmarks/serve/fuzz_schema.py [--seconds 600 | --examples N] [--seed 1]

The server has keys, a scripted model, a real sandbox, and behind it an endpoint that
sometimes breaks off. It must never answer 500, only 502 and 503 where it says why; must
answer in time, and only as it describes; and must refuse what it says it refuses, and
nothing else. Afterwards nothing is left over. Exit status 1 if any of this fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from serve.fuzzed_server import (  # noqa: E402  (after the path)
    MOST_GROWTH_MB,
    fuzzed,
    held,
    left_over,
    memory_mb,
    standard_error,
    temporary_key,
)
from serve.raw_asking import ask  # noqa: E402

BUDGETS = ["tokens=20k,time=60s,calls=10", "calls=2", "time=0.5m"]
MOST_SECONDS = 20.0  # for an answer of a model that takes no time
CONFIG = """
[auth.openapi.bearer]
bearer = "{secret}"
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 502, 503]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 404, 429, 502, 503]
"""


def narrowed(port: int, secret: str) -> dict[str, Any]:
    """The server's description, with a few values where it has a rule for all.

    Models are those that it has: any other name is 404 at once, and nothing behind is
    reached. Budgets are large enough for any prompt; and of a header's pattern, the
    generator's coverage phase makes values that do not match it.
    """
    found: dict[str, Any] = ask(port, path="/openapi.json", method="GET").json
    own = {"authorization": f"Bearer {secret}"}
    listed = ask(port, path="/v1/models", method="GET", headers=own).json
    names = [each["id"] for each in listed["data"]]
    schemas = found["components"]["schemas"]
    schemas["Options"]["properties"]["budget"] = {"enum": [*BUDGETS, None]}
    for name in schemas:
        if name.endswith("Request"):
            models = {"enum": [*names, "", None, "none-such"]}
            schemas[name]["properties"]["model"] = models
    for path in found["paths"].values():
        for header in path.get("post", {}).get("parameters", ()):
            if header["name"] == "x-assay-budget":
                header["schema"] = {"enum": BUDGETS}
    return found


def command(
    folder: Path, port: int, secret: str, options: argparse.Namespace
) -> list[str]:
    """How schemathesis is run."""
    config = CONFIG.format(secret=secret)
    (folder / "schemathesis.toml").write_text(config, encoding="utf-8")
    description = folder / "openapi.json"
    description.write_text(json.dumps(narrowed(port, secret)), encoding="utf-8")
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(folder / "schemathesis.toml")),
        "run",
        str(description),
        *("--url", f"http://127.0.0.1:{port}"),
        *("--generation-with-security-parameters", "false"),
        *("--checks", "all"),
        *_how_long(options),
        *("--max-response-time", str(MOST_SECONDS)),
        *("--request-timeout", str(3 * MOST_SECONDS)),
        *("--seed", str(options.seed)),
        *("--generation-database", "none"),
        *("--output-sanitize", "false"),  # the key is gone afterwards
        "--continue-on-failure",
        "--no-color",
    ]


def _how_long(options: argparse.Namespace) -> list[str]:
    if options.examples is None:
        return ["--max-time", str(options.seconds)]
    return ["--phases", "fuzzing", "--max-examples", str(options.examples)]


def main() -> int:
    """Fuzz, print what was found, and say whether it was nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--examples", type=int, help="so many of each, and no more")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, temporary_key() as (keys, secret):
        folder = Path(name)
        log = folder / "stderr"
        with standard_error(log), fuzzed(keys, secret) as server:
            before, memory = held(server), memory_mb()
            begun = time.monotonic()
            args = command(folder, server.port, secret, options)
            ended = subprocess.run(args, cwd=folder, check=False)
            took = time.monotonic() - begun
            found = left_over(server, before)
            grown = memory_mb() - memory
            n_answered = server.uvicorn.server_state.total_requests
        printed = log.read_text(encoding="utf-8", errors="replace")
    if ended.returncode:
        found.append(f"schemathesis found something (status {ended.returncode})")
    if grown > MOST_GROWTH_MB:
        found.append(f"memory grew by {grown:.0f} MB")
    if "Traceback" in printed:
        found.append("a traceback was printed:\n" + printed[-4000:])
    print(f"{n_answered} requests in {took:.0f} s, memory {grown:+.0f} MB")
    print("\n".join(found) or "nothing was found")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
