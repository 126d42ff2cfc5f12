"""Hidden cases are found where they may not stand, and nothing else is."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.bench.datasets import open_dataset
from assay.bench.scan import Needles, even, needles_of, new_bits, ran_text
from assay.bench.tasks import Task
from assay.inputs import make_inputs
from assay.types import Call, Case, IOMode, Problem, Stdin, TestCode

SHOWN = "Write `f(values, key)`. For example f([1, 2], 'ab') is 3."
FUNCTION = Problem(
    id="f",
    statement=SHOWN,
    io_mode=IOMode.FUNCTION,
    entry_point="f",
    cases=(Case(input=Call(args=([1, 2], "ab")), expected=3),),
)
STDIN = Problem(
    id="s",
    statement="Read n and n numbers; print their sum.\nInput:\n2\n10 20\nOutput:\n30",
    io_mode=IOMode.STDIN,
    cases=(Case(input=Stdin(text="2\n10 20\n"), expected="30\n"),),
)


def function(*cases: Case) -> Needles:
    return needles_of(Task(problem=FUNCTION, hidden=replace(FUNCTION, cases=cases)))


def stdin(*cases: tuple[str, str]) -> Needles:
    hidden = tuple(Case(input=Stdin(text=i), expected=o) for i, o in cases)
    return needles_of(Task(problem=STDIN, hidden=replace(STDIN, cases=hidden)))


def code(source: str) -> Needles:
    tests = (TestCode(source=source, name="hidden"),)
    hidden = replace(FUNCTION, cases=(), test_code=tests)
    return needles_of(Task(problem=FUNCTION, hidden=hidden))


def case(*args: object, gives: object, **kwargs: object) -> Case:
    return Case(input=Call(args=args, kwargs=tuple(kwargs.items())), expected=gives)


HIDDEN = case([4711, 815], "xy", gives=5526)


@pytest.mark.parametrize(
    "prompt",
    [
        "f([4711, 815], 'xy') == 5526",
        "assert f([4711, 815], 'xy') == 5526, 'no'",
        'assert 5526 == f([4711,815],"xy")',
        "It must give 5526\nfor f( [ 4711 , 815 ] ,\n\t'xy' ).",
        'Fails for ([4711, 815], "xy"): expected 5526, got 1',
        'input: [4711, 815]\n"xy"\noutput: 5526',
    ],
)
def test_a_hidden_call_in_a_prompt_is_found(prompt: str) -> None:
    assert function(HIDDEN).in_prompts([SHOWN, f"{SHOWN}\n{prompt}\n"]) == ["case 1"]


@pytest.mark.parametrize(
    "prompt",
    [
        SHOWN,
        "f([4711], 'xy') == 5526",
        "f([4711, 815], 'xy') gives what?",  # 24 bits, and no answer
        "5526",
        "f([4711, 815], 'xy') == 55261",
        "f([14711, 815], 'xy') == 5526",
        f"f([4711, 815], 'xy'){' far away' * 60} 5526",
    ],
)
def test_what_is_not_the_case_is_not_found(prompt: str) -> None:
    assert function(HIDDEN).in_prompts([prompt]) == []


def test_keywords_are_found_with_their_names_and_without() -> None:
    found = function(case(values=[4711, 815], key="xy", gives=5526))
    for prompt in (
        "f(values=[4711, 815], key='xy') == 5526",
        "f([4711, 815], 'xy') == 5526",
    ):
        assert found.in_prompts([prompt]) == ["case 1"], prompt


def test_each_hit_is_named_once() -> None:
    long = case([10**15 + 7919], "qwzkvjxpmthbgdrf", gives=918273640561728394)
    assert function(HIDDEN, long).in_prompts(
        [str(10**15 + 7919), "'qwzkvjxpmthbgdrf' 918273640561728394"] * 3
    ) == ["case 2"]


@pytest.mark.parametrize(
    ("given", "wanted", "prompt"),
    [
        ("3\n471 93 5\n", "569\n", "Input:\n3\n471 93 5\nOutput:\n569"),
        ("3\n471 93 5\n", "569\n", "On '3\\n471 93 5\\n' it must print '569\\n'."),
        ("3\n471 93 5\n", "569\n", "expected 569 for\n  3\n  471   93 5"),
        ("1\n99\n", "86028157 2750159\n", "it prints 86028157  2750159"),
    ],
)
def test_a_hidden_text_in_a_prompt_is_found(
    given: str, wanted: str, prompt: str
) -> None:
    assert stdin((given, wanted)).in_prompts([prompt]) == ["case 1"]


def test_blanks_part_numbers() -> None:
    found = stdin(("3\n471 93 5\n", "569\n"))
    assert found.in_prompts(["Input: 34719 35 Output: 569"]) == []
    assert even("1 23") != even("12 3")


TABLES = """\
inputs = [[[4711, 815], 'xy'], [[0], ''], [[77003, 1], 'no']]
results = [5526, 0, 77004]
for given, wanted in zip(inputs, results):
    assert candidate(*given) == wanted
