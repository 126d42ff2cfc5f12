"""Keeps pytest from importing the hostile programs, which would run them unguarded.

Not covered: `--noconftest`, and a pytest that is started with another root.

No property is held to a time: the computer may be busy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any computer", deadline=None)
settings.load_profile("any computer")

GOLDEN = Path(__file__).parent / "golden"

collect_ignore = ["golden"]
collect_ignore_glob = ["golden/*"]  # a folder that is named is not ignored itself


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to start where a program of the corpus is named: nothing ignores it."""
    for argument in config.args:
        named = config.invocation_params.dir / str(argument).partition("::")[0]
        if named.resolve().is_relative_to(GOLDEN.resolve()):
            raise pytest.UsageError(
                f"{argument} holds hostile programs; run tests/judging/test_golden.py"
            )
