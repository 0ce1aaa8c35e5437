"""Log lines as JSON: one line per record, who and which request, nothing a terminal would obey."""

import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
user: ContextVar[str] = ContextVar("user", default="")

# JSON escapes the control characters below space. These it lets through, and they are no better in a log:
# DEL and the C1 controls (0x9b starts a terminal sequence), line separators, marks that reverse the text.
_HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8; it is written out instead."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class RequestFilter(logging.Filter):
    """Give every record the id of the request and the public id of the user it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, marked."""
        record.request_id = request_id.get()
        record.user = user.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object per line, time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _clean(record.getMessage()),
        }
        for key in ("request_id", "user"):
            if value := getattr(record, key, ""):
                line[key] = _clean(str(value))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _clean("".join(traceback.format_exception(*record.exc_info)))
        if record.stack_info:
            line["stack"] = _clean(record.stack_info)
        return _HIDDEN.sub(_escape, orjson.dumps(line).decode("utf-8"))
