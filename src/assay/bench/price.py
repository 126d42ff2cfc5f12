"""What an attempt cost in money, by prices that the user states in a TOML file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from assay.errors import ConfigError
from assay.types.results import Attempt

JOULES_PER_KWH = 3.6e6
SECONDS_PER_YEAR = 365.25 * 86_400
_Table = TypeVar("_Table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Electricity:
    """Price of energy, and the power to assume where joules are not measured."""

    per_kwh: float
    watts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """A computer's price, spread over the seconds in which it is put to use."""

    price: float
    life_years: float
    utilisation: float  # share of its life in which it works, above 0 and at most 1

    @property
    def per_second(self) -> float:
        """Money for a second of use."""
        return self.price / (self.life_years * SECONDS_PER_YEAR * self.utilisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Prices of a service for a million tokens. Cached ones cost as others if unset."""

    per_million_prompt: float
    per_million_completion: float
    per_million_cached: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """All that the user states. What is None costs nothing, except if all are."""

    currency: str
    electricity: Electricity | None = None
    hardware: Hardware | None = None
    api: Api | None = None


_SECTIONS: dict[str, type[Electricity | Hardware | Api]] = {
    "electricity": Electricity,
    "hardware": Hardware,
    "api": Api,
}
_ABOVE_ZERO = ("life_years", "utilisation")


def read_prices(path: Path) -> Prices:
    """Read a price table.

    Raises:
        ConfigError: the file cannot be read, holds an unknown or misses a needed name,
            or a value is no number of 0 or more.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read the prices in {str(path)!r}: {error}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{str(path)!r} is not TOML: {error}") from error
    _require_known(tables, ("currency", *_SECTIONS), "", path)
    currency = tables.get("currency")
    if not isinstance(currency, str) or not currency.strip():
        raise ConfigError(
            f"{str(path)!r} names no currency; begin it with, say, currency = 'EUR'"
        )
    prices = Prices(
        currency=currency.strip(),
        electricity=_read(tables, "electricity", Electricity, path),
        hardware=_read(tables, "hardware", Hardware, path),
        api=_read(tables, "api", Api, path),
    )
    if not (prices.electricity or prices.hardware or prices.api):
        raise ConfigError(
            f"{str(path)!r} states no price; give [electricity], [hardware] or [api]"
        )
    return prices


def _read(
    tables: Mapping[str, Any], section: str, kind: type[_Table], path: Path
) -> _Table | None:
    if section not in tables:
        return None
    table = tables[section]
    if not isinstance(table, dict):
        raise ConfigError(
            f"{section!r} in {str(path)!r} is {table!r}; make it a table, [{section}]"
        )
    known = [field.name for field in fields(_SECTIONS[section])]
    _require_known(table, known, f"{section}.", path)
    for name, value in table.items():
        _require_number(name, value, f"'{section}.{name}' in {str(path)!r}")
    missing = [name for name in known if name not in table and name not in _MAY_LACK]
    if missing:
        raise ConfigError(
            f"[{section}] in {str(path)!r} lacks {' and '.join(map(repr, missing))}"
        )
    return kind(**{name: float(value) for name, value in table.items()})


_MAY_LACK = ("watts", "per_million_cached")


def _require_known(
    names: Mapping[str, Any],
    known: tuple[str, ...] | list[str],
    prefix: str,
    path: Path,
) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; did you mean '{prefix}{near[0]}'?" if near else ""
            told = ", ".join(f"'{prefix}{each}'" for each in known)
            raise ConfigError(
                f"unknown price '{prefix}{name}' in {str(path)!r}"
                f"{hint or f'; there are {told}'}"
            )


def _require_number(name: str, value: Any, told: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigError(f"{told} is {value!r}, which is not a number")
    if not isfinite(value) or value < 0:
        raise ConfigError(f"{told} is {value!r}; give a number of 0 or more")
    if name in _ABOVE_ZERO and not value:
        raise ConfigError(f"{told} is {value!r}; give a number above 0")
    if name == "utilisation" and value > 1:
        raise ConfigError(f"{told} is {value!r}; give a share, at most 1")


def money(prices: Prices, attempt: Attempt) -> float | None:
    """What an attempt cost, in the currency of the prices. None: not known.

    An `endpoint:` arm elsewhere is paid by the token, `[api]`. Everything else is paid
    by this computer's energy and wear, `[electricity]` and `[hardware]`, or by the
    token too where the user states neither. Seconds are wall seconds: two attempts at
    a time are each charged the whole computer.
    """
    is_local = prices.electricity is not None or prices.hardware is not None
    if prices.api and (_is_elsewhere(attempt.arm) or not is_local):
        return _by_token(prices.api, attempt)
    if not is_local or _is_elsewhere(attempt.arm):
        return None
    energy = _by_energy(prices.electricity, attempt) if prices.electricity else 0.0
    wear = prices.hardware.per_second * attempt.seconds if prices.hardware else 0.0
    return None if energy is None else energy + wear


def _is_elsewhere(arm: str) -> bool:
    """Whether an arm is a service on another computer.

    >>> _is_elsewhere("endpoint:http://127.0.0.1:8080/v1#m"), _is_elsewhere("bon:8")
    (False, False)
    >>> _is_elsewhere("endpoint:https://api.example.com/v1#m")
    True
    """
    if not arm.startswith("endpoint:"):
        return False
    host = urlsplit(arm.removeprefix("endpoint:")).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _by_token(api: Api, attempt: Attempt) -> float | None:
    if attempt.usage is None:
        return None
    cached = attempt.usage.cached_prompt_tokens
    for_cached = api.per_million_cached
    if for_cached is None:
        for_cached = api.per_million_prompt
    total = (
        (attempt.usage.prompt_tokens - cached) * api.per_million_prompt
        + cached * for_cached
        + attempt.usage.completion_tokens * api.per_million_completion
    )
    return total / 1e6


def _by_energy(electricity: Electricity, attempt: Attempt) -> float | None:
    joules = attempt.joules
    if joules is None and electricity.watts is not None:
        joules = electricity.watts * attempt.seconds
    return None if joules is None else joules / JOULES_PER_KWH * electricity.per_kwh
