"""Programs in other languages than the judge's Python: built once, run many times.

Keeps what was made of the last sources, up to a bound on their bytes; a source that
did not compile is remembered too. Only tiers in which a program may start another can
run them, and only toolchains that are installed: the rest is `JudgeUnavailable`, which
is a word about this computer and never a candidate's failure.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import anyio
from anyio import to_thread

from assay.errors import ProblemError, ToolchainMissing
from assay.judging.compiled import Recipe, compile_source, run_built
from assay.judging.guarantees import CONTAINER, ONE_PROCESS
from assay.judging.languages import is_own_python, language_of, toolchain_of
from assay.judging.languages.language import Language, Toolchain
from assay.judging.languages.python import folders_of_packages, is_python
from assay.judging.parcel import Files
from assay.judging.place import installed
from assay.judging.pool import Pool
from assay.judging.slot import Slot, SlotSettings
from assay.types import Limits, Observation, Status

MOST_BYTES = 256 << 20
_SMALLEST = 4096  # what even a failure is counted as


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What came of a source text."""

    recipe: Recipe
    seen: Observation  # its value is the files that were made
    cpu_s: float  # that were spent now: none where it was remembered


@dataclass(slots=True)
class _Entry:
    """One source: whoever comes first compiles, the others wait for it."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    seen: Observation | None = None


class Builds:
    """What was built, and the toolchains that were found."""

    def __init__(self, pool_of: Callable[[SlotSettings], Pool], isolated: bool) -> None:
        self._pool_of = pool_of
        self._isolated = isolated
        self._entries: OrderedDict[tuple[str, str, bytes], _Entry] = OrderedDict()
        self._toolchains: dict[tuple[str, tuple[str, ...]], Toolchain] = {}
        self._n_bytes = 0

    async def build(
        self, name: str, packages: tuple[str, ...], source: str, tier: str
    ) -> Build:
        """Compile a source text in the language of that name.

        Raises:
            ProblemError: no language has that name, or it lacks a package.
            ToolchainMissing: its programs are not here, or this tier has no
                processes to run them in.
        """
        language = language_of(name)
        toolchain = await self._toolchain(language, packages, tier)
        recipe = Recipe(
            language=language, toolchain=toolchain, source=source, tier=tier
        )
        digest = sha256(source.encode("utf-8", "surrogatepass")).digest()
        key = (language.name, toolchain.version, digest)
        entry = self._entries.setdefault(key, _Entry())
        async with entry.lock:
            if entry.seen is not None:
                if key in self._entries:
                    self._entries.move_to_end(key)
                return Build(recipe=recipe, seen=entry.seen, cpu_s=0.0)
            pool = self._pool(toolchain)
            async with pool.slot() as slot:
                work = partial(compile_source, slot, recipe)
                entry.seen = await pool.on(slot, work)
        self._n_bytes += _size(entry.seen)
        self._forget()
        return Build(recipe=recipe, seen=entry.seen, cpu_s=entry.seen.cpu_s)

    async def fingerprint(self, name: str, packages: tuple[str, ...]) -> str:
        """A text that changes when the language's programs or packages do.

        The judge's own Python is not in it: whoever stores by it knows that one.
        """
        words = ["python", *packages]
        if not is_own_python(name):
            language = language_of(name)
            toolchain = await self._toolchain(language, packages, "")
            found = installed(toolchain.folders if packages else ())
            words = [language.name, repr(language), repr(toolchain), *packages, *found]
        return "\n".join(words)

    def pool(self, build: Build) -> Pool:
        """The slots in which what was built can run."""
        return self._pool(build.recipe.toolchain)

    async def _toolchain(
        self, language: Language, packages: tuple[str, ...], tier: str
    ) -> Toolchain:
        if tier == ONE_PROCESS:
            raise ToolchainMissing(
                f"programs in {language.name} cannot be judged in tier {tier!r}, where "
                "a program may start no other; 'assay doctor --sandbox' says what "
                "would mend it"
            )
        if tier == CONTAINER:
            raise ToolchainMissing(
                f"programs in {language.name} cannot be judged in a container, which "
                "has only the image's Python; use the backend 'auto' or 'bubblewrap'"
            )
        key = (language.name, packages)
        if key not in self._toolchains:
            find = partial(_find, language, packages)
            self._toolchains[key] = await to_thread.run_sync(find)
        return self._toolchains[key]

    def _pool(self, toolchain: Toolchain) -> Pool:
        folders = toolchain.folders
        return self._pool_of(SlotSettings(isolated=self._isolated, folders=folders))

    def _forget(self) -> None:
        """Let go of what was used longest ago, and never of the last."""
        while self._n_bytes > MOST_BYTES and len(self._entries) > 1:
            _, entry = self._entries.popitem(last=False)
            self._n_bytes -= _size(entry.seen) if entry.seen is not None else 0


def run_build(
    build: Build,
    limits: Limits,
    slot: Slot,
    text: str,
    args: tuple[str, ...] = (),
    beside: Files = (),
) -> Observation:
    """Run what was built on one text; what failed to build fails so each time."""
    if build.seen.status is not Status.FINISHED:
        return build.seen
    files = (*build.seen.value, *beside)
    return run_built(slot, build.recipe, files, text, limits, args)


async def own_settings(packages: tuple[str, ...], *, isolated: bool) -> SlotSettings:
    """Slots of the judge's own Python in which packages can be imported, and are.

    Raises:
        ProblemError: one of them is not installed.
    """
    if not packages:
        return SlotSettings(isolated=isolated)
    find = partial(folders_of_packages, sys.executable, packages)
    folders = await to_thread.run_sync(find)
    if not folders:
        raise _lacking("python", packages)
    return SlotSettings(isolated=isolated, packages=folders, preload=packages)


def _find(language: Language, packages: tuple[str, ...]) -> Toolchain:
    toolchain = toolchain_of(language)
    if not packages:
        return toolchain
    paths: tuple[Path, ...] = ()
    if is_python(language.name):
        paths = folders_of_packages(toolchain.tools[0][1], packages)
    if not paths:
        raise _lacking(language.name, packages)
    shown = {*toolchain.folders, *map(str, paths)}
    return replace(
        toolchain,
        folders=tuple(sorted(shown)),
        environment=(("PYTHONPATH", ":".join(map(str, paths))),),
    )


def _lacking(language: str, packages: tuple[str, ...]) -> ProblemError:
    return ProblemError(
        f"programs in {language} cannot have the packages {', '.join(packages)}: they "
        "are not installed for it here; install them or ask for none"
    )


def _size(seen: Observation) -> int:
    return _SMALLEST + sum(len(data) for _, data in seen.value or ())
