"""Which tier a computer gets, where what the strongest needs is really missing."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import anyio
import pytest

from assay.errors import JudgeUnavailable, UsageError
from assay.judging.executor import Executor
from assay.judging.guarantees import GUARANTEES, HELD, TIERS, missing
from judging import other_users
from judging.other_users import AS_NOBODY, DENIED, PYTHONPATH
from judging.tiers import (
    ONE_PROCESS,
    ORDINARY,
    WITHOUT_PROC,
    needs_landlock,
    rows,
    run,
)


@needs_landlock
def test_a_weaker_tier_is_told_of_once_and_names_what_would_mend_it() -> None:
    told = run(DENIED, "auto", {})
    (warning,) = told["logged"]
    assert "weaker sandbox 'landlock'" in warning
    assert "sudo sysctl -w user.max_user_namespaces=15000" in warning
    assert told["guarantees"] == sorted(HELD[ONE_PROCESS])


@needs_landlock
def test_what_is_required_is_had_or_nothing_runs() -> None:
    told = run(DENIED, "auto", {}, require=("net", "processes"))
    assert told["error"].startswith("JudgeUnavailable: the sandbox 'landlock' does not")
    assert "'processes'" in told["error"]
    assert "'net'" not in told["error"]
    assert "user.max_user_namespaces" in told["error"]
    assert "tier" in run(DENIED, "auto", {}, require=("net", "tree_kill", "nproc"))


def test_a_tier_that_is_asked_for_is_not_exchanged_for_another() -> None:
    told = run(DENIED, "namespaces", {})
    assert told["error"].startswith("JudgeUnavailable: no sandbox here: ")
    assert "user.max_user_namespaces" in told["error"]
    assert "--unsafe-no-sandbox" in told["error"]


MASKED = "mount --bind /dev/null /proc/version && exec"


def test_without_a_proc_of_its_own_a_job_sees_none_and_finds_its_input() -> None:
    sources = {name: source for name, (source, _) in ORDINARY.items()}
    for name in ("opened output", "its own status"):
        del sources[name]
    again = {f"{name} {n}": source for name, source in sources.items() for n in "23"}
    sources |= again | {
        "processes": "import os; print(os.listdir('/proc'))",
        "children": (
            "import os, sys\n"
            "if os.fork() == 0: print(5); sys.stdout.flush(); os._exit(0)\n"
            "os.wait()"
        ),
        "time of children": (
            "import os\n"
            "if os.fork() == 0:\n"
            "    if os.fork() == 0:\n"
            "        os.setsid()\n"
            "        while True: pass\n"
            "    os._exit(0)\n"
            "import time; time.sleep(60)"
        ),
        "memory of children": (
            "import os, time\n"
            "for _ in range(6):\n"
            "    if os.fork() == 0: x = bytearray(90 << 20); time.sleep(60)\n"
            "time.sleep(60)"
        ),
    }
    told = run_masked(sources)
    assert told["tier"] == WITHOUT_PROC
    assert set(told["guarantees"]) == set(GUARANTEES)
    assert "systempaths=unconfined" in told["logged"][0]
    seen = told["seen"]
    assert seen.pop("time of children")[0] == "time_limit"
    assert seen.pop("memory of children")[0] == "memory_limit"
    wanted = {name: text for name, (_, text) in ORDINARY.items()}
    wanted |= {name: wanted[name[:-2]] for name in again}
    wanted |= {"processes": "[]\n", "children": "5\n"}
    assert seen == {name: ["finished", wanted[name], ""] for name in seen}


def run_masked(sources: dict[str, str]) -> dict[str, Any]:
    """Run programs where no /proc can be mounted, as in a container that masks it."""
    ordinary = other_users._command(AS_NOBODY)
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    command = [*ordinary[:-1], *shell, f'{MASKED} "$0" "$@"']
    env = {"PYTHONPATH": PYTHONPATH, "PATH": os.defpath, "TMPDIR": "/tmp"}
    tried = subprocess.run(
        [*command, "true"], env=env, capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("no /proc can be masked here")
    done = subprocess.run(
        [*command, ordinary[-1], "-m", "judging.rows_in_a_tier"],
        input=json.dumps({"backend": "auto", "require": [], "rows": rows(sources)}),
        capture_output=True,
        text=True,
        timeout=110,
        cwd="/",
        env=env,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_unknown_backends_and_guarantees_are_usage_errors() -> None:
    async def opened(**kwargs: Any) -> None:
        async with Executor.open(slots=1, **kwargs):
            pass

    with pytest.raises(UsageError, match="unknown sandbox backend 'docker'"):
        anyio.run(lambda: opened(backend="docker"))
    with pytest.raises(UsageError, match="unknown guarantee 'network'"):
        anyio.run(lambda: opened(require=frozenset({"network"})))
    with pytest.raises(JudgeUnavailable, match="'none' does not guarantee 'net'"):
        anyio.run(lambda: opened(unsafe=True, require=frozenset({"net"})))


def test_every_tier_guarantees_what_the_vocabulary_knows() -> None:
    assert set(TIERS) < set(HELD)
    for held in HELD.values():
        assert held <= set(GUARANTEES)
    assert missing({"net"}, {"files", "net", "ipc"}) == ("files", "ipc")