"""
NATIVE = "_INPUTS = [[[4711, 815, 90210], 'xyzzy'], [[0], '']]\ncheck(f)\n"
ASSERTS = """\
def check(candidate):
    assert candidate([4711, 815], 'xy') == 5526
    assert candidate([], '') == 0
    assert abs(candidate([31.4159, 27.1828], 'pq') - 58.5987) < 1e-6
    assert set(candidate([81173], 'rs')) == set((90210, 4))
    assert 62951 == candidate(values=[62950], key='tu')
"""
UNITTEST = """\
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f([4711, 815], "xy"), 5526)
        self.assertEqual(f(given), wanted)
"""


@pytest.mark.parametrize(
    ("source", "prompt", "name"),
    [
        (TABLES, "f([4711, 815], 'xy') == 5526", "hidden, input 1"),
        (TABLES, "[[77003, 1], 'no'] -> 77004", "hidden, input 3"),
        (NATIVE, "try f([4711, 815, 90210], 'xyzzy')", "hidden, input 1"),
        (ASSERTS, "f([4711, 815], 'xy') is 5526", "hidden, line 2"),
        (ASSERTS, "f([31.4159,27.1828],'pq') is 58.5987", "hidden, line 4"),
        (ASSERTS, "f([81173], 'rs') is like set((90210, 4))", "hidden, line 5"),
        (ASSERTS, "f([62950], 'tu') == 62951", "hidden, line 6"),
        (UNITTEST, "f([4711, 815], 'xy') == 5526", "hidden, line 3"),
    ],
)
def test_cases_in_test_code_are_found(source: str, prompt: str, name: str) -> None:
    found = code(source)
    assert found.in_prompts([prompt]) == [name]
    assert found.in_prompts([SHOWN]) == []


@pytest.mark.parametrize(
    "source", ["def (", "", "x = 1\n", "(" * 5000, "assert f(*given) == wanted_answer"]
)
def test_test_code_that_states_nothing_has_nothing_to_find(source: str) -> None:
    assert code(source).needles == ()


def test_names_in_test_code_are_no_values() -> None:
    found = code("assert same(candidate(given_numbers), expected_results, tolerance)\n")
    prompt = "same(candidate(given_numbers), expected_results, tolerance)"
    assert found.in_prompts([prompt]) == []


def test_what_stands_in_the_statement_is_no_leak() -> None:
    told = replace(FUNCTION, statement=f"{SHOWN} And f([4711, 815], 'xy') is 5526.")
    hidden = replace(FUNCTION, cases=(HIDDEN,))
    found = needles_of(Task(problem=told, hidden=hidden))
    assert found.in_prompts([told.statement, "f([4711, 815], 'xy') == 5526"]) == []


def test_what_stands_in_given_tests_is_no_leak() -> None:
    tests = (TestCode(source="assert f([4711, 815], 'xy') == 5526\n"),)
    for told in (
        replace(FUNCTION, test_code=tests),
        replace(FUNCTION, cases=(HIDDEN,)),
    ):
        found = needles_of(Task(problem=told, hidden=replace(told, cases=(HIDDEN,))))
        assert found.in_prompts(["f([4711, 815], 'xy') == 5526"]) == []


TRIVIAL = (
    case(0, gives=0),
    case(True, gives=False),
    case([], "", gives=None),
    case([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], "a", gives=91),
    case("abcdefghijklmnopqrstuvwxyz", gives=26),
    case("hello world", gives=11),
    case("The quick brown fox jumps over the lazy dog", gives=43),
    case("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", gives=30),
    case([0] * 500, gives=0),
    case(1000000000, gives=2147483647),
)


def test_what_anybody_may_write_is_no_leak() -> None:
    found = function(*TRIVIAL)
    prompts = [
        "f(0) == 0", "f(True) is False", "f([], '') is None", "list('0123456789')",
        "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]", "'abcdefghijklmnopqrstuvwxyz'",
        ">>> f('hello world')", "The quick brown fox jumps over the lazy dog",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "[0, 0]", "2147483647", "10**9",
    ]  # fmt: skip
    assert found.in_prompts(prompts) == []
    inputs = [ran_text(each.input) for each in TRIVIAL]
    assert found.in_inputs(inputs) == []


LONG = [9001, 417, 66302, 5, 78123, 4099, 31]


def test_a_long_hidden_input_that_was_run_is_found() -> None:
    found = function(HIDDEN, case(LONG, "zq", gives=1))
    assert found.in_inputs([ran_text(Call(args=(LONG, "zq")))]) == ["case 2"]
    assert found.in_inputs([ran_text(Call(args=(LONG[:3], "zq")))]) == []
    assert found.in_inputs([ran_text(HIDDEN.input)]) == [], "few bits: by chance"
    named = Call(args=(LONG,), kwargs=(("key", "zq"),))
    assert found.in_inputs([ran_text(named)]) == ["case 2"]


def test_a_long_hidden_text_that_was_run_is_found() -> None:
    text = " ".join(map(str, LONG))
    found = stdin((f"7\n{text}\n", "157978\n"))
    assert found.in_inputs([f"7\n{text}\n"]) == ["case 1"]
    assert found.in_inputs(["7\n1 2 3 4 5 6 7\n"]) == []


def test_a_text_longer_than_what_is_looked_for_is_found() -> None:
    numbers = [(n * n * 7919) % 100_003 for n in range(3000)]
    found = function(case(numbers, gives=1))
    assert found.in_inputs([ran_text(Call(args=(numbers,)))]) == ["case 1"]
    assert found.in_prompts([f"f({numbers}) == 1"]) == ["case 1"]
    digits = 10**4200 + 7**4900
    assert function(case(digits, gives=1)).in_prompts([f"f({digits})"]) == ["case 1"]


def test_a_number_too_long_to_write_stops_nothing() -> None:
    found = function(case(10**9000, gives=7**9000), HIDDEN)
    assert found.in_prompts(["f([4711, 815], 'xy') == 5526"]) == ["case 2"]
    assert ran_text(Call(args=(10**9000,)))


def test_bits_are_of_what_is_new_and_does_not_follow() -> None:
    none = frozenset[str]()
    assert new_bits("4711", none) == pytest.approx(4 * 3.32)
    assert new_bits("4711 4711", none) == new_bits("4711", none)
    assert new_bits("10 20 30 40 50", none) == new_bits("10 20", none)
    assert new_bits("4711", frozenset({"4711"})) == 0
    assert new_bits("zzzzzzzz", none) < new_bits("zqxw", none)
    assert new_bits("1000000", none) < new_bits("4711", none)


@settings(max_examples=60)
@given(
    st.lists(st.integers(1000, 10**6), min_size=3, max_size=6, unique=True),
    st.integers(10**4, 10**7),
    st.sampled_from(["{0!r} -> {1}", "assert f({0!r})=={1}", "{1} of\n{0!r}"]),
    st.text(st.sampled_from("abc \n(),."), max_size=30),
)
def test_a_random_case_is_found_wherever_it_stands(
    values: list[int], answer: int, form: str, around: str
) -> None:
    found = function(case(values, gives=answer))
    prompt = f"{around} {form.format(values, answer)} {around}"
    steps = {b - a for a, b in zip(values, values[1:], strict=False)}
    if len(steps) > 1:  # what follows by itself tells nothing
        assert found.in_prompts([prompt]) == ["case 1"]
    assert found.in_prompts([around]) == []


OWN = Path(__file__).parents[2] / "benchmarks" / "smoke"
DATA = Path(__file__).parents[3] / "shared" / "data"


def tasks_of(path: Path) -> tuple[Task, ...]:
    if not path.exists():
        pytest.skip(f"{path} is not on this computer")
    return open_dataset(path).tasks[:40]


@pytest.mark.parametrize(
    "path",
    [
        OWN / "smoke.jsonl",
        DATA / "humanevalplus.jsonl.gz",
        DATA / "lcb_dev.jsonl.gz",
        DATA / "mbppplus.jsonl.gz",
    ],
    ids=lambda path: path.name.partition(".")[0],
)
def test_inputs_of_our_own_making_and_statements_are_no_leaks(path: Path) -> None:
    hits, looked_for = [], 0
    for task in tasks_of(path):
        found, problem = needles_of(task), task.problem
        looked_for += len(found.needles)
        made = [ran_text(each) for each in make_inputs(problem)]
        told = [problem.statement, problem.starter_code]
        hits += [(problem.id, hit) for hit in found.in_inputs(made)]
        hits += [(problem.id, hit) for hit in found.in_prompts(told)]
    assert hits == []
    assert looked_for > 10


def test_two_hundred_prompts_and_a_thousand_cases_take_a_moment() -> None:
    cases = [
        case([n * 7919 % 100_003, n * 104_729 % 99_991, n], gives=n * 31_337)
        for n in range(1, 1001)
    ]
    found = function(*cases)
    text = "def f(values, key):\n    return [sum(values) + 17 for _ in range(9)]\n"
    prompts = [f"{SHOWN}\n{text * 20}\n# {n}" for n in range(200)]
    started = time.process_time()
    assert found.in_prompts(prompts) == []
    assert found.in_inputs(prompts) == []
    assert time.process_time() - started < 8
    zeros = [f"{'0 ' * 50_000}{n}" for n in range(20)]
    few = stdin(("0\n471 93 5\n", "0\n"), ("0 0 0 0 471935\n", "0 0\n"))
    started = time.process_time()
    assert few.in_prompts(zeros) == []
    assert time.process_time() - started < 2
