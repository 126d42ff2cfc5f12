"""Where the first code block ends, whatever pieces the text comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.fences import FenceScanner


def kept(*pieces: str) -> str | None:
    """Return what is kept of the pieces, None if the block was never closed."""
    scanner, text = FenceScanner(), ""
    for piece in pieces:
        text += piece
        keep = scanner.feed(piece)
        if keep is not None:
            return text[:keep]
    return None


@pytest.mark.parametrize(
    "block",
    [
        "```python\nx = 1\n```",
        "Here it is:\n\n```\nx = 1\n```",
        "Sure! ```python\nx = 1\n```",
        "- item\n  ```py\n  x = 1\n  ```",
        "    ```python\n    x = 1\n    ```",
        "~~~python\nx = 1\n```\ny = 2\n~~~",
        "````markdown\n```python\nx = 1\n```\n````",
        "```python\nx = 1\n`````",
        "```c++ {.numbers}\nint x;\n```",
        "Use `x` or ```x = 1``` so:\n```python\nx = 1\n```",
        "Write it in ```\n```python\nx = 1\n```",
        "```python\nprint('```')\nx = '```'  # ```\n```",
        'def:\n```python\ndef f():\n    """\n    ```\n    f()\n    ```\n    """\n```',
        "```python\nx = 1\n   ```",
        "<think>\n```\nno\n```\n</think>\n```python\nx = 1\n```",
        "```\n```",
    ],
)
def test_text_is_kept_up_to_the_closing_fence(block: str) -> None:
    assert kept(block + "\nExplanation.\n```\nmore\n```\n") == block


@pytest.mark.parametrize(
    "text",
    [
        "no code at all\n",
        "```python\nx = 1\n",
        "```python\nx = 1\n```",  # the line is not over: more could follow
        "```python\nx = 1\n~~~\n",
        "````\nx = 1\n```\n",
        "Say ```x``` inline.\n```inline```\n",
        "```python\nx = 1\n```python\n",
        "<think>\n```\nx\n```\n",
    ],
)
def test_a_block_that_is_not_closed_ends_nothing(text: str) -> None:
    assert kept(text) is None


def test_a_carriage_return_is_not_part_of_the_fence() -> None:
    assert kept("```py\r\nx\r\n```\r\nmore\r\n") == "```py\r\nx\r\n```"


LINES = st.lists(st.sampled_from(["```", "```py", "~~~", "x", "  ```", "", "a ```b"]))


@given(LINES, st.data())
def test_the_pieces_make_no_difference(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines) + "\n"
    pieces, rest = [], text
    while rest:
        size = data.draw(st.integers(1, 5))
        pieces.append(rest[:size])
        rest = rest[size:]
    assert kept(*pieces) == kept(text)
