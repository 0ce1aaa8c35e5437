"""Ordering what a demand wants at an agreed price: no tender is needed where a price was agreed before.

Demand lines for one item and place are ordered together, as the supplier sells it: raised to his smallest order and up
to his step, at the price that quantity reaches. What comes beyond the needs is paid by the order's own cost centre.
The order is a draft like any other: somebody else approves it. The price and its limits (per order) are read under the
lock of the demand lines, so two buyers cannot order one need twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.orders import services
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.requests import services as ledger
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.quantities import clean_quantity
from srm.flow import uow
from srm.people.models import CostCenter, LegalEntity
from srm.ui import formats
from suppliers.items import drawing
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.offers import STEP, Need, Offer
from suppliers.items.selectors import offers_for

EDIT = "orders.edit"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Pick:
    """What is ordered of one article for demand lines of one item and place: `offer.quantity` in the supplier's unit."""

    lines: Sequence[DemandLine]
    article: SupplierItem
    offer: Offer

    @property
    def base_quantity(self) -> Decimal:
        return (self.offer.quantity * self.offer.row.factor).quantize(STEP)


@dataclass
class Outcome:
    """The orders that were written, and per demand line why it was left open."""

    orders: list[PurchaseOrder] = field(default_factory=list)
    left: list[tuple[DemandLine, str]] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why lines were left, each sentence once."""
        return list(dict.fromkeys(sentence for _line, sentence in self.left))


def order_agreed(*, actor: Actor, demand_lines: Iterable[DemandLine]) -> Outcome:
    """Draft orders for all that is open of these lines and stands under an agreed price, the best offer of each.

    Raises:
        NotAllowed: the role lacks the right. RuleBroken: nothing could be ordered; the sentences say why.
    """
    lines = _locked(demand_lines, actor)
    picks, left = _best(lines, actor)
    outcome = Outcome(write(picks, actor=actor), left)
    if not outcome.orders:
        raise RuleBroken(outcome.reasons or [_("Nothing of this demand is open any more.")])
    return outcome


def order_one(
    *, actor: Actor, demand_line: DemandLine, article: SupplierItem, quantity: object, need_by: dt.date | None = None,
    cost_center: CostCenter | None = None,
) -> PurchaseOrder:  # fmt: skip
    """A draft order of `quantity` (in the article's unit) of one article for a demand line.

    Args:
        cost_center: pays for what comes beyond the need.

    Raises:
        NotAllowed. InvalidInput: not sold so, or no agreed price holds for it. RuleBroken: nothing is open.
    """
    (line,) = _locked([demand_line], actor)
    if not line.open_quantity:
        raise RuleBroken([_said_closed(line)])
    wanted = _clean(quantity)
    if article.item_id != line.item_id:
        raise InvalidInput({"article": [_("This supplier's article is another item. Choose one of the list.")]})
    drawing.hold([article.item_id])
    asked = Need(line.pk, article.item_id, wanted * article.factor, clock.today())
    found = [one for one in offers_for([asked], actor=actor)[line.pk] if one.row.supplier_item_id == article.pk]
    offer = next((one for one in found if one.is_agreed), None)
    if offer is None:
        raise InvalidInput({"quantity": [_("No agreed price holds for this quantity. Order less, or make a tender.")]})
    if offer.quantity != wanted:
        words = {"quantity": formats.quantity(offer.quantity, article.unit)}
        raise InvalidInput(
            {"quantity": [_("The supplier sells this in other quantities. The next one is %(quantity)s.") % words]}
        )
    return write([Pick([line], article, offer)], actor=actor, need_by=need_by, cost_center=cost_center)[0]


def first_from_agreements(
    *, actor: Actor, legal_entity: LegalEntity, lines: Sequence[int], window: str, window_days: int
) -> Outcome:
    """Order what of these open needs stands under an agreed price; the rest stays open as it was.

    Args:
        lines: keys of request lines. window, window_days: which dates go together, see `planning.services.aggregate`.

    Raises:
        NotAllowed. RuleBroken: nothing of it could be ordered; the sentences say why.
    """
    uow.require()
    agreed = SupplierPrice.objects.visible_to(actor).filter(basis=SupplierPrice.Basis.AGREED)
    needs = planning.open_lines(legal_entity, lines=lines)
    under = list(needs.filter(item__in=agreed.values("supplier_item__item")).values_list("pk", flat=True))
    if not under:
        raise RuleBroken([_("None of these needs stands under a price agreement.")])
    demand = planning.aggregate(
        actor=actor, legal_entity=legal_entity, window=window, window_days=window_days, lines=under,
        title=_("From price agreements"),
    )  # fmt: skip
    outcome = order_agreed(actor=actor, demand_lines=demand.lines.all())
    rest = [line for line, _sentence in outcome.left if line.open_quantity]
    if rest:
        planning.release(actor=actor, demand_lines=rest, reason=_("No agreed price holds for it."))
    return outcome


def write(picks: Iterable[Pick], *, actor: Actor, need_by: dt.date | None = None, **header: Any) -> list[PurchaseOrder]:
    """One draft per legal entity, place, supplier and currency; `header` is for each of them."""
    uow.require()
    by_order: dict[tuple[int, int, int, str], list[Pick]] = defaultdict(list)
    for pick in picks:
        first = pick.lines[0]
        key = (first.demand.legal_entity_id, first.place_id, pick.article.supplier_id, pick.offer.row.currency)
        by_order[key].append(pick)
    return [_write_order(some, actor, need_by, header) for some in by_order.values()]


# -- inside ------------------------------------------------------------------


def _locked(demand_lines: Iterable[DemandLine], actor: Actor) -> list[DemandLine]:
    """The lines as they are now, locked in the order of their keys."""
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    lines = [planning.locked_line(line) for line in sorted(demand_lines, key=lambda line: line.pk)]
    if actor.legal_entities and any(line.demand.legal_entity_id not in actor.legal_entities for line in lines):
        raise NotAllowed()
    return lines


def _best(lines: Sequence[DemandLine], actor: Actor) -> tuple[list[Pick], list[tuple[DemandLine, str]]]:
    """The best agreed offer for all lines of one item and place together; and why other lines have none."""
    pools: dict[tuple[int, int, int], list[DemandLine]] = defaultdict(list)
    left: list[tuple[DemandLine, str]] = []
    for line in lines:
        if line.item_id is None or not line.open_quantity:
            left.append((line, _said_closed(line) if line.item_id else _said_no_article(line)))
        else:
            pools[line.demand.legal_entity_id, line.place_id, line.item_id].append(line)
    drawing.hold({item for _entity, _place, item in pools})
    needs = [Need(key, key[2], _open(pool), clock.today()) for key, pool in pools.items()]
    found = {
        key: next((one for one in offers if one.is_agreed and one.total_base is not None), None)
        for key, offers in offers_for(needs, actor=actor).items()
    }
    keys = {offer.row.supplier_item_id for offer in found.values() if offer}
    articles = SupplierItem.objects.visible_to(actor).select_related("supplier", "unit", "item__base_unit")
    known = articles.in_bulk(keys)
    picks = []
    for key, pool in pools.items():
        if offer := found.get(key):
            picks.append(Pick(pool, known[offer.row.supplier_item_id], offer))
        else:
            left += [(line, _said_no_price(line, _open(pool))) for line in pool]
    return picks, left


def _open(pool: Iterable[DemandLine]) -> Decimal:
    return sum((line.open_quantity for line in pool), ZERO)


def _write_order(
    picks: Sequence[Pick], actor: Actor, need_by: dt.date | None, header: Mapping[str, Any]
) -> PurchaseOrder:
    first = picks[0]
    order = services.create_order(
        actor=actor, legal_entity=first.lines[0].demand.legal_entity, supplier=first.article.supplier,
        place=first.lines[0].place, currency=first.offer.row.currency, note=_note(picks),
        lines=[_line(pick, need_by) for pick in picks], **header,
    )  # fmt: skip
    for pick, line in zip(picks, order.lines.order_by("position"), strict=True):
        rest = line.base_quantity
        for demand_line in sorted(pick.lines, key=lambda one: (one.need_from, one.pk)):
            part = min(rest, demand_line.open_quantity)
            if part <= 0:
                break
            rest -= part
            planning.take(actor=actor, demand_line=demand_line, quantity=part)
            ledger.carry(
                actor=actor, source_kind=planning.DEMAND, source_line_id=demand_line.pk, source_stage="planned",
                stage="ordered", quantity=part, document=order, line_id=line.pk, expected_on=line.need_by,
                run=order.public_id,
            )  # fmt: skip
    return order


def _line(pick: Pick, need_by: dt.date | None) -> dict:
    """A line in the supplier's unit, or in base units at the same money where the item's packs say otherwise."""
    item, article, offer = pick.article.item, pick.article, pick.offer
    values = {
        "item": item, "quantity": offer.quantity, "unit": article.unit, "price": offer.row.price, "price_basis": 1,
        "need_by": need_by or min(line.need_from for line in pick.lines),
    }  # fmt: skip
    if _holds(pick):
        return values
    whole = offer.row.factor == offer.row.factor.to_integral_value()
    return values | {
        "unit": item.base_unit, "quantity": pick.base_quantity,
        "price": offer.row.price if whole else offer.unit_price, "price_basis": int(offer.row.factor) if whole else 1,
    }  # fmt: skip


def _holds(pick: Pick) -> bool:
    """Whether the catalog counts the supplier's unit as he does."""
    try:
        return to_base(pick.article.item, pick.offer.quantity, pick.article.unit) == pick.base_quantity
    except InvalidInput:
        return False


def _note(picks: Iterable[Pick]) -> str:
    """Which agreements the prices come from."""
    keys = [pick.offer.row.id for pick in picks]
    rows = SupplierPrice.objects.unscoped("prices that were just read").filter(pk__in=keys).exclude(agreement="")
    numbers = sorted(set(rows.values_list("agreement", flat=True)))
    return _("At the prices of %(agreements)s.") % {"agreements": ", ".join(numbers)} if numbers else ""


def _clean(quantity: object) -> Decimal:
    try:
        return clean_quantity(quantity)
    except InvalidInput as fault:
        raise InvalidInput({"quantity": fault.errors["__all__"]}) from fault


def _said_closed(line: DemandLine) -> str:
    return _("Of “%(line)s” nothing is open any more.") % {"line": line}


def _said_no_article(line: DemandLine) -> str:
    return _("“%(line)s” is no article of the catalog. Make a tender for it.") % {"line": line}


def _said_no_price(line: DemandLine, quantity: Decimal) -> str:
    words = {"quantity": planning.said(quantity, line), "line": line}
    return _("No agreed price holds for %(quantity)s of “%(line)s”. It stays open.") % words
