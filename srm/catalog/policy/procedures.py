"""Which procedures a policy can name. The room that runs them says so:

procedure("rfq", _("Request for quotation"))
"""

from __future__ import annotations

from typing import Any

_procedures: dict[str, Any] = {}


def procedure(code: str, label: Any) -> None:
    """Let policies name the procedure `code`."""
    _procedures[code] = label


def procedures() -> list[tuple[str, Any]]:
    """(code, name) of all, in the order in which they were made known."""
    return list(_procedures.items())


def label_of(code: str) -> str:
    """The procedure's name; its code when nobody runs it any more."""
    return str(_procedures.get(code, code))
