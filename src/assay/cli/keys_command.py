"""`assay keys`: create, list, revoke."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assay.serve.keys import Key, KeyFile

app = typer.Typer(help="Say who may ask the server.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Whose key it is.")]
ApiKeys = Annotated[
    Path, typer.Option("--api-keys", help="The file of keys that the server is given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@contextmanager
def _open(path: Path, *, create: bool = False) -> Iterator[KeyFile]:
    from assay.serve.keys import KeyFile

    keys = KeyFile(path.expanduser(), create=create)
    try:
        yield keys
    finally:
        keys.close()


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"format": 1, **data}) + "\n")


@app.command()
def create(
    name: Name,
    api_keys: ApiKeys,
    tokens_a_day: Annotated[
        int | None, typer.Option(help="Tokens it may spend a day (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print its secret, which is shown this once."""
    with _open(api_keys, create=True) as keys:
        secret = keys.create(name, tokens_a_day)
    if as_json:
        _print({"name": name, "secret": secret, "tokens_a_day": tokens_a_day})
        return
    sys.stdout.write(f"{secret}\n")
    sys.stderr.write(
        f"this secret of {name!r} is not kept and cannot be shown again; a server "
        f"with --api-keys {api_keys} takes it from now on\n"
    )


@app.command("list")
def list_keys(api_keys: ApiKeys, as_json: AsJson = False) -> None:
    """Print the keys, what each spent today and which are revoked."""
    with _open(api_keys) as keys:
        rows = [_row(keys, key) for key in keys.list()]
    if as_json:
        _print({"keys": rows})
        return
    for row in rows:
        limit = (
            "no limit" if row["tokens_a_day"] is None else f"{row['tokens_a_day']:,}"
        )
        state = f"revoked {row['revoked']}" if row["revoked"] else "in use"
        sys.stdout.write(
            f"{row['name']:24}{row['spent_today']:>12,} today of {limit:12} since "
            f"{row['created']}, {state}\n"
        )


def _row(keys: KeyFile, key: Key) -> dict[str, Any]:
    revoked = key.revoked and key.revoked.isoformat(timespec="seconds")
    return {
        "name": key.name,
        "created": key.created.isoformat(timespec="seconds"),
        "revoked": revoked,
        "tokens_a_day": key.tokens_a_day,
        "spent_today": keys.spent_today(key),
    }


@app.command()
def revoke(name: Name, api_keys: ApiKeys) -> None:
    """Let a key in no more. Servers that run notice it within a second."""
    with _open(api_keys) as keys:
        keys.revoke(name)
    sys.stderr.write(f"{name!r} is revoked\n")
