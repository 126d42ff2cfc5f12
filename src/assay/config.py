"""Settings, and where each value came from.

One rule maps the names: the setting `max_tokens` of the room `solve` is `--max-tokens`
on the command line, `ASSAY_MAX_TOKENS` in the environment and `max_tokens` under
`[solve]` in `assay.toml`. Order: defaults < the user file < the project
`assay.toml` < environment < flags. An unknown name is an error; None is unset, 0 is 0.
Resolved once, in a door.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from assay.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Which model answers, and how its engine is run."""

    model: str = "qwen2.5-coder-1.5b"  # a catalog name, an added name, or a .gguf path
    base_url: str | None = None  # an OpenAI-compatible endpoint instead of the engine
    api_key: str | None = None
    context_length: int = 8192  # tokens per request, embedded engine
    slots: int | None = None  # requests in flight; None: what this computer gains from
    threads: int | None = None  # None: one per core
    models_dir: Path | None = None  # None: the user's cache folder
    hf_endpoint: str = "https://huggingface.co"
    offline: bool = False
    idle_timeout: float = 300.0  # seconds without a byte from the model


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveConfig:
    """How a problem is searched."""

    n_max: int = 16  # samples at most
    max_tokens: int = 1024  # of one completion
    temperature: float = 0.7
    top_p: float = 0.95
    seed: int = 0
    n_inputs: int = 30
    stop_at: float = 0.85
    sure_at: float = 0.85  # calibrated confidence that ends a search
    budget: str | None = None  # tokens=20k,time=120s,calls=30
    recordings: Path | None = None  # None: completions are not kept
    record_mode: str = "record"  # record | replay | replay-only
    trace_dir: Path | None = None  # None: the user's state folder
    trace: bool = True
    calibration: Path | None = None  # None: the model's own, else what ships
    abstain_below: float = 0.0  # confidence from which an answer is handed out


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """How programs are run."""

    cpu_limit: float | None = None  # seconds a run; None: the problem's, else 4
    memory_limit: int | None = None  # MB a process; None: the problem's, else 512
    sandbox_slots: int | None = None  # None: one per core


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingConfig:
    """In what sandbox programs are run, and what is kept of what they did."""

    backend: str = "auto"  # or a tier, bubblewrap, container
    image: str | None = None  # of a container; None: a plain Python
    cache: bool = False  # off: a program may use the time, or random numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchConfig:
    """Where benchmark runs and datasets are kept."""

    runs: Path | None = None  # None: the user's state folder
    datasets: Path | None = None  # None: the user's cache folder
    endpoint_key: str | None = None  # of `endpoint:` arms at other hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """Where the server listens, whom it answers, and for how long it solves."""

    host: str = "127.0.0.1"
    port: int = 7700
    api_keys: Path | None = None  # None: anybody on this computer may ask
    per_minute: int | None = None  # requests of each key; None: as many as come
    allow_host: tuple[str, ...] = ()  # more names under which it is asked
    allow_origin: tuple[str, ...] = ()  # origins whose pages may ask
    solve_time: float = 1800.0  # seconds of a solve, where `budget` has no time
    log_contents: bool = False  # what is asked and answered, in the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. `origins` says of each where its value came from."""

    model: ModelConfig = ModelConfig()
    solve: SolveConfig = SolveConfig()
    sandbox: SandboxConfig = SandboxConfig()
    judging: JudgingConfig = JudgingConfig()
    bench: BenchConfig = BenchConfig()
    serve: ServeConfig = ServeConfig()
    origins: Mapping[str, str] = field(default_factory=dict)


ROOMS: dict[str, type] = {
    "model": ModelConfig,
    "solve": SolveConfig,
    "sandbox": SandboxConfig,
    "judging": JudgingConfig,
    "bench": BenchConfig,
    "serve": ServeConfig,
}
SECRET = frozenset({"api_key", "endpoint_key"})
RANGES: dict[str, tuple[float, float]] = {  # least and most, both allowed
    "context_length": (1, inf),
    "slots": (1, inf),
    "threads": (1, inf),
    "idle_timeout": (0.1, inf),
    "n_max": (0, inf),
    "max_tokens": (1, inf),
    "temperature": (0, inf),
    "top_p": (0, 1),
    "n_inputs": (0, inf),
    "stop_at": (0, inf),
    "sure_at": (0, inf),
    "abstain_below": (0, 1),
    "cpu_limit": (0.01, inf),
    "memory_limit": (1, inf),
    "sandbox_slots": (1, inf),
    "port": (1, 65535),
    "per_minute": (1, inf),
    "solve_time": (1, inf),
}


def setting_names() -> dict[str, str]:
    """Each setting and its room."""
    return {f.name: room for room, kind in ROOMS.items() for f in fields(kind)}


