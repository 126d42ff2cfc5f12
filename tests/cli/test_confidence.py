"""Which calibration a solve and a run take of a model."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from math import inf
from pathlib import Path

import pytest

from assay.cli.confidence import table_file, table_for, told_of
from assay.cli.solving import method
from assay.config import Config, SolveConfig
from assay.memory.calibration import confidence, fit
from assay.memory.tables import shipped_table, table_text
from assay.models.catalog import CATALOG
from assay.solve import Recipe, calibrated
from assay.types import ModelIdentity
from memory.rows import drawn, features

POOLS = Path(__file__).parent.parent.parent / "benchmarks" / "search" / "pools"
SHIPPED = ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b")
ENTRY = next(entry for entry in CATALOG if entry.name == SHIPPED[1])
MODEL = ModelIdentity(name=ENTRY.name, engine="llama", sha256=ENTRY.sha256)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def written(path: Path, run: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table_text(replace(fit(drawn(100)), run=run)))
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_is_that_of_the_committed_pool(name: str) -> None:
    table = shipped_table(name)
    assert table is not None
    pool = POOLS / f"{name}.jsonl.gz"
    assert table.dataset_sha256 == sha256(pool.read_bytes()).hexdigest()
    assert (table.model, table.n_tasks > 100) == (name, True)
    assert "half 'choosing'" in told_of(table)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_is_less_sure_of_what_fewer_agree_on(name: str) -> None:
    table = shipped_table(name)
    assert table is not None
    told = [confidence(table, features(share=n / 10)) for n in range(11)]
    assert all(each is not None and 0 < each < 1 for each in told)
    assert told == sorted(told, key=lambda each: each or 0)


def test_without_another_the_shipped_one_is_taken() -> None:
    assert table_for(Config(), MODEL) == shipped_table(ENTRY.name)


@pytest.mark.parametrize("sha256", [None, "0" * 64])
def test_a_model_of_the_same_name_is_not_the_catalogs(sha256: str | None) -> None:
    assert table_for(Config(), replace(MODEL, sha256=sha256)) is None


def test_the_users_own_goes_before_it() -> None:
    written(table_file(MODEL), "own")
    found = table_for(Config(), MODEL)
    assert found is not None
    assert found.run == "own"


def test_the_one_that_the_settings_name_goes_before_all(tmp_path: Path) -> None:
    written(table_file(MODEL), "own")
    path = written(tmp_path / "t.json", "named")
    config = Config(solve=SolveConfig(calibration=path))
    found = table_for(config, MODEL)
    assert found is not None
    assert found.run == "named"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_ends_a_search_and_one_of_final_answers_does_not(
    name: str,
) -> None:
    shipped, own = shipped_table(name), fit(drawn(100))
    assert calibrated(Recipe(), shipped).sure_at == Recipe().sure_at
    assert calibrated(Recipe(), own).sure_at == inf
    assert calibrated(Recipe(), own).confidence is not None
    assert calibrated(Recipe(), None) == Recipe()


def test_the_setting_reaches_the_recipe() -> None:
    recipe, _ = method(Config(solve=SolveConfig(sure_at=0.9)))
    assert recipe.sure_at == 0.9
