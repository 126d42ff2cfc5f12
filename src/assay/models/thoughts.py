"""What a model thinks aloud, told from what it answers, as the text arrives."""

from __future__ import annotations

from assay.types import Request

OPENING, CLOSING = "<think>", "</think>"


class ThoughtScanner:
    r"""Splits a text that may begin with `<think>` into its thought and its answer.

    Covered: the tag that the templates of thinking models write. Not covered: a thought
    without a start, where the template itself has opened it and the endpoint does not
    part it either; it stays in the text, and extraction passes it over.

    Args:
        thinking: The text goes on inside a thought.

    >>> scanner = ThoughtScanner()
    >>> [scanner.feed(s) for s in ("\n<thi", "nk>Hm", "m.</th", "ink>", "42")]
    [('', ''), ('Hm', ''), ('m.', ''), ('', ''), ('', '42')]
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self._thinking = thinking
        self._is_over = False  # all that comes now is the answer
        self._held = ""  # may be a part of a tag

    def feed(self, text: str) -> tuple[str, str]:
        """Take the next piece; what of the text so far is thought, and what answer."""
        if self._is_over:
            return "", text
        text, self._held = self._held + text, ""
        if not self._thinking:
            start = text.lstrip()
            if start != OPENING and OPENING.startswith(start):
                self._held = text
                return "", ""
            if not start.startswith(OPENING):
                self._is_over = True
                return "", text
            self._thinking, text = True, start[len(OPENING) :]
        thought, closing, rest = text.partition(CLOSING)
        if closing:
            self._is_over = True
            return thought, rest
        n_sure = len(thought) - _n_of_a_tag(thought)
        self._held = thought[n_sure:]
        return thought[:n_sure], ""

    def end(self) -> tuple[str, str]:
        """What was held back, at the end of the text or where a thought ends it."""
        held, self._held, self._is_over = self._held, "", True
        return (held, "") if self._thinking else ("", held)


def goes_on_thinking(request: Request) -> bool:
    """Whether the answer to a request begins inside a thought that stands in it."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "assistant":
        return False
    return last.content.rfind(OPENING) > last.content.rfind(CLOSING)


def _n_of_a_tag(text: str) -> int:
    """How many of a text's last letters may begin the closing tag.

    >>> _n_of_a_tag("so </thi"), _n_of_a_tag("so"), _n_of_a_tag("a <")
    (5, 0, 1)
    """
    sizes = range(len(CLOSING) - 1, 0, -1)
    return next((size for size in sizes if text.endswith(CLOSING[:size])), 0)
