"""What a sandbox can guarantee, in one sentence each, and which tier does."""

from __future__ import annotations

from collections.abc import Collection

NAMESPACES = "namespaces"
WITHOUT_PROC = "namespaces-noproc"
ONE_PROCESS = "landlock"
BUBBLEWRAP = "bubblewrap"
CONTAINER = "container"
NO_TIER = "none"

WITH_NAMESPACES = (NAMESPACES, WITHOUT_PROC)
TIERS = (NAMESPACES, WITHOUT_PROC, ONE_PROCESS)
"""The tiers that are made here, the strongest first: the order in which we try."""

BACKENDS = (BUBBLEWRAP, CONTAINER)
"""What other programs make. Never chosen unless asked for by name."""

GUARANTEES = {
    "files": "No file outside the sandbox can be read or changed, except the system's "
    "and Python's own, which can be read.",
    "net": "No network can be reached, not even this computer's own services.",
    "processes": "Other processes of this computer are invisible and out of reach.",
    "tree_kill": "The end of a run ends everything that it started.",
    "nproc": "A program cannot start more processes than its limit.",
    "memory": "A process cannot use more memory than its limit.",
    "tree_memory": "All processes of a program together cannot use more memory than "
    "the limit for long.",
    "disk": "A program cannot keep more in files than its limit, and nothing of it "
    "stays.",
    "output": "A program cannot print more than its limit.",
    "syscalls": "Calls to the kernel are allowed by name, and the dangerous ones end "
    "the program.",
    "ipc": "A program shares no memory, queue, semaphore or socket with any other.",
}
"""Every guarantee there is, and what it says."""

_ALL = frozenset(GUARANTEES)
HELD = {
    NAMESPACES: _ALL,
    WITHOUT_PROC: _ALL,
    # That another process exists can be found out: its number is in use.
    ONE_PROCESS: _ALL - {"processes"},
    BUBBLEWRAP: _ALL,
    NO_TIER: frozenset[str](),
}
"""What each tier guarantees, where its self-test found nothing broken."""


def missing(held: Collection[str], required: Collection[str]) -> tuple[str, ...]:
    """What is required and not held, in the order of `GUARANTEES`.

    Raises:
        ValueError: a name that is no guarantee.
    """
    unknown = sorted(set(required) - set(GUARANTEES))
    if unknown:
        names = ", ".join(GUARANTEES)
        raise ValueError(f"unknown guarantee {unknown[0]!r}; there are: {names}")
    return tuple(each for each in GUARANTEES if each in required and each not in held)
