"""The page that asks before a demand line is ordered at an agreed price."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.orders import agreed
from procurement.orders.forms import AgreedForm
from procurement.orders.models import PurchaseOrder
from procurement.planning.models import DemandLine
from procurement.planning.offered import Offered, of_lines
from srm.core.errors import RuleBroken
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.pages import ActionPage


class OrderAgreed(ActionPage):
    """A demand line, the agreed offers for it with the best first, and a draft order as the answer."""

    model, permission, name, route = DemandLine, "orders.edit", "agreed", "agreed/<str:public_id>/"
    form = AgreedForm
    title = gettext_lazy("Order at the agreed price")
    submit, done = (
        gettext_lazy("Write the order"),
        gettext_lazy("The draft order is written. Somebody else approves it."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("demand", "item__base_unit", "unit", "place")

    @cached_property
    def offers(self) -> list[Offered]:
        """The agreed offers for what is open, the best first."""
        return [one for one in of_lines([self.object], self.actor).get(self.object.pk, []) if one.offer.is_agreed]

    def eyebrow(self) -> list[Any]:
        return [self.object.demand]

    def heading(self) -> Any:
        return str(self.object)

    @property
    def ask(self) -> str:  # type: ignore[override]
        """What is open, and what one should know of the best offer."""
        words = {"open": formats.quantity(self.object.open_quantity, self.object.unit), "place": self.object.place}
        hints = [_("No agreed price holds for it today.")] if not self.offers else self.offers[0].hints
        return ". ".join([_("Open: %(open)s for %(place)s") % words, *hints])

    def form_options(self) -> dict[str, Any]:
        return {**super().form_options(), "offers": [(one.article.public_id, _said(one)) for one in self.offers]}

    def initial(self) -> dict[str, Any]:
        best = self.offers[0] if self.offers else None
        return {
            "article": best.article.public_id if best else None, "quantity": best.quantity if best else None,
            "need_by": self.object.need_from, **super().initial(),
        }  # fmt: skip

    def back_url(self) -> str:
        return url_of(self.object.demand) or "/"

    def act(self, form: Any) -> PurchaseOrder:
        values = form.cleaned_data
        chosen = next((one for one in self.offers if one.article.public_id == values["article"]), None)
        if chosen is None:
            raise RuleBroken([_("No agreed price holds for it today.")])
        return agreed.order_one(
            actor=self.actor, demand_line=self.object, article=chosen.article, quantity=values["quantity"],
            need_by=values["need_by"], cost_center=values["cost_center"],
        )  # fmt: skip


def _said(one: Offered) -> str:
    words = {
        "supplier": one.supplier, "quantity": formats.quantity(one.quantity, one.unit),
        "price": formats.price(one.offer.row.price, one.offer.row.currency),
    }  # fmt: skip
    return _("%(supplier)s: %(quantity)s at %(price)s") % words
