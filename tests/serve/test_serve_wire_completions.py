from __future__ import annotations

import json
from typing import Any

import pytest

from assay.serve.requests import ChatRequest, Route
from assay.serve.wire.completions import read_completion
from assay.serve.wire.errors import Refused
from assay.serve.wire.models import ServedModel, model_list


def read(**fields: Any) -> ChatRequest:
    body = {"model": "m", "prompt": "def f(", **fields}
    return read_completion(json.dumps(body).encode(), {})


@pytest.mark.parametrize("prompt", ["def f(", ["def f("]])
def test_a_prompt_is_a_message_of_the_user(prompt: object) -> None:
    request = read(prompt=prompt, max_tokens=9, n=2, stop="\n", assay={"route": "fast"})
    said = [{"role": "user", "content": "def f("}]
    assert request.body == {
        **{"model": "m", "max_tokens": 9, "n": 2, "stop": "\n"},
        "messages": said,
    }
    assert (request.messages[0].role, request.messages[0].text) == ("user", "def f(")
    assert (request.max_tokens, request.n, request.stop) == (9, 2, ("\n",))
    assert request.options.route is Route.FAST
    assert request.ignored == ()


def test_log_probabilities_are_a_number_here_and_a_flag_in_a_chat() -> None:
    assert read(logprobs=0).wants_logprobs
    assert read(logprobs=0).body["logprobs"] is True
    assert not read().wants_logprobs


def test_what_a_completion_asks_for_without_meaning_is_accepted() -> None:
    request = read(suffix="", echo=False, best_of=1, user="me")
    assert request.ignored == ("best_of", "user")
    assert "best_of" not in request.body


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": 1}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [17]}, "prompt.0"),
        ({"echo": True}, "echo"),
        ({"logprobs": True}, "logprobs"),
        ({"n": 0}, "n"),
    ],
)
def test_what_a_chat_cannot_do_is_refused(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused) as raised:
        read(**fields)
    assert raised.value.refusal.param == param


def test_models_tell_how_long_their_context_is_where_it_is_known() -> None:
    models = (
        ServedModel(id="small", created=5, context_length=4096),
        ServedModel(id="small-fast", created=5),
    )
    told = {"object": "model", "created": 5, "owned_by": "assay"}
    length = {"context_length": 4096, "max_model_len": 4096}
    assert model_list(models) == {
        "object": "list",
        "data": [{"id": "small", **told, **length}, {"id": "small-fast", **told}],
    }


def test_the_official_client_reads_the_models() -> None:
    openai = pytest.importorskip("openai.types")
    (model,) = model_list((ServedModel(id="small", created=5, context_length=9),))[
        "data"
    ]
    assert openai.Model.model_validate(model).model_dump()["context_length"] == 9
