from __future__ import annotations

import pytest

from assay.errors import (
    AssayError,
    ConfigError,
    ContextLengthExceeded,
    ModelUnavailable,
)
from assay.serve.wire import errors
from assay.serve.wire.errors import Refusal, Refused, invalid, refusal_of, shown

EACH = [
    (invalid("no", param="n"), 400, "invalid_request_error", None),
    (errors.context_length_exceeded(90, 20, 100), 400, "invalid_request_error", ""),
    (errors.unauthorized(), 401, "invalid_request_error", "invalid_api_key"),
    (errors.forbidden("not from there"), 403, "permission_error", "forbidden"),
    (errors.model_not_found("gone"), 404, "invalid_request_error", "model_not_found"),
    (errors.not_found("/v2"), 404, "invalid_request_error", "not_found"),
    (errors.method_not_allowed("PUT", ("GET",)), 405, "invalid_request_error", ""),
    (errors.too_large(10), 413, "invalid_request_error", "request_too_large"),
    (
        errors.too_many_requests("full", retry_after_s=3),
        429,
        "rate_limit_error",
        "rate_limit_exceeded",
    ),
    (errors.internal_error("r1"), 500, "server_error", "internal_error"),
    (errors.upstream_failed(), 502, "server_error", "upstream_error"),
    (errors.loading(), 503, "server_error", "model_loading"),
    (errors.unavailable(), 503, "server_error", "unavailable"),
]


@pytest.mark.parametrize(("refusal", "status", "kind", "code"), EACH)
def test_each_refusal_has_its_status_its_type_and_its_code(
    refusal: Refusal, status: int, kind: str, code: str | None
) -> None:
    assert (refusal.status, refusal.type) == (status, kind)
    if code != "":
        assert refusal.code == code
    assert refusal.openai()["error"].keys() == {"message", "type", "param", "code"}
    assert refusal.message.isascii()


def test_nothing_is_refused_with_the_status_that_sdks_try_again() -> None:
    assert all(refusal.status != 409 for refusal, *_ in EACH)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (invalid("no"), "invalid_request_error"),
        (errors.unauthorized(), "authentication_error"),
        (errors.forbidden("no"), "permission_error"),
        (errors.model_not_found("gone"), "not_found_error"),
        (errors.too_large(10), "request_too_large"),
        (errors.too_many_requests("full", retry_after_s=1), "rate_limit_error"),
        (errors.internal_error(), "api_error"),
        (errors.upstream_failed(), "api_error"),
        (errors.loading(), "overloaded_error"),
    ],
)
def test_anthropic_has_types_of_its_own(refusal: Refusal, kind: str) -> None:
    error = {"type": kind, "message": refusal.message}
    assert refusal.anthropic() == {"type": "error", "error": error}


def test_a_conversation_that_is_too_long_is_told_in_the_words_clients_look_for() -> (
    None
):
    message = errors.context_length_exceeded(4000, 200, 4096).message
    assert "maximum context length is 4096 tokens" in message
    assert "prompt is too long: 4200 tokens > 4096 maximum" in message
    assert "4000 in the messages, 200 for the answer" in message


@pytest.mark.parametrize(("seconds", "header"), [(0, "1"), (0.2, "1"), (2.1, "3")])
def test_a_wait_is_told_in_whole_seconds(seconds: float, header: str) -> None:
    refusal = errors.too_many_requests("full", retry_after_s=seconds)
    assert refusal.headers["retry-after"] == header


def test_a_fault_of_ours_is_not_tried_again_and_tells_nothing_of_it() -> None:
    refusal = refusal_of(RuntimeError("/home/me/secret"))
    assert refusal.headers["x-should-retry"] == "false"
    assert "secret" not in refusal.message


def test_an_error_of_the_house_becomes_the_refusal_that_fits() -> None:
    assert refusal_of(ConfigError("n is wrong")).message == "n is wrong"
    assert refusal_of(ConfigError("n is wrong")).status == 400
    code = refusal_of(ContextLengthExceeded("too long")).code
    assert code == "context_length_exceeded"
    down = refusal_of(ModelUnavailable("no answer from http://10.0.0.7:8080/v1"))
    assert down.status == 503
    assert "10.0.0.7" not in down.message
    assert refusal_of(AssayError("x")).status == 500
    assert refusal_of(Refused(errors.loading())) == errors.loading()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (1.5, "1.5"),
        ("a\r\nb\xe9", "'a\\r\\nb\\xe9'"),
        (10**4000, "a number of more than 38 digits"),
    ],
)
def test_a_value_is_shown_short_and_on_one_line(value: object, text: str) -> None:
    assert shown(value) == text
