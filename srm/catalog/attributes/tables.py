"""Tables of attributes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog.attributes.models import Attribute
from srm.ui import tables


class AttributeTable(tables.Table):
    name = tables.TextColumn(_("Name"), hint="code")
    kind = tables.ChoiceColumn()
    unit = tables.TextColumn()
    offered = tables.TextColumn(_("Choices"), accessor=lambda row: ", ".join(row.offered()[:6]))
    is_required = tables.FlagColumn()
    category = tables.LinkColumn(_("Asked by"))
    is_active = tables.FlagColumn(yes="", no=_("closed"))

    class Meta:
        model = Attribute
