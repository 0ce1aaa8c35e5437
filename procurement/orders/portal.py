"""The supplier's pages of orders: what was ordered, and the answer to it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from procurement.orders import dates
from procurement.orders.forms import ConfirmForm, ConfirmLineForm
from procurement.orders.models import OrderState, PurchaseOrder
from procurement.orders.views import pdf_answer
from srm.core.actor import Actor
from srm.flow.perform import available, perform
from suppliers.portal.cards import cards_of
from suppliers.portal.home import HomeEntry, home_entry
from suppliers.portal.links import link_purpose
from suppliers.portal.pages import SupplierActionPage, SupplierPage, portal_url

link_purpose("order", {"portal.view", "portal.orders", "portal.confirm"})
TONES = {OrderState.SENT: "wait", OrderState.CONFIRMED: "good", OrderState.CANCELLED: "bad"}


@home_entry(20)
def my_orders(actor: Actor) -> list[HomeEntry]:
    """Orders that wait for an answer, and the latest others."""
    rows = PurchaseOrder.objects.visible_to(actor).order_by("-sent_at")[:30]
    return [
        HomeEntry(
            title=_("Order"), url=portal_url(order), number=order.number, hint=order.legal_entity.name, due=order.due_on,
            state=order.state_label, tone=TONES.get(order.state, "idle"),
            action=_("Confirm") if order.state == OrderState.SENT else _("Open"),
            waiting=order.state == OrderState.SENT and actor.may("portal.confirm"), at=order.sent_at,
        )
        for order in rows.select_related("legal_entity")
    ]  # fmt: skip


class PortalOrder(SupplierPage):
    """One order as its supplier sees it."""

    model = PurchaseOrder
    permission = "portal.orders"
    title = _("Order")
    name = "order"
    template = "procurement/orders/portal_order.html"
    main = True
    loads_object = True

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity", "place")

    def context(self) -> dict[str, Any]:
        rows = list(self.object.lines.select_related("item", "unit"))
        plans = dates.plans_of(rows)
        offers = {offer.name: offer for offer in available(self.object, self.actor)}
        return {
            **super().context(), "order": self.object, "confirm": offers.get("confirm"),
            "rows": [(row, dates.said(plans.get(row.pk, []))) for row in rows],
            "answers": list(self.object.confirmations.all()[:3]), "cards": self.cards(),
        }  # fmt: skip

    def cards(self) -> list[tuple[object, str]]:
        """(heading, html) of what upper rooms have to show of it."""
        found = cards_of(self.object, self.actor)
        base = {"document": self.object, "actor": self.actor}
        return [(one.title, render_to_string(one.template, {**base, **one.context}, self.request)) for one in found]


class PortalConfirm(SupplierActionPage):
    """The supplier's answer, line by line."""

    model = PurchaseOrder
    permission = "portal.confirm"
    title = _("Confirm the order")
    name = "confirm"
    template = "procurement/orders/portal_confirm.html"
    form = ConfirmForm
    submit = _("Confirm")
    done = _("Thank you. The buyer sees your answer.")
    loads_object = True

    @property
    def line_forms(self) -> list[ConfirmLineForm]:
        """One small form per line; made once per request."""
        if not hasattr(self, "_line_forms"):
            data = self.request.POST if self.request.method == "POST" else None
            rows = self.object.lines.select_related("item__base_unit", "unit")
            self._line_forms = [ConfirmLineForm(data, line=row, prefix=row.public_id) for row in rows]
        return self._line_forms

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[form.is_valid() for form in self.line_forms]])

    def act(self, form: ConfirmForm) -> PurchaseOrder:
        lines = [{"line": one.line.public_id, **one.cleaned_data} for one in self.line_forms]
        return perform(self.object, "confirm", actor=self.actor, lines=lines, note=form.cleaned_data["note"])

    def context(self) -> dict[str, Any]:
        return {**super().context(), "order": self.object, "line_forms": self.line_forms}


class PortalPdf(SupplierPage):
    """The order as a letter."""

    model = PurchaseOrder
    permission = "portal.orders"
    title = _("PDF")
    name = "pdf"
    route = "<str:public_id>/order.pdf"
    loads_object = True

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return pdf_answer(self.object)


patterns = [PortalOrder.pattern(), PortalConfirm.pattern(), PortalPdf.pattern()]
