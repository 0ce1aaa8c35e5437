"""Setting how much may go the low-value route."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.requests.lowvalue.models import LowValueRule
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.org.firm_rules import create_firm_rule, update_firm_rule


def create_rule(*, actor: Actor, **values: Any) -> LowValueRule:
    """The limits of a legal entity.

    Raises:
        NotAllowed. InvalidInput: it has its rule already, an amount is none, or a year allows less than one request.
    """
    _check(values.get("most_request"), values.get("most_year"))
    return create_firm_rule(LowValueRule, actor=actor, **values)


def update_rule(rule: LowValueRule, *, actor: Actor, version: int | None = None, **changes: Any) -> LowValueRule:
    """Changed limits; what was sent before stays sent.

    Raises:
        NotAllowed. InvalidInput: as above; a rule stays with its legal entity. Stale
    """
    limits = [changes.get(name, getattr(rule, name)) for name in ("most_request", "most_year")]
    _check(*limits)
    return update_firm_rule(rule, actor=actor, version=version, **changes)


def _check(most_request: Any, most_year: Any) -> None:
    if most_request is not None and most_year is not None and most_year < most_request:
        raise InvalidInput({"most_year": _("A year cannot allow less than one request does.")})
