"""Whether a prompt and its answer fit the model's context, and what to say if not."""

from __future__ import annotations

import re

from assay.errors import ContextLengthExceeded
from assay.types import Request

_BYTES_PER_MESSAGE = 8  # role and separators of a chat template, as tokens
_BYTES_PER_TOKEN = 2  # fewer than prose (4) and code (3) have, more than digits (1)
_CONTEXT_WORDS = re.compile(
    r"context[ _-]?(length|size|window)|maximum context|exceed\w*[ _]context", re.I
)


def prompt_bound(request: Request) -> int:
    """Return a number of tokens that the prompt cannot exceed: a token a byte.

    The messages' bytes, and 8 for each message's role and separators. It holds for
    every tokenizer that falls back to bytes, and is three or four times too high
    for English and code.

    >>> from assay.types import Message
    >>> prompt_bound(Request(messages=(Message(role="user", content="héllo"),)))
    14
    """
    return sum(
        len(m.content.encode("utf-8", "replace")) + _BYTES_PER_MESSAGE
        for m in request.messages
    )


def cautious_estimate(bound: int) -> int:
    """Return about how many tokens a bound stands for, rather too many than too few.

    To refuse on the bound itself would refuse prompts that fit three times over.

    >>> cautious_estimate(1000)
    500
    """
    return -(-bound // _BYTES_PER_TOKEN)


def context_exceeded(
    prompt_tokens: int, max_tokens: int, context_length: int, *, estimated: bool = False
) -> ContextLengthExceeded:
    """Make the error that gives both counts and says what to do."""
    about = "about " if estimated else ""
    return ContextLengthExceeded(
        f"the prompt has {about}{prompt_tokens:,} tokens and up to {max_tokens:,} are "
        f"to be written, but the model holds {context_length:,}; shorten the problem, "
        f"lower max_tokens, or start the model with a longer context"
    )


def refused_for_context(
    error: dict[str, object], max_tokens: int
) -> ContextLengthExceeded | None:
    """Return the error that a server's own refusal means, or None if it means another.

    llama.cpp names both counts in fields of their own; vLLM, SGLang and OpenAI put
    them into the message.

    >>> print(refused_for_context({"message": "maximum context length is 64 tokens"},
    ...                           1024))
    the endpoint refused the prompt with 1,024 tokens to be written (maximum context \
length is 64 tokens); shorten the problem, lower max_tokens, or start the model with \
a longer context
    >>> refused_for_context({"message": "no such model"}, 1024)
    """
    prompt, context = error.get("n_prompt_tokens"), error.get("n_ctx")
    if isinstance(prompt, int) and isinstance(context, int):
        return context_exceeded(prompt, max_tokens, context)
    words = " ".join(str(error.get(name, "")) for name in ("type", "code", "message"))
    if not _CONTEXT_WORDS.search(words):
        return None
    return ContextLengthExceeded(
        f"the endpoint refused the prompt with {max_tokens:,} tokens to be written "
        f"({error.get('message')}); shorten the problem, lower max_tokens, or start "
        f"the model with a longer context"
    )
