"""Filling a cart, and making a request of what is wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.shop import selectors
from procurement.shop.models import CREATE, CartLine, ShopChoice
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.quantities import clean_quantity
from srm.core.rates import rate
from srm.flow import records, uow
from srm.people.models import Department, User
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.offers import Offer

OWN = "the actor's own cart"
MADE = "lines of the request that was just made"
MOST = 200
STEP = Decimal("0.000001")


def put(article: SupplierItem, *, actor: Actor, quantity: Decimal) -> CartLine:
    """So many of an article wait in the actor's cart now, whatever waited before.

    Raises:
        InvalidInput: the shop does not sell it, or not so many. RuleBroken: the cart is full. NotAllowed
    """
    uow.require()
    quantity = clean_quantity(quantity)
    _refuse_unsold([(article, quantity)], actor, "quantity")
    rows = _own(actor)
    known = rows.filter(article=article).first()
    if known:
        return records.update(known, actor=actor, quantity=quantity)
    if rows.count() >= MOST:
        raise RuleBroken([_("There are %(n)d articles in your cart. Ask for them first.") % {"n": MOST}])
    return records.create(CartLine, actor=actor, owner_id=actor.user_id, article=article, quantity=quantity)


def take_out(article: SupplierItem, *, actor: Actor) -> None:
    """An article does not wait in the actor's cart any more."""
    uow.require()
    for row in _own(actor).filter(article=article):
        records.remove(row, actor=actor)


def checkout(
    *, actor: Actor, title: str, department: Department, lines: Sequence[Mapping[str, Any]],
    need_by: dt.date | None = None, **header: Any,
) -> PurchaseRequest:  # fmt: skip
    """A draft request for articles of the shop at their agreed prices; they leave the actor's cart.

    Args:
        lines: per line `article`, and `quantity` in the article's unit.
        need_by: the day everything is needed; left out, as soon as the slowest of them can be delivered.

    Raises:
        InvalidInput: sentences by field ("lines.0.quantity"): not sold, not so many, or what requests ask for.
    """
    uow.require()
    own = _own(actor)
    wanted = _typed(lines)
    offers = _refuse_unsold(wanted, actor, "lines.{}.quantity")
    days = max((article.lead_days or 0 for article, _quantity in wanted), default=0)
    currency = department.legal_entity.currency
    request = requests.create_request(
        actor=actor, title=title, department=department, need_by=need_by or clock.today() + dt.timedelta(days=days),
        lines=[_as_line(article, quantity, offers[article.pk], currency) for article, quantity in wanted], **header,
    )  # fmt: skip
    _keep(request, wanted, offers, actor)
    for row in own.filter(article__in=[article.pk for article, _quantity in wanted]):
        records.remove(row, actor=actor)
    return request


def _own(actor: Actor) -> Any:
    """The actor's cart. His own account is the lock: two windows at once fill one cart and ask once.

    Raises:
        NotAllowed: he may make no requests.
    """
    if not actor.may(CREATE) or not actor.user_id:
        raise NotAllowed()
    User.objects.select_for_update().get(pk=actor.user_id)
    return CartLine.objects.unscoped(OWN).filter(owner_id=actor.user_id)


def _typed(lines: Sequence[Mapping[str, Any]]) -> list[tuple[SupplierItem, Decimal]]:
    """Articles with their quantities.

    Raises:
        InvalidInput: there are none, or a quantity is none.
    """
    if not lines:
        raise InvalidInput({"lines": [_("Your cart is empty. Put something in it first.")]})
    faults: dict[str, list] = {}
    wanted = []
    for no, line in enumerate(lines):
        try:
            wanted.append((line["article"], clean_quantity(line.get("quantity"))))
        except InvalidInput as fault:
            faults[f"lines.{no}.quantity"] = [sentence for some in fault.errors.values() for sentence in some]
    if faults:
        raise InvalidInput(faults)
    return wanted


def _refuse_unsold(wanted: Sequence[tuple[Any, Decimal]], actor: Actor, name: str) -> dict[int, Offer]:
    """The agreed offers of what is wanted.

    Raises:
        InvalidInput: the shop does not sell one of them so; every fault at its line.
    """
    keys = [article.pk for article, _quantity in wanted]
    sold = set(selectors.on_offer(actor).filter(pk__in=keys).values_list("pk", flat=True))
    offers = selectors.agreed_offers(dict(wanted))
    faults: dict[str, list[str]] = {}
    for no, (article, quantity) in enumerate(wanted):
        if article.pk not in sold:
            faults[name.format(no)] = [_("This is not in the shop any more. Make an ordinary request for it.")]
        elif article.pk in keys[:no]:
            faults[name.format(no)] = [_("This article stands here twice. Keep one line of it.")]
        elif reason := selectors.why_not_sold(article, quantity, offers.get(article.pk)):
            faults[name.format(no)] = [reason]
    if faults:
        raise InvalidInput(faults)
    return offers


def _as_line(article: SupplierItem, quantity: Decimal, offer: Offer, currency: str) -> dict[str, Any]:
    """In base units, for a supplier's box need not hold what ours does."""
    worth = rate(offer.row.currency, currency, clock.today())
    estimate = (offer.row.price / article.factor * worth).quantize(STEP)
    return {
        "item": article.item, "quantity": quantity * article.factor, "unit": article.item.base_unit, "estimate": estimate,
    }  # fmt: skip


def _keep(
    request: PurchaseRequest, wanted: Sequence[tuple[SupplierItem, Decimal]], offers: Mapping[int, Offer], actor: Actor
) -> None:
    """Beside every line the offer it was chosen by."""
    lines = RequestLine.objects.unscoped(MADE).filter(request=request).order_by("position")
    kept = [offers[article.pk].row.id for article, _quantity in wanted]
    names = dict(SupplierPrice.objects.unscoped(MADE).filter(pk__in=kept).values_list("pk", "agreement"))
    for line, (article, quantity) in zip(lines, wanted, strict=True):
        row = offers[article.pk].row
        records.create(
            ShopChoice, actor=actor, root=request, line=line, article=article, quantity=quantity, price=row.price,
            currency=row.currency, agreement=names.get(row.id, ""),
        )  # fmt: skip
