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
import os
import struct
from typing import Any

from assay.judging import landlock, linux, namespaces, seccomp

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_QUIET = linux.MS_NOSUID | linux.MS_NODEV
_PROC = ctypes.c_ulong(_QUIET | linux.MS_NOEXEC | linux.MS_RDONLY)
_BIND = ctypes.c_ulong(linux.MS_BIND)

# Unlike that of `linux` it takes numbers only, which are not copied first.
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
        self._oom_score = str(namespaces.JOB_OOM_SCORE).encode()
        self._user = f"{os.geteuid()} {os.geteuid()} 1".encode()
        self._group = f"{os.getegid()} {os.getegid()} 1".encode()
        self._binds = [
            (f"{namespaces.BOX}/{index}".encode(), place.encode())
            for index, place in enumerate(namespaces.PRIVATE)
        ]
        self._no_capabilities = (ctypes.c_uint32 * 2)(linux.CAPABILITIES, 0)
        self._nothing = (ctypes.c_uint32 * 6)()
        filter_ = seccomp.program()
        self._filter = ctypes.create_string_buffer(filter_, len(filter_))
        head = struct.pack("HxxxxxxQ", len(filter_) // 8, _address(self._filter))
        self._filter_head = ctypes.create_string_buffer(head, len(head))
        self._landlock = LandlockRules(landlock_abi) if landlock_abi else None

    def close(self, limits: dict[str, Any]) -> None:
        """Close everything around this process, the first of its process namespace."""
        os.setsid()
        linux.checked(
            _libc.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC), "namespaces of a job"
        )
        self._mount(limits["disk_mb"])
        os.chdir("/work")
        linux.checked(_libc.unshare(linux.CLONE_NEWUSER), "user namespace of a job")
        self._tell("oom_score_adj", self._oom_score)  # before Landlock shuts it
        self._tell("setgroups", b"deny")
        self._tell("uid_map", self._user)
        self._tell("gid_map", self._group)
        linux.checked(_libc.capset(self._no_capabilities, self._nothing), "capset")
        linux.checked(
            _libc.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs"
        )
        if self._landlock is not None:
            self._landlock.restrict()
        namespaces.set_rlimits(limits)  # late: the steps before it open files
        head = _address(self._filter_head)
        linux.checked(_libc.prctl(linux.PR_SET_SECCOMP, 2, head, 0, 0), "seccomp")

    def _tell(self, name: str, words: bytes) -> None:
        # Its own /proc is read-only: it has files to starve by, or to survive by.
        linux.tell(f"self/{name}", words, self._own)

    def _mount(self, disk_mb: int) -> None:
        """One file system of bounded size, in memory, gone with the last process."""
        kilobytes = disk_mb << 10
        if not self._has_proc:
            kilobytes += (os.fstat(0).st_size >> 10) + 4
        size = f"mode=711,size={kilobytes}k,nr_inodes=4096".encode()
        quiet = ctypes.c_ulong(_QUIET)
        made = _libc.mount(b"tmpfs", namespaces.BOX.encode(), b"tmpfs", quiet, size)
        linux.checked(made, "mount tmpfs of a job")
        for source, place in self._binds:
            os.mkdir(source, 0o700)
            linux.checked(
                _libc.mount(source, place, None, _BIND, None), "bind of a job"
            )
        if not self._has_proc:
            _copy_stdin()
            words = (b"tmpfs", b"/proc", b"tmpfs", _PROC, b"mode=555,size=4k")
            linux.checked(_libc.mount(*words), "cover of /proc")
            return
        for shown in (b"subset=pid,hidepid=2", b"hidepid=2"):  # a kernel before 5.8
            own = _libc.mount(b"proc", b"/proc", b"proc", _PROC, shown)
            if own >= 0:
                return
        linux.checked(own, "proc of a job")


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
        linux.checked(ruleset, "landlock_create_ruleset")
        for fd, rights in self._fixed:
            self._add(ruleset, fd, rights)
        for place in namespaces.PRIVATE:
            fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
            self._add(ruleset, fd, self._private)
        restricted = _libc.syscall(landlock.RESTRICT, ruleset, 0, 0, 0, 0)
        linux.checked(restricted, "landlock_restrict_self")

    def _add(self, ruleset: int, fd: int, rights: int) -> None:
        struct.pack_into("=Qi", self._rule, 0, rights, fd)
        rule = _address(self._rule)
        linux.checked(
            _libc.syscall(landlock.ADD, ruleset, 1, rule, 0, 0), "landlock_add_rule"
        )


def _address(buffer: Any) -> int:
    return ctypes.addressof(buffer)


def _copy_stdin() -> None:
    size = os.fstat(0).st_size
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    copy = os.open(namespaces.STDIN_COPY, flags, 0o400)
    n_copied = 0
    while n_copied < size:
        n_copied += os.sendfile(copy, 0, n_copied, size - n_copied)
    os.close(copy)