def load_config(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    project_dir: Path | None = None,
    user_file: Path | None = None,
) -> Config:
    """Resolve all settings.

    Args:
        flags: What the command line gave; None values are not given.
        environment: Where `ASSAY_*` is looked up; the process's own if not told.
        project_dir: Where `assay.toml` is looked for; the working folder if not told.
        user_file: The user's own file; `~/.config/assay/assay.toml` if not told.

    Raises:
        ConfigError: an unknown name or a wrong value, with the place it stands in.
    """
    environment = os.environ if environment is None else environment
    config = Config()
    project = (project_dir or _working_folder()) / "assay.toml"
    for path in (user_file or config_home(environment) / "assay.toml", project):
        for name, value in _read_file(path).items():
            config = _set(config, name, value, str(path))
    for variable, text in sorted(environment.items()):
        if variable.startswith("ASSAY_"):
            name = variable.removeprefix("ASSAY_").lower()
            config = _set(config, name, text, variable)
    for name, value in (flags or {}).items():
        if value is not None:
            config = _set(config, name, value, f"--{name.replace('_', '-')}")
    return config


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed while a shell was in it
        return Path()


def config_home(environment: Mapping[str, str]) -> Path:
    """The user's settings folder."""
    home = environment.get("HOME") or "/nonexistent"
    return Path(environment.get("XDG_CONFIG_HOME") or f"{home}/.config") / "assay"


def cache_home(environment: Mapping[str, str]) -> Path:
    """The user's cache folder, where models are kept."""
    home = environment.get("HOME") or "/nonexistent"
    return Path(environment.get("XDG_CACHE_HOME") or f"{home}/.cache") / "assay"


def observations_file(config: Config, environment: Mapping[str, str]) -> Path | None:
    """Where observations are kept, or None if they are not to be."""
    if not config.judging.cache:
        return None
    return cache_home(environment) / "observations.sqlite"


def state_home(environment: Mapping[str, str]) -> Path:
    """The user's state folder, where traces and logs are kept."""
    home = environment.get("HOME") or "/nonexistent"
    return Path(environment.get("XDG_STATE_HOME") or f"{home}/.local/state") / "assay"


# Set in the environment for other purposes than a setting of the same name.
_NOT_SETTINGS = frozenset({"shared"})


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read the settings in {str(path)!r}: {error}"
        ) from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{str(path)!r} is not TOML: {error}") from error
    found: dict[str, Any] = {}
    for room, table in tables.items():
        if room not in ROOMS or not isinstance(table, dict):
            raise ConfigError(
                f"unknown section [{room}] in {str(path)!r}"
                f"{_suggest(room, ROOMS)}; there are [model], [solve], [sandbox], "
                "[judging], [bench] and [serve]"
            )
        known = {f.name for f in fields(ROOMS[room])}
        for name, value in table.items():
            if name not in known:
                raise ConfigError(
                    f"unknown setting '{room}.{name}' in {str(path)!r}"
                    f"{_line_of(text, name)}{_suggest(name, known, room + '.')}"
                )
            found[name] = value
    return found


def _line_of(text: str, name: str) -> str:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith(name):
            return f" line {number}"
    return ""


def _suggest(name: str, known: Any, prefix: str = "") -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{prefix}{near[0]}'?" if near else ""


def _set(config: Config, name: str, value: Any, origin: str) -> Config:
    rooms = setting_names()
    if name in _NOT_SETTINGS:
        return config
    if name not in rooms:
        raise ConfigError(
            f"unknown setting {origin}{_suggest_for(name, origin, rooms)}"
        )
    room = rooms[name]
    kind = get_type_hints(ROOMS[room])[name]
    is_in_file = not origin.startswith(("ASSAY_", "--"))
    told = f"'{room}.{name}' in {origin}" if is_in_file else origin
    converted = _convert(value, kind, told)
    _require_range(name, converted, told)
    changed = replace(getattr(config, room), **{name: converted})
    origins = {**config.origins, name: origin}
    return replace(config, **{room: changed, "origins": origins})


def _suggest_for(name: str, origin: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if not near:
        return "; `assay config` lists all settings"
    told = f"ASSAY_{near[0].upper()}" if origin.startswith("ASSAY_") else near[0]
    return f"; did you mean '{told}'?"


def _require_range(name: str, value: Any, told: str) -> None:
    if name not in RANGES or value is None:
        return
    least, most = RANGES[name]
    if not least <= value <= most:  # nan is in no range
        at_most = "" if most == inf else f" and at most {most:g}"
        raise ConfigError(f"{told} is {value!r}; give at least {least:g}{at_most}")


def _convert(value: Any, kind: Any, told: str) -> Any:
    options = (
        get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    )
    wanted = next(option for option in options if option is not type(None))
    if isinstance(value, str) and not value and type(None) in options:
        return None
    try:
        return _to(wanted, value)
    except (ValueError, TypeError, RuntimeError) as error:  # of a `~nobody`
        raise ConfigError(
            f"{told} is {value!r}, which is not {_WORDS[wanted]}"
        ) from error


_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    Path: "a path",
    tuple[str, ...]: "a list of texts",
}


def _to(wanted: type, value: Any) -> Any:
    if wanted == tuple[str, ...]:
        return _texts(value)
    if wanted is bool:
        if isinstance(value, bool):
            return value
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        if str(value).lower() not in words:
            raise ValueError(value)
        return words[str(value).lower()]
    if isinstance(value, bool) or (wanted is int and isinstance(value, float)):
        raise ValueError(value)
    if wanted is str and not isinstance(value, str):
        raise ValueError(value)
    if wanted is Path:
        return Path(value).expanduser()
    return wanted(value)


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts; of one text, its parts between commas."""
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError(value)
    if not all(isinstance(text, str) for text in found):
        raise ValueError(value)
    return tuple(text.strip() for text in found if text.strip())
