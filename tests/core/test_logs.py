"""Log lines: one per record, with its request, harmless in a terminal."""

import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from srm.core import logs
from srm.core.middleware import RequestIdMiddleware


def written(message, *args, exc_info=None):
    record = logging.LogRecord("quadrant.test", logging.WARNING, __file__, 1, message, args, exc_info)
    assert logs.RequestFilter().filter(record)
    return logs.JsonFormatter().format(record)


def answer(view=lambda request: HttpResponse(), **headers):
    request = RequestFactory().get("/", headers=headers)
    return RequestIdMiddleware(view)(request), request


def test_a_line_is_one_json_object_with_time_in_utc():
    line = json.loads(written("%s lines\nof %s", 2, "болт"))
    assert line["message"] == "2 lines\nof болт"
    assert line["level"] == "WARNING"
    assert line["logger"] == "quadrant.test"
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J", "\x9b2J", "\r\n{}", "\x00", "\x7f", "\u2028", "\u202e", "\ud800"],
    ids=["ansi", "c1", "crlf", "nul", "del", "line separator", "right to left", "half a pair"],
)
def test_a_message_cannot_start_a_line_or_steer_a_terminal(hostile):
    line = written("before %s after", hostile)
    assert line.isprintable()
    message = json.loads(line)["message"]
    assert message.startswith("before ")
    assert message.endswith(" after")


def test_an_exception_is_written_with_its_traceback():
    try:
        raise ValueError("\x1b[31mred")
    except ValueError:
        line = written("failed", exc_info=sys.exc_info())
    assert line.isprintable()
    assert "ValueError: \x1b[31mred" in json.loads(line)["exception"]


def test_lines_of_a_request_carry_its_id_and_user_and_lines_after_it_do_not():
    seen = {}

    def view(request):
        logs.user.set("u-1")
        seen.update(json.loads(written("inside")))
        return HttpResponse()

    response, request = answer(view)
    assert seen["request_id"] == request.request_id == response.headers["X-Request-ID"]
    assert seen["user"] == "u-1"
    after = json.loads(written("after"))
    assert "request_id" not in after
    assert "user" not in after


def test_a_callers_id_is_kept_when_it_is_harmless():
    response, request = answer(**{"X-Request-ID": "trace-0123456789"})
    assert response.headers["X-Request-ID"] == request.request_id == "trace-0123456789"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space 123", "line\r\nbreak", "кириллица-1"])
def test_any_other_id_is_replaced(given):
    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    response = RequestIdMiddleware(lambda request: HttpResponse())(request)
    assert response.headers["X-Request-ID"] != given
    assert len(response.headers["X-Request-ID"]) == 32


def test_the_id_is_forgotten_also_after_a_fault():
    def view(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answer(view)
    assert logs.request_id.get() == ""
