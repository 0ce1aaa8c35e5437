"""Tables of policies and overrides."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog.policy.models import CategoryPolicy, PolicyOverride
from srm.catalog.policy.selectors import LABELS, shown
from srm.flow.origin import OriginColumn
from srm.ui import tables


class PolicyTable(tables.Table):
    category = tables.TextColumn(_("Category"), accessor="category.name", hint="category.code")
    edition = tables.NumberColumn()
    valid_from = tables.DateColumn(sort="valid_from")
    segment = tables.QuadrantColumn(_("Segment"), accessor="category.segment")
    procedure = tables.TextColumn(accessor="procedure_label")
    min_bidders = tables.NumberColumn(_("Suppliers, at least"))
    price_weight = tables.TextColumn(
        _("Price / quality"),
        accessor=lambda row: (
            f"{row.price_weight.normalize():f} / {row.quality_weight.normalize():f}"
            if row.price_weight is not None
            else ""
        ),
    )
    cover_days = tables.NumberColumn()
    review_on = tables.DateColumn(sort="review_on")
    override_count = tables.NumberColumn(_("Overridden"))

    class Meta:
        model = CategoryPolicy


class EditionTable(tables.Table):
    edition = tables.NumberColumn()
    valid_from = tables.DateColumn()
    created_by = tables.TextColumn(accessor="created_by.name")
    reason = tables.TextColumn(wide=True)
    override_count = tables.NumberColumn(_("Overridden"))

    class Meta:
        model = CategoryPolicy


class OverrideTable(tables.Table):
    created_at = tables.TimeColumn(sort="created_at")
    document_number = OriginColumn()
    category = tables.TextColumn(_("Category"), accessor="policy.category.name")
    rule = tables.TextColumn(accessor=lambda row: LABELS.get(row.rule, row.rule))
    wanted = tables.TextColumn(accessor=lambda row: shown(row.rule, row.wanted))
    done = tables.TextColumn(accessor=lambda row: shown(row.rule, row.done))
    reason = tables.TextColumn(wide=True)
    created_by = tables.TextColumn(accessor="created_by.name")

    class Meta:
        model = PolicyOverride
