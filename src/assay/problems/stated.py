"""Examples in running text: `f(1) -> 2`, `for f(3) the output should be 4`, ..."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.problems.calls import literal_call
from assay.problems.literals import closing, expression, leading
from assay.problems.signature import Signature
from assay.types import Call, Case, Value

_WORDS = (
    r"(?:(?:should|must|will|would|shall)\s+)?(?:always\s+)?"
    r"(?:returns?|be|is|equals?|gives?|yields?|outputs?|produces?|evaluates?\s+to)"
    r"(?:\s+equal\s+to|\s+to)?"
)
_ARROWS = r"==*>|-+>|[➞→⇒➔⟶↦⟹]|={2,3}|≡|#\s*(?:returns?\b|=+>|-+>|==)?:?"
SEPARATOR = re.compile(
    rf"`{{0,2}}(?:[ \t]*(?P<arrow>{_ARROWS})|[ \t]*(?P<weak>=)(?![=>])"
    rf"|\s+(?:the\s+(?:output|result|answer)\s+)?(?P<word>{_WORDS})(?=[\s:`])"
    rf"|,?\s+(?:the\s+)?(?:output|result|answer)\s+(?P<said>{_WORDS})(?=[\s:`])"
    r"):?\s*`{0,2}"
)
_END = re.compile(
    r"`{0,2}(?:[.!,;]?[ \t]*(?:\n|$)|[.,;]`{0,2}[ \t]|[ \t]*(?:#|//)|[ \t]+(?:\(|--|—)"
    r"|[ \t]+(?:and|because|since|as|but|while)\b|\))"
)
_ARITHMETIC = re.compile(r"[-+*/%\d.() \t]*[-+*/%][-+*/%\d.() \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One example as found: `weak` where only `=` says that it is one."""

    call: Call
    expected: Value
    weak: bool
    parenthesised: bool


def stated_cases(text: str, signature: Signature) -> tuple[Case, ...]:
    """Return the examples that a text states by a call and its value.

    Only whole literals count, and what follows must end the statement: `-> 3 if n is
    odd` is a rule and no example. Where no example calls the entry point, another
    name is taken for it, if there is just one such and its calls fit the signature.
    """
    found = [
        example
        for start, name in _calls(text, re.escape(signature.name))
        if (example := _example(text, start, name, signature))
    ]
    if not found and not re.search(rf"\b{re.escape(signature.name)}\(", text):
        found = _under_another_name(text, signature)
    return tuple(
        Case(input=e.call, expected=e.expected)
        for e in _consistent(found, text, signature)
    )


def _calls(text: str, name: str) -> Iterator[tuple[int, str]]:
    for match in re.finditer(rf"(?<![\w.])({name})[ \t]?\(", text):
        before = text[: match.start()].rstrip(" \t")
        line = before.rpartition("\n")[2].strip()
        if line not in (">>>", "*", "-", "+", "->", "=>") and re.search(
            r"(?:[-+*/%<>=!&|^(\[]|\bnot)\Z", before[-4:]
        ):
            continue
        yield match.end() - 1, match[1]


def _under_another_name(text: str, signature: Signature) -> list[Stated]:
    by_name: dict[str, list[Stated]] = {}
    for start, name in _calls(text, r"[A-Za-z_]\w*"):
        known = hasattr(builtins, name) or name in signature.others
        example = None if known else _example(text, start, name, signature)
        if example is not None and not example.weak:
            by_name.setdefault(name, []).append(example)
    return next(iter(by_name.values())) if len(by_name) == 1 else []


def _example(text: str, start: int, name: str, signature: Signature) -> Stated | None:
    end = closing(text, start)
    if end is None:
        return None
    node = expression(f"{name}{text[start:end]}")
    if not isinstance(node, ast.Call):
        return None
    words = bool(re.search(r"\b(?:string|word|letter|text)s?\b", text))
    call = literal_call(node, signature.parameters, bare_words=words)
    separator = SEPARATOR.match(text, end)
    if call is None or separator is None or not _fits(call, signature):
        return None
    got = value_after(text, separator.end())
    if got is None:
        return None
    return Stated(
        call=call,
        expected=got[0],
        weak=separator["weak"] is not None,
        parenthesised=text[separator.end() : separator.end() + 1] == "(",
    )


def _fits(call: Call, signature: Signature) -> bool:
    if signature.is_class:
        return False
    if not signature.parameters and not signature.variadic:
        return True  # a name without a known signature
    return signature.takes(len(call.args) + len(call.kwargs))


def value_after(text: str, start: int) -> tuple[Value, int] | None:
    """Return the value stated at `start` and where it ends, or None.

    A sum that is worked out, `19 - 5 - 6 = 8`, is its last number.
    """
    line = text[start:].split("\n", 1)[0]
    if worked := _worked_out(line):
        return worked[0], start + worked[1]
    got = leading(text, start)
    if got is None:
        return None
    value, end = got
    if not _END.match(text, end):
        return None
    following = re.compile(r"`{0,2},[ \t]*").match(text, end)
    if following and leading(text, following.end()) is not None:
        return None  # `-> 1, 2`: a tuple without its parentheses
    return value, end


def _worked_out(line: str) -> tuple[Value, int] | None:
    match = _ARITHMETIC.match(line)
    if match is None or not re.search(r"[\d)]\s*[-+*/%]+\s*[\d(]", match[0]):
        return None
    value = _arithmetic(match[0])
    if value is None:
        return None
    end = match.end()
    while following := re.compile(r"\s*={1,2}\s*").match(line, end):
        got = leading(line, following.end())
        part = _ARITHMETIC.match(line, following.end())
        if got is None or (not part and got[0] != value):
            return None
        if part and _arithmetic(part[0]) != value:
            return None
        value, end = (got[0], got[1]) if not part else (value, part.end())
    return (value, end) if _END.match(line, end) else None


def _arithmetic(text: str) -> int | float | None:
    node = expression(text)
    return None if node is None or len(text) > 200 else _number(node)


def _number(node: ast.expr) -> int | float | None:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        assert isinstance(node.value, int | float)
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Div) and right:
        return left / right
    if isinstance(node.op, ast.FloorDiv) and right:
        return left // right
    return None


def _consistent(found: list[Stated], text: str, signature: Signature) -> list[Stated]:
    """Drop what only looks like an example.

    `tri(1) = 3` defines a member of a sequence where the function returns a list: of
    examples given by `=` alone, those of the last one's kind are kept. A lone value in
    parentheses among tuples was meant as a tuple.
    """
    if any(isinstance(e.expected, tuple) for e in found):
        found = [_as_tuple(e) for e in found]
    weak = [e for e in found if e.weak]
    kinds = {_is_container(e.expected) for e in found}
    if weak and len(kinds) > 1:
        kept = _is_container(found[-1].expected)
        return [e for e in found if not e.weak or _is_container(e.expected) is kept]
    if weak and kinds == {False} and _returns_list(text, signature):
        return [e for e in found if not e.weak]
    return found


def _as_tuple(example: Stated) -> Stated:
    if not example.parenthesised or isinstance(example.expected, tuple):
        return example
    return Stated(
        call=example.call,
        expected=(example.expected,),
        weak=example.weak,
        parenthesised=True,
    )


def _is_container(value: Value) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict)


def _returns_list(text: str, signature: Signature) -> bool:
    if signature.returns:
        return bool(
            re.match(r"(?i)(?:typing\.)?(?:list|tuple|dict|set)", signature.returns)
        )
    return bool(
        re.search(
            r"(?i)\breturns?\s+(?:an?|the)\s+(?:\w+\s+)?(?:list|array|tuple)", text
        )
    )
