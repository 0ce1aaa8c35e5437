"""What is on offer, what waits in a cart, what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from procurement.requests.models import PurchaseRequest
from procurement.shop.models import CREATE, CartLine, ShopChoice
from srm.catalog.lifecycle import ItemState
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput
from srm.core.rates import to_currency
from srm.ui import formats
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.offers import AGREED, Need, Offer
from suppliers.items.selectors import BUYABLE, offers_for, price_rows
from suppliers.registry.lifecycle import SupplierState

SHOP = "the shop shows agreed offers to everybody who may ask for things"


def on_offer(actor: Actor) -> QuerySet[SupplierItem]:
    """Articles with an agreed price today that are bought: for all who may make requests."""
    rows = SupplierItem.objects.unscoped(SHOP)
    if not actor.may(CREATE):
        return rows.none()
    today = clock.today()
    agreed = SupplierPrice.objects.unscoped(SHOP).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), basis=SupplierPrice.Basis.AGREED, valid_from__lte=today
    )
    return rows.filter(
        pk__in=agreed.values("supplier_item"), standing__in=BUYABLE, supplier__state=SupplierState.ACTIVE,
        item__state=ItemState.ACTIVE,
    ).select_related("supplier", "item__base_unit", "item__category", "unit")  # fmt: skip


def agreed_prices(article: SupplierItem) -> list[SupplierPrice]:
    """The agreed prices of today by quantity, of prefetched ones; of two from one quantity the younger holds."""
    today = clock.today()
    holding = [
        one for one in article.prices.all()
        if one.basis == SupplierPrice.Basis.AGREED and one.valid_from <= today
        and (one.valid_to is None or today <= one.valid_to)
    ]  # fmt: skip
    latest = {one.from_quantity: one for one in sorted(holding, key=lambda one: (one.from_quantity, one.valid_from))}
    return list(latest.values())


def in_base(price: Decimal, currency: str) -> Decimal | None:
    """A price in the base currency, None when no rate is known."""
    try:
        return to_currency(price, currency, settings.BASE_CURRENCY, clock.today())
    except InvalidInput:
        return None


def agreed_offers(wanted: Mapping[SupplierItem, Decimal]) -> dict[int, Offer]:
    """The agreed offer of each article for a quantity of its own unit, by the article's key; none where none holds."""
    today = clock.today()
    needs = [Need(one.pk, one.item_id, quantity * one.factor, today) for one, quantity in wanted.items()]
    found = offers_for(needs, actor=SYSTEM)
    return {
        key: offer
        for key, offers in found.items()
        for offer in offers
        if offer.is_agreed and offer.row.supplier_item_id == key
    }


def cart_of(actor: Actor) -> QuerySet[CartLine]:
    """What waits in the actor's cart."""
    return CartLine.objects.visible_to(actor).select_related("article__supplier", "article__item", "article__unit")


def cart_count(actor: Actor) -> int:
    """How many articles wait in the actor's cart."""
    return CartLine.objects.visible_to(actor).count()


def chosen_for(request: PurchaseRequest, actor: Actor) -> QuerySet[ShopChoice]:
    """The offers that lines of a request were chosen by; a line that asks for another item since has none."""
    rows = ShopChoice.objects.visible_to(actor).filter(line__request=request, line__item=F("article__item"))
    shown = ("line__item", "article__supplier", "article__unit", "article__item", "order")
    return rows.select_related(*shown).order_by("line__position")


def left_of(article: SupplierItem, quantity: Decimal) -> Decimal | None:
    """How many of its units an agreement has left, where that is less than `quantity`; None where it is enough."""
    asked = Need(article.pk, article.item_id, quantity * article.factor, clock.today())
    rows = [row for row in price_rows([asked], actor=SYSTEM) if row.supplier_item_id == article.pk]
    short = [row.left for row in rows if row.basis == AGREED and row.left is not None and row.left < quantity]
    return max(short, default=None)


def why_not_sold(article: SupplierItem, quantity: Decimal, offer: Offer | None) -> str | None:
    """Why so many of an article cannot be asked for in the shop; None when they can."""
    if offer is None and (left := left_of(article, quantity)) is not None:
        words = {"left": formats.quantity(left, article.unit)}
        return _("The agreement has only %(left)s left. Ask for less, or make an ordinary request.") % words
    if offer is None:
        return _("No agreed price holds for this quantity. Ask for less, or make an ordinary request.")
    if offer.quantity != quantity:
        words = {"quantity": formats.quantity(offer.quantity, article.unit)}
        return _("The supplier sells this in other quantities. The next one is %(quantity)s.") % words
    return None
