"""The rooms of one job, made anew for each: the part of a run that must be quick.

Runs inside the zygote's fork. A fork copies every page of memory that it writes to, so
all that is the same for each job is made once, in the zygote: the words for the kernel,
the filter, the structures. Each step is an `OSError` if refused, and then nothing of a
candidate runs.

Covered: private /work, /tmp and /dev/shm of bounded size, a /proc of its own processes,
System V and POSIX memory, capabilities, resource limits, Landlock, system calls.
"""

# ruff: noqa: PTH102

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Any

from assay.judging import landlock, linux, namespaces, seccomp

_BOX = "/.box"
_PRIVATE = {"work": "/work", "tmp": "/tmp", "shm": "/dev/shm"}
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_QUIET = linux.MS_NOSUID | linux.MS_NODEV
_PROC = ctypes.c_ulong(_QUIET | linux.MS_NOEXEC)
_PROC_READ_ONLY = ctypes.c_ulong(_QUIET | linux.MS_NOEXEC | linux.MS_RDONLY)
_EMPTY = _PROC_READ_ONLY
_BIND = ctypes.c_ulong(linux.MS_BIND)
_CAPABILITIES = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.syscall.argtypes = [ctypes.c_long] * 6
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


class JobWalls:
    """What closes a job in; made once in the zygote, used in each fork of it."""

    def __init__(self, landlock_abi: int, *, has_proc: bool = True) -> None:
        """Make what is the same for each job.

        Args:
            landlock_abi: The version of Landlock, 0 where there is none.
            has_proc: A job can be given a /proc of its own; else it has an empty one
                and finds its input, which /dev/stdin names, copied into its room.
        """
        self._has_proc = has_proc
        self._own = os.open("/proc", os.O_PATH | os.O_CLOEXEC)  # until it is covered
        self._user = f"{os.geteuid()} {os.geteuid()} 1".encode()
        self._group = f"{os.getegid()} {os.getegid()} 1".encode()
        self._binds = [
            (f"{_BOX}/{name}".encode(), place.encode())
            for name, place in _PRIVATE.items()
        ]
        self._no_capabilities = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
        self._nothing = (ctypes.c_uint32 * 6)()
        filter_ = seccomp.program()
        self._filter = ctypes.create_string_buffer(filter_, len(filter_))
        head = struct.pack("HxxxxxxQ", len(filter_) // 8, _address(self._filter))
        self._filter_head = ctypes.create_string_buffer(head, len(head))
        self._landlock = LandlockRules(landlock_abi) if landlock_abi else None

    def close(self, limits: dict[str, Any]) -> None:
        """Close everything around this process, the first of its process namespace."""
        os.setsid()
        _checked(
            _libc.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC), "namespaces of a job"
        )
        self._mount(limits["disk_mb"])
        os.chdir("/work")
        _checked(_libc.unshare(linux.CLONE_NEWUSER), "user namespace of a job")
        proc = None if self._has_proc else self._own
        _write("setgroups", b"deny", proc)
        _write("uid_map", self._user, proc)
        _write("gid_map", self._group, proc)
        _checked(_libc.capset(self._no_capabilities, self._nothing), "capset")
        _checked(_libc.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
        if self._landlock is not None:
            self._landlock.restrict()
        namespaces.set_rlimits(limits)  # late: the steps before it open files
        head = _address(self._filter_head)
        _checked(_libc.prctl(linux.PR_SET_SECCOMP, 2, head, 0, 0), "seccomp")

    def _mount(self, disk_mb: int) -> None:
        """One file system of bounded size, in memory, gone with the last process."""
        kilobytes = disk_mb << 10
        if not self._has_proc:
            kilobytes += (os.fstat(0).st_size >> 10) + 4
        size = f"mode=711,size={kilobytes}k,nr_inodes=4096".encode()
        quiet = ctypes.c_ulong(_QUIET)
        made = _libc.mount(b"tmpfs", _BOX.encode(), b"tmpfs", quiet, size)
        _checked(made, "mount tmpfs of a job")
        for source, place in self._binds:
            os.mkdir(source, 0o700)
            _checked(_libc.mount(source, place, None, _BIND, None), "bind of a job")
        if not self._has_proc:
            _copy_stdin()
            words = (b"tmpfs", b"/proc", b"tmpfs", _EMPTY, b"mode=555,size=4k")
            _checked(_libc.mount(*words), "cover of /proc")
            return
        own = _libc.mount(b"proc", b"/proc", b"proc", _PROC, b"subset=pid,hidepid=2")
        if own < 0:  # a kernel before 5.8
            shown = (b"proc", b"/proc", b"proc", _PROC_READ_ONLY, b"hidepid=2")
            _checked(_libc.mount(*shown), "proc of a job")


class LandlockRules:
    """The rules that are the same for each job, and the places that are its own."""

    def __init__(self, abi: int) -> None:
        self._head = landlock.attributes(abi)
        self._buffer = ctypes.create_string_buffer(self._head, len(self._head))
        self._rule = ctypes.create_string_buffer(12)
        self._private = landlock.file_rights(abi)
        self._fixed = [(os.open("/", os.O_PATH | os.O_CLOEXEC), landlock.READ)]
        self._fixed += [
            (os.open(device, os.O_PATH | os.O_CLOEXEC), landlock.device_rights(abi))
            for device in _DEVICES
        ]

    def restrict(self) -> None:
        """Read anywhere in view, write only where it may, signal only one's own."""
        ruleset = _libc.syscall(
            landlock.CREATE, _address(self._buffer), len(self._head), 0, 0, 0
        )
        _checked(ruleset, "landlock_create_ruleset")
        for fd, rights in self._fixed:
            self._add(ruleset, fd, rights)
        for place in _PRIVATE.values():
            fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
            self._add(ruleset, fd, self._private)
        restricted = _libc.syscall(landlock.RESTRICT, ruleset, 0, 0, 0, 0)
        _checked(restricted, "landlock_restrict_self")

    def _add(self, ruleset: int, fd: int, rights: int) -> None:
        struct.pack_into("=Qi", self._rule, 0, rights, fd)
        rule = _address(self._rule)
        _checked(
            _libc.syscall(landlock.ADD, ruleset, 1, rule, 0, 0), "landlock_add_rule"
        )


def _address(buffer: Any) -> int:
    return ctypes.addressof(buffer)


def _checked(result: int, what: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code or errno.EPERM, f"{what}: {os.strerror(code)}")


def _copy_stdin() -> None:
    size = os.fstat(0).st_size
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    copy = os.open(namespaces.STDIN_COPY, flags, 0o400)
    n_copied = 0
    while n_copied < size:
        n_copied += os.sendfile(copy, 0, n_copied, size - n_copied)
    os.close(copy)


def _write(name: str, text: bytes, proc: int | None) -> None:
    """Write to a file of this process in /proc; in another one that is open."""
    path = f"/proc/self/{name}" if proc is None else f"self/{name}"
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        os.write(fd, text)
    except OSError as error:
        raise OSError(error.errno, f"{path}: {error.strerror}") from error
    finally:
        os.close(fd)
