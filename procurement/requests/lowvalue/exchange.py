"""The low-value limits as a sheet, read as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests.lowvalue import services
from procurement.requests.lowvalue.models import LIMITS, LowValueRule
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet
from srm.people.models import LegalEntity


def find_entities(codes: set[str], actor: Actor) -> dict[str, LegalEntity]:
    """Active legal entities by their codes."""
    return {row.code: row for row in LegalEntity.objects.filter(code__in=codes, is_active=True)}


class LowValueRuleSheet(Sheet):
    """A line for each legal entity."""

    model = LowValueRule
    columns = [
        Col(
            "legal_entity", _("Legal entity"), kind="ref", source="legal_entity.code", find=find_entities, required=True
        ),
        Col("is_on", kind="bool"),
        Col("most_request", kind="amount"),
        Col("most_year", kind="amount"),
        Col("currency", _("Currency"), source="legal_entity.currency", way="out"),
    ]


@import_kind
class LowValueRuleImport(SheetKind):
    """Limits by legal entity: known ones are changed, others made."""

    name, permission, sheet = "low-value-limits", LIMITS, LowValueRuleSheet
    hint = _("Limits of known legal entities are changed, others made. An empty cell leaves what there is.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line."""
        names = ("is_on", "most_request", "most_year")
        given = {name: values[name] for name in names if values.get(name) is not None}
        found = LowValueRule.objects.visible_to(actor).filter(legal_entity=values["legal_entity"]).first()
        if found is None:
            services.create_rule(actor=actor, legal_entity=values["legal_entity"], **given)
        else:
            services.update_rule(found, actor=actor, **given)
