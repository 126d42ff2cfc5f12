"""What may stand behind `--arm`, read and checked before anything is spent.

An arm is a method on the run's model (`single`, `sample`, `bon:8`, `majority:8`,
`assay`, `assay:-select`, `recipe:FILE`), another service (`endpoint:URL#model`), or a
program (`command:...`).
"""

from __future__ import annotations

import difflib
import shlex
from dataclasses import dataclass
from pathlib import Path

from assay.errors import UsageError
from assay.sampling.prompting import SEED_STRIDE

RUNGS = ("inputs", "corners", "select", "repair", "stop")
"""What `assay:-x` can leave out."""

KINDS = (
    "single",
    "sample",
    "bon",
    "majority",
    "assay",
    "recipe",
    "endpoint",
    "command",
)
MOST_SAMPLES = SEED_STRIDE
"""Of one attempt: more would be the samples of the next seed."""
_FORMS = (
    "single, sample, bon:N, majority:N, assay, assay:-RUNG, recipe:FILE, "
    "endpoint:URL#model, command:PROGRAM"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm, as the user wrote it and as it is played."""

    name: str  # as written: the arm's key everywhere
    kind: str
    n: int | None = None  # samples, of bon and majority; None: until tokens are matched
    without: tuple[str, ...] = ()  # rungs left out
    url: str = ""
    model: str = ""
    command: tuple[str, ...] = ()
    file: str = ""
    source: str = ""  # the text of a recipe's file

    @property
    def is_ours(self) -> bool:
        """Whether it plays on the run's own model, in the arms' process."""
        return self.kind not in ("endpoint", "command")

    @property
    def is_chosen_from_many(self) -> bool:
        """Whether its answer is one of several candidates."""
        return self.kind in ("bon", "majority", "assay", "recipe")


def parse_arms(texts: tuple[str, ...], *, match: str | None = None) -> tuple[Arm, ...]:
    """Read all `--arm`, and order them so that a matched arm comes after its measure.

    Raises:
        UsageError: one is not known, two are the same, or `match` names none of them.
    """
    if not texts:
        raise UsageError(f"no arm was named; give --arm once or more: {_FORMS}")
    arms = tuple(parse_arm(text) for text in texts)
    names = [arm.name for arm in arms]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"the arm {name!r} is named twice; name each once")
    if match is not None and match not in names:
        raise UsageError(
            f"--match {match!r} is none of the arms ({', '.join(names)}); name one"
        )
    for arm in arms:
        if arm.kind in ("bon", "majority") and arm.n is None and match is None:
            raise UsageError(
                f"the arm {arm.name!r} draws until it has spent what another arm did; "
                f"say which with --match ARM, or how many with {arm.name}:8"
            )
    if match is None:
        return arms
    measure = arms[names.index(match)]
    if measure.kind in ("bon", "majority") and measure.n is None:
        raise UsageError(
            f"--match {match!r} is itself to spend what another arm did; name one "
            "that has a number of samples, or stops by itself"
        )
    if all(arm.n is not None or arm.kind not in ("bon", "majority") for arm in arms):
        raise UsageError(
            f"--match {match!r} has nothing to match: write bon or majority without a "
            "number for the arm that is to spend as much"
        )
    return tuple(sorted(arms, key=lambda arm: arm is not measure))


def parse_arm(text: str) -> Arm:
    """Read one arm.

    >>> parse_arm("bon:8").n, parse_arm("assay:-repair,-inputs").without
    (8, ('repair', 'inputs'))

    Raises:
        UsageError: it is none, with what may be written.
    """
    kind, colon, rest = text.strip().partition(":")
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"unknown arm {text!r}{hint}; there are {_FORMS}")
    if kind in ("single", "sample"):
        if colon:
            raise UsageError(f"the arm {text!r} takes no {rest!r}; write {kind!r}")
        return Arm(name=kind, kind=kind)
    if kind in ("bon", "majority"):
        return Arm(name=text.strip(), kind=kind, n=_n(text, rest) if colon else None)
    if kind == "assay":
        return Arm(name=text.strip(), kind=kind, without=_without(text, rest, colon))
    if not rest:
        raise UsageError(
            f"the arm {text!r} says nothing after the colon; write {_FORMS}"
        )
    return _other(text.strip(), kind, rest)


def _n(text: str, rest: str) -> int:
    if not rest.isdecimal() or len(rest) > 5 or not 1 <= int(rest) <= MOST_SAMPLES:
        raise UsageError(
            f"the arm {text!r} draws {rest!r} samples; give a number from 1 to "
            f"{MOST_SAMPLES:,}"
        )
    return int(rest)


def _without(text: str, rest: str, colon: str) -> tuple[str, ...]:
    if not colon:
        return ()
    names = [part.strip() for part in rest.split(",")]
    for name in names:
        if not name.startswith("-") or name[1:] not in RUNGS:
            near = difflib.get_close_matches(name.lstrip("-"), RUNGS, n=1)
            hint = f"; did you mean '-{near[0]}'?" if near else ""
            known = ", ".join(f"-{rung}" for rung in RUNGS)
            raise UsageError(
                f"the arm {text!r} leaves out {name!r}{hint}; there are {known}"
            )
    return tuple(name[1:] for name in names)


def _other(name: str, kind: str, rest: str) -> Arm:
    if kind == "endpoint":
        url, _, model = rest.partition("#")
        if not url.startswith(("http://", "https://")):
            raise UsageError(
                f"the arm {name!r} is no address; write endpoint:http://HOST:PORT/v1#model"
            )
        return Arm(name=name, kind=kind, url=url, model=model)
    if kind == "command":
        try:
            words = tuple(shlex.split(rest))
        except ValueError as error:
            raise UsageError(f"the arm {name!r} is no command line: {error}") from error
        if not words or not words[0].strip():
            raise UsageError(f"the arm {name!r} names no program")
        return Arm(name=name, kind=kind, command=words)
    path = Path(rest)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the recipe of the arm {name!r} cannot be read: {error}"
        ) from (error)
    return Arm(name=name, kind=kind, file=str(path), source=source)
