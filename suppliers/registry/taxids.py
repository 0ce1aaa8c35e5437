"""Checking tax and VAT numbers: pure rules, no database.

A wrong check digit in a country whose rule is known is an error: such a number belongs to nobody. A number that merely
looks unusual gets a warning, because a foreign registry may know better than we do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from stdnum import exceptions
from stdnum.bg import egn
from stdnum.bg import vat as bg_vat
from stdnum.eu import vat as eu_vat
from stdnum.ru import inn

# Greece writes its VAT numbers with EL, Northern Ireland with XI.
VAT_PREFIXES = {"GR": "EL"}


@dataclass
class Findings:
    """What is wrong, by field, and what is only unusual."""

    errors: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def check(country: str, tax_id: str, vat_number: str) -> Findings:
    """Judge both numbers by the rules of `country` (ISO 3166 alpha-2)."""
    found = Findings()
    if tax_id:
        _check_tax_id(country, tax_id, found)
    if vat_number:
        _check_vat(country, vat_number, found)
    return found


def compact(number: str) -> str:
    """The number without the blanks, dots and dashes people type."""
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _check_tax_id(country: str, tax_id: str, found: Findings) -> None:
    number = compact(tax_id)
    if country == "RU" and not inn.is_valid(number):
        found.errors["tax_id"] = _("This is not a valid INN: the check digit does not fit. Look for a typing error.")
    elif country == "BG" and not _is_bulgarian(number):
        found.errors["tax_id"] = _("This is not a valid EIK: the check digit does not fit. Look for a typing error.")


def _is_bulgarian(number: str) -> bool:
    """An EIK of 9 digits, of a branch (13, the first 9 of which are the firm's), or a person's number."""
    if len(number) == 13 and number.isdigit():
        number = number[:9]
    return bg_vat.is_valid(number) or egn.is_valid(number)


def _check_vat(country: str, vat_number: str, found: Findings) -> None:
    number = compact(vat_number)
    prefix = VAT_PREFIXES.get(country, country)
    if prefix.lower() not in eu_vat.MEMBER_STATES and prefix != "EL":
        return
    if number[:2].isdigit() or number[:2] != prefix:
        found.warnings.append(
            _("The VAT number %(number)s does not begin with %(prefix)s.") % {"number": vat_number, "prefix": prefix}
        )
        number = number if number[:2].isalpha() else prefix + number
    try:
        eu_vat.validate(number)
    except exceptions.ValidationError:
        found.errors["vat_number"] = _("This is not a valid VAT number: the check digit does not fit.")
