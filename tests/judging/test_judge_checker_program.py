"""The user's own checker program decides, in a sandbox of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assay.errors import ProblemError
from assay.judging import checker_program
from assay.types import Checker, CheckerKind, Limits, Status
from judging.judged import call_problem, judge, text_problem

if TYPE_CHECKING:
    from judging.conftest import Sandbox


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"no {program} here")


# Accepts any two numbers whose sum is the input; the expected one is an example.
ANY_SUM = """
import sys
given, expected, output = (open(name).read() for name in sys.argv[1:])
assert sum(map(int, expected.split())) == int(given)
words = output.split()
sys.exit(42 if len(words) == 2 and sum(map(int, words)) == int(given) else 43)
"""


def program(source: str | None) -> Checker:
    return Checker(kind=CheckerKind.PROGRAM, source=source)


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("1 9", Status.PASSED),
        ("4 6", Status.PASSED),
        ("4 7", Status.WRONG_ANSWER),
        ("", Status.WRONG_ANSWER),
        ("four six", Status.WRONG_ANSWER),  # the checker itself crashes
    ],
)
def test_a_checker_program_accepts_what_it_says(
    sandbox: Sandbox, printed: str, status: Status
) -> None:
    problem = text_problem(("10\n", "5 5\n"), checker=program(ANY_SUM))
    (result,) = judge(sandbox, f"print({printed!r})", problem).results
    assert result.status is status
    assert (result.distance == 0) is (status is Status.PASSED)


def test_status_zero_accepts_and_values_come_as_literals(sandbox: Sandbox) -> None:
    source = """
import ast, sys
given, expected, output = (ast.literal_eval(open(n).read()) for n in sys.argv[1:])
(args, kwargs) = given
sys.exit(0 if sorted(output) == sorted(args[0]) and kwargs == {} else 1)
"""
    problem = call_problem("f", (([3, 1, 2],), [1, 2, 3]), checker=program(source))
    assert judge(sandbox, "def f(x): return x[::-1]", problem).passed
    assert not judge(sandbox, "def f(x): return x[1:]", problem).passed


# By the ICPC convention: as above, with the answer on standard input.
ANY_SUM_ICPC = """
import os, sys
given, expected, feedback = sys.argv[1:4]
wanted = int(open(given).read())
assert open(expected).read() == "5 5\\n"
assert os.listdir(feedback) == []
with open(feedback + "judgemessage.txt", "w") as note:
    note.write("seen")
words = sys.stdin.read().split()
sys.exit(42 if len(words) == 2 and sum(map(int, words)) == wanted else 43)
"""


def icpc(source: str, *args: str) -> Checker:
    return Checker(
        kind=CheckerKind.PROGRAM, source=source, convention="icpc", args=args
    )


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("4 6", Status.PASSED),
        ("4\n6\n\n", Status.PASSED),
        ("4 7", Status.WRONG_ANSWER),
        ("", Status.WRONG_ANSWER),
        ("four six", Status.WRONG_ANSWER),  # the validator itself crashes
    ],
)
def test_a_validator_reads_the_answer_on_standard_input(
    sandbox: Sandbox, printed: str, status: Status
) -> None:
    problem = text_problem(("10\n", "5 5\n"), checker=icpc(ANY_SUM_ICPC))
    (result,) = judge(sandbox, f"print({printed!r})", problem).results
    assert result.status is status


@pytest.mark.parametrize(
    "source",
    [
        "",
        "import sys; sys.exit(0)",
        "import sys; sys.exit(1)",
        "import sys; sys.exit('42')",
        "import os; os._exit(43)",
        "raise SystemExit(True)",
        "import os; os.kill(os.getpid(), 9)",
        "while True: pass",
        "x = bytearray(1 << 40); raise SystemExit(42)",
        "while True: print('x' * 99999)",
        "import subprocess, sys; subprocess.run(['sh', '-c', 'exit 42'])",
    ],
)
def test_no_other_end_of_a_validator_accepts(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    sooner = Limits(cpu_s=1.0, memory_mb=512, output_kb=64)
    monkeypatch.setattr(checker_program, "_LIMITS", sooner)
    problem = text_problem(("1", "1"), checker=icpc(f"# a validator\n{source}"))
    (result,) = judge(sandbox, "print(1)", problem).results
    assert result.status is Status.WRONG_ANSWER


def test_a_validator_sees_the_very_bytes_however_it_reads(sandbox: Sandbox) -> None:
    source = """
import os, sys
way = sys.argv[4]
if way == "buffer":
    data = sys.stdin.buffer.read()
elif way == "descriptor":
    data = os.read(0, 100)
elif way == "device":
    data = open("/dev/stdin", "rb").read()
else:
    data = input().encode() + b"\\n"
