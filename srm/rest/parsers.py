"""Reads JSON bodies strictly: UTF-8, exact decimals, no NaN, no field twice, no bottomless nesting."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class JSONParser(BaseParser):
    """`application/json` and nothing else.

    Numbers with a point become Decimal, because a float has already lost the cents; REST framework's own parser reads
    the stream past DATA_UPLOAD_MAX_MEMORY_SIZE, so the limit is kept here too.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> object:
        """The Python value of the body.

        Raises:
            ParseError: it is not JSON as above; the sentence says where.
        """
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        return loads(raw)


def loads(raw: bytes) -> object:
    """`raw` as Python values; see `JSONParser.parse`."""
    try:
        return json.loads(
            raw.decode("utf-8"), parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError as fault:
        raise ParseError(_("The body must be UTF-8.")) from fault
    except RecursionError as fault:
        raise ParseError(_("The body is nested too deeply.")) from fault
    except ParseError:
        raise
    except json.JSONDecodeError as fault:
        place = {"line": fault.lineno, "column": fault.colno}
        raise ParseError(_("The body is not JSON: see line %(line)d, column %(column)d.") % place) from fault
    except ValueError as fault:
        raise ParseError(_("A number in the body is too long.")) from fault


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise ParseError(_("A number in the body is too long.")) from fault


def _constant(name: str) -> None:
    raise ParseError(_("%(name)s is not a number.") % {"name": name})


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Readers differ on which of two equal names wins; so neither does."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(_("A field is given twice in the body."))
    return found
