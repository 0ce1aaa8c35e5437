"""Orders that nobody writes: what was chosen in the shop under an agreement is ordered once it is approved.

Only where the firm's rule says so, for categories the matrix calls non-critical, up to an amount, and only as long as
the need is what was chosen and the price still holds. Everything else stays an open need, and says why. The order is
one like any other: it takes the needs out of a demand, obeys the approval rules of orders, and moves the budget.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from procurement.orders import agreed, deciding
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.planning.routing import routing
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.shop import notices, selectors
from procurement.shop.models import Left, ShopChoice, ShopRule
from srm.catalog.models import Category, paths_down_to
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import cents
from srm.core.rates import to_currency
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.people.models import User
from suppliers.items import drawing
from suppliers.items.offers import Offer

WHY = "the firm orders by itself what was chosen under an agreement"
Priced = tuple[ShopChoice, Offer]


def rule_of(request: PurchaseRequest) -> ShopRule | None:
    """The rule of the request's firm, if it orders by itself."""
    return ShopRule.objects.unscoped(WHY).filter(legal_entity=request.legal_entity_id, is_on=True).first()


def untaken(choices: QuerySet[ShopChoice]) -> QuerySet[ShopChoice]:
    """Choices whose need is approved, open and not held back, and that stand in no order, whatever was said of them."""
    return choices.filter(order=None, line__state="approved", line__open_quantity__gt=0, line__held_reason="")


def order_choices(request: PurchaseRequest, *, again: bool = False) -> list[PurchaseOrder]:
    """Write the orders for what of a request was chosen in the shop, is approved, and waits for neither.

    A second call finds nothing to do: each choice has its order, or the reason why it has none. With `again` what was
    left to the buyer is judged once more, as long as nobody took it up.
    """
    uow.require()
    rule = rule_of(request)
    if rule is None:
        return []
    priced: list[Priced] = []
    for choice, offer, left in _judged(_waiting(request, again)):
        if left:
            records.update(choice, actor=SYSTEM, root=request, left=left)
        elif offer is not None:
            priced.append((choice, offer))
    return [order for some in _together(priced) if (order := _order(some, rule))]


# -- inside ------------------------------------------------------------------


