"""A conversation that is to be searched -> the problem, and the answer's form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assay.errors import ProblemError
from assay.problems import read_problem
from assay.problems.asserts import tested_name
from assay.problems.texts import ASSUMED_NAME
from assay.serve.classify import other_language, read_text
from assay.serve.requests import ChatMessage, ChatRequest
from assay.types import IOMode, Problem

_SYSTEM_ROLES = frozenset({"system", "developer"})


class Wrapping(StrEnum):
    """What may stand around the program."""

    PROSE = "prose"  # a sentence, one fenced block, a closing line
    FENCE = "fence"  # one fenced block and nothing else
    RAW = "raw"  # the program's own text


class Kind(StrEnum):
    """What is to be written."""

    FUNCTION = "function"
    CLASS = "class"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the answer has to look."""

    wrapping: Wrapping = Wrapping.PROSE
    kind: Kind = Kind.FUNCTION
    language: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks: a problem, and the form of its answer."""

    problem: Problem
    form: Form


_GREETING = re.compile(
    r"(?i)\A\s{0,20}(?:hi|hello|hey|hallo|guten tag|bonjour|salut|hola|你好|您好)"
    r"(?: (?:there|zusammen|everyone))?[ ]?[,!.，。！]\s{0,20}"
)
_THANKS = re.compile(
    r"(?i)(?:(?<=[.!?。！？])[ \t]*|\n\s*)"
    r"(?:many thanks|thanks?(?: you)?|thx|danke|merci|gracias|谢谢)"
    r"(?: (?:a lot|so much|you|in advance|very much|schön|beaucoup|im voraus"
    r"|d['’]avance))?\s*[.!。！]*\s*\Z"
)
_NEAR_END = 120
_NOT = r"(?:no|without|not|don[’']?t|do not|never|nor|ohne|sans|keine?\w?|pas de)"
_NO_FENCE = re.compile(
    rf"(?i)\b{_NOT}\b[^.\n]{{0,30}}?\b(?:markdown|(?:code[- ]?)?fenc\w+|backticks?"
    r"|code[- ]?blocks?)|(?:不要|不用|无需)[^。\n]{0,10}(?:markdown|代码块)"
    r"|\b(?:raw|plain)(?: text)? (?:python|code|source|program)\b"
)
_ONLY_CODE = re.compile(
    r"(?i)\b(?:only|just|nothing (?:but|except)|nur|uniquement|seulement|solo)\b"
    r"[^.\n]{0,30}?\b(?:code|programm?e?|function|class|source|fonction|código)\b"
    r"|\bcode only\b|只(?:输出|给出?|返回|要|需)[^。\n]{0,6}代码"
)
_IN_FENCE = re.compile(
    r"(?i)\b(?:in|inside|within|into|with|using)\b[^.\n]{0,30}?"
    r"(?:code[- ]?block|fenced|code[- ]fence|backticks|delimiters)"
    r"|`{3,}(?:python)? *(?:code[- ]?)?(?:block|fence)|\bone (?:\w+ )?code block"
)
_NOTHING_ELSE = re.compile(
    r"(?i)\bnothing else\b|\bno (?:other|additional|extra) text\b|\brien d['’]autre\b"
    rf"|\bsonst nichts\b|\b{_NOT} (?:any )?(?:explanations?|prose|erklärung\w*"
    r"|explications?|explain)\b|(?:不要|无需)解释"
)
_READS_OR_PRINTS = re.compile(
    r"(?i)\b(?:stdin|stdout|standard (?:in|out)put|prints?|reads?|asks? for|displays?"
    r"|outputs?(?! (?:only|just|nothing|raw|the code|code|python))|standardeingabe"
    r"|liest|lies|gibt?\b[^.\n]{0,60}\baus|ausgibt|ausgeben|entrée standard|lit"
    r"|affich\w*|imprim\w*|lee|muestr\w*)\b|标准输入|打印|输出(?!代码)|標準入力"
)
_ASSERTS = re.compile(r"(?m)^[ \t]*(assert [^\n]+)$")
_CALLED = re.compile(r"`([A-Za-z_]\w*) ?(?:\(|`)")
_NAMED = re.compile(
    r"(?:\b(?:[Kk]lasse|[Cc]lasse|[Cc]lase|[Cc]lass|[Nn]amed|[Cc]alled|[Nn]amens)|类|函数"
    r"|クラス|関数)(?: (?:named|called|namens))? ?`?([A-Za-z_]\w*)"
)
_CLASS = re.compile(r"(?i)\b(?:class|klasse|classe|clase)\b|类|クラス")
_FUNCTION = re.compile(r"(?i)\bfun[ck]?tion|\bfonction|\bfunción|函数|関数")
_PLAIN_WORDS = frozenset(
    {"that", "which", "with", "to", "for", "in", "named", "called"}
)


def asked(request: ChatRequest) -> Asked:
    """Read the last message of a request that is to be searched.

    A system message counts for the answer's form alone. A greeting and thanks are left
    out; all else stays as it was written.

    Raises:
        ProblemError: the text holds no problem, its examples contradict each other, it
            asks for a class and does not name it, or for another language than Python,
            or text is to be filled in: also where the caller wants a search.
    """
    if request.is_infill:
        raise ProblemError("text is to be filled in before its suffix")
    if other := other_language(request):
        raise ProblemError(other)
    text = _without_politeness(request.messages[-1].text)
    problem = _problem(text)
    form = Form(
        wrapping=_wish(text) or _wish(_system_text(request.messages)) or Wrapping.PROSE,
        kind=_kind(problem),
        language=problem.language,
    )
    return Asked(problem=problem, form=form)


def _without_politeness(text: str) -> str:
    """Drop a greeting and thanks, unless nothing would be left.

    >>> _without_politeness("Hi! Write f(x). Thanks a lot!")
    'Write f(x).'
    """
    start, end = text[:-_NEAR_END], text[-_NEAR_END:]
    kept = _GREETING.sub("", start + _THANKS.sub("", end), count=1)
    return kept if kept.strip() else text


def _problem(text: str) -> Problem:
    """Read the problem; where its reader had to assume a name or a mode, help it.

    It knows requests for a function in English alone, and names no function after the
    asserts that call it.

    Raises:
        ProblemError: as its reader does, and for a class without a name.
    """
    problem = read_problem(text)
    name = _name(text)
    if problem.io_mode is IOMode.STDIN:
        if problem.cases or _READS_OR_PRINTS.search(read_text(text).prose):
            return problem
        problem = read_problem(text, io_mode=IOMode.FUNCTION, entry_point=name)
    if problem.entry_point == ASSUMED_NAME and name is None and _is_of_class(text):
        raise ProblemError("a class is asked for without its name; name the class")
    is_assumed = problem.entry_point in {ASSUMED_NAME, "__init__"}
    if is_assumed and name not in (None, problem.entry_point):
        return read_problem(text, entry_point=name)
    return problem


def _is_of_class(text: str) -> bool:
    words = read_text(text).prose
    return bool(_CLASS.search(words)) and not _FUNCTION.search(words)


def _name(text: str) -> str | None:
    """What is to be called: as asserts call it, or as the words name it.

    >>> _name("Implementiere eine Klasse `Bruch`."), _name("assert f(1) == 2")
    ('Bruch', 'f')
    """
    asserts = "\n".join(match[1] for match in _ASSERTS.finditer(text))
    try:
        tested = tested_name(asserts) if asserts else None
    except SyntaxError:
        tested = None
    prose = read_text(text).prose
    said = (m[1] for pattern in (_CALLED, _NAMED) for m in pattern.finditer(prose))
    return tested or next((word for word in said if word not in _PLAIN_WORDS), None)


def _kind(problem: Problem) -> Kind:
    if problem.io_mode is IOMode.STDIN or problem.entry_point is None:
        return Kind.PROGRAM
    name = problem.entry_point
    is_class = "." in name or name[:1].isupper()
    return Kind.CLASS if is_class else Kind.FUNCTION


def _system_text(messages: tuple[ChatMessage, ...]) -> str:
    return "\n".join(m.text for m in messages if m.role in _SYSTEM_ROLES)


def _wish(text: str) -> Wrapping | None:
    """How a text wants the answer to look; None where it does not say.

    >>> str(_wish("Only the code, please.")), _wish("Add two numbers.")
    ('raw', None)
    """
    words = read_text(text).prose
    if _NO_FENCE.search(words):
        return Wrapping.RAW
    bare = _ONLY_CODE.search(words)
    if _IN_FENCE.search(words):
        alone = bare or _NOTHING_ELSE.search(words)
        return Wrapping.FENCE if alone else Wrapping.PROSE
    if bare:
        return Wrapping.RAW
    return Wrapping.FENCE if _NOTHING_ELSE.search(words) else None
