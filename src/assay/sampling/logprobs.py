"""How sure a model was of the tokens it wrote: over all, and where it was least."""

from __future__ import annotations

from collections.abc import Sequence


def mean_logprob(logprobs: Sequence[float]) -> float | None:
    """The mean log-probability of a completion's tokens; None where none were told.

    >>> mean_logprob([-0.5, -1.5]), mean_logprob([])
    (-1.0, None)
    """
    return sum(logprobs) / len(logprobs) if logprobs else None


def tail_logprob(logprobs: Sequence[float], window: int = 16) -> float | None:
    """The lowest mean over `window` tokens in a row, or over all where they are fewer.

    One line that was guessed is a small part of a program, and the mean hides it.

    Source: the lowest group confidence of DeepConf, arXiv:2508.15260.
    Differs: log-probabilities of the drawn tokens in the place of the mean over the
    alternatives at each, and windows of 16 tokens, a line of code, in the place of
    2,048 of a long thought. Nothing is stopped by it.

    >>> tail_logprob([0.0, -4.0, -2.0, 0.0], window=2)
    -3.0
    """
    size = min(window, len(logprobs))
    if not size:
        return None
    total = lowest = sum(logprobs[:size])
    for new, old in zip(logprobs[size:], logprobs, strict=False):
        total += new - old
        lowest = min(lowest, total)
    return lowest / size
