"""Prompts are files: one prompt, one `.md`, filled with `$words` and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

from assay.errors import PromptError


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A filled prompt and the wording it came from."""

    name: str
    text: str
    sha256: str  # of the file, before filling


@cache
def _read(name: str) -> tuple[str, str]:
    file = resources.files(__package__).joinpath(f"{name}.md")
    if not file.is_file():
        raise PromptError(f"no prompt file {name + '.md'!r} in assay/prompts")
    raw = file.read_bytes()
    return raw.decode("utf-8"), hashlib.sha256(raw).hexdigest()


def placeholders(name: str) -> frozenset[str]:
    """The `$words` of a prompt file."""
    return frozenset(Template(_read(name)[0]).get_identifiers())


def render(name: str, /, **words: str) -> Prompt:
    """Fill a prompt file. Trailing blank lines are dropped.

    Raises:
        PromptError: a word is missing or not used, or there is no such file.
    """
    text, digest = _read(name)
    wanted = placeholders(name)
    missing, unused = sorted(wanted - words.keys()), sorted(words.keys() - wanted)
    if missing or unused:
        raise PromptError(f"prompt {name!r}: missing {missing}, not used {unused}")
    return Prompt(
        name=name, text=Template(text).substitute(words).rstrip(), sha256=digest
    )
