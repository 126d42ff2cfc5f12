"""A solve as commands that ask for the same again, as far as it is known."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from assay.budget import Limit
from assay.serve.offers import Profile
from assay.serve.pages.access import here
from assay.serve.requests import Route
from assay.serve.solves import Asked
from assay.types import ModelIdentity

_ENDPOINT = "openai "  # how the identity of an endpoint's model begins


def solve_command(asked: Asked) -> str:
    """`assay solve` with the settings of a solve, its task on standard input."""
    options = (f"{name} {shlex.quote(value)}" for name, value in _options(asked))
    command = " \\\n  ".join(("assay solve -", *options))
    return _with_text(command, asked.problem.statement)


def curl_command(asked: Asked, base: str, *, has_keys: bool, route: Route) -> str:
    """The same question to this server.

    Args:
        base: Where the server is, `http://host:port`.
    """
    profile = Profile.FAST if route is Route.FAST else Profile.QUALITY
    sampling, budget = asked.recipe.sampling, limit_text(asked.limit)
    body = {
        "model": f"{asked.model.identity.name}{profile}",
        "messages": [{"role": "user", "content": asked.problem.statement}],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
        **({"assay": {"budget": budget}} if budget else {}),
    }
    words = ["curl", f"{base}/v1/chat/completions"]
    words += ["-H", "content-type: application/json"]
    line = shlex.join(words)
    if has_keys:
        line += ' -H "authorization: Bearer $ASSAY_KEY"'
    return _with_text(f"{line} --data-binary @-", json.dumps(body))


def _options(asked: Asked) -> Iterator[tuple[str, str]]:
    recipe, sampling, problem = asked.recipe, asked.recipe.sampling, asked.problem
    yield from _model(asked.model.identity)
    yield ("--n-max", str(recipe.n_max))
    yield ("--max-tokens", str(sampling.max_tokens))
    yield ("--temperature", f"{sampling.temperature:g}")
    yield ("--top-p", f"{sampling.top_p:g}")
    yield ("--seed", str(sampling.seed))
    yield ("--n-inputs", str(recipe.n_inputs))
    yield ("--stop-at", f"{recipe.stop_at:g}")
    yield ("--sure-at", f"{recipe.sure_at:g}")
    yield ("--io-mode", str(problem.io_mode))
    if problem.entry_point:
        yield ("--entry-point", problem.entry_point)
    if budget := limit_text(asked.limit):
        yield ("--budget", budget)


def _model(identity: ModelIdentity) -> Iterator[tuple[str, str]]:
    if identity.engine.startswith(_ENDPOINT):
        yield ("--base-url", here(identity.engine.removeprefix(_ENDPOINT)))
    yield ("--model", identity.name)


def limit_text(limit: Limit) -> str:
    """A ceiling as `--budget` reads it.

    >>> limit_text(Limit(tokens=20_000, seconds=1.5)), limit_text(Limit())
    ('tokens=20000,time=1.5s', '')
    """
    parts = (
        None if limit.tokens is None else f"tokens={limit.tokens}",
        None if limit.seconds is None else f"time={limit.seconds:g}s",
        None if limit.calls is None else f"calls={limit.calls}",
    )
    return ",".join(filter(None, parts))


def _with_text(command: str, text: str) -> str:
    """A command that reads a text, which no line of the text can end early."""
    end = "END"
    while end in text:
        end += "_"
    return f"{command} <<'{end}'\n{text}\n{end}"
