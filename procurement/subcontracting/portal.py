"""The supplier's page of our materials: what we sent for his orders, and what of it he still has."""

from __future__ import annotations

import io
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting import exchange, selectors
from procurement.subcontracting.models import SuppliedMaterial
from srm.exchange import exports
from srm.ui.slots import unit_of_work
from suppliers.portal.home import home_link
from suppliers.portal.pages import SupplierPage, portal_url

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORDERS = "portal.orders"
SHOWN, LATEST = 30, 200
home_link(_("Materials you get from us"), "portal-subcontracting:materials")


class PortalMaterials(SupplierPage):
    """All materials of the supplier's orders, those he still has first."""

    permission, title, name, route = ORDERS, _("Materials you get from us"), "materials", ""
    template = "procurement/subcontracting/portal_materials.html"
    for_links = False

    def rows(self) -> QuerySet:
        """As the address asks."""
        rows = SuppliedMaterial.objects.visible_to(self.actor).select_related(*selectors.SHOWN)
        return (rows.lying() if self.request.GET.get("show") == "lying" else rows).order_by("-id")

    def context(self) -> dict[str, Any]:
        page = Paginator(self.rows(), SHOWN).get_page(self.request.GET.get("page"))
        return {
            **super().context(), "rows": [(one, portal_url(one.order)) for one in page], "pager": page,
            "show": self.request.GET.get("show", ""),
        }  # fmt: skip


class PortalMaterialsExport(PortalMaterials):
    """The same as a file."""

    name, route = "materials-xlsx", "materials.xlsx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        file = io.BytesIO()
        made = exports.write(
            file, exchange.OwnMaterialSheet, self.rows(), self.actor, kind="xlsx", query=request.GET.urlencode()
        )
        with unit_of_work():
            exports.note(made, actor=self.actor)
        return HttpResponse(
            file.getvalue(), content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="materials.xlsx"'}
        )


class PortalOrderMaterials(SupplierPage):
    """The materials of one order, with every sending and what became of it."""

    model, permission, title, name = PurchaseOrder, ORDERS, _("Materials you get from us"), "materials"
    route = "<str:public_id>/"
    template = "procurement/subcontracting/portal_order_materials.html"
    loads_object = True

    def eyebrow(self) -> list[Any]:
        return [self.object.number]

    def context(self) -> dict[str, Any]:
        rows = selectors.materials_of(self.object, self.actor)
        return {
            **super().context(), "rows": rows, "moves": list(selectors.moves_of(rows, self.actor)[:LATEST]),
            "order_url": portal_url(self.object) or reverse("portal:home"),
        }  # fmt: skip


patterns = [page.pattern() for page in (PortalMaterials, PortalMaterialsExport, PortalOrderMaterials)]
