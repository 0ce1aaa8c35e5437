"""Text that begins like a formula, and how it travels through CSV without becoming one.

A spreadsheet runs what begins with = + - @ (and | or %, for old DDE tricks), also behind blanks, control characters or
full-width look-alikes. In CSV there are no types, so such text gets a quote in front; reading takes our quote away.
A semicolon inside a text begins a new cell for a reader in whose country cells are parted by it, so a formula
directly behind a separator is quoted as well.
"""

import re
import unicodedata

QUOTE = "'"
_FIRST = frozenset("=+-@|%")
_STARTS = frozenset("\t\r\n\x00")
_NUMBER = re.compile(r"[+-]?\d[\d \u00a0\u202f']*(?:[.,]\d+)*(?:[eE][+-]?\d{1,3})?%?")
_PHONE = re.compile(r"\+\d[\d ().\u00a0/-]{4,24}")
_SEPARATORS = ";,|\t\r\n"
_INSIDE = re.compile(r"([;,|\t\r\n][\s\"]*)('*)(?=[=@\uff1d\uff20]|[+\uff0b-][^\d\s])")
_INSIDE_QUOTED = re.compile(r"([;,|\t\r\n][\s\"]*)'('*)(?=[=@\uff1d\uff20]|[+\uff0b-][^\d\s])")


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula. Plain numbers and phone numbers are not."""
    if not text or text[0].isalnum():
        return False
    if text[0] in _STARTS:
        return True
    return _first_sign(text) in _FIRST and not (_NUMBER.fullmatch(text) or _PHONE.fullmatch(text))


def _first_sign(text: str) -> str:
    """The first character that shows, with compatibility forms taken apart (a full-width = is =, so is ≠)."""
    for character in text:
        if not character.isspace() and unicodedata.category(character)[0] not in "CZ":
            return unicodedata.normalize("NFKD", character).strip()[:1]
    return ""


def neutralise(text: str) -> str:
    """`text` as a CSV cell that no spreadsheet runs; `restore` gives the same text back."""
    if is_dangerous(text.lstrip(QUOTE)):
        text = QUOTE + text
    if any(mark in text for mark in _SEPARATORS):
        text = _INSIDE.sub(r"\1'\2", text)
    return text


def restore(text: str) -> str:
    """The text that `neutralise` had made safe; any other text as it is."""
    if QUOTE not in text:
        return text
    text = _INSIDE_QUOTED.sub(r"\1\2", text)
    if text.startswith(QUOTE) and is_dangerous(text.lstrip(QUOTE)):
        text = text[1:]
    return text
