"""What the arms' process may touch: Python, Assay, and nothing else.

Landlock shuts files, and a filter of system calls what Landlock does not see.

Covered: every file but those of Python, of the installed packages and of the system's
own libraries, so datasets, runs, grades, recordings and homes; every new socket (a
daemon behind one could read a file for whoever asks); starting programs; the memory,
limits, priority and processors of other processes. Techniques run behind it, whether we
wrote them or not.

Not covered: names, sizes and times of files (`stat`); before Linux 6.12, signals to the
user's other processes, which end a run or a program that is graded; a dataset that lies
among the installed packages, which is refused before anything starts; a peer system run
with `command:`, which keeps all that its user has but the dataset's own file.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from assay.judging import landlock, linux, seccomp

_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/bin")
_LIST = 1 << 3  # names of files are not hidden, only what is in them
_OF_A_FILE = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # execute, write, read, cut, ioctl
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def readable_folders() -> tuple[str, ...]:
    """What Python itself needs: its library, the installed packages, this package."""
    own = Path(__file__).resolve().parent.parent
    paths = {str(own), sys.prefix, sys.base_prefix}
    paths |= set(sysconfig.get_paths().values())
    paths |= {entry for entry in sys.path if entry.endswith("site-packages")}
    return tuple(sorted(path for path in paths if Path(path).exists()))


def exposed(path: Path) -> str | None:
    """The readable folder in which a file lies, or None if no arm can read it."""
    whole = path.resolve()
    for folder in (*readable_folders(), *_SYSTEM):
        if whole.is_relative_to(Path(folder).resolve()):
            return folder
    return None


def confine(folder: str) -> None:
    """Shut this process in, for good. It may write in `folder`.

    Call it before a thread is started: others would stay outside.

    Raises:
        OSError: the kernel has no Landlock or no filter, or refuses one.
    """
    abi = landlock.version()
    if not abi:
        raise OSError("this kernel has no Landlock")
    try:
        calls = seccomp.program(one_process=True)
    except NotImplementedError as error:
        raise OSError(str(error)) from error
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")
    rules = landlock.Confinement(
        abi,
        (*readable_folders(), *_SYSTEM, *_standard_files()),
        [device for device in _DEVICES if Path(device).exists()],
    )
    rules.restrict(folder, ())
    seccomp.install(calls)


def _standard_files() -> Iterable[str]:
    """Folders that Python lists to find modules, and nothing below them."""
    return (path for path in sys.path if path and Path(path).is_file())


def can_read(path: str) -> bool:
    """Whether this process can open a file: tried, not asked."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def hide(paths: Sequence[Path]) -> bool:
    """Shut this process out of these files and folders, and of nothing else.

    Landlock opens what is named and shuts the rest, so all that stands beside a path
    on each level of its folders is named. What is made in those folders later stays
    shut, too, and nothing can be mounted any more.

    Returns:
        False where the kernel has no Landlock; then nothing is hidden.
    """
    abi = landlock.version()
    if not abi:
        return False
    hidden = [path.resolve() for path in paths]
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")
    head = struct.pack("Q", landlock.file_rights(abi))
    rules = linux.syscall("landlock_create_ruleset", landlock.CREATE, head, 8, 0)
    for path in _beside(Path("/"), hidden):
        _open_to(rules, path, landlock.file_rights(abi))
    _open_to(rules, Path("/"), _LIST)
    linux.syscall("landlock_restrict_self", landlock.RESTRICT, rules, 0)
    os.close(rules)
    return True


def _beside(folder: Path, hidden: Sequence[Path]) -> Iterable[Path]:
    """The largest trees below a folder that hold none of the hidden paths."""
    below = [path for path in hidden if path.is_relative_to(folder)]
    if not below:
        yield folder
        return
    if folder in below:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if not entry.is_symlink():  # what it points to has a rule of its own
            yield from _beside(entry, below)


def _open_to(rules: int, path: Path, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _OF_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
        linux.syscall("landlock_add_rule", landlock.ADD, rules, 1, rule, 0)
    finally:
        os.close(fd)
