"""Promises as a sheet."""

from django.utils.translation import gettext_lazy as _

from procurement.handouts.models import Promise
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class PromiseSheet(Sheet):
    """What is kept for whom."""

    model = Promise
    columns = [
        Col("warehouse", _("Warehouse"), source="warehouse.code"),
        Col("article", _("Article"), source="item.article"),
        Col("name", _("Name"), source="item.name"),
        Col("quantity", kind="quantity"),
        Col("handed_out", kind="quantity"),
        Col("unit", _("Unit"), source="item.base_unit.symbol"),
        Col("need_by", kind="date"),
        Col("origin", kind="choice"),
        Col("request", _("Request"), source="request_line.request.number"),
        Col("requester", _("Requester"), source="request_line.request.requester.name"),
        Col("department", _("Department"), source="request_line.request.department.name"),
    ]
