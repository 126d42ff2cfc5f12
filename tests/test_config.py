from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from assay.config import RANGES, ROOMS, Config, load_config
from assay.errors import ConfigError


def load(
    tmp_path: Path,
    project: str = "",
    user: str = "",
    environment: dict[str, str] | None = None,
    **flags: Any,
) -> Config:
    (tmp_path / "assay.toml").write_text(project)
    (tmp_path / "user.toml").write_text(user)
    return load_config(
        flags,
        environment=environment or {},
        project_dir=tmp_path,
        user_file=tmp_path / "user.toml",
    )


def test_later_sources_win_and_every_value_names_its_origin(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        project="[solve]\nn_max = 4\nseed = 4\n",
        user="[solve]\nn_max = 3\nmax_tokens = 3\n",
        environment={"ASSAY_SEED": "5", "ASSAY_TEMPERATURE": "0.5", "OTHER": "x"},
        temperature=0.25,
        n_inputs=None,
    )
    solve = config.solve
    assert (solve.max_tokens, solve.n_max, solve.seed) == (3, 4, 5)
    assert (solve.temperature, solve.n_inputs) == (0.25, 30)
    assert config.origins["n_max"].endswith("assay.toml")
    assert config.origins["seed"] == "ASSAY_SEED"
    assert config.origins["temperature"] == "--temperature"
    assert "n_inputs" not in config.origins


def test_a_list_is_one_in_the_file_and_parts_between_commas_elsewhere(
    tmp_path: Path,
) -> None:
    config = load(
        tmp_path,
        project='[serve]\nallow_origin = ["https://a.example", "app://b"]\nport = 80\n',
        environment={"ASSAY_ALLOW_HOST": "a.example, b.example,"},
    )
    assert config.serve.allow_origin == ("https://a.example", "app://b")
    assert config.serve.allow_host == ("a.example", "b.example")
    assert (config.serve.port, config.serve.log_contents) == (80, False)
    flags = load(tmp_path, allow_host=["c.example"], environment={})
    assert flags.serve.allow_host == ("c.example",)


def test_zero_is_zero_and_an_empty_text_is_unset(tmp_path: Path) -> None:
    config = load(tmp_path, environment={"ASSAY_N_INPUTS": "0", "ASSAY_BUDGET": ""})
    assert config.solve.n_inputs == 0
    assert config.solve.budget is None


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ("[solve]\nx = 1\nmax_token = 3\n", r"unknown setting 'solve.x' .*line 2"),
        ("[solve]\nmax_token = 3", r"line 2; did you mean 'solve.max_tokens'\?"),
        ("[sampling]\nn = 3", r"unknown section \[sampling\]"),
        ("solve = 3", r"unknown section \[solve\]"),
        ("[serve]\nallow_host = [3]", r"'serve.allow_host' .* not a list of texts"),
        ("[serve]\nport = 0", r"'serve.port' .* is 0; give at least 1 and at most 6"),
        ("[solve\n", "is not TOML"),
        ("[solve]\nn_max = 1.5", r"'solve.n_max' in .*toml is 1.5, .*whole number"),
        ("[model]\nslots = 0", "'model.slots' in .*toml is 0; give at least 1"),
        ("[solve]\ntop_p = 1.5", "give at least 0 and at most 1"),
        ("[solve]\ntemperature = nan", "is nan; give at least 0"),
        ("[model]\nmodels_dir = '~no-such-user/x'", "not a path"),
        ("[solve]\nn_max = true", "not a whole number"),
        ("[model]\noffline = 'maybe'", "not true or false"),
        ("[model]\nmodel = 3", "not a text"),
    ],
)
def test_a_wrong_settings_file_says_what_and_where(
    tmp_path: Path, project: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, project=project)


def test_an_unknown_variable_is_an_error_that_suggests_the_near_one(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'ASSAY_MAX_TOKENS'\?"):
        load(tmp_path, environment={"ASSAY_MAX_TOKEN": "3"})
    with pytest.raises(ConfigError, match="ASSAY_SEED is 'x', which is not a whole"):
        load(tmp_path, environment={"ASSAY_SEED": "x"})


def test_a_settings_file_that_is_not_text_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot read the settings"):
        load_config(environment={}, project_dir=tmp_path, user_file=tmp_path / "none")


def test_every_number_has_a_range_or_any_will_do() -> None:
    numbers = {
        name
        for kind in ROOMS.values()
        for name, hint in get_type_hints(kind).items()
        if {int, float} & {hint, *get_args(hint)}
    }
    assert numbers - RANGES.keys() == {"seed"}
    assert numbers >= RANGES.keys()
