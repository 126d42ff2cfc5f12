"""Runs a module of these tests as root, as an ordinary user, or without namespaces."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
PYTHONPATH = f"{ROOT / 'src'}:{ROOT / 'tests'}:{sysconfig.get_paths()['purelib']}"

_DROP = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
_DENY = "echo 0 > /proc/sys/user/max_user_namespaces && exec "
_CHECK = """
import os, sys, assay.judging.executor
assert os.access(sys._base_executable, os.X_OK)
"""

AS_ROOT, AS_NOBODY, DENIED = "root", "an ordinary user", "denied user namespaces"
USERS = (AS_ROOT, AS_NOBODY, DENIED)


def run_module(
    user: str,
    module: str,
    text: str,
    *,
    timeout_s: float,
    env: Mapping[str, str] = {},  # noqa: B006 (read only)
) -> str:
    """What a module prints that is run as a script by that user, on that input.

    Skips the test where this computer has no such user to run it as.
    """
    folder = tempfile.mkdtemp(prefix="assay-as-")
    os.chmod(folder, 0o777)  # noqa: PTH101
    try:
        done = subprocess.run(
            [*_command(user), "-m", module],
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            cwd="/",
            env={
                "PYTHONPATH": PYTHONPATH,
                "TMPDIR": folder,
                "PATH": os.defpath,
                "PYTHONDONTWRITEBYTECODE": "1",
                **env,
            },
            check=False,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def _command(user: str) -> list[str]:
    if user == AS_ROOT:
        if not IS_ROOT:
            pytest.skip("these tests do not run as root")
        return [sys.executable]
    if user == AS_NOBODY:
        return [*_DROP, interpreter_for_all()] if IS_ROOT else [sys.executable]
    return _denied()


def _denied() -> list[str]:
    """The command for a Python where no user namespace can be made."""
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", _DENY + '"$0" "$@"']
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    except OSError as error:
        pytest.skip(f"no unshare here: {error}")
    if tried.returncode:
        pytest.skip("no user namespace here in which to deny user namespaces")
    return [*command, sys.executable]


def interpreter_for_all() -> str:
    """An interpreter that another user may run and that finds what we need."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            tried = subprocess.run(
                [*_DROP, python, "-c", _CHECK],
                env={"PYTHONPATH": PYTHONPATH},
                cwd="/",
                capture_output=True,
                timeout=60,
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    pytest.skip("no Python here that an ordinary user could run")
