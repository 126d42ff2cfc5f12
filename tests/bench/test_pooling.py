"""A pooled budget: never more than the pool, easy tasks pay for hard ones."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.bench.pooling import share_pool
from assay.bench.reporting import attempts_of
from assay.bench.store import RunStore
from assay.budget import Limit
from assay.cli.benching import BenchJob, settings_of
from assay.config import load_config
from assay.errors import UsageError
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from bench import running


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 5000), max_size=9),
    st.integers(0, 20_000),
    st.none() | st.integers(1, 3000),
)
def test_a_pool_is_never_overspent(
    wanted: dict[str, int], pool: int, most: int | None
) -> None:
    """Each task wants so many tokens, takes them up to its ceiling, and settles."""

    async def trial(task: str, limit: Limit) -> tuple[int, bool]:
        assert limit.tokens is not None
        assert most is None or limit.tokens <= most
        return min(wanted[task], limit.tokens), wanted[task] <= limit.tokens

    async def main() -> None:
        limit = Limit(tokens=most)
        spent = await share_pool(tuple(wanted), pool, limit, trial)
        assert sum(spent.values()) <= pool
        assert spent.keys() == wanted.keys()
        assert all(spent[task] <= wanted[task] for task in wanted)

    anyio.run(main)


def test_what_easy_tasks_leave_goes_to_the_hard_one() -> None:
    wanted = {"hard": 9000, **{f"easy {n}": 300 for n in range(7)}}

    async def trial(task: str, limit: Limit) -> tuple[int, bool]:
        assert limit.tokens is not None
        return min(wanted[task], limit.tokens), wanted[task] <= limit.tokens

    async def main() -> None:
        spent = await share_pool(tuple(wanted), 10_000, Limit(), trial)
        assert all(spent[task] == 300 for task in wanted if task != "hard")
        assert spent["hard"] > 4 * 10_000 / 8  # far more than an equal share

    anyio.run(main)


def test_a_run_keeps_to_its_pool_and_is_made_from_the_recording(tmp_path: Path) -> None:
    dataset = running.write_dataset(tmp_path / "set.jsonl")
    scripted = Scripted(running.reply)
    pool = 4000

    async def main() -> None:
        with RecordingStore(tmp_path / "r.sqlite") as recordings:
            model = Recorded(scripted, recordings, RecordMode.RECORD)
            chosen = running.settings(
                dataset, "single", "assay", pool_tokens=pool, max_tokens=100
            )
            async with running.ran(tmp_path / "run", chosen, model) as store:
                grants = store.meta()["grants"]["0 assay"]
        assert sum(grants.values()) <= pool
        attempts = [a for a in attempts_of(store_again()) if a.arm == "assay"]
        assert len(attempts) == 4
        spent = 0
        for one in attempts:
            assert one.usage is not None
            assert one.usage.tokens <= grants[one.task]
            spent += one.usage.tokens
        assert spent <= pool
        paid = len(scripted.requests)
        assert paid == len({repr(r) for r in scripted.requests}), "paid once for each"

    def store_again() -> RunStore:
        return running.looked_at(tmp_path / "run")

    anyio.run(main)


@pytest.mark.parametrize(
    ("pool", "more", "words"),
    [
        ("time=3s", {}, "a pool is of tokens alone"),
        ("tokens=2k,calls=3", {}, "a pool is of tokens alone"),
        ("tokens=2k", {"record_mode": "replay"}, "pay for each sample again"),
        ("tokens=2k", {"match": "assay"}, "give one"),
    ],
)
def test_what_a_pool_does_not_go_with_is_refused(
    tmp_path: Path, pool: str, more: dict[str, str], words: str
) -> None:
    dataset = running.write_dataset(tmp_path / "set.jsonl")
    flags = {k: v for k, v in more.items() if k != "match"}
    job = BenchJob(
        config=load_config(flags, environment={"HOME": str(tmp_path)}),
        dataset=str(dataset),
        arms=("assay", "bon") if "match" in more else ("assay",),
        match=more.get("match"),
        pool_budget=pool,
    )
    with pytest.raises(UsageError, match=words):
        settings_of(job)
