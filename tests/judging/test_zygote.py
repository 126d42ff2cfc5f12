"""What a zygote carries: each page that it holds is copied in every fork of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.types import Status

if TYPE_CHECKING:
    from judging.conftest import Sandbox

DEAR = {"dataclasses", "inspect", "logging", "pathlib", "random", "threading"}
NAMES = "import sys\ndef names(): return sorted(sys.modules)\n"


def dear_or_ours(names: list[str]) -> set[str]:
    return {name for name in names if name in DEAR or name.startswith("assay")}


def test_a_program_finds_nothing_imported_that_is_dear_or_ours(
    sandbox: Sandbox,
) -> None:
    for _ in range(3):  # from the third on in a job that waited
        seen = sandbox.stdin(f"{NAMES}print(*names())")
        assert seen.status is Status.FINISHED, seen
        names = seen.stdout.split()
        assert "json" in names, "what most programs want is there"
        assert dear_or_ours(names) == set()


def test_a_function_finds_nothing_imported_that_is_dear_or_ours(
    sandbox: Sandbox,
) -> None:
    (seen,) = sandbox.calls(NAMES, "names", [()])
    assert seen.status is Status.FINISHED, seen
    assert "json" in seen.value
    assert dear_or_ours(seen.value) == set()
