"""Programs that try to pass without being right. None may, in any style of test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Status, TestStyle
from judging.judged import call_problem, judge, run_tests

if TYPE_CHECKING:
    from judging.conftest import Sandbox

ALWAYS_EQUAL = """
class Yes{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __hash__(self): return hash(5)
    def __contains__(self, item): return True
    def __sub__(self, other): return 0
    def __rsub__(self, other): return 0
    def __abs__(self): return 0
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __le__(self, other): return True
    def __ge__(self, other): return True
    def __isub__(self, other): return 0
    def __add__(self, other): return other
    __radd__ = __mul__ = __xor__ = __add__
    def __call__(self, *args): return self
    def __getattr__(self, name): return self
    def __instancecheck__(self, other): return True
    def __array__(self, *args): return 5
    def __repr__(self): return "4"
"""

HACKS = {
    "object equal to all": ALWAYS_EQUAL.format(base="")
    + "\ndef add(a, b): return Yes()",
    "int equal to all": ALWAYS_EQUAL.format(base="(int)")
    + "\ndef add(a, b): return Yes(0)",
    "float equal to all": ALWAYS_EQUAL.format(base="(float)")
    + "\ndef add(a, b): return Yes(0)",
    "list equal to all": ALWAYS_EQUAL.format(base="(list)")
    + "\ndef add(a, b): return Yes()",
    "the function is such an object": ALWAYS_EQUAL.format(base="") + "\nadd = Yes()",
    "a class of the function's name": ALWAYS_EQUAL.format(base="")
    + "\nYes.__init__ = lambda self, *args: None\nadd = Yes\nYes.__name__ = 'add'",
    "a class with a capital name": ALWAYS_EQUAL.format(base="")
    + "\nYes.__init__ = lambda self, *args: None\nadd = Yes\nYes.__name__ = 'Add'",
    "exits while loading": "import sys; sys.exit(0)",
    "exits hard while loading": "import os; os._exit(0)",
    "exits in the call": "import sys\ndef add(a, b): sys.exit(0)",
    "exits hard in the call": "import os\ndef add(a, b): os._exit(0)",
    "becomes true": "import os\ndef add(a, b): os.execv('/bin/true', ['true'])",
    "kills itself": "import os\ndef add(a, b): os.kill(os.getpid(), 9)",
    "raises a skip": "import unittest\ndef add(a, b): raise unittest.SkipTest('no')",
    "raises its own skip": "class Skipped(BaseException): pass\n"
    "Skipped.__module__ = '_pytest.outcomes'\ndef add(a, b): raise Skipped('no')",
    "raises an interrupt": "def add(a, b): raise KeyboardInterrupt",
    "raises a generator's exit": "def add(a, b): raise GeneratorExit",
    "raises an exit": "def add(a, b): raise SystemExit(0)",
    "raises an assertion": "def add(a, b): raise AssertionError('fine')",
    "patches unittest": "import unittest\n"
    "unittest.TestCase.run = lambda *a, **k: None\n"
    "unittest.TestCase.assertEqual = lambda *a: None\ndef add(a, b): return 0",
    "patches pytest": "import sys\nsys.modules['pytest'] = sys.modules['py'] = None\n"
    "open('conftest.py', 'w').write('def pytest_runtest_makereport(): 1/0')\n"
    "def add(a, b): return 0",
    "patches builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\n"
    "builtins.all = lambda *a: True\nbuiltins.type = lambda x: int\n"
    "def add(a, b): return 0",
    "patches its server": "import sys\nfor m in list(sys.modules.values()):\n"
    "    for n in ('pack', 'is_plain', 'unpack'):\n"
    "        if hasattr(m, n): setattr(m, n, lambda *a: ('p', 5))\n"
    "def add(a, b): return 0",
    "prints success": "print('OK')\nprint('2 passed')\ndef add(a, b):\n"
    "    print('{\"passed\": true}', flush=True)\n    return 0",
    "forges the end of its frame": "import os\ndef add(a, b):\n"
    "    os.write(4, b'\\x10\\0\\0\\0[1,\"finish\",true]')\n    return 0",
    "looks for the answer in memory": "import gc\ndef add(a, b):\n"
    "    for o in gc.get_objects():\n"
    "        if type(o) is dict and 'expected' in o: return o['expected']\n"
    "    return 0",
    "looks for the answer in frames": "import sys\ndef add(a, b):\n"
    "    f = sys._getframe()\n    while f:\n        for k in ('expected', 'right'):\n"
    "            if k in f.f_locals: return f.f_locals[k]\n        f = f.f_back\n"
    "    return 0",
    "calls back into the test": "def add(a, b): return 0\n"
    "def use(f):\n    for n in ('__globals__', '__closure__', '__code__'):\n"
    "        getattr(f, n, {})\n",
    "answers with a generator": "def add(a, b):\n    while True: yield 5",
    "answers with itself": "def add(a, b):\n    x = []\n    x.append(x)\n    return x",
    "answers very deep": "def add(a, b):\n    x = 5\n"
    "    for _ in range(100000): x = [x]\n    return x",
    "ends in an open quote": "def add(a, b): return 0\nx = '''",
}

ASSERTS = """
right = 5
assert add(2, 3) == right
assert add(2, 3) in (5, 6)
assert not add(2, 3) != 5
assert abs(add(2, 3) - 5) < 1e-9
assert 4.5 < add(2, 3) < 5.5
assert 0 == add(2, 3) - 5
assert [5] == [add(2, 3)]
assert {"a": add(2, 3)} == {"a": 5}
assert str(add(2, 3)) == "5"
"""

UNITTEST = """
import math, unittest
from answer import add
class TestAdd(unittest.TestCase):
    def test_equal(self): self.assertEqual(add(2, 3), 5)
    def test_reversed(self): self.assertEqual(5, add(2, 3))
    def test_almost(self): self.assertAlmostEqual(add(2, 3), 5)
    def test_close(self): self.assertTrue(math.isclose(add(2, 3), 5))
    def test_in(self): self.assertIn(add(2, 3), [5])
    def test_less(self): self.assertGreater(add(2, 3), 4.5)
    def test_list(self): self.assertListEqual([add(2, 3)], [5])
    def test_dict(self): self.assertDictEqual({"a": add(2, 3)}, {"a": 5})
"""

PYTEST = """
import pytest
from answer import add
def test_equal(): assert add(2, 3) == 5
def test_approx(): assert add(2, 3) == pytest.approx(5)
def test_reversed(): assert pytest.approx(5) == add(2, 3)
def test_list(): assert [add(2, 3)] == [pytest.approx(5)]
def test_raises():
    with pytest.raises(ZeroDivisionError):
        if add(2, 3) == 5:
            raise ZeroDivisionError
"""


# Pytest takes long to start, and differs from the others in what it catches.
FOR_PYTEST = [
    "object equal to all",
    "float equal to all",
    "a class of the function's name",
    "exits hard in the call",
    "raises a skip",
    "raises its own skip",
    "raises an interrupt",
    "raises an exit",
    "patches pytest",
]


@pytest.mark.parametrize("hack", HACKS)
def test_no_hack_passes_an_assert(sandbox: Sandbox, hack: str) -> None:
    results = run_tests(sandbox, HACKS[hack], UNITTEST + ASSERTS, entry_point="add")
    assert len(results) >= 17
    assert [r.name for r in results if r.passed] == []


@pytest.mark.parametrize("hack", FOR_PYTEST)
def test_no_hack_passes_a_test_of_pytest(sandbox: Sandbox, hack: str) -> None:
    results = run_tests(sandbox, HACKS[hack], PYTEST, TestStyle.PYTEST)
    assert results
    assert [r.name for r in results if r.passed] == []


@pytest.mark.parametrize("hack", HACKS)
def test_no_hack_passes_a_case(sandbox: Sandbox, hack: str) -> None:
    problem = call_problem("add", ((2, 3), 5), ((1, 1), 2))
    verdict = judge(sandbox, HACKS[hack], problem)
    assert [r.status for r in verdict.results if r.passed] == []
    assert all(0 < result.distance <= 1 for result in verdict.results)


@pytest.mark.parametrize(
    ("tests", "style"),
    [
        (ASSERTS, TestStyle.ASSERTS),
        (UNITTEST, TestStyle.ASSERTS),
        (PYTEST, TestStyle.PYTEST),
    ],
)
def test_the_right_program_passes_the_tests_that_no_hack_passes(
    sandbox: Sandbox, tests: str, style: TestStyle
) -> None:
    code = "def add(a, b): return a + b"
    results = run_tests(sandbox, code, tests, style, entry_point="add")
    assert {r.status for r in results} == {Status.PASSED}
