"""Write `smoke.jsonl`: ten problems of our own, with hidden cases, for the smoke run.

    python benchmarks/smoke/make_dataset.py

The hidden cases are made here from the references, and the file is committed, so that
the smoke run needs nothing but itself. The last three are hard for a small model.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RNG = random.Random(4)


def reference_of(source: str, name: str) -> Callable[..., Any]:
    """The function of a reference's text."""
    space: dict[str, Any] = {}
    exec(source, space)
    found: Callable[..., Any] = space[name]
    return found


def function_row(
    name: str,
    signature: str,
    statement: str,
    shown: list[tuple[Any, ...]],
    hidden: list[tuple[Any, ...]],
    source: str,
) -> dict[str, Any]:
    """A row whose function is called; the shown cases stand in its docstring."""
    solve = reference_of(source, name)
    examples = "".join(
        f"\n    >>> {name}({', '.join(map(repr, args))})\n    {solve(*args)!r}"
        for args in shown
    )
    starter = f'def {signature}:\n    """{statement}\n{examples}\n    """\n'
    return {
        "id": f"smoke/{name}",
        "title": name,
        "statement": starter,
        "io_mode": "function",
        "entry_point": name,
        "starter_code": starter,
        "public_tests": [],
        "hidden_tests": [
            {
                "input": "\n".join(json.dumps(arg) for arg in args),
                "output": json.dumps(solve(*args)),
            }
            for args in hidden
        ],
        "reference_solution": source,
        "reference_language": "python",
        "date": "2026-11-28",
        "license": "Apache-2.0",
        "source": "the Assay authors",
    }


def stdin_row(
    name: str,
    statement: str,
    shown: list[str],
    hidden: list[str],
    source: str,
) -> dict[str, Any]:
    """A row whose whole program reads standard input; `source` defines answer(text)."""
    answer = reference_of(source, "answer")
    program = source + "\nimport sys\nprint(answer(sys.stdin.read()))\n"
    return {
        "id": f"smoke/{name}",
        "title": name,
        "statement": statement,
        "io_mode": "stdin",
        "public_tests": [{"input": t, "output": f"{answer(t)}\n"} for t in shown],
        "hidden_tests": [{"input": t, "output": f"{answer(t)}\n"} for t in hidden],
        "checker": {"type": "tokens"},
        "reference_solution": program,
        "reference_language": "python",
        "date": "2026-11-28",
        "license": "Apache-2.0",
        "source": "the Assay authors",
    }


def some(make: Callable[[], tuple[Any, ...]], count: int = 12) -> list[tuple[Any, ...]]:
    """Random argument tuples."""
    return [make() for _ in range(count)]


def numbers(low: int, high: int, most: int, least: int = 0) -> list[int]:
    """A random list."""
    return [RNG.randint(low, high) for _ in range(RNG.randint(least, most))]


def word(letters: str, most: int) -> str:
    """A random word."""
    return "".join(RNG.choice(letters) for _ in range(RNG.randint(0, most)))