def _waiting(request: PurchaseRequest, again: bool) -> list[ShopChoice]:
    """Choices of approved lines, the lines locked first: whoever plans them at this moment goes before or after."""
    lines = RequestLine.objects.unscoped(WHY).filter(request=request, state="approved").order_by("pk")
    locked = list(lines.select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = ShopChoice.objects.unscoped(WHY).filter(line__in=locked)
    rows = untaken(rows) if again else rows.filter(order=None, left="")
    shown = (
        "line__request__department",
        "line__place",
        "article__item__category",
        "article__supplier",
        "article__unit",
    )
    return list(rows.select_related(*shown).order_by("line__position", "pk"))


def _judged(choices: Sequence[ShopChoice]) -> Iterable[tuple[ShopChoice, Offer | None, str]]:
    """Each choice with the offer that holds for it now, or why it is left to the buyer."""
    drawing.hold({choice.article.item_id for choice in choices})
    offers = selectors.agreed_offers({choice.article: choice.quantity for choice in choices})
    segments = _segments({choice.article.item.category_id for choice in choices})
    for choice in choices:
        offer = offers.get(choice.article_id)
        yield choice, offer, _why_left(choice, offer, segments.get(choice.article.item.category_id, ""))


def _why_left(choice: ShopChoice, offer: Offer | None, segment: str) -> str:
    line = choice.line
    whole = choice.quantity * choice.article.factor
    if line.item_id != choice.article.item_id or line.base_quantity != whole or line.open_quantity != whole:
        return Left.CHANGED
    if segment != Category.Segment.NONCRITICAL:
        return Left.CATEGORY
    if offer is None and selectors.left_of(choice.article, choice.quantity) is not None:
        return Left.LIMIT
    same = offer is not None and (offer.quantity, offer.row.price, offer.row.currency) == (
        choice.quantity, choice.price, choice.currency
    )  # fmt: skip
    return "" if same else Left.PRICE


def _segments(categories: set[int]) -> dict[int, str]:
    """What the matrix says of each category: of itself, else of the nearest one above it."""
    rows = {row.pk: row for row in Category.objects.filter(pk__in=categories)}
    above = {pk: paths_down_to(row.path)[::-1] for pk, row in rows.items()}
    named = Category.objects.filter(path__in={path for paths in above.values() for path in paths}).exclude(segment="")
    known = dict(named.values_list("path", "segment"))
    return {pk: next((known[path] for path in paths if path in known), "") for pk, paths in above.items()}


def _together(priced: Sequence[Priced]) -> list[list[Priced]]:
    """What becomes one order: of one supplier, for one place, in one currency, each item once."""
    groups: dict[tuple, list[Priced]] = defaultdict(list)
    turns: dict[tuple, int] = defaultdict(int)
    for choice, offer in priced:
        key = (choice.article.supplier_id, choice.line.place_id, offer.row.currency)
        turn = turns[*key, choice.article.item_id]
        turns[*key, choice.article.item_id] += 1
        groups[*key, turn].append((choice, offer))
    return list(groups.values())


def _order(some: Sequence[Priced], rule: ShopRule) -> PurchaseOrder | None:
    """The order, as far along as rules and budgets let it go; None where it must be left to the buyer."""
    why = Left.DEAR if _too_dear(some, rule) else ""
    order = None
    if not why:
        try:
            with uow.savepoint(), translation.override(rule.buyer.language or "en"):
                order = _sent(_written(some, rule), rule)
                notices.tell_ordered(order)
        except (RuleBroken, InvalidInput):
            why = Left.REFUSED
    for choice, _offer in some:
        records.update(choice, actor=SYSTEM, root=choice.line.request, order=order, left=why)
    return order


def _too_dear(some: Sequence[Priced], rule: ShopRule) -> bool:
    if rule.most_amount is None:
        return False
    entity, today = rule.legal_entity, clock.today()
    try:
        worth = sum(
            (to_currency(offer.total, offer.row.currency, entity.currency, today) for _c, offer in some), Decimal(0)
        )
    except InvalidInput:  # nobody knows what it costs in our money
        return True
    return cents(worth) > rule.most_amount


def _written(some: Sequence[Priced], rule: ShopRule) -> PurchaseOrder:
    """A draft out of a demand of these needs alone."""
    buyer = _buyer(some, rule)
    demand = planning.aggregate(
        actor=SYSTEM, legal_entity=rule.legal_entity, lines=[choice.line_id for choice, _offer in some],
        title=_("From the shop"), buyer=buyer,
    )  # fmt: skip
    lines: dict[int, list[DemandLine]] = defaultdict(list)
    for row in demand.lines.select_related("demand__legal_entity", "item__base_unit", "unit", "place").order_by("pk"):
        lines[row.item_id or 0].append(row)
    picks = [agreed.Pick(lines[choice.article.item_id], choice.article, offer) for choice, offer in some]
    (order,) = agreed.write(
        picks, actor=SYSTEM, source=PurchaseOrder.Source.SHOP, buyer_id=buyer.pk,
        department=some[0][0].line.request.department,
    )  # fmt: skip
    return order


def _buyer(some: Sequence[Priced], rule: ShopRule) -> User:
    """Who buys the first of these needs by the firm's routing, else whom the rule names."""
    lines = RequestLine.objects.unscoped(WHY).filter(pk__in=[choice.line_id for choice, _offer in some])
    routed = lines.annotate(routed_to=routing().expression()).order_by("position", "pk")
    found = User.objects.in_bulk(set(routed.values_list("routed_to", flat=True)) - {None})
    return next((found[key] for key in routed.values_list("routed_to", flat=True) if key in found), rule.buyer)


def _sent(order: PurchaseOrder, rule: ShopRule) -> PurchaseOrder:
    """Approved and sent, unless rules ask somebody: then it waits for him like any order."""
    if deciding.asks_others(order):
        return deciding.ask(order, actor=SYSTEM)
    order = perform(order, "approve", actor=SYSTEM)
    return perform(order, "send", actor=SYSTEM) if rule.sends else order
