"""Countries by their ISO 3166 codes, named in the reader's language."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language).territories
    return {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in _NONE}


# CLDR's own codes: groups, pseudo-locales, the unknown.
_NONE = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


def country_name(code: str) -> str:
    """The country's name, or the code itself when nobody knows it."""
    return _names((get_language() or "en")[:2]).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """(code, name) of all countries by name, for a select; the first is empty."""
    return [("", ""), *sorted(_names((get_language() or "en")[:2]).items(), key=lambda pair: pair[1])]
