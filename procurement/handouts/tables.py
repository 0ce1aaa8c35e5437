"""Tables of promises."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.handouts.models import Promise
from srm.ui import formats, tables

FORM = "hand-out"


class HandOutColumn(tables.Column):
    """One tap hands out all that is left; the form it belongs to stands beside the list."""

    def cell(self, row: Any, name: str) -> SafeString:
        if not row.rest:
            return tables.NONE
        return format_html(
            '<button class="btn btn-primary" form="{}" formaction="{}">{}</button>',
            FORM,
            reverse("handouts:promise-hand-out-all", args=[row.public_id]),
            _("Hand out %(quantity)s") % {"quantity": formats.quantity(row.rest, row.item.base_unit)},
        )


class PromiseTable(tables.Table):
    item = tables.TextColumn(accessor="item.name", hint="item.article")
    rest = tables.QuantityColumn(gettext_lazy("Waits"), unit="item.base_unit")
    department = tables.TextColumn(
        gettext_lazy("For whom"),
        accessor="request_line.request.requester.name",
        hint="request_line.request.department.name",
    )
    request = tables.TextColumn(
        gettext_lazy("Request"), accessor="request_line.request.number", hint="request_line.request.title"
    )
    need_by = tables.DateColumn(sort="need_by")
    warehouse = tables.TextColumn(accessor="warehouse.code", hint="warehouse.name")
    origin = tables.TextColumn(accessor="get_origin_display")
    quantity = tables.QuantityColumn(unit="item.base_unit")
    handed_out = tables.QuantityColumn(unit="item.base_unit")

    class Meta:
        model = Promise
        hidden: tuple[str, ...] = ("quantity", "handed_out")


class HandOutTable(PromiseTable):
    """The same, with the button of those who hand out."""

    do = HandOutColumn(gettext_lazy("Hand out"))

    class Meta(PromiseTable.Meta):
        hidden = PromiseTable.Meta.hidden
