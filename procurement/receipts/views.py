"""Staff pages of receipts: what is expected, receiving, what was received."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.receipts import confirming, services
from procurement.receipts.forms import (
    ConfirmForm,
    ConfirmLines,
    ReceiptForm,
    ReceiptLines,
    initial_of,
    unit_of,
)
from procurement.receipts.lifecycle import ReceiptState
from procurement.receipts.models import GoodsReceipt
from procurement.receipts.tables import ExpectedTable, ReceiptLineTable, ReceiptTable
from procurement.requests.models import PurchaseRequest
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.ui import filters, formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.panels import Content, panel
from srm.ui.slots import Action, provides
from suppliers.registry.models import Supplier

OPEN = (OrderState.SENT, OrderState.CONFIRMED)


class ReceiptFilter(filters.FilterSet):
    """By state and date."""

    state = filters.MultiChoiceFilter(label=_("State"), choices=ReceiptState.choices)
    received_on = filters.DateRangeFilter(label=_("Received"))
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"), field_name="order__supplier")

    class Meta:
        model = GoodsReceipt
        fields: list[str] = []


@menu("buying", _("Receipts"), order=30, key="e")
class ReceiptList(ListPage):
    """All receipts one may see."""

    model = GoodsReceipt
    permission = "receipts.view"
    title = _("Receipts")
    table = ReceiptTable
    filterset = ReceiptFilter
    sorts = {
        "-created": ("-created_at", "-id"),
        "-received_on": ("-received_on", "-id"),
        "received_on": ("received_on", "id"),
    }
    empty = (_("Nothing was received yet."), _("Open an expected order and enter what came."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("order__supplier", "warehouse", "legal_entity")


class ExpectedFilter(filters.FilterSet):
    """By supplier and due date."""

    supplier = filters.PickerFilter("suppliers", label=_("Supplier"))
    due_on = filters.DateRangeFilter(label=_("Due"))
    late = filters.FlagFilter(label=_("Late"), method="only_late")

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []

    def only_late(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """What should have come already."""
        return queryset.filter(due_on__lt=clock.today()) if value else queryset


@menu("buying", _("Expected"), order=25)
class ExpectedList(ListPage):
    """Orders at the gate: a storekeeper opens one and receives."""

    model = PurchaseOrder
    kind = ""
    name = "expected"
    permission = "receipts.create"
    title = _("Expected deliveries")
    route = "expected/"
    table = ExpectedTable
    filterset = ExpectedFilter
    sorts = {"due_on": ("due_on", "id"), "-created": ("-created_at", "-id")}
    empty = (_("Nothing is expected."), _("Sent orders appear here until everything came."))

    def queryset(self) -> QuerySet:
        lines = OrderLine.objects.visible_to(self.actor).outstanding()
        rows = super().queryset().filter(state__in=OPEN, pk__in=lines.values("order"))
        return rows.select_related("supplier", "place")

    def row_url(self, row: PurchaseOrder) -> str:
        """A row leads straight to receiving."""
        return reverse("receipts:purchaseorder-receive", args=[row.public_id])


class ReceiptDetail(DetailPage):
    """One receipt."""

    model = GoodsReceipt
    permission = "receipts.view"
    facts = ["order", ("supplier", _("Supplier")), "warehouse", "received_on", "delivery_note", "created_by", "note"]
    lines = ("line_rows", ReceiptLineTable)

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("order__supplier", "warehouse", "created_by", "legal_entity")

    def fact_supplier(self) -> Supplier:
        return self.object.order.supplier

    def heading(self) -> str:
        return str(self.object.order.supplier)

    def line_rows(self) -> list:
        """Lines with the unit they are counted in."""
        rows = list(self.object.lines.select_related("order_line__item__base_unit", "order_line__unit"))
        for row in rows:
            row.base_unit = unit_of(row.order_line)
        return rows


class Receive(ActionPage):
    """At the gate: what came of an order, posted at once."""

    model = PurchaseOrder
    permission = "receipts.create"
    name = "receive"
    route = "orders/<str:public_id>/receive/"
    title = _("Receive")
    form = ReceiptForm
    lines = ReceiptLines
    submit = _("Post receipt")
    done = _("Posted. The requesters see it.")
    loads_object = True

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.supplier]

    def initial(self) -> dict[str, Any]:
        return initial_of(self.object)

    def initial_lines(self) -> list[dict]:
        return ReceiptLines.expected_of(self.object)

    def act(self, form: ReceiptForm) -> GoodsReceipt:
        """Write the receipt and post it in one go."""
        known = {line.public_id: line for line in self.object.lines.select_related("item", "order")}
        rows = [{**row, "order_line": known[row["id"]]} for row in self.cleaned()["lines"] if row["id"] in known]
        if not rows:
            raise RuleBroken(_("Everything of this order came already."))
        receipt = services.create_receipt(actor=self.actor, order=self.object, lines=rows, **form.cleaned_data)
        return perform(receipt, "post", actor=self.actor)


class Confirm(ActionPage):
    """From his request: a service was done, or goods came straight to the one who asked for them."""

    model = PurchaseRequest
    permission = "receipts.confirm"
    name = "confirm"
    route = "requests/<str:public_id>/confirm/"
    title = _("Confirm what came")
    form = ConfirmForm
    lines = ConfirmLines
    submit = _("Confirm")
    done = _("Confirmed. The buyer sees it.")
    loads_object = True

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.title]

    def initial(self) -> dict[str, Any]:
        return {"received_on": clock.today()}

    def initial_lines(self) -> list[dict]:
        return [
            {"id": due.key, "what": due.need.what, "supplier": due.line.order.supplier.name, "quantity": due.quantity,
             "expected": formats.quantity(due.quantity, due.need.base_unit)}
            for due in confirming.due_for(self.actor, request=self.object)
        ]  # fmt: skip

    def act(self, form: ConfirmForm) -> PurchaseRequest:
        """A posted receipt for each order; back to the request."""
        confirming.confirm(self.object, actor=self.actor, lines=self.cleaned()["lines"], **form.cleaned_data)
        return self.object


@provides("actions")
def confirm_action(document: Any, actor: Actor) -> list[Action]:
    """On a request's page, where something of it waits for the reader's word."""
    if not isinstance(document, PurchaseRequest) or not confirming.something_due(actor, document):
        return []
    address = reverse("receipts:purchaserequest-confirm", args=[document.public_id])
    return [Action("confirm", _("Confirm what came"), address, tone="primary")]


@panel(PurchaseOrder, _("Receipts"), order=25, permission="receipts.view", place="main")
def receipts_panel(order: PurchaseOrder, actor: Actor, request: HttpRequest) -> Content:
    """What came of an order so far, and the way to receive more."""
    rows = list(GoodsReceipt.objects.visible_to(actor).filter(order=order).select_related("warehouse", "legal_entity"))
    may_receive = actor.may("receipts.create") and order.state in OPEN
    if not rows and not may_receive:
        return None
    return "procurement/receipts/_of_order.html", {"receipts": rows, "may_receive": may_receive, "order": order}
