"""Why there is no sandbox on a computer, and what gives it one: in one sentence."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_WAY_OUT = (
    "or accept that programs run without a sandbox and say so: --unsafe-no-sandbox"
)
_NONE = "no sandbox here: "
_APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
_CLONE = "kernel.unprivileged_userns_clone"
_MAXIMUM = "user.max_user_namespaces"


def how_to_mend(failure: dict[str, Any]) -> str:
    """Say which step was refused and what mends it.

    Args:
        failure: `what` the step was and its `errno`, as the zygote told it.
    """
    what = re.sub(r"^\[Errno \d+\] ", "", str(failure["what"]))
    return f"{_NONE}{what}; {_remedy(failure)}, {_WAY_OUT}"


def nothing_held(failures: Sequence[str]) -> str:
    """Say why there is no sandbox at all, the strongest tier's reason first.

    Args:
        failures: What `of_one_tier` gave, of each that was tried.
    """
    reasons = "; a weaker one failed, too: ".join(dict.fromkeys(failures))
    return f"{_NONE}{reasons}, {_WAY_OUT}"


def of_one_tier(message: str) -> str:
    """What `how_to_mend` said of one tier, where another one holds."""
    return message.removeprefix(_NONE).removesuffix(f", {_WAY_OUT}")


def _remedy(failure: dict[str, Any]) -> str:
    what, code = str(failure["what"]), failure.get("errno", 0)
    if what.startswith("the self-test"):
        return "do not use it here with programs that you do not trust, and report it"
    if "Landlock has version" in what:
        return "use a kernel of version 6.12 or newer, with Landlock on"
    if "may not read Python" in what:
        return "use a Python that lies where every user may read it, as in /usr"
    if what.startswith("container:"):
        return _of_container(what)
    if "no program 'bwrap'" in what:
        return "apt-get install bubblewrap"
    if _setting(_APPARMOR) == "1":
        return f"AppArmor forbids it: sudo sysctl -w {_APPARMOR}=0"
    if _setting(_CLONE) == "0":
        return f"the kernel forbids it: sudo sysctl -w {_CLONE}=1"
    if _setting(_MAXIMUM) == "0" or code == errno.ENOSPC:
        return f"too few are allowed: sudo sysctl -w {_MAXIMUM}=15000"
    if "mount proc" in what:
        return "start the container with --security-opt systempaths=unconfined"
    if code == errno.ENOSYS:
        return "the kernel lacks a call that came with Linux 5.12: use a newer one"
    if code in {errno.EPERM, errno.EACCES}:
        return (
            "in a container, start it with --security-opt seccomp=unconfined; "
            f"elsewhere: sudo sysctl -w {_APPARMOR}=0 or {_MAXIMUM}=15000"
        )
    return "see docs/sandbox.md"


def _of_container(what: str) -> str:
    if "no program" in what:
        return "apt-get install podman"
    if image := re.search(r"(\w+) has no image '(.+)'", what):
        return f"{image[1]} pull {image[2]}"
    if "daemon" in what or "connect" in what:
        return "start the engine: sudo systemctl start docker"
    return "see that the engine runs an image with a Python of 3.11 or newer"


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", *name.split(".")).read_text("ascii").strip()
    except OSError:
        return ""