def rows() -> list[dict[str, Any]]:
    """All ten, in order."""
    return [
        function_row(
            "longest_plateau",
            "longest_plateau(heights: list[int]) -> int",
            "Return the length of the longest run of equal neighbours in the list.\n"
            "    An empty list has a run of length 0.",
            [([1, 2, 2, 2, 3, 3],), ([5],)],
            [([],), *some(lambda: (numbers(0, 2, 14),))],
            "def longest_plateau(heights):\n"
            "    best = run = 0\n"
            "    last = None\n"
            "    for h in heights:\n"
            "        run = run + 1 if run and h == last else 1\n"
            "        last = h\n"
            "        best = max(best, run)\n"
            "    return best\n",
        ),
        function_row(
            "second_smallest_distinct",
            "second_smallest_distinct(values: list[int]) -> int | None",
            "Return the second smallest of the distinct values, or None if there are\n"
            "    fewer than two distinct values.",
            [([4, 1, 1, 3],), ([2, 2],)],
            [([],), ([7],), *some(lambda: (numbers(-4, 4, 8),))],
            "def second_smallest_distinct(values):\n"
            "    distinct = sorted(set(values))\n"
            "    return distinct[1] if len(distinct) > 1 else None\n",
        ),
        function_row(
            "swap_vowels",
            "swap_vowels(text: str) -> str",
            "Return the text with the order of its vowels (a, e, i, o, u, either case)\n"
            "    reversed; every other character stays where it is.",
            [("hello",), ("Sky",), ("leetcode",)],
            [("",), ("AEiou",), *some(lambda: (word("aeIoUbcd ", 12),))],
            "def swap_vowels(text):\n"
            "    vowels = [c for c in text if c in 'aeiouAEIOU']\n"
            "    return ''.join(vowels.pop() if c in 'aeiouAEIOU' else c for c in text)\n",
        ),
        function_row(
            "clock_angle",
            "clock_angle(hour: int, minute: int) -> float",
            "Return the smaller angle in degrees between the hands of a 12-hour clock.\n"
            "    The hour is from 0 to 23, the minute from 0 to 59.",
            [(3, 0), (12, 30)],
            [(0, 0), (23, 59), *some(lambda: (RNG.randint(0, 23), RNG.randint(0, 59)))],
            "def clock_angle(hour, minute):\n"
            "    angle = abs((hour % 12) * 30 + minute * 0.5 - minute * 6)\n"
            "    return float(min(angle, 360 - angle))\n",
        ),
        stdin_row(
            "queue_at_the_bakery",
            "Customers arrive at a bakery with one counter. The first line of the input "
            "has the number n of customers (1 <= n <= 1000). Each of the next n lines "
            "has two whole numbers: when a customer arrives, and how long serving takes. "
            "Customers are given in the order of their arrival and are served in that "
            "order. Print how long, in all, the customers wait before they are served.",
            ["3\n0 5\n1 2\n9 1\n"],
            [_queue(count) for count in (1, 2, 5, 8, 20, 60, 200)],
            "def answer(text):\n"
            "    rows = [tuple(map(int, line.split())) for line in text.split('\\n')[1:]"
            " if line.strip()]\n"
            "    free = waited = 0\n"
            "    for arrival, service in rows:\n"
            "        start = max(free, arrival)\n"
            "        waited += start - arrival\n"
            "        free = start + service\n"
            "    return waited\n",
        ),
        stdin_row(
            "balanced_parts",
            "A line of the letters L and R is to be cut into as many pieces as possible "
            "so that every piece has as many L as R. The input is one line with at most "
            "1000 letters; it has as many L as R in all. Print the number of pieces.",
            ["RLRRLLRLRL\n", "LLRR\n"],
            [_balanced(n) for n in (1, 2, 3, 5, 9, 40, 300)],
            "def answer(text):\n"
            "    pieces = level = 0\n"
            "    for letter in text.strip():\n"
            "        level += 1 if letter == 'L' else -1\n"
            "        pieces += level == 0\n"
            "    return pieces\n",
        ),
        function_row(
            "merge_counts",
            "merge_counts(first: dict[str, int], second: dict[str, int]) -> dict[str, int]",
            "Add the counts of two dictionaries key by key, and leave out every key\n"
            "    whose sum is 0.",
            [({"a": 1, "b": 2}, {"b": -2, "c": 3}), ({}, {})],
            some(lambda: (_counts(), _counts())),
            "def merge_counts(first, second):\n"
            "    keys = [*first, *(k for k in second if k not in first)]\n"
            "    sums = {k: first.get(k, 0) + second.get(k, 0) for k in keys}\n"
            "    return {k: v for k, v in sums.items() if v}\n",
        ),
        function_row(
            "fewest_refills",
            "fewest_refills(distance: int, tank: int, stations: list[int]) -> int",
            "A car starts with a full tank that lasts for `tank` kilometres and must\n"
            "    travel `distance` kilometres. `stations` are the places of filling\n"
            "    stations, in no special order and perhaps beyond the goal. Return the\n"
            "    fewest stops to refill, or -1 if the goal cannot be reached.",
            [(10, 4, [3, 7, 6]), (10, 3, [3, 7]), (5, 5, [])],
            [
                (0, 1, []),
                *some(
                    lambda: (
                        RNG.randint(0, 40),
                        RNG.randint(1, 15),
                        numbers(0, 45, 9),
                    ),
                    20,
                ),
            ],
            "def fewest_refills(distance, tank, stations):\n"
            "    places = sorted(s for s in stations if 0 <= s < distance)\n"
            "    reach, stops, i = tank, 0, 0\n"
            "    while reach < distance:\n"
            "        best = -1\n"
            "        while i < len(places) and places[i] <= reach:\n"
            "            best = places[i]\n"
            "            i += 1\n"
            "        if best < 0 or best + tank <= reach:\n"
            "            return -1\n"
            "        reach = best + tank\n"
            "        stops += 1\n"
            "    return stops\n",
        ),
        function_row(
            "spreadsheet_shift",
            "spreadsheet_shift(label: str, step: int) -> str",
            "Spreadsheet columns are named A, B, ..., Z, AA, AB, ..., AZ, BA, and so on.\n"
            "    Return the name of the column that is `step` columns to the right (to\n"
            "    the left if it is negative), or an empty string if there is none.",
            [("A", 1), ("Z", 1), ("AA", -1), ("A", -1)],
            [
                ("ZZ", 1),
                ("AZ", 27),
                ("AAA", -1),
                ("B", -2),
                *some(lambda: (word("ABYZ", 2) or "A", RNG.randint(-800, 800)), 16),
            ],
            "def spreadsheet_shift(label, step):\n"
            "    number = 0\n"
            "    for letter in label:\n"
            "        number = number * 26 + ord(letter) - 64\n"
            "    number += step\n"
            "    name = ''\n"
            "    while number > 0:\n"
            "        number, digit = divmod(number - 1, 26)\n"
            "        name = chr(65 + digit) + name\n"
            "    return name\n",
        ),
        stdin_row(
            "watchmen",
            "Watchmen stand on a street of houses numbered 1 to n. The first line of the "
            "input has n and m (1 <= n <= 10^6, 0 <= m <= 1000). Each of the next m lines "
            "has two whole numbers p and r: a watchman in front of house p sees the "
            "houses from p - r to p + r, as far as they exist. Print the length of the "
            "longest run of neighbouring houses that exactly one watchman sees. If no "
            "house is seen by exactly one, print 0.",
            ["10 2\n3 1\n6 2\n", "5 0\n"],
            [_watchmen(n, m) for n, m in ((1, 1), (9, 3), (30, 4), (50, 9), (1000, 40))]
            + [
                "20 2\n5 3\n5 3\n",
                "12 3\n1 5\n12 5\n6 0\n",
                "1000000 2\n1 0\n999999 9\n",
            ],
            "def answer(text):\n"
            "    lines = text.split('\\n')\n"
            "    n, m = map(int, lines[0].split())\n"
            "    change = [0] * (n + 2)\n"
            "    for line in lines[1:m + 1]:\n"
            "        p, r = map(int, line.split())\n"
            "        change[max(1, p - r)] += 1\n"
            "        change[min(n, p + r) + 1] -= 1\n"
            "    best = run = level = 0\n"
            "    for house in range(1, n + 1):\n"
            "        level += change[house]\n"
            "        run = run + 1 if level == 1 else 0\n"
            "        best = max(best, run)\n"
            "    return best\n",
        ),
    ]


def _queue(count: int) -> str:
    time, lines = 0, [str(count)]
    for _ in range(count):
        time += RNG.randint(0, 6)
        lines.append(f"{time} {RNG.randint(1, 6)}")
    return "\n".join(lines) + "\n"


def _balanced(pairs: int) -> str:
    letters = list("LR" * pairs)
    RNG.shuffle(letters)
    return "".join(letters) + "\n"


def _counts() -> dict[str, int]:
    return {letter: RNG.randint(-2, 2) for letter in "abcd" if RNG.random() < 0.7}


def _watchmen(n: int, m: int) -> str:
    lines = [f"{n} {m}"]
    lines += [f"{RNG.randint(1, n)} {RNG.randint(0, max(1, n // 6))}" for _ in range(m)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the file."""
    path = HERE / "smoke.jsonl"
    text = "".join(json.dumps(row) + "\n" for row in rows())
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{path}: {len(text):,} bytes\n")


if __name__ == "__main__":
    main()
