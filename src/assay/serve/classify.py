"""A request -> whether it is searched or passed through, and why.

Searched is only what is sure: a task that stands in the last message alone and whose
answer is one program in Python. All else is the model's own to answer, and so is what
is in doubt. The rules are lists of a pattern and what it means; each is looked for in
a text of bounded length, with bounded gaps, so the time is linear in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.problems.signature import Signature, read_signature
from assay.serve.requests import ChatMessage, ChatRequest, Route
from assay.serve.signs_against import (
    AGENT_SYSTEM,
    ASKED_FORM,
    DEPENDS,
    NAMES_LANGUAGE,
    NEEDS_WORLD,
    NEGATED,
    NO_PROGRAM,
    NOT_ONE_PROGRAM,
    OTHER_CODE,
    OTHER_LANGUAGE,
    PLAIN_SYSTEM,
    TEMPLATES,
    TURNED_DOWN,
    Rules,
)
from assay.serve.signs_for import (
    ASKS_FUNCTION,
    ASKS_PROGRAM,
    BREAK,
    CAPITALISES,
    COMPUTES,
    EXAMPLES,
    KNOWN_NAMES,
    KNOWN_WORK,
    PROPER,
    PYTHON,
    PYTHON_CODE,
    READS,
    REFERS,
    SIGNATURE,
    STATES_INPUT,
    STATES_OUTPUT,
    SUBJECT,
)

MOST_CHARS = 20_000  # of the last message: a longer one is data, or a project
MOST_SYSTEM_CHARS = 4_000  # a longer one is an agent's
MOST_TALK_CHARS = 200_000
MOST_MESSAGES = 40
_SMALL_TALK = 40
_WINDOW = 400  # where a text says what is wanted of it: its beginning and its end
_SYSTEM_ROLES = frozenset({"system", "developer"})
_KNOWN_ROLES = _SYSTEM_ROLES | {"user", "assistant"}
_PLAIN_TAGS = frozenset(
    {"", "python", "py", "python3", "pycon", "text", "txt", "plaintext", "console"}
    | {"input", "output"}
)
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})([^`\n]*)$")
_CHAT_MODE = re.compile(  # what Continue sends with every chat that is no edit
    r"(?s)<important_rules>\s*You are in chat mode\.[^<]{0,3000}</important_rules>"
)
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n|(?<=[。！？])")
_GIVEN_CODE = re.compile(  # that stands in no fence
    r"(?m)^(?:class \w|(?:async )?def \w+ ?\().*(?:\n[ \t]+\S.*|\n(?=[ \t]+\S))*"
)
_METHOD = re.compile(r"(?m)^[ \t]+def (?!__)\w+")
_CODE_START = re.compile(
    r"\s*(?:from\s+\w|import\s+\w|(?:async\s+)?def\s|class\s|@\w|#|\"\"\"|''')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """Which way a request takes, and why, as a part of a sentence."""

    route: Route
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message's words: outside its fences, without what it says it does not want."""

    whole: str
    prose: str
    wanted: str  # the prose without its "do not ..." and "without ..."
    tags: tuple[str, ...]  # what stands after the fences that open
    blocks: tuple[str, ...]  # what stands in the fences


def classify(request: ChatRequest) -> Classified:
    """Say whether a request is a self-contained task for one Python program.

    A route that the caller chose, `request.options.route`, is not looked at.
    """
    reason = (
        _in_fields(request)
        or _in_conversation(request.messages)
        or _in_system(_system_text(request.messages))
    )
    if not reason:
        asked = read_text(request.messages[-1].text)
        has_turns = any(m.role == "assistant" for m in request.messages)
        reason = _in_asked(asked) or (
            _in_follow_up(asked, request.messages) if has_turns else ""
        )
        reason = reason or _not_a_task(asked, _system_text(request.messages))
    if reason:
        return Classified(route=Route.PASS, reason=reason)
    return Classified(route=Route.SEARCH, reason="it asks for one program in Python")


