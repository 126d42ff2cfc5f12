"""Runs that are not made again, and those that always are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judging.cache import ObservationCache
from assay.judging.executor import Executor
from assay.judging.place import file_name, installed, place
from assay.judging.recall import Recall, digest, is_lasting
from assay.judging.wire import WireError
from assay.types import Call, Isolation, Limits, Observation, Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=1.0, wall_s=20.0)
SEEN = Observation(status=Status.FINISHED)
RANDOM = "import os; print(os.urandom(8).hex(), input())"
TICKS = """import os
n = 0
def f(x):
    global n
    n += 1
    return (n, os.urandom(8))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "observations.sqlite"


@pytest.fixture
def cache(file: Path) -> Iterator[ObservationCache]:
    opened = ObservationCache(file)
    yield opened
    opened.close()


@pytest.fixture
def kept(sandbox: Sandbox, cache: ObservationCache) -> Iterator[Sandbox]:
    """The sandbox of all tests, with a cache for one of them."""
    executor = sandbox.executor
    executor._recall = Recall(cache, digest("here"))
    yield sandbox
    executor._recall = None


def texts(
    sandbox: Sandbox, source: str, *given: str, limits: Limits = LIMITS, **more: Any
) -> tuple[Observation, ...]:
    async def run() -> tuple[Observation, ...]:
        return await sandbox.executor.run_stdin(source, given, limits, **more)

    return sandbox.portal.call(run)


def calls(
    sandbox: Sandbox, source: str, *args: Any, limits: Limits = LIMITS, **more: Any
) -> tuple[Observation, ...]:
    async def run() -> tuple[Observation, ...]:
        asked = [Call(args=(arg,)) for arg in args]
        return await sandbox.executor.run_calls(source, "f", asked, limits, **more)

    return sandbox.portal.call(run)


@given(st.data())
def test_equal_names_are_of_equal_values(data: st.DataObject) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
        max_leaves=8,
    )
    first, second = data.draw(values), data.draw(values)
    same = repr(first) == repr(second)
    assert (digest(first) == digest(second)) is same
    assert digest(first, second) != digest((first, second))


def test_a_run_that_was_made_is_not_made_again(
    kept: Sandbox, cache: ObservationCache
) -> None:
    n_before = kept.executor.n_runs
    first = texts(kept, RANDOM, "a", "b")
    again = texts(kept, RANDOM, "b", "c", "a")
    assert (again[2], again[0]) == first
    assert again[1].stdout.endswith("c\n")
    assert kept.executor.n_runs - n_before == 3
    assert (cache.n_hits, cache.n_misses) == (2, 3)


@pytest.mark.parametrize(
    "more",
    [
        {"setup": "import sys"},
        {"limits": replace(LIMITS, memory_mb=511)},
        {"limits": replace(LIMITS, wall_s=21.0)},
        {"source": RANDOM + " "},
        {"given": "a\n"},
    ],
)
def test_another_program_input_or_limit_is_another_run(
    kept: Sandbox, more: dict[str, Any]
) -> None:
    (first,) = texts(kept, RANDOM, "a")
    source, given = more.pop("source", RANDOM), more.pop("given", "a")
    (other,) = texts(kept, source, given, **more)
    assert other.stdout != first.stdout


def test_another_place_is_another_run(kept: Sandbox, cache: ObservationCache) -> None:
    (first,) = texts(kept, RANDOM, "a")
    kept.executor._recall = Recall(cache, digest("there"))
    (other,) = texts(kept, RANDOM, "a")
    assert other.stdout != first.stdout


def test_runs_in_order_stop_at_a_failure_that_is_kept_too(kept: Sandbox) -> None:
    source = "import os\nn = int(input())\nprint(os.urandom(8).hex())\n1 / n"
    (failed,) = texts(kept, source, "0")
    (late,) = texts(kept, source, "3")
    seen = texts(kept, source, "1", "2", "0", "3", "4", stop_at_failure=True)
    assert [each.status for each in seen] == [
        *[Status.FINISHED] * 2,
        Status.RUNTIME_ERROR,
        *[Status.SKIPPED] * 2,
    ]
    assert seen[2] == failed
    assert seen[3].isolation == failed.isolation
    again = texts(kept, source, "1", "2", "3", "4", stop_at_failure=True)
    assert again[:2] == seen[:2]
    assert again[2] == late
    assert again[3].status is Status.FINISHED


