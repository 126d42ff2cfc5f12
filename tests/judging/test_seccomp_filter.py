"""The filter of system calls, run call by call in a small machine of our own."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from assay.judging import seccomp
from assay.judging.syscalls import (
    ALLOWED,
    FATAL,
    REFUSED,
    REFUSED_TO_ONE_PROCESS,
    WITHOUT_ATTRIBUTES,
    numbers,
)

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = tuple(ARCHES)
KILL, ALLOW = "kill", "allow"
THREAD = 0x3D0F00  # what pthread_create asks of clone
FORK = 17  # SIGCHLD alone

Arguments = tuple[int, ...]


def verdict(
    machine: str,
    number: int,
    arguments: Arguments = (),
    *,
    one_process: bool = False,
    arch: int | None = None,
) -> str:
    """What the kernel would do with one call, by interpreting the filter."""
    arch = ARCHES[machine] if arch is None else arch
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number, arch, 0, *words)
    action = interpret(seccomp.program(machine, one_process=one_process), data)
    if action == 0x80000000:
        return KILL
    if action == 0x7FFF0000:
        return ALLOW
    assert action >> 16 == 5, hex(action)
    return errno.errorcode[action & 0xFFFF]


def interpret(program: bytes, data: bytes) -> int:
    """Run a filter over one `struct seccomp_data`; classic BPF as far as we use it."""
    steps = list(struct.iter_unpack("<HBBI", program))
    loaded, index = 0, 0
    while True:
        operation, if_true, if_false, operand = steps[index]
        index += 1
        if operation == 0x06:
            return int(operand)
        if operation == 0x20:
            (loaded,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x05:
            index += operand
        else:
            holds = {
                0x15: loaded == operand,
                0x35: loaded >= operand,
                0x45: bool(loaded & operand),
            }[operation]
            index += if_true if holds else if_false


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


SAMPLE = {"clone": (THREAD,), "socketpair": (1, 1), "ioctl": (0, 0x5401)}


@pytest.mark.parametrize("one_process", [False, True])
def test_every_call_of_the_tables_gets_what_its_table_says(
    machine: str, one_process: bool
) -> None:
    refused = {**numbers(REFUSED, machine)}
    without: dict[str, int] = {}
    if one_process:
        refused |= numbers(REFUSED_TO_ONE_PROCESS, machine)
        without = numbers(WITHOUT_ATTRIBUTES, machine)
    wanted = dict.fromkeys(numbers(ALLOWED, machine), ALLOW)
    wanted |= dict.fromkeys(numbers(FATAL, machine), KILL)
    wanted |= dict.fromkeys(refused, "EACCES") | dict.fromkeys(without, "ENOTSUP")
    known = numbers(ALLOWED, machine) | numbers(FATAL, machine) | refused | without
    if one_process:
        assert set(numbers(WITHOUT_ATTRIBUTES, machine)) < set(wanted)
    got = {
        name: verdict(machine, number, SAMPLE.get(name, ()), one_process=one_process)
        for name, number in known.items()
    }
    assert got == wanted


def test_no_call_is_in_two_tables_that_disagree(machine: str) -> None:
    tables = [set(numbers(table, machine)) for table in (ALLOWED, FATAL, REFUSED)]
    assert sum(map(len, tables)) == len(set().union(*tables))
    one_process = set(numbers(REFUSED_TO_ONE_PROCESS, machine))
    assert one_process < tables[0], "only what would be allowed is refused besides"


@pytest.mark.parametrize("one_process", [False, True])
def test_a_call_outside_the_tables_is_unknown(machine: str, one_process: bool) -> None:
    known = set()
    for table in (ALLOWED, FATAL, REFUSED):
        known |= set(numbers(table, machine).values())
    for number in (*range(600), 0x3FFFFFFF):
        if number not in known:
            got = verdict(machine, number, one_process=one_process)
            assert got == "ENOSYS", number


@pytest.mark.parametrize("one_process", [False, True])
def test_another_processor_mode_ends_the_program(
    machine: str, one_process: bool
) -> None:
    i386, arm = 0x40000003, 0x40000028
    others = {i386, arm, 0, *ARCHES.values()} - {ARCHES[machine]}
    for arch in others:
        got = verdict(machine, 0, one_process=one_process, arch=arch)
        assert got == KILL, hex(arch)


def test_the_x32_bit_ends_the_program() -> None:
    for number in (0, 39, 102, 547):
        assert verdict("x86_64", 0x40000000 | number) == KILL
        assert verdict("x86_64", 0xFFFFFFFF) == KILL


NEW = {
    "time": 0x80,
    "mount": 0x20000,
    "cgroup": 0x2000000,
    "uts": 0x4000000,
    "ipc": 0x8000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}


@pytest.mark.parametrize("one_process", [False, True])
@pytest.mark.parametrize("kind", NEW)
def test_a_clone_into_a_new_namespace_ends_the_program(
    machine: str, kind: str, one_process: bool
) -> None:
    clone = numbers(ALLOWED, machine)["clone"]
    for flags in (FORK, THREAD):
        got = verdict(machine, clone, (flags | NEW[kind],), one_process=one_process)
        assert got == KILL


CONDITIONAL = [  # a call, its arguments, in namespaces, as one process
    ("clone", (THREAD,), ALLOW, ALLOW),
    ("clone", (FORK,), ALLOW, "EACCES"),
    ("clone", (0x4111,), ALLOW, "EACCES"),  # as vfork does
    ("clone", (THREAD | 1 << 40,), ALLOW, ALLOW),  # the kernel looks at 32 bits
    ("clone", (FORK | 0x10000 << 32,), ALLOW, "EACCES"),
    ("ioctl", (0, 0x5412), "EACCES", "ENOTTY"),  # TIOCSTI: type for the user
    ("ioctl", (0, 0x541C), "EACCES", "ENOTTY"),
    ("ioctl", (0, 0x5401), ALLOW, ALLOW),  # is it a terminal
    ("ioctl", (0, 0x541B), ALLOW, ALLOW),
    ("ioctl", (0, 0x40086602), ALLOW, "ENOTTY"),  # flags of a file
    ("ioctl", (0, 0x40806685), ALLOW, "ENOTTY"),  # seal a file for good
    ("socketpair", (1, 1), ALLOW, ALLOW),
    ("socketpair", (1, 0x80801), ALLOW, ALLOW),  # and close on exec, do not block
    ("socketpair", (1, 2), ALLOW, "EACCES"),  # datagrams
    ("socketpair", (1, 3), ALLOW, "EACCES"),
    ("socketpair", (1, 5), ALLOW, "EACCES"),
    ("socketpair", (2, 1), "EACCES", "EACCES"),
    ("socketpair", (40, 1), "EACCES", "EACCES"),
    ("prlimit64", (0, 7, 0, 1), ALLOW, ALLOW),
    ("prlimit64", (0, 7, 1, 0), ALLOW, ALLOW),
    ("prlimit64", (2, 7, 0, 1), ALLOW, "EACCES"),  # of another process
    ("prlimit64", (0, 4, 0, 1), ALLOW, ALLOW),  # read the limit on core dumps
    ("prlimit64", (0, 4, 1, 0), "EACCES", "EACCES"),  # set it
    ("prlimit64", (0, 4, 1 << 32, 0), "EACCES", "EACCES"),
    ("prctl", (1, 0), ALLOW, "EACCES"),  # outlive the parent
    ("prctl", (4, 0), ALLOW, "EACCES"),  # hide from the count of files
    ("prctl", (0x59616D61, 0), ALLOW, "EACCES"),
    ("prctl", (15, 0), ALLOW, ALLOW),  # a name
    ("fcntl", (3, 1024), ALLOW, "EACCES"),  # delay others that open a file
    ("fcntl", (3, 1026), ALLOW, "EACCES"),
    ("fcntl", (3, 1030), ALLOW, ALLOW),
]


@pytest.mark.parametrize(("name", "arguments", "freely", "alone"), CONDITIONAL)
def test_arguments_decide(
    machine: str, name: str, arguments: Arguments, freely: str, alone: str
) -> None:
    number = numbers(ALLOWED, machine)[name]
    assert verdict(machine, number, arguments) == freely
    assert verdict(machine, number, arguments, one_process=True) == alone


def test_the_core_limit_cannot_be_set_the_old_way(machine: str) -> None:
    number = numbers(ALLOWED, machine)["setrlimit"]
    assert verdict(machine, number, (4, 1)) == "EACCES"
    assert verdict(machine, number, (7, 1)) == ALLOW


HEADERS = {
    "x86_64": (
        Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        Path("/usr/include/asm/unistd_64.h"),
    ),
    "aarch64": (Path("/usr/include/asm-generic/unistd.h"),),
}
DEFINED = re.compile(r"^#\s*define\s+(__NR\w*?_\w+)\s+(\w+)", re.MULTILINE)


def test_the_numbers_are_those_of_the_kernel_s_headers(machine: str) -> None:
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip(f"no kernel header of {machine} here")
    said = dict(DEFINED.findall(header.read_text(encoding="utf-8")))
    ours: dict[str, int] = {}
    for table in (ALLOWED, FATAL, REFUSED, REFUSED_TO_ONE_PROCESS, WITHOUT_ATTRIBUTES):
        ours |= numbers(table, machine)
    theirs = {}
    for name in ours:
        value = said.get(f"__NR_{name}", "")
        theirs[name] = int(value if value.isdigit() else said.get(value, -1))
    unknown = {name for name in ours if theirs[name] < 0}
    assert unknown <= {"memfd_secret"}, "newer than these headers"
    assert {n: ours[n] for n in set(ours) - unknown} == {
        n: theirs[n] for n in set(ours) - unknown
    }


@pytest.mark.parametrize("one_process", [False, True])
def test_the_kernel_takes_as_long_a_filter(machine: str, one_process: bool) -> None:
    assert len(seccomp.program(machine, one_process=one_process)) // 8 < 4096