def other_language(request: ChatRequest) -> str:
    """What asks for another language than Python; empty where nothing does."""
    text = read_text(request.messages[-1].text)
    if any(tag.lower() not in _PLAIN_TAGS for tag in text.tags):
        return "it holds code in another language"
    system = NEGATED.sub(" ", _system_text(request.messages))
    said = _first(OTHER_LANGUAGE, text.wanted) or _first(OTHER_CODE, text.whole)
    said = said or _first(OTHER_LANGUAGE, system)
    if said:
        return f"it {said}"
    python = PYTHON.search(text.prose + system) or PYTHON_CODE.search(text.whole)
    if NAMES_LANGUAGE.search(text.wanted + system) and not python:
        return "it names another language, and not Python"
    return ""


def _in_fields(request: ChatRequest) -> str:
    """Why the request's fields rule out a search; empty where they do not."""
    if request.has_tools:
        return "the request offers tools"
    if request.is_infill:
        return "text is to be filled in before its suffix"
    if request.response_format != "text":
        return f"the answer has to be in the format {request.response_format!r}"
    if request.wants_logprobs:
        return "token probabilities are asked for, and a chosen program has none"
    return ""


def _in_conversation(messages: tuple[ChatMessage, ...]) -> str:
    if any(m.role not in _KNOWN_ROLES or m.has_tool_calls for m in messages):
        return "the conversation has tool calls"
    if any(m.has_images for m in messages):
        return "the conversation holds more than words"
    if not messages or messages[-1].role != "user":
        return "the last message is not the user's"
    if not messages[-1].text.strip():
        return "the last message is empty"
    if len(messages) > MOST_MESSAGES:
        return f"the conversation has more than {MOST_MESSAGES} messages"
    if len(messages[-1].text) > MOST_CHARS:
        return f"the last message is longer than {MOST_CHARS:,} characters"
    if sum(len(m.text) for m in messages) > MOST_TALK_CHARS:
        return f"the conversation is longer than {MOST_TALK_CHARS:,} characters"
    return ""


def _system_text(messages: tuple[ChatMessage, ...]) -> str:
    text = "\n".join(m.text for m in messages if m.role in _SYSTEM_ROLES)
    return _CHAT_MODE.sub("", text)


def _in_system(text: str) -> str:
    if len(text) > MOST_SYSTEM_CHARS:
        return f"the system prompt is longer than {MOST_SYSTEM_CHARS:,} characters"
    wanted = NEGATED.sub(" ", text)
    what = _first(TURNED_DOWN, text) or _first(AGENT_SYSTEM, wanted)
    what = what or _first(ASKED_FORM, wanted) or _first(OTHER_LANGUAGE, wanted)
    if what:
        return f"the system prompt {what}"
    sentences = (part.strip(" \t-*#>•") for part in _SENTENCE_END.split(text))
    if all(PLAIN_SYSTEM.match(part) for part in sentences if len(part) > 3):
        return ""
    return "the system prompt asks for more than a program"


def read_text(text: str) -> Text:
    """Tell the prose of a message from what stands in its fences."""
    prose: list[str] = []
    tags: list[str] = []
    blocks: list[list[str]] = []
    fenced = False
    for line in text.replace("\r\n", "\n").split("\n"):
        fence = _FENCE.match(line)
        if fence is not None and not fenced:
            tags.append(fence[1].strip())
            blocks.append([])
        if fence is not None:
            fenced = not fenced
        else:
            (blocks[-1] if fenced else prose).append(line)
    outside = "\n".join(prose)
    return Text(
        whole=text,
        prose=outside,
        wanted=NEGATED.sub(" ", outside),
        tags=tuple(tags),
        blocks=tuple("\n".join(block) for block in blocks),
    )


def _in_asked(text: Text) -> str:
    """Why the last message is no task for one program; empty where it may be one."""
    if any(" " in tag or "/" in tag for tag in text.tags):
        return "it has a file attached"
    if any(tag.lower() not in _PLAIN_TAGS for tag in text.tags):
        return "it holds code in another language"
    if _is_finished(text):
        return "it holds a program that is written already"
    ends = f"{text.wanted[:_WINDOW]}\n{text.wanted[-_WINDOW:]}"
    what = (
        _first(TEMPLATES, text.whole)
        or _first(TURNED_DOWN, text.prose)
        or _first(ASKED_FORM, text.wanted)
        or _first(OTHER_LANGUAGE, text.wanted)
        or _first(OTHER_CODE, text.whole)
        or _first(NEEDS_WORLD, text.wanted)
        or _first(NOT_ONE_PROGRAM, text.wanted)
        or _first(NO_PROGRAM, ends)
    )
    return f"it {what}" if what else ""


