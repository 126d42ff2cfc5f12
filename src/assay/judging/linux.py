"""The few Linux calls that Python does not have, each an `OSError` if refused.

Runs inside the zygote, so it imports the standard library only.
"""

from __future__ import annotations

import ctypes
import os

from assay.judging.syscalls import FATAL, numbers

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_NO_NEW_PRIVS = 38

CAPABILITIES = 0x20080522  # the form in which these are given to the kernel

_MOUNT_SETATTR = 442  # the same on every processor, like all calls from 424 on
_AT_RECURSIVE = 0x8000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def checked(result: int, what: str) -> int:
    """Give the result of a C call, or raise what its errno says."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def syscall(what: str, number: int, *args: object) -> int:
    """Make a call by number; `what` names it in the error."""
    words = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return checked(int(_libc.syscall(ctypes.c_long(number), *words)), what)


def tell(path: str, words: bytes, folder: int | None = None) -> None:
    """Write to a file that is the kernel's, perhaps in a folder that is open."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(fd, words)
    except OSError as error:
        raise OSError(error.errno, f"{path}: {error.strerror}") from error
    finally:
        os.close(fd)


def mount(source: str, target: str, kind: str | None, flags: int, data: str) -> None:
    """Put a file system, or another view of one, at a place."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        data.encode(),
    )
    checked(result, f"mount {kind or 'bind'} on {target}")


def unmount(target: str) -> None:
    """Detach a mount and all below it."""
    checked(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def bind(
    source: str, target: str, *, read_only: bool = True, device: bool = False
) -> None:
    """Show a file or folder, with all that is mounted below it, at another place.

    What is written to a device that is read-only still reaches it.
    """
    mount(source, target, None, MS_BIND | MS_REC, "")
    if read_only:
        _close_to_writing(target, 0 if device else MS_NODEV)


class _MountAttributes(ctypes.Structure):
    _fields_ = [
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    ]


def _close_to_writing(target: str, more: int) -> None:
    """Make a tree of mounts read-only, blind to set-uid bits, and more."""
    wanted = _MountAttributes(set=MS_RDONLY | MS_NOSUID | more)
    syscall(
        f"mount_setattr {target}",
        _MOUNT_SETATTR,
        -100,
        target.encode(),
        _AT_RECURSIVE,
        ctypes.byref(wanted),
        ctypes.sizeof(wanted),
    )


def unshare(flags: int, what: str) -> None:
    """Leave shared namespaces for fresh ones."""
    checked(_libc.unshare(flags), f"unshare {what}")


def enter_namespace(fd: int, kind: int) -> None:
    """Join a namespace that a file descriptor holds."""
    checked(_libc.setns(fd, kind), "setns")


def pivot_root(new: str, old: str) -> None:
    """Make the mount `new` the root, and find the old root at `old`."""
    number = numbers(FATAL, os.uname().machine)["pivot_root"]
    syscall("pivot_root", number, new.encode(), old.encode())


def set_host_name(name: str) -> None:
    """Name this machine, in this namespace only."""
    checked(_libc.sethostname(name.encode(), len(name)), "sethostname")


def prctl(option: int, value: int, what: str, address: int = 0) -> None:
    """Set a property of this process."""
    arguments = [ctypes.c_ulong(word) for word in (value, address, 0, 0)]
    checked(_libc.prctl(option, *arguments), f"prctl {what}")


def drop_capabilities() -> None:
    """Give up every capability, for good with no_new_privs."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    nothing = (ctypes.c_uint32 * 6)()
    checked(_libc.capset(header, nothing), "capset")
