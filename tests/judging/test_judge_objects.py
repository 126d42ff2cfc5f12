"""A candidate's objects in tests that run elsewhere: calls, copies, errors, classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Status
from judging.judged import run_tests

if TYPE_CHECKING:
    from judging.conftest import Sandbox

STACK = """
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass
from fractions import Fraction

class Empty(LookupError):
    def __init__(self, size):
        super().__init__(f"empty of {size}")
        self.size = size

class Stack:
    limit = 3
    def __init__(self, *items): self.items = list(items)
    def push(self, item): self.items.append(item); return self
    def pop(self):
        if not self.items: raise Empty(0)
        return self.items.pop()
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __getitem__(self, i): return self.items[i]
    def __contains__(self, item): return item in self.items
    def __repr__(self): return f"Stack({self.items})"
    def __eq__(self, other):
        return isinstance(other, Stack) and self.items == other.items
    def __hash__(self): return len(self.items)
    def __add__(self, other): return Stack(*self.items, *other)
    def __enter__(self): return self
    def __exit__(self, *details): self.items.clear()

@dataclass
class Point:
    x: int
    y: int = 0

class Everything:
    def __contains__(self, item): return True
    def __iter__(self): return iter(())
def everything(): return Everything()

Pair = namedtuple("Pair", "a b")
def pair(): return Pair(1, 2)
def points(): return [Point(1), Point(2)]
def count(text): return Counter(text)
def half(): return Fraction(1, 2)
def upto(n):
    for i in range(n): yield i
def endless():
    while True: yield 1
def sort(items, log):
    items.sort(); log["n"] = len(items); return items
