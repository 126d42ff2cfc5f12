"""The rooms a program cannot leave: of the slot, once, and of each job in it.

Runs inside the zygote. Every step is an `OSError` if refused, and whoever called stops
before one byte of a candidate ran: no layer is ever skipped.

Covered: files (a read-only root of named folders, fresh private /work, /tmp and
/dev/shm), the network, other processes, System V and POSIX memory, capabilities,
system calls. Not covered: a fault of the kernel itself, which all share.
"""

# Paths here are words for the kernel, on both sides of a new root.
# ruff: noqa: PTH101, PTH102, PTH103, PTH106, PTH115, PTH120, PTH211

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Sequence
from typing import Any

from assay.judging import linux

_OLD = "/.old"
BOX = "/.box"  # where a job mounts its own disk
STDIN_COPY = f"{BOX}/stdin"  # where /dev/stdin points without a /proc
SLOT_OOM_SCORE, JOB_OOM_SCORE = 800, 1000  # of at most 1000
_BASE = "/tmp"  # any folder that exists: it is covered in our view only
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/mime.types")
DEVICES = ("null", "zero", "full", "random", "urandom")
PRIVATE = ("/work", "/tmp", "/dev/shm")  # mounted by each job

_SLOT = (
    linux.CLONE_NEWPID
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
)


def package_folders(packages: Sequence[str]) -> list[str]:
    """Where import paths are shown: not where they lie, which may be under /tmp."""
    return [f"/packages/{index}" for index in range(len(packages))]


def enter_slot(
    uid: int | None,
    folders: Sequence[str],
    packages: Sequence[str] = (),
    *,
    has_proc: bool = True,
) -> None:
    """Make the slot's namespaces and its root; the next fork is their first process.

    Args:
        uid: An unused user to become before anything else can go wrong, since a
            sandbox that root made is a weaker one; None where we are not root.
        folders: What is shown besides the system: where the interpreter lies.
        packages: Import paths to show; `package_folders` says where.
        has_proc: Jobs can be given a /proc; else their input is found in their room.
    """
    stdin = "/proc/self/fd/0" if has_proc else STDIN_COPY
    if uid is not None:
        linux.unshare(linux.CLONE_NEWNS, "mount namespace as root")
        build_root(folders, packages, stdin)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        linux.prctl(linux.PR_SET_DUMPABLE, 1, "dumpable")
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER | _SLOT, "user namespace")
    _map_ids(user, group)
    if uid is None:
        build_root(folders, packages, stdin)


def settle_slot(*, has_proc: bool = True) -> None:
    """As the first process of the slot: see only its processes, and name it."""
    if has_proc:
        flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        linux.mount("proc", "/proc", "proc", flags, "")
    linux.set_host_name("sandbox")
    # Where memory runs out the kernel ends us before others, and a job before us.
    linux.tell("/proc/self/oom_score_adj", str(SLOT_OOM_SCORE).encode())


def set_rlimits(limits: dict[str, Any]) -> None:
    """Bound what one process may use; the judge bounds the tree of them."""
    megabyte = 1 << 20
    memory = limits["memory_mb"] * megabyte + limits["baseline_bytes"]
    # Neither for "none": then the judge's watch on the tree is all.
    bound = limits.get("memory_bound", "address_space")
    wanted = {
        resource.RLIMIT_CPU: limits["cpu_hard_s"],
        resource.RLIMIT_AS: memory if bound == "address_space" else None,
        resource.RLIMIT_DATA: memory if bound == "data" else None,
        resource.RLIMIT_STACK: 64 * megabyte,
        resource.RLIMIT_FSIZE: limits["disk_mb"] * megabyte,
        resource.RLIMIT_NOFILE: limits["files"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_CORE: _core_limit(),
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, value in wanted.items():
        if value is None:  # the kernel would count all of the user's processes
            continue
        _, most = resource.getrlimit(which)
        if most >= 0:  # else there is none
            value = min(value, most)
        resource.setrlimit(which, (value, value))


def _core_limit() -> int:
    """One byte: too little for a dump, and unlike nought no dump program starts."""
    return 1 if resource.getrlimit(resource.RLIMIT_CORE)[1] else 0


def _map_ids(user: int, group: int) -> None:
    linux.tell("/proc/self/setgroups", b"deny")
    linux.tell("/proc/self/uid_map", f"{user} {user} 1".encode())
    linux.tell("/proc/self/gid_map", f"{group} {group} 1".encode())


def build_root(folders: Sequence[str], packages: Sequence[str], stdin: str) -> None:
    """Make a root of named read-only folders and let the rest of the disk go."""
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE, "")
    quiet = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("tmpfs", _BASE, "tmpfs", quiet, "mode=755,size=4m")
    os.mkdir(_BASE + _OLD)
    linux.pivot_root(_BASE, _BASE + _OLD)
    os.chdir("/")
    passages: set[str] = set()
    for path in (*SYSTEM, *ETC, *folders):
        _show(path, passages)
    for path, place in zip(packages, package_folders(packages), strict=True):
        os.makedirs(place)
        linux.bind(_OLD + path, place)
    for name in DEVICES:
        _show_device(name)
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", stdin),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        os.symlink(target, f"/dev/{name}")
    for place in (BOX, "/proc", *PRIVATE):
        os.makedirs(place, exist_ok=True)
    _write_accounts()
    for passage in passages:
        os.chmod(passage, 0o111)  # to pass through, not to look around in
    linux.bind(_OLD + "/proc", "/proc", read_only=False)  # lets the slot mount its own
    linux.unmount(_OLD)
    os.rmdir(_OLD)
    linux.mount(
        "none",
        "/",
        None,
        linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | quiet,
        "",
    )


def _show(path: str, passages: set[str]) -> None:
    """Bring a folder, file or link of the old root into view, where it was."""
    source = _OLD + path
    try:
        mode = os.lstat(source).st_mode
    except FileNotFoundError:
        return
    if os.path.lexists(path):  # inside a folder that is in view already
        return
    _make_passages(os.path.dirname(path), passages)
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink(source), path)
    elif stat.S_ISDIR(mode):
        os.mkdir(path)
        linux.bind(source, path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        linux.bind(source, path)


def _make_passages(folder: str, passages: set[str]) -> None:
    missing = []
    while folder != "/" and not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for name in reversed(missing):
        os.mkdir(name)
        if not name.startswith("/etc"):
            passages.add(name)


def _show_device(name: str) -> None:
    os.makedirs("/dev", exist_ok=True)
    os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
    linux.bind(f"{_OLD}/dev/{name}", f"/dev/{name}", device=True)


def _write_accounts() -> None:
    os.makedirs("/etc", exist_ok=True)
    for name, line in (
        ("passwd", f"candidate:x:{os.geteuid()}:{os.getegid()}::/work:/bin/sh\n"),
        ("group", f"candidate:x:{os.getegid()}:\n"),
    ):
        fd = os.open(f"/etc/{name}", os.O_CREAT | os.O_WRONLY, 0o644)
        os.write(fd, line.encode())
        os.close(fd)
