"""What suppliers offer for a need, told beside it: how much would be ordered, at which price, and what reaches the next.

The rules are those of `suppliers.items.offers`; here they are read for many needs at once and put into words. Prices
are those of today, the day on which an order would be written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.planning.models import DemandLine
from procurement.planning.services import PLANNING, open_lines
from procurement.requests.models import RequestLine
from srm.catalog.models import Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.money import Sum
from srm.people.models import LegalEntity
from srm.ui import formats
from suppliers.items.models import SupplierItem
from suppliers.items.offers import STEP, Need, Offer
from suppliers.items.selectors import offers_for
from suppliers.registry.models import Supplier

MOST = 3
ZERO = Decimal(0)


@dataclass(frozen=True)
class Wanted:
    """`quantity` base units of an item; `key` is the caller's own. `entity` says whose other needs might join."""

    key: Hashable
    item_id: int
    quantity: Decimal
    entity_id: int


@dataclass(frozen=True)
class Offered:
    """An offer beside a need. `needed` is the need in base units, `elsewhere` what else of the item is open."""

    offer: Offer
    article: SupplierItem
    needed: Decimal
    elsewhere: Decimal = ZERO

    @property
    def supplier(self) -> Supplier:
        return self.article.supplier

    @property
    def unit(self) -> Unit:
        """The unit in which he sells."""
        return self.article.unit

    @property
    def quantity(self) -> Decimal:
        """What would be ordered, in his unit."""
        return self.offer.quantity

    @property
    def base_quantity(self) -> Decimal:
        """What would come, in base units."""
        return (self.offer.quantity * self.offer.row.factor).quantize(STEP)

    @property
    def surplus(self) -> Decimal:
        """Base units that would come beyond the need."""
        return max(self.base_quantity - self.needed, ZERO)

    @property
    def reachable(self) -> bool:
        """Whether other open needs of the item are enough for the next price."""
        return self.offer.more is not None and self.elsewhere >= self.offer.more * self.offer.row.factor > 0

    @property
    def hints(self) -> list[str]:
        """What the planner should know before he orders, in sentences."""
        found = []
        if self.surplus:
            found.append(self._raised())
        if self.offer.more is not None and self.offer.next_price is not None:
            words = {
                "more": formats.quantity(self.offer.more, self.unit),
                "price": formats.price(self.offer.next_price, self.offer.row.currency),
            }
            found.append(_("%(more)s more reach %(price)s") % words)
        if self.reachable:
            words = {"quantity": formats.quantity(self.elsewhere, self.article.item.base_unit)}
            found.append(_("%(quantity)s open for other months or places would reach it") % words)
        return found

    def _raised(self) -> str:
        row, needed = self.offer.row, formats.quantity(self.needed, self.article.item.base_unit)
        if row.min_quantity and self.needed < row.min_quantity * row.factor:
            words = {"least": formats.quantity(self.quantity, self.unit), "needed": needed}
            return _("Smallest order %(least)s (needed %(needed)s)") % words
        words = {"quantity": formats.quantity(self.quantity, self.unit), "needed": needed}
        return _("Sold as %(quantity)s (needed %(needed)s)") % words


def offered(wanted: Iterable[Wanted], actor: Actor) -> dict[Any, list[Offered]]:
    """For each need the best offers, at most `MOST`; nothing for who may not know suppliers' prices.

    A handful of queries, whatever the number of needs.
    """
    needs = {one.key: one for one in wanted if one.quantity > 0}
    today = clock.today()
    asked = [Need(key, one.item_id, one.quantity, today) for key, one in needs.items()]
    found = {key: offers[:MOST] for key, offers in offers_for(asked, actor=actor).items() if offers}
    if not found:
        return {}
    keys = {offer.row.supplier_item_id for offers in found.values() for offer in offers}
    articles = (
        SupplierItem.objects.visible_to(actor).select_related("supplier", "unit", "item__base_unit").in_bulk(keys)
    )
    growing = {needs[key].item_id for key, offers in found.items() if any(offer.more is not None for offer in offers)}
    open_now = _open_of(growing, {one.entity_id for one in needs.values()})
    return {
        key: [
            Offered(
                offer, articles[offer.row.supplier_item_id], needs[key].quantity, _besides(needs[key], open_now)
            )
            for offer in offers
        ]
        for key, offers in found.items()
    }  # fmt: skip


def _besides(need: Wanted, open_now: Mapping[tuple[int, int], Decimal]) -> Decimal:
    return max(open_now.get((need.item_id, need.entity_id), ZERO) - need.quantity, ZERO)


def _open_of(items: Collection[int], entities: Collection[int]) -> dict[tuple[int, int], Decimal]:
    """By item and legal entity what is open: of needs that nobody planned, and of demand that nobody took up."""
    found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    if not items:
        return found
    for entity in (LegalEntity(pk=key) for key in entities):  # its key is all that is asked of it
        needs = open_lines(entity).filter(item__in=items).order_by().values_list("item")
        for item, quantity in needs.annotate(quantity=Sum("open_quantity", places=4)):
            found[item, entity.pk] += quantity
    rows = DemandLine.objects.unscoped(PLANNING).filter(
        item__in=items, demand__legal_entity__in=entities, open_quantity__gt=0
    )
    sums = rows.order_by().values_list("item", "demand__legal_entity")
    for item, entity_id, quantity in sums.annotate(quantity=Sum("open_quantity", places=4)):
        found[item, entity_id] += quantity
    return found


def of_lines(lines: Sequence[DemandLine], actor: Actor) -> dict[int, list[Offered]]:
    """The offers for what is open of demand lines, by the line's key."""
    wanted = [
        Wanted(line.pk, line.item_id, line.open_quantity, line.demand.legal_entity_id) for line in lines if line.item_id
    ]
    return offered(wanted, actor)


def reaching(lines: QuerySet[RequestLine], entity: LegalEntity, actor: Actor) -> list[int]:
    """Keys of further open needs with which the items of `lines` reach their next price, the earliest of them.

    Of an item whose open needs are not enough for it, none.
    """
    sums = lines.filter(item__isnull=False).order_by().values_list("item")
    wanted = [
        Wanted(item, item, quantity, entity.pk)
        for item, quantity in sums.annotate(quantity=Sum("open_quantity", places=4))
    ]
    missing = {
        key: one[0].offer.more * one[0].offer.row.factor
        for key, one in offered(wanted, actor).items()
        if one[0].offer.more is not None
    }
    rows = open_lines(entity).filter(item__in=missing).exclude(pk__in=lines.order_by().values("pk"))
    found: dict[int, list[int]] = defaultdict(list)
    for key, item, quantity in rows.order_by("need_by", "pk").values_list("pk", "item", "open_quantity"):
        if missing[item] > 0:
            missing[item] -= quantity
            found[item].append(key)
    return [key for item, keys in found.items() if missing[item] <= 0 for key in keys]
