"""The JSON of `GET /v1/models` and of one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A name that a request may ask for."""

    id: str
    created: int  # seconds since 1970
    owned_by: str = "assay"
    context_length: int | None = None  # tokens; None: not known


def model_object(model: ServedModel) -> dict[str, Any]:
    """Return one model. A length is told by the names of OpenRouter and of vLLM.

    >>> model_object(ServedModel(id="small", created=1))
    {'id': 'small', 'object': 'model', 'created': 1, 'owned_by': 'assay'}
    """
    told = {
        "id": model.id,
        "object": "model",
        "created": model.created,
        "owned_by": model.owned_by,
    }
    if model.context_length is None:
        return told
    length = {"context_length": model.context_length}
    return told | length | {"max_model_len": model.context_length}


def model_list(models: Sequence[ServedModel]) -> dict[str, Any]:
    """Return all models, in their order."""
    return {"object": "list", "data": [model_object(model) for model in models]}
