"""The problem that a request asks, and the form that its answer has to have."""

from __future__ import annotations

import pytest

from assay.errors import ProblemError
from assay.serve.asked import Asked, Kind, Wrapping, asked
from assay.serve.requests import ChatMessage, ChatRequest
from assay.types import Call, IOMode


def read(text: str, system: str = "") -> Asked:
    messages = [ChatMessage(role="user", text=text)]
    if system:
        messages.insert(0, ChatMessage(role="system", text=system))
    return asked(ChatRequest(model="m", messages=tuple(messages), body={}))


def test_examples_become_cases_and_the_name_is_theirs() -> None:
    found = read(
        "Write a function to find the larger number. Your code should pass:\n\n"
        "assert larger(1, 2) == 2\nassert larger(3, 1) == 3"
    )
    assert found.problem.entry_point == "larger"
    assert [case.input for case in found.problem.cases] == [
        Call(args=(1, 2)),
        Call(args=(3, 1)),
    ]
    assert found.form.kind is Kind.FUNCTION


def test_a_fenced_stub_is_kept_as_starter_code() -> None:
    stub = 'def area(r: float) -> float:\n    """Of a circle.\n\n'
    stub += '    >>> area(0)\n    0\n    """\n'
    found = read(f"Complete this Python function.\n\n```python\n{stub}```")
    assert found.problem.starter_code == stub
    assert len(found.problem.cases) == 1


def test_a_bare_stub_is_read_unchanged() -> None:
    stub = 'def area(r):\n    """Of a circle."""\n'
    assert read(stub).problem.starter_code == stub


def test_politeness_is_left_out_and_the_rest_stays() -> None:
    text = "Write a Python function f(x)  that doubles x.\n\nThanks for f(0)!"
    assert read(text).problem.statement == text
    polite = "Hello, write a Python function f(x).\n\nThank you so much!"
    assert read(polite).problem.statement == "write a Python function f(x)."
    assert read("Thanks!").problem.statement == "Thanks!"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Schreibe eine Python-Funktion, die prüft, ob n gerade ist.", "solve"),
        ("Implementiere in Python eine Klasse `Bruch` mit Addition.", "Bruch"),
        ("用Python实现一个函数，返回两个数的和。只输出代码。", "solve"),
        ("implement quicksort in python", "solve"),
        (
            "Given\n```python\nclass Node:\n    def __init__(self, value):\n"
            "        self.value = value\n```\nwrite a Python function `depth(root)`.",
            "depth",
        ),
    ],
)
def test_a_function_is_found_where_the_reader_assumes(text: str, name: str) -> None:
    problem = read(text).problem
    assert problem.io_mode is IOMode.FUNCTION
    assert problem.entry_point == name


def test_a_program_stays_a_program() -> None:
    found = read("Write a Python program that reads n from stdin and prints n + 1.")
    assert found.problem.io_mode is IOMode.STDIN
    assert found.form.kind is Kind.PROGRAM


def test_a_class_is_told_from_a_function() -> None:
    assert read("Write a Python class `Stack` with push(x).").form.kind is Kind.CLASS


@pytest.mark.parametrize(
    ("wish", "wrapping"),
    [
        ("", Wrapping.PROSE),
        ("Put it in a code block.", Wrapping.PROSE),
        ("Use Python 3.", Wrapping.PROSE),
        ("Give me only the code.", Wrapping.RAW),
        ("No markdown.", Wrapping.RAW),
        ("Output raw python.", Wrapping.RAW),
        ("Do not use code fences, please.", Wrapping.RAW),
        ("Nur den Code, keine Erklärung.", Wrapping.RAW),
        ("只输出代码，不要解释。", Wrapping.RAW),
        ("Return only the code in a single code block.", Wrapping.FENCE),
        ("Answer with a ```python code block and nothing else.", Wrapping.FENCE),
        ("No explanations.", Wrapping.FENCE),
    ],
)
def test_the_wrapping_is_as_asked_in_either_message(
    wish: str, wrapping: Wrapping
) -> None:
    task = "Write a Python function f(x) that doubles x."
    assert read(f"{task} {wish}").form.wrapping is wrapping
    assert read(task, f"You write Python. {wish}").form.wrapping is wrapping


def test_the_users_wish_goes_before_the_systems() -> None:
    task = "Write a Python function f(x). Put it in a code block."
    assert read(task, "Output raw code.").form.wrapping is Wrapping.PROSE


def test_a_class_without_a_name_is_refused() -> None:
    with pytest.raises(ProblemError, match="name the class"):
        read("Implement a min heap class in Python: push, pop and peek.")
    trie = read("Design a Trie in Python. Put everything in one class named Trie.")
    assert trie.problem.entry_point == "Trie"


def test_contradictory_examples_are_refused() -> None:
    with pytest.raises(ProblemError, match="contradict"):
        read("Write f(x).\n\nassert f(1) == 2\nassert f(1) == 3")
