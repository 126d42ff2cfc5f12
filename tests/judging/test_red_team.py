"""What attackers tried that no test tried before them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assay.cli.verdicts import row_line
from assay.errors import UsageError
from assay.judging import usage
from assay.judging.cache import ObservationCache
from assay.judging.corpus import CorpusRow, JudgedRow, read_line
from assay.judging.recall import Recall, digest
from assay.types import Call, CaseResult, Limits, Status, Verdict

if TYPE_CHECKING:
    from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=1.0, wall_s=20.0)
FRAIL = "def f(x):\n    if x == 1: raise ValueError\n    return repr(x)"
# Becomes a program that is smaller than the zygote, and fills buffers of the kernel.
KERNEL_MEMORY = r'''
import os
os.execv("/usr/bin/perl", ["perl", "-e", r"""
use Socket;
for (1 .. 14) { last unless fork() }
my @kept;
while (socketpair(my $one, my $two, AF_UNIX, SOCK_STREAM, PF_UNSPEC)) {
    for my $each ($one, $two) {
        fcntl($each, 4, 2048);
        while (defined(syswrite($each, "x" x 65536))) {}
    }
    push @kept, $one, $two;
}
sleep 3;
"""])
'''


@pytest.fixture
def kept(sandbox: Sandbox, tmp_path: Path) -> Iterator[Sandbox]:
    """The sandbox of all tests, with a cache for one of them."""
    cache = ObservationCache(tmp_path / "observations.sqlite")
    sandbox.executor._recall = Recall(cache, digest("here"))
    yield sandbox
    sandbox.executor._recall = None
    cache.close()


def outcomes(sandbox: Sandbox, arguments: list[Any], stop_at: Status) -> list[Any]:
    async def run() -> list[Any]:
        calls = [Call(args=(each,)) for each in arguments]
        stop = frozenset({stop_at})
        seen = await sandbox.executor.run_calls(FRAIL, "f", calls, LIMITS, stop_at=stop)
        return [each.value or each.status for each in seen]

    return sandbox.portal.call(run)


def test_calls_that_stop_elsewhere_are_other_calls(kept: Sandbox) -> None:
    ended = outcomes(kept, [1, 2], Status.RUNTIME_ERROR)
    assert ended == [Status.RUNTIME_ERROR, Status.SKIPPED]
    assert outcomes(kept, [1, 2], Status.TIME_LIMIT) == [Status.RUNTIME_ERROR, "2"]


def test_inputs_that_are_not_plain_are_not_taken_for_each_other(kept: Sandbox) -> None:
    one = outcomes(kept, [bytearray(b"one")], Status.TIME_LIMIT)
    two = outcomes(kept, [[{"x": bytearray(b"two")}]], Status.TIME_LIMIT)
    other = outcomes(kept, [[{"x": bytearray(b"other")}]], Status.TIME_LIMIT)
    assert "one" in one[0]
    assert "two" in two[0]
    assert "other" in other[0]


def test_processes_that_keep_each_other_waiting_were_not_starved_by_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(path: str) -> str:
        if path.endswith("schedstat"):
            return "1000000000 2000000000 7"  # each ran a second and waited two
        return "9 (x) R 1 9 " + "0 " * 8 + "100 " + "0 " * 40

    monkeypatch.setattr(usage, "_read", read)
    monkeypatch.setattr(os, "listdir", lambda _path: ["7", "8", "9"])
    used = usage.of_job("namespaces", 7, -1, "", exact=False)
    assert used["cpu_s"] == pytest.approx(3.0)
    assert used["delay_s"] == pytest.approx(0.0)


@pytest.mark.parametrize("mode", ["program", "function"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("cpu_s", value) for value in (0, -1.0, math.nan, math.inf, 1e300, "4")),
        *(("wall_s", value) for value in (0.0, -1.0, math.nan, math.inf)),
        *(("memory_mb", value) for value in (0, -5, 2.5, 10**30, True, None)),
        *(("output_kb", value) for value in (0, -1, 10**30, None)),
        *(("disk_mb", value) for value in (0, -1, 1.5, 10**30)),
        *(("processes", value) for value in (0, -1, 10**30)),
        *(("files", value) for value in (0, -1, 3, 10**30)),
    ],
)
def test_a_limit_that_is_none_is_the_users_error(
    sandbox: Sandbox, name: str, value: Any, mode: str
) -> None:
    limits = Limits(**{name: value})
    run: Any = partial(sandbox.stdin, "print(5)")
    if mode == "function":
        run = partial(sandbox.calls, "def f(): return 5", "f", [()])
    with pytest.raises(UsageError, match=f"the limit {name} is"):
        run(limits=limits)


def test_limits_above_what_the_computer_allows_are_what_it_allows(
    sandbox: Sandbox,
) -> None:
    most = {each.name: 1 << 20 for each in fields(Limits)}
    limits = Limits(**{**most, "cpu_s": 3600, "wall_s": 60})
    assert sandbox.stdin("print(5)", limits=limits).stdout == "5\n"


def test_the_name_of_a_case_cannot_command_the_terminal() -> None:
    case = {"name": "n\x1b[2J", "stdin": "", "expected": "5"}
    named = {"id": "x\x1b[2J", "mode": "stdin", "source": "", "cases": [case]}
    row = read_line(json.dumps(named).encode(), 1)
    assert isinstance(row, CorpusRow)
    result = CaseResult(status=Status.RUNTIME_ERROR, name="n\x1b[2J", got_text="bad")
    verdict = Verdict(candidate=row.candidate, results=(result,))
    judged = JudgedRow(row=row, status=verdict.status, verdict=verdict)
    assert "\x1b" not in row_line(judged)
    assert "n\\x1b[2J: bad" in row_line(judged)


@pytest.mark.skipif(not Path("/usr/bin/perl").exists(), reason="there is no perl here")
def test_memory_of_the_kernel_is_not_laid_to_the_zygote(sandbox: Sandbox) -> None:
    limits = Limits(cpu_s=3.0, wall_s=20.0, memory_mb=64)
    seen = sandbox.stdin(KERNEL_MEMORY, limits=limits)
    assert seen.status in (Status.MEMORY_LIMIT, Status.FINISHED)  # or nobody counts it
    assert sandbox.stdin("print(2)").stdout == "2\n"