def test_calls_are_one_run_as_a_whole(kept: Sandbox) -> None:
    first = calls(kept, TICKS, 1, 1)
    assert [seen.value[0] for seen in first] == [1, 2]
    assert calls(kept, TICKS, 1, 1) == first
    longer = calls(kept, TICKS, 1, 1, 1)
    assert longer[0].value[1] != first[0].value[1]
    forked = calls(kept, TICKS, 1, 1, fork=True)
    assert [seen.value[0] for seen in forked] == [1, 1]


def test_calls_after_a_limit_are_kept_as_skipped(kept: Sandbox) -> None:
    source = "import os\ndef f(x):\n    while x: pass\n    return os.urandom(8)"
    stop_at = frozenset({Status.TIME_LIMIT})
    quick = replace(LIMITS, cpu_s=0.2)
    first = calls(kept, source, 0, 1, 0, limits=quick, stop_at=stop_at)
    statuses = [seen.status for seen in first]
    assert statuses == [Status.FINISHED, Status.TIME_LIMIT, Status.SKIPPED]
    assert calls(kept, source, 0, 1, 0, limits=quick, stop_at=stop_at) == first
    on = calls(kept, source, 0, 1, 0, limits=quick)
    assert on[2].status is Status.FINISHED


def test_what_others_may_have_caused_is_run_again(kept: Sandbox) -> None:
    source = "import os, time; print(os.urandom(8).hex(), flush=True); time.sleep(30)"
    brief = Limits(cpu_s=2.0, wall_s=0.3)
    first, again = (texts(kept, source, "", limits=brief)[0] for _ in range(2))
    assert first.status is again.status is Status.TIME_LIMIT
    assert first.stdout != again.stdout
    burning = replace(SEEN, status=Status.TIME_LIMIT, cpu_s=2.1)
    assert is_lasting(burning, brief)
    assert not is_lasting(replace(burning, cpu_s=1.9), brief)
    assert not is_lasting(replace(SEEN, status=Status.SANDBOX_FAILURE), brief)
    assert not is_lasting(replace(SEEN, status=Status.SKIPPED), brief)


def test_a_deep_argument_is_refused_as_it_is_without_a_cache(kept: Sandbox) -> None:
    deep: Any = 0
    for _ in range(500):
        deep = [deep]
    with pytest.raises(WireError, match="nested deeper"):
        calls(kept, "def f(x): return 1", deep)


def test_an_executor_opens_its_cache_and_says_where_it_is(file: Path) -> None:
    async def run() -> tuple[Observation, ...]:
        async with Executor.open(slots=1, cache=file) as executor:
            return await executor.run_stdin(RANDOM, ["a"], LIMITS)

    assert anyio.run(run) == anyio.run(run)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_without_a_sandbox_nothing_is_kept(file: Path) -> None:
    async def run() -> tuple[Observation, ...]:
        async with Executor.open(slots=1, unsafe=True, cache=file) as executor:
            return await executor.run_stdin(RANDOM, ["a"], LIMITS)

    (first,), (again,) = anyio.run(run), anyio.run(run)
    assert first.status is Status.FINISHED
    assert first.stdout != again.stdout
    assert not file.exists()


def test_a_place_is_another_at_another_tier_interpreter_or_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    isolation = Isolation(tier="namespaces", guarantees=frozenset({"net"}), detail="x")
    here = place(isolation)
    assert place(isolation) == here
    assert place(replace(isolation, tier="landlock")) != here
    assert place(replace(isolation, guarantees=frozenset())) != here
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert place(isolation) == here
    (tmp_path / "numpy-9.9.dist-info").mkdir()
    assert place(isolation) != here
    assert installed([str(tmp_path), "/nonexistent"]) == ("numpy-9.9.dist-info",)
    other = tmp_path / "python"
    other.write_bytes(b"1")
    monkeypatch.setattr(sys, "executable", str(other))
    elsewhere = place(isolation)
    assert elsewhere != here
    named = file_name(str(other))
    os.utime(other, ns=(1, 1))
    assert file_name(str(other)) != named
    assert place(isolation) != elsewhere
