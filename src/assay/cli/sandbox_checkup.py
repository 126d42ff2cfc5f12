"""The findings of `assay doctor --sandbox`: what holds programs, and which ones."""

from __future__ import annotations

import shutil
from functools import partial

import anyio
from anyio import to_thread

from assay.cli.checkup import Finding
from assay.concurrency import gather
from assay.config import load_config
from assay.errors import AssayError
from assay.judging.container import DEFAULT_IMAGE
from assay.judging.executor import Executor
from assay.judging.languages import Found, find_languages
from assay.judging.languages.check import check_language
from assay.judging.languages.finding import first_line
from assay.judging.selftest import Examination, Row, examine

_BACKENDS = {"bubblewrap": ("bwrap",), "container": ("podman", "docker")}
_PACKAGES = {"bubblewrap": "bubblewrap", "container": "podman"}


def sandbox_checkup() -> tuple[Finding, ...]:
    """Try the sandbox, each language in it, and look for other backends."""
    return anyio.run(_checkup)


async def _checkup() -> tuple[Finding, ...]:
    examined = await to_thread.run_sync(examine)
    backends = [await to_thread.run_sync(_backend, name) for name in _BACKENDS]
    found = await to_thread.run_sync(find_languages)
    return (
        *_tiers(examined),
        *(map(_guarantee, examined.rows) if examined.isolation else ()),
        *backends,
        *await _languages(examined, found),
    )


def _tiers(examined: Examination) -> list[Finding]:
    """The tier in force, and each stronger one that cannot be had."""
    held = examined.isolation
    state = "no" if held is None else "warn"
    told = [(tier, *_parted(why)) for tier, why in examined.refused]
    refused = [
        Finding(name=tier, group="tier", state=state, found=found, mend=mend)
        for tier, found, mend in told
    ]
    if held is None:
        return refused
    here = Finding(name=held.tier, group="tier", state="ok", found=held.detail)
    return [here, *refused]


def _parted(told: str) -> tuple[str, str]:
    found, _, mend = told.partition("; ")
    return found, mend


def _guarantee(row: Row) -> Finding:
    """A guarantee, whether it held, and by what it was tried."""
    tried = "; ".join(row.tried)
    shown = f"tried, and not so: {tried}" if tried else "made so, not tried"
    if row.held:
        found = f"{row.sentence} ({shown})"
        return Finding(name=row.guarantee, group="guarantee", state="ok", found=found)
    return Finding(
        name=row.guarantee,
        group="guarantee",
        state="warn",
        found=f"does not hold here: {row.sentence}",
        mend=_parted(row.mend)[1] or row.mend,
    )


async def _languages(
    examined: Examination, found: tuple[Found, ...]
) -> tuple[Finding, ...]:
    if examined.isolation is None:
        return tuple(map(_untried, found))
    async with Executor.open() as executor:
        return await gather(
            partial(_language, executor, examined, each) for each in found
        )


def _backend(name: str) -> Finding:
    """Another sandbox, tried as the tiers are; nobody needs it."""
    finding = partial(Finding, name=name, group="backend")
    for tool in _BACKENDS[name]:
        path = shutil.which(tool)
        if path is None:
            continue
        version = first_line(path, "--version")
        if version is None:
            return finding(state="none", found=f"{path} cannot be run")
        found = f"{version} ({path})"
        examined = examine((name,), load_config().judging.image or DEFAULT_IMAGE)
        if examined.isolation is not None:
            return finding(state="ok", found=f"{found}; {examined.isolation.detail}")
        why, mend = _parted(examined.refused[0][1])
        return finding(state="none", found=f"{found}; {why}", mend=mend)
    tools = " nor ".join(_BACKENDS[name])
    return finding(
        state="none",
        found=f"no {tools} here, and none is needed",
        mend=f"apt-get install {_PACKAGES[name]}, if you want it",
    )


async def _language(executor: Executor, examined: Examination, found: Found) -> Finding:
    """A language, tried as a candidate's programs would be run."""
    finding = partial(Finding, name=found.name, group="language")
    if not found.present:
        return _untried(found)
    try:
        checked = await check_language(executor, found.name)
    except AssayError as error:
        told, _, mend = str(error).partition("; ")
        if "doctor" in mend and examined.refused:  # what would mend it is said here
            mend = _parted(examined.refused[0][1])[1] or mend
        return finding(state="warn", found=told, mend=mend)
    version = f"{found.version} ({found.path})"
    if checked.works:
        return finding(state="ok", found=version)
    return finding(
        state="warn",
        found=f"{version} fails its own test: {checked.detail}",
        mend=f"reinstall the package {found.package}" if found.package else "",
    )


def _untried(found: Found) -> Finding:
    finding = partial(Finding, name=found.name, group="language", state="none")
    if found.present:
        return finding(found=f"{found.version} ({found.path}), not tried")
    return finding(found="not here", mend=f"apt-get install {found.package}")
