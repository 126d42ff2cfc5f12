"""Templates, files and the headers of every page. All text is escaped.

What is no markup of ours goes through the report's `escape`, which also writes out
control characters: statements, programs, completions and errors are others' texts.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from assay.report.html import Html, amount, asset, escape, integer, percent, plural
from assay.serve.pages.access import here

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_YEAR_S = 365 * 86_400
_ASSETS = {
    "style.css": "text/css",
    "keys.js": "text/javascript",
    "live.js": "text/javascript",
    "tasks.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# The pages that each page links to: where they are, and what they are called.
SECTIONS = (
    ("/", "Solves"),
    ("/queue", "Queue"),
    ("/routing", "Routing"),
    ("/runs", "Runs"),
    ("/models", "Models"),
    ("/doctor", "Doctor"),
)


def headers(policy: str = POLICY) -> dict[str, str]:
    """The headers of a page.

    The referrer is told to ourselves alone. With "no-referrer" a browser would send
    our own forms with the origin `null`, which the guards refuse.
    """
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }


def page(template: str, *, status: int = 200, **words: Any) -> HTMLResponse:
    """A whole page of a template."""
    text = written(template, **words)
    return HTMLResponse(text, status_code=status, headers=headers())


def written(template: str, **words: Any) -> str:
    """A template, filled."""
    return _environment().get_template(template).render(**words)


def report_page(text: str, policy: str) -> HTMLResponse:
    """A page of the report, which brings its own policy and what it allows."""
    return HTMLResponse(text, headers=headers(f"{policy}; frame-ancestors 'none'"))


def static_file(name: str) -> Response | None:
    """A file that pages load, by its name; None if there is none of that name."""
    if name not in _ASSETS:
        return None
    kept = {"cache-control": f"max-age={_YEAR_S}, immutable"}
    return Response(
        _file(name), media_type=_ASSETS[name], headers={**headers(), **kept}
    )


def static_href(name: str) -> str:
    """The address of a file; another one as soon as the file is another."""
    return f"/static/{name}?v={sha256(_file(name).encode()).hexdigest()[:12]}"


@cache
def _file(name: str) -> str:
    if name == "tasks.js":
        return asset("page.js")
    own = files("assay.serve.pages").joinpath("static", name)
    text = own.read_text(encoding="utf-8")
    return asset("style.css") + text if name == "style.css" else text


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("assay.serve.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=static_href, sections=SECTIONS, plural=plural)
    made.filters.update(amount=amount, integer=integer, percent=percent, here=here)
    return made


def _safe(value: object) -> Html | object:
    return value if hasattr(value, "__html__") else escape(value)
