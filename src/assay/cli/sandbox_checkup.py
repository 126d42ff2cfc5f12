"""The findings of `assay doctor --sandbox`: what holds programs, and which ones."""

from __future__ import annotations

import shutil
from functools import partial

import anyio
from anyio import to_thread

from assay.cli.checkup import Finding
from assay.concurrency import gather
from assay.errors import AssayError, JudgeUnavailable
from assay.judging.child_probe import probes
from assay.judging.executor import Executor
from assay.judging.guarantees import GUARANTEES
from assay.judging.languages import Found, find_languages
from assay.judging.languages.check import check_language
from assay.judging.languages.finding import first_line
from assay.types import Isolation

_BACKENDS = {"bubblewrap": ("bwrap",), "container": ("podman", "docker")}
_PACKAGES = {"bubblewrap": "bubblewrap", "container": "podman"}


def sandbox_checkup() -> tuple[Finding, ...]:
    """Try the sandbox, each language in it, and look for other backends."""
    return anyio.run(_checkup)


async def _checkup() -> tuple[Finding, ...]:
    backends = [await to_thread.run_sync(_backend, name) for name in _BACKENDS]
    found = await to_thread.run_sync(find_languages)
    try:
        async with Executor.open() as executor:
            languages = await gather(partial(_language, executor, f) for f in found)
            held = executor.isolation
    except JudgeUnavailable as error:
        told, _, mend = str(error).partition("; ")
        here = Finding(name="tier", group="sandbox", state="no", found=told, mend=mend)
        return (here, *backends, *map(_untried, found))
    tier = Finding(
        name="tier", group="sandbox", state="ok", found=f"{held.tier}: {held.detail}"
    )
    guarantees = [_guarantee(held, name) for name in GUARANTEES]
    return (tier, *guarantees, *backends, *languages)


def _guarantee(held: Isolation, name: str) -> Finding:
    """A guarantee, whether it held, and by what it was tried."""
    tried = [what for kind, what in map(_parted, _tried()) if kind == name]
    shown = f"tried and not so: {', '.join(tried)}" if tried else "made so, not tried"
    if name in held.guarantees:
        found = f"{GUARANTEES[name]} ({shown})"
        return Finding(name=name, group="guarantee", state="ok", found=found)
    return Finding(
        name=name,
        group="guarantee",
        state="warn",
        found=f"does not hold in the tier {held.tier}: {GUARANTEES[name]}",
        mend="make user namespaces possible: see docs/sandbox.md, 'How to mend'",
    )


def _tried() -> list[str]:
    return [name for name, _ in probes({})]


def _parted(probe: str) -> tuple[str, str]:
    kind, _, what = probe.partition(": ")
    return kind, what


def _backend(name: str) -> Finding:
    finding = partial(Finding, name=name, group="backend")
    for tool in _BACKENDS[name]:
        path = shutil.which(tool)
        if path is None:
            continue
        version = first_line(path, "--version")
        if version is None:
            return finding(state="none", found=f"{path} cannot be run")
        return finding(state="ok", found=f"{version} ({path})")
    tools = " nor ".join(_BACKENDS[name])
    return finding(
        state="none",
        found=f"no {tools} here, and none is needed",
        mend=f"apt-get install {_PACKAGES[name]}, if you want it",
    )


async def _language(executor: Executor, found: Found) -> Finding:
    """A language, tried as a candidate's programs would be run."""
    finding = partial(Finding, name=found.name, group="language")
    if not found.present:
        return _untried(found)
    try:
        checked = await check_language(executor, found.name)
    except AssayError as error:
        told, _, mend = str(error).partition("; ")
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
