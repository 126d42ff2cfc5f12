"""Extraction: how the program is written down does not matter."""

import ast
import json

import pytest

from assay.sampling.extraction import extract_program
from assay.types import IOMode, Problem

ADD = "def add(a, b):\n    return a + b\n"
HALF = "def add(a, b):\n    return twice(a) + b\n\n\ndef twice(a):\n    return a +\n"
FUNCTION = Problem(id="f", statement="", io_mode=IOMode.FUNCTION, entry_point="add")
STDIN = Problem(id="s", statement="", io_mode=IOMode.STDIN)

LAYOUTS = {
    "one fence": f"Sure:\n```python\n{ADD}```\nIt adds.",
    "usage in a second fence": f"```python\n{ADD}```\n```python\nprint(add(1, 2))\n```",
    "usage in the first fence": f"```python\nprint(add(1, 2))\n```\n```py\n{ADD}```",
    "shell fence first": f"```bash\npip install x\n```\n```python\n{ADD}```",
    "sample output after": f"```python\n{ADD}```\nOutput:\n```\n3\n```",
    "no fence": f"Here it is:\n\n{ADD}\nThis adds both. Note: fast.\nOutput: 3\n",
    "indented under prose": "Short:\n\n    def add(a, b):\n        return a + b\n",
    "prose around it in the fence": f"```\nHere is the code:\n{ADD}It is O(1).\n```",
    "prose inside the function": (
        "```python\ndef add(a, b):\n    We add the two.\n    return a + b\n```"
    ),
    "never closed": f"```python\n{ADD}",
    "closed on the last line": "```python\ndef add(a, b):\n    return a + b```",
    "opened after prose": f"Here you go: ```python\n{ADD}```",
    "code on the fence line": "```python def add(a, b):\n    return a + b\n```",
    "tildes": f"~~~python3\n{ADD}~~~",
    "in a list": "1. Do\n   ```Python\n   def add(a, b):\n       return a + b\n   ```",
    "in a quote": "> ```py\n> def add(a, b):\n>     return a + b\n> ```",
    "a JSON object": json.dumps({"why": "sum", "code": ADD}),
    "a JSON string in a fence": f"```json\n{json.dumps(ADD)}\n```",
    "escaped line ends": "```\ndef add(a, b):\\n    return a + b\\n\n```",
    "prompts": "```\n>>> def add(a, b):\n...     return a + b\n>>> add(1, 2)\n3\n```",
    "numbered": "```\n 1  def add(a, b):\n 2      return a + b\n```",
    "numbered with colons": "```\n1: def add(a, b):\n2:     return a + b\n```",
    "no-break spaces": "```python\ndef add(a, b):\n\xa0\xa0\xa0\xa0return a + b\n```",
    "an open bracket": "```python\ndef add(a, b):\n    return (a + b\n```",
    "null bytes": "```python\ndef add(a, b):\n    return\0 a + b\n```",
    "carriage returns": "```python\r\ndef add(a, b):\r\n    return a + b\r\n```",
    "stray backticks": "`def add(a, b):\n    return a + b`",
    "thought first": f"<think>\n```py\ndef add(a):\n    pass\n```\n</think>\n{ADD}",
    "thought without a start": f"Hm, a + b?\n</think>\n```python\n{ADD}```",
    "special tokens": f"```python\n{ADD}```<|im_end|>\n<|im_start|>user\nThanks",
    "stub, then the function": (
        f'```python\ndef add(a, b):\n    """Add."""\n```\n```python\n{ADD}```'
    ),
    "bare stub, then the function": f"```python\ndef add(a, b):\n\n{ADD}```",
    "function, then a stub": f"```python\n{ADD}\ndef add(a, b):\n    pass\n```",
    "corrected": f"```py\ndef add(a, b):\n    return b\n```\nFixed:\n```\n{ADD}```",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_function_is_found_however_it_is_written_down(text: str) -> None:
    program = extract_program(text, FUNCTION)
    assert program is not None
    assert ast.dump(ast.parse(program)) == ast.dump(ast.parse(ADD)), program


def test_entities_are_resolved_even_where_the_text_parses() -> None:
    text = "```python\ndef add(a, b):\n    return a &lt; b\n```"
    assert "return a < b" in (extract_program(text, FUNCTION) or "")


def test_typographic_quotes_become_plain_ones() -> None:
    text = "```python\ndef add(a, b):\n    return \u201cx\u201d + \u2018y\u2019\n```"
    assert "return \"x\" + 'y'" in (extract_program(text, FUNCTION) or "")


def test_typographic_quotes_in_a_string_stay() -> None:
    code = "def add(a, b):\n    return '\u201c' + a\n"
    assert extract_program(f"```python\n{code}```", FUNCTION) == code


def test_tabs_among_spaces_are_read_as_their_width() -> None:
    text = "```python\ndef add(a, b):\n\tif a:\n        return 1\n\treturn b\n```"
    program = extract_program(text, FUNCTION)
    assert program is not None
    assert "\t" not in program


@pytest.mark.parametrize("fences", [1, 2, 3])
def test_a_fence_in_a_docstring_is_part_of_the_program(fences: int) -> None:
    lines = "    ```\n    add(1, 2)\n" * fences
    code = f'def add(a, b):\n    """\n{lines}    """\n    return a + b\n'
    assert extract_program(f"Here:\n```python\n{code}```\nDone.", FUNCTION) == code


def test_a_longer_fence_holds_shorter_ones() -> None:
    code = "def add(a, b):\n    return a + b\n\n\nFENCE = '''\n```\n'''\n"
    text = f"````python\n{code}````\n```python\ndef add(a, b):\n    return 0\n```"
    assert extract_program(text, FUNCTION) == code


def test_a_fence_that_continues_another_is_put_under_it() -> None:
    text = (
        "First a class.\n```python\nclass Doubler:\n    def of(self, n):\n"
        "        return 2 * n\n```\nThen:\n```python\nn = int(input())\n"
        "print(Doubler().of(n))\n```"
    )
    program = extract_program(text, STDIN)
    assert program is not None
    assert program.index("class Doubler") < program.index("print(Doubler")


def test_imports_in_a_fence_of_their_own_are_kept() -> None:
    text = "```\nimport far as f\n```\n```python\ndef add(a, b):\n    return f.x\n```"
    assert (extract_program(text, FUNCTION) or "").startswith("import far as f\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am sorry, but I cannot do that.",
        "```bash\npip install numpy\n```",
        "```\n3\n```",
        "```python\nprint(add(1, 2))\n```",
        "```python\nprint(add(int(input()), int(input())))\n```",
        f"```python\n{HALF}```",
        f"Here it is, both parts:\n\n{HALF}",
        "```python\ndef add(a, b):\n    return a +\n```",
        '```python\ndef add(a, b):\n    """Add."""\n```',
    ],
)
def test_without_a_program_there_is_none(text: str) -> None:
    assert extract_program(text, FUNCTION) is None


def test_a_program_among_prose_without_fences_reads_its_input() -> None:
    text = (
        "We read n (the count).\n\nn = int(input())\nprint(n + 1)\n\nHope it helps you!"
    )
    assert extract_program(text, STDIN) == "n = int(input())\nprint(n + 1)\n"


def test_the_main_guard_of_a_whole_program_stays() -> None:
    code = (
        "def main():\n    print(int(input()) + 1)\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    assert extract_program(f"```python\n{code}```", STDIN) == code


def test_another_language_is_taken_as_it_stands() -> None:
    problem = Problem(id="r", statement="", io_mode=IOMode.STDIN, language="rust")
    text = "```sh\ncargo run --release --quiet\n```\n```rust\nfn main() {}\n```"
    assert extract_program(text, problem) == "fn main() {}\n"
