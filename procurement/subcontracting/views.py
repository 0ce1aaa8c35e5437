"""Staff pages of materials that we supply."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting import exchange, filters, forms, selectors, services, stating, tables
from procurement.subcontracting.models import MOVE, STATE, VIEW, SuppliedMaterial
from srm.core.errors import RuleBroken
from srm.stock.models import Warehouse
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.panels import Content, panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

LATEST = 50


@menu("buying", gettext_lazy("Materials at suppliers"), order=54)
class MaterialList(ListPage):
    """What we supplied, and what of it lies at suppliers."""

    model, permission, title = SuppliedMaterial, VIEW, gettext_lazy("Materials at suppliers")
    table, filterset, sheet = tables.MaterialTable, filters.MaterialFilter, exchange.MaterialSheet
    export_permission = "exchange.export"
    sorts = {"-created": ("-id",), "created": ("id",), "-left": ("-left", "-id"), "item": ("item__article", "id")}
    views = [("lying", gettext_lazy("Left there"), {"lying": "on"})]
    empty = (
        gettext_lazy("No materials at suppliers."),
        gettext_lazy("Where a supplier works with materials of ours, open his order and state what we supply."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)


class MaterialDetail(DetailPage):
    """One material of one order, and how it moved."""

    model, permission = SuppliedMaterial, VIEW
    facts = [
        "order", ("supplier", gettext_lazy("Supplier")), ("into", gettext_lazy("Goes into")),
        ("bill", gettext_lazy("By the bill")), ("needed", gettext_lazy("Needed in all")),
        ("sent", gettext_lazy("Sent")), ("used", pgettext_lazy("material", "Used")), ("should", gettext_lazy("Used by the bill")),
        ("returned", gettext_lazy("Returned")), ("lost", gettext_lazy("Written off")), ("left", gettext_lazy("Left")),
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)

    def heading(self) -> Any:
        return self.object.item.name

    def _said(self, quantity: Any) -> str:
        return formats.quantity(quantity, self.object.item.base_unit)

    def fact_supplier(self) -> str:
        return self.object.order.supplier.name

    def fact_into(self) -> str:
        return self.object.line.what

    def fact_bill(self) -> str:
        return f"{self._said(self.object.quantity)} {self.object.get_basis_display()}"

    def fact_needed(self) -> str:
        return self._said(self.object.needed)

    def fact_sent(self) -> str:
        return self._said(self.object.sent)

    def fact_used(self) -> str:
        return self._said(self.object.consumed)

    def fact_should(self) -> str:
        return self._said(self.object.by_bill)

    def fact_returned(self) -> str:
        return self._said(self.object.returned)

    def fact_lost(self) -> str:
        return self._said(self.object.written_off)

    def fact_left(self) -> str:
        return self._said(self.object.left)

    def actions(self) -> list[Action]:
        found = super().actions()
        if not self.actor.may(MOVE) or not self.object.moved:
            return found
        name = "subcontracting:suppliedmaterial-{}"
        found.append(
            Action(
                "correct", _("Put right what was used"), reverse(name.format("correct"), args=[self.object.public_id])
            )
        )
        if self.object.left:
            back = reverse("subcontracting:purchaseorder-return-materials", args=[self.object.order.public_id])
            off = reverse(name.format("write-off"), args=[self.object.public_id])
            found.append(Action("write-off", _("Write off"), off, tone="danger"))
            found.append(Action("return", _("Take back"), back, tone="primary"))
        return found


@panel(SuppliedMaterial, gettext_lazy("What happened"), order=10, permission=VIEW, place="main")
def moves_panel(document: SuppliedMaterial, actor: Any, request: Any) -> Content:
    """Its moves, the latest first."""
    rows = list(selectors.moves_of([document], actor)[:LATEST])
    if not rows:
        return None
    return "srm/catalog/_rows.html", {"table": render_ready(tables.MoveTable, rows, actor, link=None)}


class _OnOrder(ActionPage):
    """Something done to the materials of one order."""

    abstract = True
    model = PurchaseOrder
    template = "ui/form.html"
    loads_object = True

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier", "legal_entity")

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.supplier]

    @cached_property
    def materials(self) -> list[SuppliedMaterial]:
        """What we supply for it."""
        return selectors.materials_of(self.object, self.actor)


class OrderBill(_OnOrder):
    """Which materials we supply for which line, and how much."""

    permission, name, form = STATE, "materials", forms.BillForm
    route = "orders/<str:public_id>/materials/"
    title, submit, done = gettext_lazy("Materials we supply"), gettext_lazy("Save"), gettext_lazy("Saved.")
    template = "procurement/subcontracting/bill.html"
    lines = forms.BillLines
    hint = gettext_lazy("What comes of a line uses its materials up by this bill. The supplier sees it in the portal.")

    def initial(self) -> dict[str, Any]:
        return {"seen": " ".join(one.public_id for one in self.materials)}

    def initial_lines(self) -> list[dict[str, Any]]:
        return [
            {"id": one.public_id, "line": one.line.public_id, "item": one.item, "basis": one.basis,
             "quantity": one.quantity}
            for one in self.materials
        ]  # fmt: skip

    @cached_property
    def formset(self) -> forms.BillLines:  # type: ignore[override]
        """With the lines of this order to choose from."""
        rows = self.object.lines.select_related("item", "unit")
        choices = [
            (row.public_id, f"{row.position}. {row.what}: {formats.quantity(row.quantity, row.unit)}") for row in rows
        ]
        data = (self.request.POST, self.request.FILES) if self.request.method == "POST" else (None, None)
        return forms.BillLines(*data, actor=self.actor, initial=self.initial_lines(), order_lines=choices)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if reason := stating.why_not_statable(self.object):
            raise RuleBroken([reason])
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> PurchaseOrder:
        seen = form.cleaned_data["seen"].split()
        stating.state(self.object, actor=self.actor, lines=self.cleaned()["lines"], seen=seen)
        return self.object


class OrderSend(_OnOrder):
    """Materials leave a store for the supplier."""

    permission, name, form = MOVE, "send-materials", forms.MoveForm
    route = "orders/<str:public_id>/send-materials/"
    title, submit = gettext_lazy("Send materials"), gettext_lazy("Send")
    done = gettext_lazy("Sent. The supplier sees it in the portal.")
    lines = forms.SendLines

    def initial(self) -> dict[str, Any]:
        stores = Warehouse.objects.filter(is_active=True, legal_entity=self.object.legal_entity).order_by("code")
        return {"warehouse": stores.first(), **super().initial()}

    def initial_lines(self) -> list[dict[str, Any]]:
        return forms.SendLines.filled(self.materials, selectors.free_of(self.materials))

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.materials:
            raise RuleBroken([_("No materials are stated for this order. The buyer states them.")])
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> PurchaseOrder:
        services.send(self.object, actor=self.actor, lines=self.cleaned()["lines"], **form.cleaned_data)
        return self.object


class OrderReturn(_OnOrder):
    """What was left comes back into a store."""

    permission, name, form = MOVE, "return-materials", forms.MoveForm
    route = "orders/<str:public_id>/return-materials/"
    title, submit, done = gettext_lazy("Take materials back"), gettext_lazy("Take back"), gettext_lazy("Taken back.")
    lines = forms.ReturnLines

    def initial(self) -> dict[str, Any]:
        stores = Warehouse.objects.filter(is_active=True, legal_entity=self.object.legal_entity).order_by("code")
        return {"warehouse": stores.first(), **super().initial()}

    def initial_lines(self) -> list[dict[str, Any]]:
        return forms.ReturnLines.filled(self.materials)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not any(one.left for one in self.materials):
            raise RuleBroken([_("Nothing of ours is left at the supplier.")])
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> PurchaseOrder:
        services.take_back(self.object, actor=self.actor, lines=self.cleaned()["lines"], **form.cleaned_data)
        return self.object


class _OnMaterial(ActionPage):
    """Something done to one material."""

    abstract = True
    model, permission = SuppliedMaterial, MOVE
    loads_object = True

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)

    def eyebrow(self) -> list[Any]:
        return [self.object.order.number, self.object.order.supplier, self.object.item.name]

    @property
    def ask(self) -> str:  # type: ignore[override]
        unit = self.object.item.base_unit
        return _("%(sent)s were sent, %(used)s are counted as used (%(bill)s by the bill), %(left)s are left.") % {
            "sent": formats.quantity(self.object.sent, unit), "used": formats.quantity(self.object.consumed, unit),
            "bill": formats.quantity(self.object.by_bill, unit), "left": formats.quantity(self.object.left, unit),
        }  # fmt: skip

    def back_url(self) -> str:
        return url_of(self.object) or super().back_url()


class Correct(_OnMaterial):
    """The supplier used more or less than the bill says."""

    name, form = "correct", forms.CorrectForm
    title, submit = gettext_lazy("Put right what was used"), gettext_lazy("Put right")
    done = gettext_lazy("Written.")

    def initial(self) -> dict[str, Any]:
        return {"used": self.object.consumed, "version": self.object.version}

    def act(self, form: Any) -> Model:
        return services.correct(self.object, actor=self.actor, **form.cleaned_data)


class WriteOff(_OnMaterial):
    """What was left does not come back."""

    name, form, tone = "write-off", forms.WriteOffForm, "danger"
    title, submit, done = gettext_lazy("Write off"), gettext_lazy("Write off"), gettext_lazy("Written off.")

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.object.left, "version": self.object.version}

    def act(self, form: Any) -> Model:
        return services.write_off(self.object, actor=self.actor, **form.cleaned_data)
