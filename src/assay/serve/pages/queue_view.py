"""The queue and the engine in numbers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assay.errors import AssayError
from assay.report.html import percent
from assay.serve.pages.access import Visitor
from assay.serve.pages.rates import silence_s, tokens_per_second
from assay.serve.pages.rows import Row, row_of, usage_of
from assay.serve.service import HEARTBEAT_S, Service
from assay.serve.solves import Asked, Job, State
from assay.types import Usage

NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A solve that has its turn, or waits for it."""

    row: Row
    asked: Asked
    n_listeners: int
    silence_s: float | None  # since its last event


def words_of(service: Service, visitor: Visitor) -> dict[str, Any]:
    """All that the template of the page asks for. Solves of others are counted only."""
    jobs, now = list(service.solves.jobs.values()), time.time()
    usage = sum((usage_of(job) for job in jobs), Usage())
    active = [_running(job, now) for job in jobs if not job.state.is_over]
    n_waiting = sum(each.row.state is State.WAITING for each in active)
    rate = tokens_per_second(jobs, now)
    return {
        "turns": service.turns,
        "passing": service.passing,
        "active": [each for each in active if visitor.may_see(each.asked)],
        "n_running": len(active) - n_waiting,
        "n_waiting": n_waiting,
        "n_others": sum(not visitor.may_see(each.asked) for each in active),
        "rate": rate,
        "heartbeat_s": HEARTBEAT_S,
        "usage": usage,
        "cached": cached_share(usage),
        "upstream": upstream_address(service),
        "identity": service.model.identity,
        "n_kept": len(jobs),
        "counted": _counted(service),
        "said": (
            f"{len(active) - n_waiting} running, {n_waiting} waiting, "
            f"{rate:.1f} tokens a second."
        ),
    }


def cached_share(usage: Usage) -> str:
    r"""Which share of the prompts' tokens the engine had in its cache.

    >>> cached_share(Usage(prompt_tokens=200, cached_prompt_tokens=50))
    '25.0\xa0% (50 of 200 prompt tokens)'
    """
    if not usage.prompt_tokens:
        return "no prompts yet"
    share = usage.cached_prompt_tokens / usage.prompt_tokens
    told = f"{usage.cached_prompt_tokens:,} of {usage.prompt_tokens:,} prompt tokens"
    return f"{percent(share)} ({told})"


def upstream_address(service: Service) -> str:
    """Where requests are passed on to, without what could be a secret."""
    try:
        return public_address(service.upstream.address)
    except AssayError as error:
        return f"nowhere: {error}"


def public_address(url: str) -> str:
    """An address without a name, a password, a query or a fragment.

    >>> public_address("http://me:pw@127.0.0.1:80/v1?key=x#y")
    'http://127.0.0.1:80/v1'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return NOT_TOLD
    if not host:
        return NOT_TOLD
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path}"


def _running(job: Job, now: float) -> Running:
    return Running(
        row=row_of(job),
        asked=job.asked,
        n_listeners=job.n_watching,
        silence_s=silence_s(job, now),
    )


def _counted(service: Service) -> Iterable[tuple[str, str]]:
    metrics = service.metrics
    return (
        ("Tokens that clients saw", f"{metrics.tokens.value(kind='visible'):,.0f}"),
        ("Tokens spent", f"{metrics.tokens.value(kind='spent'):,.0f}"),
        ("Requests whose client left early", f"{metrics.cancelled.value():,.0f}"),
        ("Calls passed on that failed", f"{metrics.upstream_faults.value():,.0f}"),
    )
