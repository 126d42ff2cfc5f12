"""Which requests are searched: sign by sign, and the labelled set as a whole."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from assay.serve.classify import MOST_CHARS, MOST_MESSAGES, classify
from assay.serve.requests import ChatMessage, ChatRequest, Route

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "serve" / "classify.py"
TASK = "Write a Python function `double(x)` that returns twice x."


def talk(*pairs: tuple[str, str]) -> ChatRequest:
    messages = tuple(ChatMessage(role=role, text=text) for role, text in pairs)
    return ChatRequest(model="m", messages=messages, body={})


def way(text: str, system: str = "") -> Route:
    first = [("system", system)] if system else []
    return classify(talk(*first, ("user", text))).route


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serve_classify_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_task_in_the_last_message_is_searched() -> None:
    found = classify(talk(("user", TASK)))
    assert found.route is Route.SEARCH
    assert found.reason == "it asks for one program in Python"


FIELDS = {
    "tools": {"has_tools": True},
    "json_schema": {"response_format": "json_schema"},
    "probabilities": {"wants_logprobs": True},
}


@pytest.mark.parametrize("word", FIELDS)
def test_a_field_that_a_program_cannot_serve_passes_through(word: str) -> None:
    messages = (ChatMessage(role="user", text=TASK),)
    request = ChatRequest(model="m", messages=messages, body={}, **FIELDS[word])  # type: ignore[arg-type]
    found = classify(request)
    assert found.route is Route.PASS
    assert word in found.reason


def test_n_and_sampling_parameters_do_not_matter() -> None:
    messages = (ChatMessage(role="user", text=TASK),)
    request = ChatRequest(
        model="m", messages=messages, body={}, n=4, temperature=1.5, stream=True
    )
    assert classify(request).route is Route.SEARCH


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((), "not the user's"),
        ((ChatMessage(role="user", text=" \n"),), "empty"),
        ((ChatMessage(role="system", text=TASK),), "not the user's"),
        (
            (
                ChatMessage(role="user", text=TASK),
                ChatMessage(role="assistant", text="def"),
            ),
            "not the user's",
        ),
        ((ChatMessage(role="user", text=TASK, has_images=True),), "more than words"),
        (
            (
                ChatMessage(role="assistant", text="", has_tool_calls=True),
                ChatMessage(role="user", text=TASK),
            ),
            "tool calls",
        ),
        (
            (
                ChatMessage(role="tool", text="7"),
                ChatMessage(role="user", text=TASK),
            ),
            "tool calls",
        ),
        (
            (ChatMessage(role="user", text=TASK),) * (MOST_MESSAGES + 1),
            "more than 40 messages",
        ),
        ((ChatMessage(role="user", text=TASK + "x" * MOST_CHARS),), "20,000"),
    ],
)
def test_a_conversation_of_another_shape_passes_through(
    messages: tuple[ChatMessage, ...], reason: str
) -> None:
    found = classify(ChatRequest(model="m", messages=messages, body={}))
    assert found.route is Route.PASS
    assert reason in found.reason


@pytest.mark.parametrize(
    "system",
    [
        "All changes must use this *SEARCH/REPLACE block* format.",
        "You are Cline. Tool uses are formatted as <read_file>.",
        "You are a Socratic tutor.",
        "You are a pirate who loves the sea.",
        "Reply as JSON with the key code.",
        "You are a Rust expert.",
        "You are a helpful assistant. " * 200,
    ],
)
def test_a_system_prompt_that_wants_more_passes_through(system: str) -> None:
    assert way(TASK, system) is Route.PASS


@pytest.mark.parametrize(
    "system",
    [
        "You are a helpful assistant.",
        "You are an expert Python programmer. Answer with one code block.",
        "Output only raw code, without markdown.",
    ],
)
def test_a_plain_system_prompt_is_no_hindrance(system: str) -> None:
    assert way(TASK, system) is Route.SEARCH


def test_the_reason_is_a_part_of_a_sentence() -> None:
    system = "All changes must use *SEARCH/REPLACE blocks*."
    found = classify(talk(("system", system), ("user", TASK)))
    assert found.reason == "the system prompt asks for edits of files"


@pytest.mark.parametrize(
    ("earlier", "last", "route"),
    [
        ("hello", TASK, Route.SEARCH),
        ("Write a Python function f(x).", f"Next task: {TASK}", Route.SEARCH),
        ("Write a Python function f(x).", "now make it faster", Route.PASS),
        ("Write a Python function f(x).", TASK, Route.PASS),
        ("Write a Python function f(x).", "Now in Python 2", Route.PASS),
    ],
)
def test_a_later_turn_is_searched_only_if_it_stands_alone(
    earlier: str, last: str, route: Route
) -> None:
    turns = (("user", earlier), ("assistant", "Sure."), ("user", last))
    assert classify(talk(*turns)).route is route


def test_a_finished_function_is_no_task_and_a_stub_is_one() -> None:
    stub = 'def twice(x: int) -> int:\n    """Return twice x."""\n'
    assert way(stub) is Route.SEARCH
    assert way(f"{stub}    return x\n") is Route.PASS
    given = "```python\ndef twice(x):\n    return x\n```"
    assert way(f"{TASK}\n\n{given}") is Route.PASS


def test_what_is_refused_does_not_count_as_asked() -> None:
    assert way(f"{TASK} Do not use numpy.") is Route.SEARCH
    assert way(f"{TASK} Use numpy.") is Route.PASS
    assert way(f"{TASK} Don't explain anything.") is Route.SEARCH
    assert way(f"{TASK} Explain it, too.") is Route.PASS


def test_nearly_all_that_is_searched_of_the_labelled_set_is_a_task() -> None:
    found = script().labelled()
    searched = [one for one in found if one.searched]
    right = [one.id for one in searched if one.is_search]
    wanted = [one for one in found if one.is_search]
    assert len(found) >= 160
    assert len(right) / len(searched) >= 0.98, {one.id for one in searched} - {*right}
    assert len(right) / len(wanted) >= 0.85


@pytest.mark.parametrize(
    "piece",
    ["\n", " ", "`", "```x\n", "write ", "write python ", "in c", "do not ", "Input\n",
     "def f(", "def f(:\n", "def f(x):\n ", "class A:\n    ", "<a_b ", "please ", "to ",
     "a.b", "(", "((x", "写", "hi, ", "assert f(", "\n>>> ", "this code\n", "`a(", "x=",
     "code a", "# ", "[[1,", "A ", "a A"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    way(piece * (MOST_CHARS // len(piece)))
    way(TASK, piece * (4000 // len(piece)))
    assert time.process_time() - start < 1.0, repr(piece)


def test_fifty_megabytes_are_not_read() -> None:
    text = "write a python function " * 2_200_000
    start = time.process_time()
    assert classify(talk(("user", text))).route is Route.PASS
    assert classify(talk(("system", text), ("user", TASK))).route is Route.PASS
    assert time.process_time() - start < 0.5
