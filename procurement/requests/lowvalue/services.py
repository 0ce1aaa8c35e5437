"""Setting how much may go the low-value route."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.requests.lowvalue.models import LIMITS, LowValueRule
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records


def create_rule(*, actor: Actor, **values: Any) -> LowValueRule:
    """The limits of a legal entity.

    Raises:
        NotAllowed. InvalidInput: it has its rule already, an amount is none, or a year allows less than one request.
    """
    _check(actor, values.get("most_request"), values.get("most_year"))
    return records.create(LowValueRule, actor=actor, **values)


def update_rule(rule: LowValueRule, *, actor: Actor, version: int | None = None, **changes: Any) -> LowValueRule:
    """Changed limits; what was sent before stays sent.

    Raises:
        NotAllowed. InvalidInput: as above; a rule stays with its legal entity. Stale
    """
    limits = [changes.get(name, getattr(rule, name)) for name in ("most_request", "most_year")]
    _check(actor, *limits)
    if changes.get("legal_entity", rule.legal_entity) != rule.legal_entity:
        raise InvalidInput({"legal_entity": _("A rule stays with its legal entity. Make another one.")})
    return records.update(rule, actor=actor, version=version, **changes)


def _check(actor: Actor, most_request: Any, most_year: Any) -> None:
    if not actor.may(LIMITS):
        raise NotAllowed()
    if most_request is not None and most_year is not None and most_year < most_request:
        raise InvalidInput({"most_year": _("A year cannot allow less than one request does.")})
