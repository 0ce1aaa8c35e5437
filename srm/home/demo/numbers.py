"""Numbers and addresses of suppliers: they look right, pass their check digits, and belong to nobody."""

from __future__ import annotations

import re
import unicodedata

from srm.home.demo.words.suppliers import SupplierRow

# Registers have not come near these beginnings.
EIK, INN = "9900", "9999000"
_CYRILLIC = dict(zip(
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    ["a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h", "ts", "ch", "sh", "sht", "a", "y", "y", "e", "yu", "ya"], strict=True,
))  # fmt: skip


def tax_numbers(country: str, number: int) -> tuple[str, str]:
    """Tax and VAT number where we know the rule of the check digit; nothing elsewhere."""
    if country == "BG":
        eik = _with_eik_digit(f"{EIK}{number + 100:04d}")
        return eik, f"BG{eik}"
    if country == "RU":
        return _with_inn_digit(f"{INN}{number:02d}"), ""
    return "", ""


def _with_eik_digit(digits: str) -> str:
    rest = sum(weight * int(digit) for weight, digit in enumerate(digits, 1)) % 11
    if rest == 10:
        rest = sum(weight * int(digit) for weight, digit in enumerate(digits, 3)) % 11 % 10
    return f"{digits}{rest}"


def _with_inn_digit(digits: str) -> str:
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return f"{digits}{sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 % 10}"


def address_of(row: SupplierRow) -> str:
    """The supplier's part of the internet that does not exist: "kupral.example"."""
    text = "".join(_CYRILLIC.get(sign, sign) for sign in row.name.lower().replace("ı", "i"))
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return f"{re.sub('[^a-z0-9]+', '', plain)}.example"