sys.exit(42 if data == "\u0661 x\\0\\r\\n".encode() or way == "input" else 43)
"""
    code = "import sys; sys.stdout.buffer.write('\u0661 x\\0\\r\\n'.encode())"
    for way in ("buffer", "descriptor", "device", "input"):
        problem = text_problem(("", ""), checker=icpc(source, way))
        assert judge(sandbox, code, problem).passed, way


def test_a_validator_gets_values_as_literals(sandbox: Sandbox) -> None:
    source = """
import ast, sys
given, expected = (ast.literal_eval(open(n).read()) for n in sys.argv[1:3])
got = ast.literal_eval(sys.stdin.read())
sys.exit(42 if sorted(got) == sorted(given[0][0]) == expected else 43)
"""
    problem = call_problem("f", (([3, 1, 2],), [1, 2, 3]), checker=icpc(source))
    assert judge(sandbox, "def f(x): return x[::-1]", problem).passed
    assert not judge(sandbox, "def f(x): return x[1:]", problem).passed


def test_what_a_candidate_prints_never_decides_by_itself(sandbox: Sandbox) -> None:
    """Words that a validator, its starter or a shell could mistake for orders."""
    source = "import sys; sys.exit(42 if sys.stdin.read().strip() == 'right' else 43)"
    for printed in (
        "42",
        "raise SystemExit(42)",
        "__import__('os')._exit(42)",
        '", "source": "raise SystemExit(42)", "x": "',
        "$(exit 42)",
        "\x04\x1a",
        "feedback/../checker.py",
    ):
        problem = text_problem(("1", "right"), checker=icpc(source))
        (result,) = judge(sandbox, f"print({printed!r})", problem).results
        assert result.status is Status.WRONG_ANSWER


CPP_ICPC = """
#include <fstream>
#include <iostream>
#include <string>
int main(int n, char **words) {
    long long wanted, a, b;
    std::string more;
    std::ifstream(words[1]) >> wanted;
    std::ofstream note(std::string(words[3]) + "judgemessage.txt");
    if (n != 5 || std::string(words[4]) != "sum" || !(note << "seen" << std::flush))
        return 1;
    if (!(std::cin >> a >> b) || std::cin >> more) return 43;
    return a + b == wanted ? 42 : 43;
}
"""
BASH_FILES = """
[ "$#" = 3 ] && [ -z "$(cat)" ] && exec cmp -s "$2" "$3"
"""


@needs("g++")
def test_a_validator_may_be_written_in_another_language(sandbox: Sandbox) -> None:
    checker = replace(icpc(CPP_ICPC, "sum"), language="cpp")
    problem = text_problem(("10\n", "5 5\n"), checker=checker)
    assert judge(sandbox, "print(4, 6)", problem).passed
    for code in ("print(4, 7)", "print()", "print(4, 6, 0)", "print('42')"):
        (result,) = judge(sandbox, code, problem).results
        assert result.status is Status.WRONG_ANSWER, code


@needs("bash")
def test_a_checker_by_files_may_be_written_in_another_language(
    sandbox: Sandbox,
) -> None:
    checker = replace(program(BASH_FILES), language="bash")
    problem = text_problem(("", "a b\n"), checker=checker)
    assert judge(sandbox, "print('a b')", problem).passed
    assert not judge(sandbox, "print('a  b')", problem).passed


@needs("g++")
def test_a_validator_that_does_not_compile_is_the_users_error(
    sandbox: Sandbox,
) -> None:
    checker = replace(icpc("int main() { return nothing; }"), language="cpp")
    problem = text_problem(("", "1"), checker=checker)
    with pytest.raises(ProblemError, match="nothing"):
        judge(sandbox, "print(1)", problem)


def test_a_checker_by_files_has_nothing_on_standard_input(sandbox: Sandbox) -> None:
    source = (
        "import sys; sys.exit(1 if sys.stdin.read() or sys.argv[4:] != ['a'] else 0)"
    )
    checker = Checker(kind=CheckerKind.PROGRAM, source=source, args=("a",))
    assert judge(sandbox, "print(1)", text_problem(("2", "3"), checker=checker)).passed


@pytest.mark.parametrize(
    ("checker", "message"),
    [
        (program(None), "no program was given"),
        (program("import sys\nif"), "on line 2"),
        (replace(program("x"), any_of=True), "leave out 'any_of'"),
        (replace(program("x"), language="brainfuck"), "'brainfuck'"),
    ],
)
def test_a_checker_that_cannot_be_run_is_the_users_error(
    sandbox: Sandbox, checker: Checker, message: str
) -> None:
    problem = text_problem(("", "1"), checker=checker)
    with pytest.raises(ProblemError, match=message):
        judge(sandbox, "print(1)", problem)
