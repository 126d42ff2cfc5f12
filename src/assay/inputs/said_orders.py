"""What a statement says of a result's order, read only where it leaves no doubt."""

from __future__ import annotations

import re

_UP = r"(?:ascending|(?<!non-)increasing|non-?decreasing)"
_DOWN = r"(?:descending|(?<!non-)decreasing|non-?increasing)"
_RESULT = r"(?:list|array|numbers|integers|elements|values|divisors|factors|primes)"
_RETURNED = re.compile(
    rf"\breturns? (?:all |a |an |the )?(?:sorted |resulting |final |new )*"
    rf"(?:\w+ )?{_RESULT}(?: of (?:\w+ )?{_RESULT})?,?(?: (?:sorted|ordered))? in "
    rf"(?:strictly )?(?:(?P<up>{_UP})|(?P<down>{_DOWN})) order\s*(?:$|[.,;)\n])"
)
_RESULTING = re.compile(
    rf"\b(?:returned|resulting|output) (?:list|array)(?: (?:should|must) be| is)? "
    rf"(?:sorted|ordered) in (?:(?P<up>{_UP})|(?P<down>{_DOWN})) order\s*(?:$|[.,;\n])"
)
_SORT = re.compile(
    rf"\bsort (?:a |an |the )?(?:given |input )?(?:list|array)"
    rf"(?: of (?:numbers|integers|elements))? in "
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN})) order\s*(?:$|[.\n])"
)
_MOVE = re.compile(
    r"\b(?:reverse|rearrange|rotate|shuffle) (?:a |an |the )?(?:given |input )?"
    r"(?:list|array|string)\b"
)
_TWISTS = re.compile(
    r"\b(?:if|unless|except|otherwise|odd|even|index|indices|positions?|based on|"
    r"according|by|based|digits?|lengths?|alphabetical\w*|lexicographic\w*|each|then|"
    r"key|keys|first|third|only|which|that)\b"
)
_CHANGES = re.compile(
    r"\b(?:remov\w*|delet\w*|add\w*|append\w*|insert\w*|replac\w*|filter\w*|uniques?|"
    r"distinct|duplicates?|without|exclud\w*|includ\w*|count\w*|check\w*|whether|if|"
    r"merg\w*|concatenat\w*|swap\w*|convert\w*|chang\w*|doubl\w*|squar\w*|sublists?|"
    r"subarrays?|substrings?|impossible|cannot|error|otherwise|words?|case|only|"
    r"vowels?|sum|new|times|join\w*|spaces?|k-?th|keep\w*|drop\w*|number of)\b"
)


def said_direction(statement: str) -> int:
    """Return 1 for ascending, -1 for descending, 0 where it is not said, or twisted.

    >>> said_direction("Return the list of divisors in ascending order.")
    1
    >>> said_direction("Return the list in ascending order if its sum is odd.")
    0
    """
    text, everything = _prose(statement), statement.lower()
    if re.search(rf"\b{_UP}\b", everything) and re.search(rf"\b{_DOWN}\b", everything):
        return 0
    found = [m for each in (_RETURNED, _RESULTING, _SORT) for m in each.finditer(text)]
    directions = {1 if match["up"] else -1 for match in found}
    if len(directions) != 1 or any(_TWISTS.search(_sentence(text, m)) for m in found):
        return 0
    return directions.pop()


def says_permutation(statement: str) -> bool:
    """Whether the result has the argument's members, each as often, and no others.

    >>> says_permutation("Write a function to reverse the given list.")
    True
    >>> says_permutation("Reverse the list and remove duplicates.")
    False
    """
    text = _prose(statement)
    is_said = _MOVE.search(text) or _SORT.search(text)
    return bool(is_said) and not _CHANGES.search(statement.lower())


def _prose(statement: str) -> str:
    """The words alone: without examples, and in small letters."""
    prose = re.split(r"(?im)^\s*(?:>>>|examples?\b|for example\b|assert )", statement)[
        0
    ]
    return " ".join(prose.lower().replace("`", "").split())


def _sentence(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, match.start()) for mark in (". ", "; ", ": "))
    end = re.compile(r"[.;]").search(text, max(match.end() - 1, 0))
    return text[start + 1 : end.start() if end else len(text)]