def _in_follow_up(text: Text, messages: tuple[ChatMessage, ...]) -> str:
    """Why it may go on with what was said before; empty where it stands alone.

    It does where it says that something new begins, has examples of its own, or where
    only small talk came before.
    """
    what = _first(DEPENDS, text.wanted)
    if what:
        return f"it {what}"
    python = PYTHON.search(text.prose) or PYTHON_CODE.search(text.whole)
    begins = BREAK.search(text.prose[:_WINDOW]) or _shows(text)
    if python and not REFERS.search(text.wanted[:_WINDOW]):
        earlier = (m.text for m in messages[:-1] if m.role == "user")
        if begins or all(map(_is_small_talk, earlier)):
            return ""
    return "it may go on with what was said before"


def _is_small_talk(text: str) -> bool:
    return len(text) <= _SMALL_TALK and not SUBJECT.search(text)


def _shows(text: Text) -> bool:
    """Whether it has a stub or examples that stand for themselves."""
    return _states(text) or bool(PYTHON_CODE.search(text.whole))


def _not_a_task(text: Text, system: str) -> str:
    """Why a message without a sign against it is no task; empty where it is one."""
    states = _states(text)
    python = PYTHON.search(text.prose) or PYTHON_CODE.search(text.whole)
    if not (_is_stub(text.whole) or states or _asks(text)):
        return "it does not ask for one function, or one program with a known input"
    if not _shows(text) and _names_products(text.wanted):
        return "it names something that may not be here"
    if not (python or states or PYTHON.search(system)):
        return "it does not say that the program is to be in Python"
    return ""


def _names_products(text: str) -> bool:
    if CAPITALISES.search(text):
        return False
    names = (match[0].removesuffix("-") for match in PROPER.finditer(text))
    return any(n not in KNOWN_NAMES and not n.endswith("Error") for n in names)


def _states(text: Text) -> bool:
    """Whether it is a statement with examples of input and output."""
    signs = (STATES_INPUT, STATES_OUTPUT, EXAMPLES)
    return all(sign.search(text.whole) for sign in signs)


def _asks(text: Text) -> bool:
    """Whether it asks for a function that needs its arguments only, or such a program.

    What it is to do has to be told by words of computing, by examples, or by a name.
    """
    asks_function = any(ask.search(text.prose) for ask in ASKS_FUNCTION)
    if not (asks_function or any(ask.search(text.prose) for ask in ASKS_PROGRAM)):
        return False
    signs = (
        COMPUTES,
        KNOWN_WORK,
        PYTHON_CODE,
        *((SIGNATURE,) if asks_function else ()),
    )
    return any(sign.search(text.whole) for sign in (READS, *signs))


def _is_finished(text: Text) -> bool:
    """Whether it gives a function that is written, and none that is to be written.

    Tests do not count, and neither does a class that only holds data.
    """
    if _is_stub(text.whole):
        return False
    given = (*text.blocks, *(m[0] for m in _GIVEN_CODE.finditer(text.prose)))
    found = [(code, signature) for code in given if (signature := _signature(code))]
    if any(signature.is_stub for _, signature in found):
        return False
    return any(_is_written(code, signature) for code, signature in found)


def _is_written(code: str, signature: Signature) -> bool:
    if signature.is_class:
        return bool(_METHOD.search(code))
    return not signature.name.startswith(("test", "check"))


def _is_stub(text: str) -> bool:
    """Whether a text is nothing but Python whose last function is to be written."""
    signature = _signature(text) if _CODE_START.match(text) else None
    return signature is not None and signature.is_stub


def _signature(code: str) -> Signature | None:
    try:
        return read_signature(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _first(rules: Rules, text: str) -> str:
    """What the first rule that is found says; empty where none is."""
    return next((what for pattern, what in rules if pattern.search(text)), "")
