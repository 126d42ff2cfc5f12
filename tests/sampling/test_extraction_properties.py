"""Extraction: what holds for any program and for any text."""

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.sampling.extraction import extract_program, normalise
from assay.types import IOMode, Problem

FUNCTION = Problem(
    id="f",
    statement="",
    io_mode=IOMode.FUNCTION,
    entry_point="solve",
    starter_code="def solve(n: int) -> int:\n",
)
STDIN = Problem(id="s", statement="", io_mode=IOMode.STDIN)
PROSE = st.sampled_from(
    [
        "",
        "Sure! Here it is:",
        "This is O(n) (I think).",
        "### Notes\n\n- it's fast",
        "\n",
    ]
)
EXPRESSIONS = st.recursive(
    st.one_of(
        st.just("n"),
        st.integers(-9, 9).map(str),
        st.text("ab `'\"\\\n#>&;", max_size=5).map(repr),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    ),
    max_leaves=5,
)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 2) -> str:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        value = draw(EXPRESSIONS)
        kinds = ["assign", "if", "for", "doc", *(["return"] if depth < 2 else [])]
        kind = draw(st.sampled_from(kinds))
        if kind == "doc":
            lines.append('"""\nText at the margin (and a bracket\n\n    > quoted\n"""')
        elif kind in {"if", "for"} and depth:
            head = f"if {value}:" if kind == "if" else f"for x in {value}:"
            lines += [head, textwrap.indent(draw(bodies(depth=depth - 1)), "    ")]
        else:
            lines.append(f"return {value}" if kind == "return" else f"y = {value}")
    return "\n".join(lines)


@st.composite
def programs(draw: st.DrawFn) -> str:
    body = textwrap.indent(draw(bodies()) + "\nreturn n", "    ")
    constant = draw(st.sampled_from(["", "LIMIT = 10**9\n\n", "import math\n\n"]))
    return f"{constant}def solve(n):\n{body}\n"


@settings(max_examples=60)
@given(programs(), PROSE, PROSE, st.sampled_from(["```", "~~~"]))
def test_a_fenced_program_comes_back_as_it_was(
    program: str, before: str, after: str, fence: str
) -> None:
    text = f"{before}\n{fence}python\n{program}{fence}\n{after}"
    found = extract_program(text, FUNCTION)
    assert found is not None
    assert ast.dump(ast.parse(found)) == ast.dump(ast.parse(program))
    assert extract_program(found, FUNCTION) == found


@settings(max_examples=60)
@given(programs(), st.data())
def test_a_program_cut_anywhere_gives_a_program_or_nothing(
    program: str, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(program)))
    for before in ("```python\n", "Here is the program:\n\n"):
        found = extract_program(before + program[:length], FUNCTION, cut_off=True)
        assert found is None or normalise(found) == normalise(program)


PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "```",
                "~~~",
                "```python",
                "\n",
                "def solve(n):",
                "    return n",
                "class A:",
            ]
            + [
                "<think>",
                "</think>",
                '"""',
                "(",
                ">>> ",
                "1: ",
                "&lt;",
                "\0",
                "\t",
                "@x",
            ]
            + [
                "print(input())",
                "if x:",
                "else:",
                "\\n",
                "import ",
                "\ud800",
                "return ",
            ]
        ),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=150)
@given(PIECES, st.sampled_from([FUNCTION, STDIN]), st.booleans())
def test_any_text_gives_a_program_that_compiles_or_nothing(
    text: str, problem: Problem, cut_off: bool
) -> None:
    found = extract_program(text, problem, cut_off=cut_off)
    normalise(text)
    if found is not None:
        ast.parse(found)
        assert extract_program(found, problem) == found


@pytest.mark.parametrize(
    "unit",
    [
        "It is a long text (or so.\n",
        "-",
        "x = [1,\n",
        "\n",
        "@a\n",
    ],
)
def test_200_000_characters_are_read_in_bounded_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    extract_program(f"```python\n{text}", FUNCTION)


def test_deep_nesting_is_no_program_and_no_crash() -> None:
    deep = "\n".join(" " * i + "if x:" for i in range(600))
    for text in (
        deep,
        "[" * 9999,
        "x = " + "-" * 99999 + "1",
        "x = " + "1+" * 9999 + "1",
    ):
        extract_program(f"```python\n{text}\n```", FUNCTION)
        normalise(text)


@pytest.mark.parametrize(
    "other",
    [
        "def f(x):  # add\n    return 'a' + x",
        'def f( x ):\n\n    return ("a"   + x)',
        "def f(x):\n    '''Doc.'''\n    return 'a' + x\n\n\n",
    ],
)
def test_programs_that_differ_in_writing_only_have_one_normal_form(other: str) -> None:
    assert normalise(other) == normalise('def f(x):\n    return "a" + x')


@pytest.mark.parametrize(
    "other", ["def f(x):\n    return 'a' - x", "def f(y):\n    return 'a' + y", "f ("]
)
def test_programs_that_differ_have_different_normal_forms(other: str) -> None:
    assert normalise(other) != normalise('def f(x):\n    return "a" + x')


def test_a_docstring_that_the_program_reads_counts() -> None:
    code = "def f():\n    '''{}'''\n    return f.__doc__"
    assert normalise(code.format("a")) != normalise(code.format("b"))
