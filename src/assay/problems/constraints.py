"""Ranges and limits that a statement gives, in the many ways it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assay.types import Constraint, Limits, Measure

Number = int | float

_RELATION = r"[ \t]*(<=|>=|==|<|>|≤|≥|⩽|⩾)[ \t]*"
_NUM = r"-?(?:\d{1,3}(?:[,_ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e\d+)?"
_CONST = (
    rf"-?(?:{_NUM} ?\* ?)?{_NUM} ?(?:\^|\*\*) ?\d+(?: ?[-+] ?\d+)?"
    rf"|{_NUM} ?\* ?{_NUM}|{_NUM}"
)
_NAME = r"[A-Za-zΑ-ω]\w*'?(?:\[[^\]]{0,12}\])*(?:\.(?:length|size)(?:\(\))?)?"
_VAR = rf"(?:len\( ?{_NAME} ?\)|\| ?{_NAME} ?\||(?:the )?length of {_NAME}|{_NAME})"
_TERM = rf"(?:{_CONST}|{_VAR}(?:(?: ?, ?(?:and )?| and ){_VAR})*)"
_CHAIN = re.compile(rf"{_TERM}(?:{_RELATION}{_TERM})+")
_LONG_WORD = re.compile(r"\w{60,}")
_BETWEEN = re.compile(
    rf"(?i)length of (?:the )?(?:string |array |list )?({_NAME})? ?"
    rf"(?:is|will be|should be) "
    rf"(?:at least|between|from) ({_CONST}) (?:and|to) (?:at most )?({_CONST})"
)


def stated_constraints(text: str) -> tuple[Constraint, ...]:
    r"""Return the ranges of a statement, one for each variable and measure.

    Several ranges for one (subtasks, test sets) are joined to the widest. A name is
    without its index: `a_i`, `a[i]` and `nums[i]` bound the values of `a` and `nums`.
    Bounds that are other variables are left out.

    >>> stated_constraints(r"$1 \leq n \leq 2 \cdot 10^5$")[0].high
    200000
    """
    found: dict[tuple[str, Measure], Constraint] = {}
    plain = plain_text(text)
    # A sample's long word is no term of a range, and would take seconds to find none.
    for constraint in _constraints(_LONG_WORD.sub(" ", plain)):
        key = (constraint.variable, constraint.measure)
        old = found.get(key)
        found[key] = constraint if old is None else _joined(old, constraint)
    return tuple(c for c in found.values() if c.low is not None or c.high is not None)


def plain_text(text: str) -> str:
    r"""Formulas in plain characters: `10^{5}` is `10^5`, `\leq` is `<=`."""
    powers = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^" + m[0].translate(powers), text)
    text = re.sub(
        r"\\(?:leqslant|leq|le|lt)(?![a-z])", lambda m: _sign(m[0], "<"), text
    )
    text = re.sub(
        r"\\(?:geqslant|geq|ge|gt)(?![a-z])", lambda m: _sign(m[0], ">"), text
    )
    text = re.sub(r"\\(?:cdot|times|ast)(?![a-z])|×|·", "*", text)
    text = re.sub(
        r"\\(?:mathbf|mathrm|mathit|text|textit|texttt|textbf|ell)\b", "", text
    )
    text = re.sub(r"\\[,;: ]|[\u00a0\u2009\u202f]|~", " ", text)
    text = re.sub(
        r"(?<=\d),(?=\d{3}\b)(?!\d{3}\s*,\s*\d)|(?<=\d) (?=\d{3}\b)", "", text
    )
    text = re.sub(r"\^\s*\{\s*([^{}]*?)\s*\}", r"^\1", text)
    text = re.sub(r"_\s*\{\s*([^{}]*?)\s*\}", r"_\1", text)
    text = re.sub(r"\s+_|_ (?=\w\b)", "_", text)
    text = text.replace("−", "-").replace("–", "-").replace("$", "").replace("`", "")
    text = re.sub(r"\*\*(?=\d)", "^", text).replace("**", "")
    text = text.replace("{", "").replace("}", "").replace("\\|", "|")
    return re.sub(r"(?<=\d)\s*\*\s*(?=10\s*\^)", "*", text)


def _sign(word: str, sign: str) -> str:
    return f" {sign} " if word in ("\\lt", "\\gt") else f" {sign}= "


def _constraints(text: str) -> Iterator[Constraint]:
    for match in _CHAIN.finditer(text):
        line = text[: match.start()].rpartition("\n")[2].strip()
        before = "" if line in ("-", "*", "+") else line[-1:]
        after = text[match.end() :][:4].lstrip(" \t")[:1]
        if (
            before in set("*+/^-)")
            or after in set("*+/^-(")
            or before.isalnum()
            and (text[match.start() - 1 : match.start()].isalnum())
        ):
            continue  # a part of a longer formula
        yield from _chain(re.split(_RELATION, match[0]))
    for match in _BETWEEN.finditer(text):
        if match[1]:
            yield Constraint(
                variable=_variable(match[1])[0],
                low=_constant(match[2]),
                high=_constant(match[3]),
                measure=Measure.LENGTH,
            )


def _chain(parts: list[str]) -> Iterator[Constraint]:
    """Yield the ranges of `1 <= l, r <= n < 100`, its terms and signs in turn."""
    terms, signs = parts[0::2], parts[1::2]
    if any(sign in (">", ">=", "≥", "⩾") for sign in signs):
        if not all(sign in (">", ">=", "≥", "⩾") for sign in signs):
            return
        terms, signs = terms[::-1], [_turned(s) for s in signs[::-1]]
    values = [_constant(term) for term in terms]
    for index, term in enumerate(terms):
        if values[index] is not None:
            continue
        low = _nearest(values[:index][::-1], signs[:index][::-1], +1)
        high = _nearest(values[index + 1 :], signs[index:], -1)
        for name in re.split(r" *(?:,|\band\b)[ ,]*(?![^\[]*\])", term):
            variable, measure = _variable(name)
            if re.match(r"\|", name.strip()) and variable[:1].lower() not in "stuw":
                low, measure = _mirrored(low, high), Measure.VALUE
            if variable and variable not in ("and", "or", "for", "if"):
                yield Constraint(variable=variable, low=low, high=high, measure=measure)


def _mirrored(low: Number | None, high: Number | None) -> Number | None:
    """Return the lower bound of a variable whose absolute value is bounded."""
    return -high if high is not None and (low is None or low <= 0) else low


def _turned(sign: str) -> str:
    return "<" if sign == ">" else "<="


def _nearest(values: list[Number | None], signs: list[str], step: int) -> Number | None:
    strict = 0
    for value, sign in zip(values, signs, strict=False):
        strict += sign == "<"
        if value is not None:
            return value + step * strict if isinstance(value, int) else value
    return None


def _variable(name: str) -> tuple[str, Measure]:
    """Return the bare name, and whether its length is meant."""
    name = name.strip()
    length = bool(re.search(r"\.(?:length|size)|^len\(|^\||length of", name))
    name = re.sub(
        r"\.(?:length|size)(?:\(\))?|^len\(|^(?:the )?length of |[|)(]", "", name
    )
    if length and "[" in name:
        return re.sub(r"\[.*", "[]", name.strip()), Measure.LENGTH
    name = re.sub(r"\[.*", "", name)
    if "_" in name and re.search(r"_(?:[a-zA-Z]|\w,\s?\w|[a-z]\+1)$", name):
        name = name.rpartition("_")[0]
    return name.strip(), Measure.LENGTH if length else Measure.VALUE


def _constant(text: str) -> Number | None:
    """Return what a number or a power of such is worth, or None for a name.

    >>> _constant("2*10^5"), _constant("2^31 - 1"), _constant("n")
    (200000, 2147483647, None)
    """
    text = re.sub(r"(?<=\d)[,_ ](?=\d{3})", "", text.strip())
    match = re.fullmatch(
        r"(-?)(?:(\d+(?:\.\d+)?)\s*\*\s*)?(-?\d+)\s*(?:\^|\*\*)\s*(\d+)"
        r"(?:\s*([-+])\s*(\d+))?",
        text,
    )
    if match and int(match[4]) <= 400:
        factor = float(match[2]) if match[2] else 1.0
        power = int(match[3]) ** int(match[4])
        value: Number = power * int(factor) if factor.is_integer() else power * factor
        value = -value if match[1] else value
        return value + int((match[5] or "+") + (match[6] or "0"))
    if product := re.fullmatch(r"(-?\d{1,20}) ?\* ?(\d{1,20})", text):
        lost = re.fullmatch(r"10(\d)", product[2])  # a copied 10^5 that lost its ^
        second = 10 ** int(lost[1]) if lost else int(product[2])
        return int(product[1]) * second
    if re.fullmatch(r"-?\d{1,400}", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+|-?\d+(?:\.\d+)?e\d{1,3}", text):
        return float(text)
    return None


def _joined(old: Constraint, new: Constraint) -> Constraint:
    lows = [c.low for c in (old, new) if c.low is not None]
    highs = [c.high for c in (old, new) if c.high is not None]
    return replace(old, low=min(lows, default=None), high=max(highs, default=None))


_TIME = re.compile(
    r"(?i)\b(?:time|cpu)(?:[ -]?limit)?(?: per test(?: set| case)?)?\W{0,8}?"
    r"(?:is|of)?\s*(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|sec|seconds?|sekunder)\b"
)
_MEMORY = re.compile(
    r"(?i)\bmemory(?:[ -]?limit)?(?: per test(?: set| case)?)?\W{0,8}?(?:is|of)?\s*"
    r"(\d+(?:\.\d+)?)\s*(kb|kib|kilobytes|mb|mib|megabytes?|m|gb|gib|gigabytes?)\b"
)
_LEAST_CPU_S = 1.0
_LEAST_MEMORY_MB = 128  # an interpreter and its libraries must fit


def stated_limits(text: str, *, time_limit_s: float | None = None) -> Limits:
    """Return the limits of the text's own lines, the rest as by default.

    At least 1 s and 128 MB: contests measure compiled programs.
    """
    limits = Limits()
    time, memory = _TIME.search(text), _MEMORY.search(text)
    if time_limit_s is None and time:
        time_limit_s = float(time[1]) / (1000 if time[2].lower().startswith("m") else 1)
    if time_limit_s is not None and 0 < time_limit_s < 3600:
        limits = replace(limits, cpu_s=max(time_limit_s, _LEAST_CPU_S))
    if memory:
        unit = memory[2].lower()[0]
        megabytes = float(memory[1]) * {"k": 1 / 1024, "m": 1, "g": 1024}[unit]
        limits = replace(limits, memory_mb=max(int(megabytes), _LEAST_MEMORY_MB))
    return limits
