"""Examples under labels: `Input: n = 2` and `Output: 4`, `For n = 3 ...`, ..."""

from __future__ import annotations

import re

from assay.problems.calls import named_call
from assay.problems.literals import (
    NotLiteral,
    assignments,
    expression,
    leading,
    value_of,
)
from assay.problems.signature import Signature
from assay.problems.stated import value_after
from assay.types import Call, Case, Value

_PAIR = re.compile(
    r"(?ims)^[ \t>*_`-]*Input[*_` \t]*:[*_` \t]*(?P<input>.*?)^[ \t>*_`-]*"
    r"Output[*_` \t]*:[*_` \t]*(?P<output>.*?)"
    r"(?=^[ \t>*_#]*(?:Input|Explanation|Example|Note|Constraint|Output)\b"
    r"|\Z|\n[ \t]*\n)"
)
_FOR = re.compile(r"\b(?:[Ff]or|[Gg]iven)\s+(?=[A-Za-z_]\w*\s*=)")
_ANSWER = re.compile(
    r"\b(?:output|result|answer|function)\s+(?:should|will|would|must)?\s*"
    r"(?:be|is|returns?)\s+`?"
)
_RETURN = re.compile(r"^[ \t]*(?:->[ \t]*)?returns?[ \t]*[=:]?[ \t]*(?=\S)", re.M)


def labelled_cases(text: str, signature: Signature | None) -> tuple[Case, ...]:
    """Return the examples that a text gives by labels, in their order.

    `Input:` / `Output:` blocks; else `For x = 1 the output should be 2`; else lines
    that set every parameter and a line that starts with `return`.
    """
    if signature is not None and signature.is_class:
        return ()
    return (
        _blocks(text, signature)
        or _sentences(text, signature)
        or _settings(text, signature)
    )


def _blocks(text: str, signature: Signature | None) -> tuple[Case, ...]:
    found = []
    for match in _PAIR.finditer(text):
        call = read_arguments(match["input"], signature)
        answer = _answer(match["output"], signature)
        if call is not None and answer:
            found.append(Case(input=call, expected=answer[0]))
    return tuple(found)


def read_arguments(text: str, signature: Signature | None) -> Call | None:
    """Return the call that `nums = [1, 2], k = 3` or `[1, 2], 3` means, or None."""
    text = text.strip().strip("`*").strip()
    if pairs := assignments(text):
        return named_call(pairs, signature)
    node = expression(f"({text},)")
    if node is None:
        return None
    try:
        values: tuple[Value, ...] = value_of(node)
    except NotLiteral:
        return None
    if signature is not None and not signature.takes(len(values)):
        return None
    return Call(args=values)


def _answer(text: str, signature: Signature | None) -> tuple[Value] | None:
    """Return the answer in a tuple of one, since an answer may be None."""
    text = text.strip().strip("`*").strip()
    got = value_after(text, 0)
    if got is not None:
        return (got[0],)
    line = text.split("\n")[0].strip()
    unquoted = line and "\n" not in text and "'" not in line and '"' not in line
    if signature is not None and signature.returns == "str" and unquoted:
        return (line,)
    return None


def _sentences(text: str, signature: Signature | None) -> tuple[Case, ...]:
    found = []
    for match in _FOR.finditer(text):
        pairs, end = _pairs_at(text, match.end())
        sentence = text[end : end + 200].split("\n\n")[0]
        following = _FOR.search(sentence)
        answer = _ANSWER.search(sentence, 0, following.start() if following else 200)
        if not pairs or answer is None or signature is None:
            continue
        call = named_call(pairs, signature)
        got = value_after(text, end + answer.end())
        if call is not None and got is not None:
            found.append(Case(input=call, expected=got[0]))
    return tuple(found)


def _pairs_at(text: str, start: int) -> tuple[list[tuple[str, Value]], int]:
    pairs: list[tuple[str, Value]] = []
    name = re.compile(r"(?:,?\s*(?:and\s+)?)([A-Za-z_]\w*)\s*=\s*")
    while match := name.match(text, start):
        got = leading(text, match.end())
        if got is None:
            break
        pairs.append((match[1], got[0]))
        start = got[1]
    return pairs, start


def _settings(text: str, signature: Signature | None) -> tuple[Case, ...]:
    if signature is None or not signature.parameters:
        return ()
    found = []
    set_line = re.compile(
        rf"^[ \t]*({'|'.join(map(re.escape, signature.parameters))})[ \t]*=[ \t]*"
        r"(?=[\[\d\"'({-])",
        re.M,
    )
    values: dict[str, Value] = {}
    index = 0
    while match := set_line.search(text, index):
        got = leading(text, match.end())
        index = match.end()
        if got is None or not re.compile(r"[ \t]*(?:\n|$)").match(text, got[1]):
            continue
        values[match[1]] = got[0]
        following = set_line.search(text, got[1])
        limit = following.start() if following else len(text)
        returned = _RETURN.search(text, got[1], limit)
        if set(values) == set(signature.parameters) and returned:
            answer = value_after(text, returned.end())
            call = named_call(tuple(values.items()), signature)
            if answer is not None and call is not None:
                found.append(Case(input=call, expected=answer[0]))
            values = {}
    return tuple(found)
