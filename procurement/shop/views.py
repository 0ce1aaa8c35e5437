"""Pages of the shop."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests.models import PurchaseRequest
from procurement.requests.views import home_of
from procurement.shop import filters, forms, selectors, services, tables
from procurement.shop.models import CREATE
from srm.catalog.pictures.selectors import with_pictures
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, ListPage
from srm.ui.pages.edit import FormPage
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready
from suppliers.items.models import SupplierItem
from suppliers.items.selectors import with_prices


def address_of_shop() -> str:
    """Where the shop is."""
    return reverse("shop:supplieritem-browse")


@menu("work", gettext_lazy("Shop"), order=19)
class ShopList(ListPage):
    """Articles under a price agreement; a row leads to the cart."""

    model, permission, title = SupplierItem, CREATE, gettext_lazy("Shop")
    kind, name = "", "browse"
    table, filterset = tables.ShopTable, filters.ShopFilter
    sorts = {"item": ("item__article", "id"), "-item": ("-item__article", "-id")}
    empty = (
        gettext_lazy("Nothing is under a price agreement yet."),
        gettext_lazy("Make an ordinary request. Buyers enter agreed prices in the price lists."),
    )

    def queryset(self) -> QuerySet:
        return selectors.on_offer(self.actor)

    def exported(self) -> QuerySet:
        return with_prices(super().exported())

    def decorate(self, rows: QuerySet) -> QuerySet:
        return with_pictures(with_prices(rows), "item")

    def row_url(self, row: Any) -> str | None:
        return reverse("shop:supplieritem-put", args=[row.public_id])

    def actions(self) -> list[Action]:
        label = _("Cart (%(n)d)") % {"n": selectors.cart_count(self.actor)}
        return [Action("cart", label, reverse("shop:cart"), tone="primary", key="n")]


class PutInCart(ActionPage):
    """How many of an article."""

    model, permission, name = SupplierItem, CREATE, "put"
    form = forms.PutForm
    submit, done = gettext_lazy("Put in the cart"), gettext_lazy("The cart is up to date.")

    def queryset(self) -> QuerySet:
        return with_prices(selectors.on_offer(self.actor))

    def heading(self) -> Any:
        return str(self.object.item)

    def eyebrow(self) -> list[Any]:
        return [_("Shop"), self.object.supplier.name]

    @property
    def ask(self) -> str:  # type: ignore[override]
        """What one should know before one types a number."""
        row = self.object
        known = [
            (_("Sold by"), tables.sold_by(row)), (_("Agreed prices"), tables.agreed_line(row)),
            (_("Smallest order"), formats.quantity(row.min_quantity) if row.min_quantity else ""),
            (_("In steps of"), formats.quantity(row.multiple) if row.multiple else ""),
            (_("Lead time, days"), row.lead_days),
        ]  # fmt: skip
        return "; ".join(f"{name}: {value}" for name, value in known if value not in ("", None))

    def initial(self) -> dict[str, Any]:
        known = selectors.cart_of(self.actor).filter(article=self.object).first()
        return {"quantity": known.quantity if known else self.object.min_quantity or self.object.multiple or 1}

    def back_url(self) -> str:
        return address_of_shop()

    def act(self, form: Any) -> Any:
        quantity = form.cleaned_data["quantity"]
        if quantity is None:
            services.take_out(self.object, actor=self.actor)
        else:
            services.put(self.object, actor=self.actor, quantity=quantity)
        return address_of_shop()


class Cart(FormPage):
    """What waits, and the request it becomes."""

    permission, name, route, title = CREATE, "cart", "cart/", gettext_lazy("Cart")
    form, lines = forms.CartForm, forms.CartLines
    submit, done = gettext_lazy("Make a request"), gettext_lazy("The request is made. Check it and send it.")
    drafts = False

    def initial(self) -> dict[str, Any]:
        return {**home_of(self.actor), "title": _("From the shop"), **super().initial()}

    def initial_lines(self) -> list[dict[str, Any]]:
        return [{"line": row, "quantity": row.quantity} for row in selectors.cart_of(self.actor)]

    def back_url(self) -> str:
        return address_of_shop()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not selectors.cart_count(self.actor):
            messages.info(request, _("Your cart is empty. Put something in it first."))
            return HttpResponseRedirect(address_of_shop())
        return super().get(request, *args, **kwargs)

    def call(self, cleaned: dict[str, Any]) -> Any:
        rows = cleaned.pop("lines")
        lines = [{"article": row["line"].article, "quantity": row["quantity"]} for row in rows]
        return services.checkout(actor=self.actor, lines=lines, **cleaned)


@panel(PurchaseRequest, gettext_lazy("Chosen in the shop"), order=15, permission="requests.view", place="main")
def shop_panel(document: PurchaseRequest, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """From whom, at which agreed price; who decides reads the price on the line."""
    if actor.may("requests.approve") and not (actor.may("requests.process") or document.requester_id == actor.user_id):
        return None
    found = list(selectors.chosen_for(document, actor))
    if not found:
        return None
    return "srm/catalog/_rows.html", {"table": render_ready(tables.ChoiceTable, found, actor, link=None)}
