"""A price table is read strictly, and what is not known costs None and never 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.bench.price import Prices, money, read_prices
from assay.errors import ConfigError
from assay.types import Usage
from assay.types.results import Attempt, Outcome

LOCAL = """
currency = "EUR"
[electricity]
per_kwh = 0.36
watts = 100
[hardware]
price = 1577.88
life_years = 5
utilisation = 0.5
"""
API = """
[api]
per_million_prompt = 2
per_million_completion = 10
per_million_cached = 0.5
"""
USAGE = Usage(
    prompt_tokens=1_000_000, completion_tokens=100_000, cached_prompt_tokens=400_000
)


def prices_of(folder: Path, text: str) -> Prices:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return read_prices(path)


def attempt(
    arm: str = "assay", *, joules: float | None = None, usage: Usage | None = USAGE
) -> Attempt:
    return Attempt(
        task="t",
        arm=arm,
        seed=0,
        outcome=Outcome.PASSED,
        usage=usage,
        seconds=3600.0,
        joules=joules,
    )


def test_local_attempt_pays_for_energy_and_wear(tmp_path: Path) -> None:
    prices = prices_of(tmp_path, LOCAL)
    wear = 1577.88 / (5 * 365.25 * 86_400 * 0.5) * 3600
    assert money(prices, attempt()) == pytest.approx(0.1 * 0.36 + wear), "by watts"
    got = money(prices, attempt(joules=3.6e6))
    assert got == pytest.approx(0.36 + wear), "what was measured goes before watts"


def test_energy_that_is_not_measured_has_no_price(tmp_path: Path) -> None:
    prices = prices_of(tmp_path, 'currency = "EUR"\n[electricity]\nper_kwh = 0.3')
    assert money(prices, attempt()) is None
    assert money(prices, attempt(joules=0.0)) == 0


def test_service_is_paid_by_the_token_and_less_for_cached_ones(tmp_path: Path) -> None:
    prices = prices_of(tmp_path, LOCAL + API)
    arm = "endpoint:https://api.example.com/v1#large"
    assert money(prices, attempt(arm)) == pytest.approx(1.2 + 0.2 + 1.0)
    assert money(prices, attempt(arm, usage=None)) is None
    uncached = prices_of(tmp_path, LOCAL + API.replace("per_million_cached = 0.5", ""))
    assert money(uncached, attempt(arm)) == pytest.approx(2 + 1)


def test_service_without_its_price_is_not_charged_as_this_computer(
    tmp_path: Path,
) -> None:
    prices = prices_of(tmp_path, LOCAL)
    assert money(prices, attempt("endpoint:https://api.example.com/v1#large")) is None
    for here in ("http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]/v1"):
        got = money(prices, attempt(f"endpoint:{here}#small"))
        assert got == money(prices, attempt())


def test_every_arm_is_paid_by_the_token_where_nothing_else_is_stated(
    tmp_path: Path,
) -> None:
    prices = prices_of(tmp_path, 'currency = "USD"' + API)
    assert money(prices, attempt("assay")) == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[electricity]\nper_kwh = 1", "names no currency"),
        ("currency = 3", "names no currency"),
        ("currency = 'EUR'", "states no price"),
        (
            "currency = 'EUR'\nelectricty = 1",
            r"'electricty'.*did you mean 'electricity'",
        ),
        ("currency = 'EUR'\nelectricity = 1", r"make it a table, \[electricity\]"),
        (
            "currency = 'EUR'\n[electricity]\nperkwh = 1",
            r"'electricity.perkwh'.*did you mean 'electricity.per_kwh'",
        ),
        ("currency = 'EUR'\n[electricity]\nwatts = 1", "lacks 'per_kwh'"),
        ("currency = 'EUR'\n[electricity]\nper_kwh = -1", "0 or more"),
        ("currency = 'EUR'\n[electricity]\nper_kwh = nan", "0 or more"),
        ("currency = 'EUR'\n[electricity]\nper_kwh = inf", "0 or more"),
        ("currency = 'EUR'\n[electricity]\nper_kwh = true", "not a number"),
        ("currency = 'EUR'\n[electricity]\nper_kwh = '1'", "not a number"),
        (LOCAL.replace("= 0.5", "= 0"), "above 0"),
        (LOCAL.replace("= 0.5", "= 1.5"), "at most 1"),
        ("currency = ", "not TOML"),
    ],
)
def test_wrong_table_is_refused_with_the_reason(
    tmp_path: Path, text: str, wanted: str
) -> None:
    with pytest.raises(ConfigError, match=wanted):
        prices_of(tmp_path, text)


def test_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the prices in .*none\.toml"):
        read_prices(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"currency = '\xe9'")
    with pytest.raises(ConfigError, match="cannot read the prices"):
        read_prices(tmp_path / "latin.toml")
