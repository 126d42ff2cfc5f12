"""From settings to a server that answers, and what it tells when it begins."""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from assay.budget import Limit
from assay.cli.confidence import table_for
from assay.cli.serving_pages import looks_of
from assay.cli.solving import method
from assay.concurrency import background
from assay.config import Config, ServeConfig
from assay.errors import EnvironmentFault, UsageError
from assay.judging.judge import open_judge
from assay.models.embedded import EmbeddedModel
from assay.models.opening import default_slots, open_model
from assay.serve.app import Server
from assay.serve.contents import CONTENTS_LOG
from assay.serve.counting import CountedJudge
from assay.serve.keys import KeyFile
from assay.serve.logs import WithoutContents
from assay.serve.metrics import ServerMetrics
from assay.serve.offers import Offers
from assay.serve.origins import check_binding, rules_for
from assay.serve.pages import OPEN_PATHS
from assay.serve.queue import RateLimit, Turns
from assay.serve.service import Service
from assay.serve.solves import Solves
from assay.serve.upstream import Target, Upstream, keep_up
from assay.solve import calibrated
from assay.types import Model

WAITING_MAX = 64
WAITING_OF_A_KEY = WAITING_MAX // 4
SWITCH_S = 0.001  # that a thread at work keeps the loop waiting; Python's own is 5 ms
PASSING = 256  # requests that are passed through at once to an endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeJob:
    """What the command line asks for."""

    config: Config
    unsafe: bool = False


def run(job: ServeJob) -> None:
    """Serve until a signal ends it.

    Raises:
        ConfigError, UsageError: it may not be reached that way.
        EnvironmentFault: the port is taken, or what answers could not be opened.
    """
    from assay.serve.listening import Listening, configured

    own = job.config.serve
    check_binding(own.host, has_keys=own.api_keys is not None)
    _begin_log(own.log_contents)
    with ExitStack() as stack:
        keys = None
        if own.api_keys is not None:
            keys = KeyFile(own.api_keys)
            stack.callback(keys.close)
        server = Server(partial(opened, job, keys))
        rules = rules_for(
            own.host,
            hosts=own.allow_host,
            origins=own.allow_origin,
            open_paths=OPEN_PATHS,
        )
        app = server.app(
            rules,
            check=keys.check if keys else None,
            rate=RateLimit(own.per_minute) if own.per_minute else None,
            looks=looks_of(job.config),
            log_contents=own.log_contents,
        )
        config = configured(app, host=own.host, port=own.port)
        listening = _listening(own.host, own.port)
        sys.setswitchinterval(SWITCH_S)
        Listening(config, server).run(sockets=[listening])
        if server.failed is not None:
            raise server.failed


def _begin_log(log_contents: bool) -> None:
    """Have the log on stderr, with nothing of contents unless that was asked for."""
    logging.basicConfig(stream=sys.stderr)
    form = logging.Formatter if log_contents else WithoutContents
    for handler in logging.getLogger().handlers:
        handler.setFormatter(form("assay: %(message)s"))
    if log_contents:
        logging.getLogger(CONTENTS_LOG).setLevel(logging.INFO)


def _listening(host: str, port: int) -> socket.socket:
    """The socket, bound before anything is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio sends small pieces at once (TCP_NODELAY).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise EnvironmentFault(
            f"cannot listen on {host}:{port} ({error.strerror}); choose "
            "another --port, or end what listens there"
        ) from error
    listening.set_inheritable(True)
    return listening


@asynccontextmanager
async def opened(job: ServeJob, keys: KeyFile | None) -> AsyncIterator[Service]:
    """Open the model and the sandbox, and what they need around them."""
    config = job.config
    recipe, limit = method(config)
    async with AsyncExitStack() as stack:
        judge = await stack.enter_async_context(
            open_judge(
                slots=config.sandbox.sandbox_slots,
                unsafe=job.unsafe,
                backend=config.judging.backend,
                image=config.judging.image,
            )
        )
        model = await stack.enter_async_context(open_model(config))
        start = await stack.enter_async_context(background())
        embedded = model if isinstance(model, EmbeddedModel) else None
        engine = embedded.engine if embedded else None
        upstream = Upstream(
            partial(target_of, config, model),
            engine=engine,
            place=embedded.place if embedded else nullcontext,
            idle_timeout_s=config.model.idle_timeout,
        )
        if engine is not None:
            start(partial(keep_up, engine))
        stack.push_async_callback(upstream.aclose)
        table = table_for(config, model.identity)
        slots = config.model.slots or default_slots()
        offers = Offers(model.identity, int(time.time()))
        sys.stderr.write("\n".join(told(config.serve, offers.name)) + "\n")
        sys.stderr.flush()
        metrics = ServerMetrics()
        a_key = WAITING_OF_A_KEY if keys else None  # else everybody has the same one
        yield Service(
            model=model,
            offers=offers,
            recipe=calibrated(recipe, table),
            limit=in_time(limit, config.serve.solve_time),
            solves=Solves(start, CountedJudge(judge, metrics.sandbox_runs)),
            turns=Turns(slots, WAITING_MAX, a_key),
            # an engine answers so many at once: who is next is better decided here
            passing=Turns(engine.slots if engine else PASSING, WAITING_MAX, a_key),
            upstream=upstream,
            keys=keys,
            fingerprint=_fingerprint(model),
            metrics=metrics,
        )


def in_time(limit: Limit, seconds: float) -> Limit:
    """A ceiling of each solve that has one of time in any case.

    >>> [in_time(each, 1800).seconds for each in (Limit(), Limit(seconds=7200))]
    [1800, 7200]
    """
    return limit if limit.seconds is not None else replace(limit, seconds=seconds)


def target_of(config: Config, model: Model) -> Target:
    """Where requests are passed on to.

    Raises:
        UsageError: recordings answer, and nothing else does.
    """
    if isinstance(model, EmbeddedModel):
        engine = model.engine
        return Target(
            base_url=engine.base_url, api_key=engine.api_key, model=engine.name
        )
    if config.model.base_url:
        return Target(
            base_url=config.model.base_url,
            api_key=config.model.api_key,
            model=model.identity.name,
        )
    raise UsageError("recordings answer here, so nothing can be passed through")


def _fingerprint(model: Model) -> str:
    identity = model.identity
    digest = (identity.sha256 or "")[:8]
    return "-".join(filter(None, ("assay", identity.name, digest)))


def told(own: ServeConfig, name: str) -> Iterator[str]:
    """The address, the names, and the settings of the usual clients."""
    host = f"[{own.host}]" if ":" in own.host else own.host
    base = f"http://{host}:{own.port}/v1"
    pages = f"http://{host}:{own.port}/"
    key = "any text" if own.api_keys is None else "a secret of `assay keys create`"
    yield f"serving {base}  (key: {key}; Ctrl-C ends it)"
    yield f"pages   {pages}"
    yield f"models  {name} decides by itself, {name}-fast is one sample,"
    yield f"        {name}-quality searches"
    yield f"aider        OPENAI_API_BASE={base} OPENAI_API_KEY=x aider"
    yield f"             --model openai/{name} --weak-model openai/{name}-fast"
    yield f"Continue     provider: openai, model: {name}, apiBase: {base}, apiKey: x"
    yield f"Cline        OpenAI Compatible, base URL {base}, key x, model {name}"
    yield "OpenCode     npm @ai-sdk/openai-compatible, options.baseURL"
    yield f"             {base}, models.{name}"
    yield f"Open WebUI   OPENAI_API_BASE_URL={base} OPENAI_API_KEY=x"
    yield f"openai       OpenAI(base_url={base!r}, api_key='x')"
