"""The line at a prompt's end that makes one sample's request differ from another's.

Hints cost about ten tokens each and no call (DivSampling, arXiv:2502.11027). Samples 0
and 1 have none, whichever set of hints is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from assay.errors import ConfigError
from assay.prompts import render

Hints = Literal["usual", "none", "approaches", "wide"]


def hint_for(index: int, hints: str = "usual") -> str:
    """The hint of sample `index`, from one of the named sets of hints.

    `usual` are the perturbations, `approaches` name a kind of algorithm each, `wide`
    goes on from the usual ones with roles, styles, restatements and other orders of
    the examples: its first samples are the same requests.

    Raises:
        ConfigError: there is no such set.

    >>> hint_for(5, "none"), hint_for(0, "wide")
    ('', '')
    """
    if hints == "none":
        return ""
    if hints == "usual":
        return perturbation(index)
    if hints == "approaches":
        return _turn(index, _approaches())
    if hints == "wide":
        return _turn(index, [*_perturbations(), *_more_perturbations()])
    known = ", ".join(get_args(Hints))
    raise ConfigError(f"unknown hints {hints!r}; choose one of {known}")


def perturbation(index: int) -> str:
    """The hint of sample `index`: none for 0 and 1, then one after the other."""
    return _turn(index, _perturbations())


def approach_hint(index: int) -> str:
    """The approach with this number, counted from 0 and round and round.

    >>> approach_hint(0)[:24], approach_hint(8) == approach_hint(0)
    ('Solve it by brute force:', True)
    """
    lines = _approaches()
    return lines[index % len(lines)]


def _turn(index: int, lines: Sequence[str]) -> str:
    pool = ["", *lines]
    return pool[(index - 1) % len(pool)] if index else ""


def _perturbations() -> list[str]:
    return render("perturbations").text.splitlines()


def _more_perturbations() -> list[str]:
    return render("more_perturbations").text.splitlines()


def _approaches() -> list[str]:
    return render("approaches").text.splitlines()