def apply(function, value): return function(value) + 1
def total(numbers): return sum(numbers)
def say(text): print("said", text)
def nested(): return {"a": (1, [2.5, {3}]), b"k": None}
"""


@pytest.mark.parametrize(
    "statement",
    [
        "s = Stack(); s.push(1).push(2); assert s.pop() == 2 and len(s) == 1",
        "s = Stack(1, 2); assert list(s) == [1, 2] and s[0] == 1 and s.items == [1, 2]",
        "assert Stack(1) == Stack(1) and Stack(1) != Stack(2)",
        "assert not Stack(1) == [1] and Stack(1) != [1]",
        "assert 1 in Stack(1) and 2 not in Stack(1)",
        "assert repr(Stack(1)) == 'Stack([1])' and f'{Stack(1)}' == 'Stack([1])'",
        "assert Stack(1) + Stack(2) == Stack(1, 2)",
        "assert Stack(1) + [2] == Stack(1, 2)",
        "assert isinstance(Stack(), Stack) and not isinstance(points()[0], Stack)",
        "assert Stack.limit == 3 and not hasattr(Stack(), 'nothing')",
        "s = Stack(); s.items = [5]; assert s.pop() == 5",
        "s = Stack(1)\nwith s as t: assert t is s\nassert not len(s)",
        "assert {Stack(1): 'a'}[Stack(1)] == 'a'",
        "assert points() == [Point(1), Point(2, 0)] and points()[1].x == 2",
        "assert pair() == (1, 2) and pair().b == 2",
        "assert count('aab') == {'a': 2, 'b': 1}",
        "from fractions import Fraction\nassert half() == Fraction(1, 2) == 0.5",
        "assert list(upto(3)) == [0, 1, 2] and sum(upto(4)) == 6",
        "it = endless(); assert next(it) == next(it) == 1",
        "items, log = [2, 1], {}\nassert sort(items, log) is items\n"
        "assert items == [1, 2] and log == {'n': 2}",
        "assert apply(lambda v: v * 10, 4) == 41",
        "assert total(iter([1, 2])) == 3 and total(x for x in (1, 2)) == 3",
        "assert nested() == {'a': (1, [2.5, {3}]), b'k': None}",
        "import solution\nassert solution.total([1]) == 1",
        "from solution import *\nassert total([1]) == 1",
        "try: Stack().pop()\nexcept Empty as e: assert (e.size, str(e)) == "
        "(0, 'empty of 0')",
        "try: Stack().pop()\nexcept LookupError: pass\nelse: assert False",
        "try: apply(lambda v: v / 0, 1)\nexcept ZeroDivisionError: pass\n"
        "else: assert False",
    ],
)
def test_tests_use_a_candidates_objects_as_if_they_were_here(
    sandbox: Sandbox, statement: str
) -> None:
    results = run_tests(sandbox, STACK, statement)
    assert results
    assert [r for r in results if not r.passed] == []


@pytest.mark.parametrize(
    "statement",
    [
        "assert Stack(1) == Stack(2)",
        "assert pair() == (1, 3)",
        "assert pair().a == 2",
        "assert list(upto(3)) == [0, 1]",
        "items = [2, 1]\nsort(items, {})\nassert items == [2, 1]",
        "assert apply(lambda v: v, 1) == 3",
        "try: Stack().pop()\nexcept KeyError: pass",
        "assert 5 in upto(5)",
        "assert 5 in everything()",
        "assert Stack(1) < 2",
    ],
)
def test_the_same_tests_fail_where_the_answer_is_another(
    sandbox: Sandbox, statement: str
) -> None:
    assert not all(
        r.passed for r in run_tests(sandbox, STACK, f"{statement}\nassert 1")
    )


def test_an_object_of_the_tests_cannot_be_passed_and_the_error_says_so(
    sandbox: Sandbox,
) -> None:
    tests = "class Mine: pass\nassert total([Mine()]) == 0"
    (result,) = run_tests(sandbox, STACK, tests)
    assert result.status is Status.WRONG_ANSWER
    assert "'Mine' object of the tests cannot be passed" in result.got_text


WHAT_CROSSES = {
    "a keyword that the judge's own functions have": (
        "class Pupil:\n    def add(self, *, name, number=0): return name",
        "assert Pupil().add(name='Ada', number=2) == 'Ada'",
    ),
    "slices and Python's own classes": (
        "def f(x, kind=int): return isinstance(x, kind)\ndef g(x): return type(x)\n"
        "class Row:\n    def __getitem__(self, i): return [1, 2, 3][i]",
        "assert f(1, int) and not f('a', int) and f(1, (int, str))\n"
        "assert g(1) is int and g('') == str\nassert Row()[1:] == [2, 3]",
    ),
    "a deque that is changed in place": (
        "def f(queue, counts):\n    queue.append(3)\n    counts['a'] += 1",
        "from collections import Counter, deque\nq, c = deque([1]), Counter('a')\n"
        "f(q, c)\nassert q == deque([1, 3])\nassert c == Counter('aa')",
    ),
    "a file in memory": (
        "def f(file): print('end', file=file)\n"
        "def g(file): return [line.strip() for line in file]",
        "import io\nout = io.StringIO()\nf(out)\nassert out.getvalue() == 'end\\n'\n"
        "assert g(io.StringIO('a\\nb')) == ['a', 'b']\n"
        "text = io.StringIO('a\\nb')\nassert g(text) and text.read() == ''",
    ),
    "operators in place": (
        "class Bag:\n    def __init__(self): self.items = []\n"
        "    def __iadd__(self, other): self.items.append(other); return self",
        "b = Bag()\nsame = b\nb += 3\nassert b is same\nassert b.items == [3]",
    ),
    "an error that a context manager sees": (
        "class Quiet:\n    def __enter__(self): return self\n"
        "    def __exit__(self, kind, error, trace):\n"
        "        self.seen = f'{kind.__name__} {error}'\n        return True",
        "q = Quiet()\nwith q: raise ValueError('x')\nassert q.seen == 'ValueError x'",
    ),
    "functions that are kept and called later": (
        "class Cell:\n    def __init__(self): self.kept = []; self._v = 0\n"
        "    def watch(self, f): self.kept.append(f)\n"
        "    def forget(self, f): self.kept.remove(f)\n"
        "    @property\n    def v(self): return self._v\n"
        "    @v.setter\n    def v(self, new):\n        self._v = new\n"
        "        for f in self.kept: f(new)",
        "seen, c, d = [], Cell(), Cell()\nadd = seen.append\nc.watch(add)\n"
        "def onwards(new): d.v = new + 1\nc.watch(onwards)\nd.watch(add)\nc.v = 1\n"
        "assert seen == [1, 2]\nc.forget(add)\nd.forget(seen.append)\nc.v = 5\n"
        "assert seen == [1, 2] and d.v == 6",
    ),
    "a name that only a test puts there": (
        "def f(path):\n    with open(path) as file: return file.read()",
        "import io, unittest.mock\nimport answer\n"
        "fake = lambda path: io.StringIO('in ' + path)\n"
        "with unittest.mock.patch('answer.open', side_effect=fake, create=True):\n"
        "    assert answer.f('a') == 'in a'",
    ),
}


@pytest.mark.parametrize("what", WHAT_CROSSES)
def test_what_real_tests_pass_crosses_the_wall(sandbox: Sandbox, what: str) -> None:
    code, tests = WHAT_CROSSES[what]
    results = run_tests(sandbox, code, tests)
    assert [(r.name, r.got_text) for r in results if not r.passed] == []


@pytest.mark.parametrize(
    "block",
    [
        "assert x.value == 5",
        "assert x - 5 == 0",
        "assert x.go() == 5",
        "x.value == 5 or x.go()",
    ],
)
def test_a_context_manager_cannot_forgive_what_a_test_asserts(
    sandbox: Sandbox, block: str
) -> None:
    code = (
        "class f:\n    value = 4\n    def go(self): raise ValueError\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *details): return True"
    )
    (result,) = run_tests(sandbox, code, f"def test_it():\n    with f() as x: {block}")
    assert not result.passed


def test_a_test_that_is_a_generator_does_not_pass(sandbox: Sandbox) -> None:
    tests = "def test_it():\n    yield\n    assert f() == 2"
    (result,) = run_tests(sandbox, "def f(): return 1", tests)
    assert "nothing in it was run" in result.got_text
    assert not result.passed
