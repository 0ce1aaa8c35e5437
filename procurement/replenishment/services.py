"""Writing rules, comparing them with the stores, ordering what they ask for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Q, Value, When
from django.utils.translation import gettext as _

from procurement.replenishment.deciding import MONTHS, Facts, Method, decide
from procurement.replenishment.models import Proposal, ReorderRule
from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest
from srm.audit import services as audit
from srm.catalog.policy.selectors import effective_of
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import Sum
from srm.flow import records, uow
from srm.stock.models import StockLevel, StockMove, Warehouse

WHY = "every store is kept filled"
ZERO = Decimal(0)
YEAR = 365
CHUNK = 500
# What goes out for good; transfers to another own store are told by that store's own rule.
GOES_OUT = ("issue",)


def create_rule(*, actor: Actor, **values: Any) -> ReorderRule:
    """A rule for an item in a warehouse.

    Raises:
        InvalidInput: sentences by field.
    """
    _check(values)
    return records.create(ReorderRule, actor=actor, **values)


def update_rule(rule: ReorderRule, *, actor: Actor, version: int | None = None, **changes: Any) -> ReorderRule:
    """A changed rule.

    Raises:
        InvalidInput: sentences by field. Stale
    """
    _check(
        {
            name: changes.get(name, getattr(rule, name))
            for name in ("item", "warehouse", "cost_center", "point", "target")
        }
    )
    return records.update(rule, actor=actor, version=version, **changes)


def _check(values: dict[str, Any]) -> None:
    faults: dict[str, Any] = {}
    item, warehouse, center = values["item"], values["warehouse"], values["cost_center"]
    if item.is_service:
        faults["item"] = _("“%(item)s” is a service. Services are not kept in stock.") % {"item": item}
    if center.department.legal_entity_id != warehouse.legal_entity_id:
        faults["cost_center"] = _("“%(thing)s” belongs to another legal entity.") % {"thing": center}
    if values["target"] < values["point"]:
        faults["target"] = _("The target cannot be below the reorder point.")
    if faults:
        raise InvalidInput(faults)


# ------------------------------------------------------------------------------------------------ proposals


def propose(*, actor: Actor, day: dt.date | None = None) -> int:
    """Compare every rule in use with its store; how many proposals are new. A second run of a day writes nothing twice."""
    uow.require()
    day = day or clock.today()
    rules = list(
        ReorderRule.objects.unscoped(WHY).filter(is_active=True, warehouse__is_active=True)
        .exclude(proposals__day=day).select_related("item__category", "warehouse__legal_entity").order_by("pk")
    )  # fmt: skip
    policies = effective_of({rule.item.category for rule in rules}, day)
    levels, incoming, out = _levels(rules), _incoming(rules), _went_out(rules, day)
    fresh = []
    for rule in rules:
        level = levels.get((rule.warehouse_id, rule.item_id), StockLevel())
        months = out.get((rule.warehouse_id, rule.item_id), [])
        found = decide(
            Facts(
                Method(rule.method), rule.point, rule.target, level.free, incoming.get(rule.pk, ZERO), months, rule.order_cost,
                _price(rule, level) * rule.holding_percent / 100, rule.multiple, policies[rule.item.category_id].cover_days or 0,
            )
        )  # fmt: skip
        if found is not None:
            fresh.append(
                Proposal(
                    rule=rule, day=day, quantity=found.quantity, method=found.method.value, months=min(found.months, 99),
                    on_hand=level.on_hand, reserved=level.reserved, incoming=incoming.get(rule.pk, ZERO),
                    yearly=sum(months, ZERO), point=rule.point, target=rule.target,
                )
            )  # fmt: skip
    Proposal.objects.unscoped(WHY).bulk_create(fresh, batch_size=CHUNK, ignore_conflicts=True)
    for proposal in fresh:
        audit.record(actor=actor, verb="proposed", subject=proposal, root=proposal.rule)
    return len(fresh)


def order(proposals: Sequence[Proposal], *, actor: Actor) -> list[PurchaseRequest]:
    """Drafts of purchase requests for open proposals, one for each warehouse and cost centre.

    Raises:
        RuleBroken: none of them is open any more. InvalidInput: what requests refuse.
    """
    uow.require()
    locked = _locked(proposals)
    groups: dict[tuple[int, int], list[Proposal]] = defaultdict(list)
    for proposal in locked:
        if proposal.is_open:
            groups[proposal.rule.warehouse_id, proposal.rule.cost_center_id].append(proposal)
    if not groups:
        raise RuleBroken([_("This was ordered or set aside already.")])
    return [_request(part, actor) for _key, part in sorted(groups.items())]


def _request(part: Sequence[Proposal], actor: Actor) -> PurchaseRequest:
    rule = part[0].rule
    warehouse: Warehouse = rule.warehouse
    lines = [
        {"item": one.rule.item, "quantity": one.quantity, "unit": one.rule.item.base_unit, "place": warehouse.place,
         "need_by": clock.today() + dt.timedelta(days=one.rule.lead_days), "cost_center": one.rule.cost_center}
        for one in part
    ]  # fmt: skip
    request = requests.create_request(
        actor=actor, title=_("Filling up %(warehouse)s") % {"warehouse": warehouse}, lines=lines,
        department=rule.cost_center.department,
    )  # fmt: skip
    for proposal, line in zip(part, request.lines.order_by("position"), strict=True):
        proposal.request, proposal.request_line = request, line
        proposal.save(update_fields=["request", "request_line"])
        audit.record(actor=actor, verb="ordered", subject=proposal, root=proposal.rule, reason=str(request.title))
    return request


def set_aside(proposals: Sequence[Proposal], *, actor: Actor, reason: str) -> int:
    """Put open proposals aside with the reason; the rule asks again on another day, when it still holds.

    Raises:
        InvalidInput: no reason.
    """
    uow.require()
    if len(reason.strip()) < 3:
        raise InvalidInput({"reason": [_("Say why.")]})
    done = 0
    for proposal in _locked(proposals):
        if proposal.is_open:
            proposal.set_aside = reason.strip()[:300]
            proposal.save(update_fields=["set_aside"])
            audit.record(actor=actor, verb="set aside", subject=proposal, root=proposal.rule, reason=reason.strip())
            done += 1
    return done


# ------------------------------------------------------------------------------------------------ inside


def _locked(proposals: Iterable[Proposal]) -> list[Proposal]:
    rows = Proposal.objects.unscoped(WHY).select_for_update(of=("self",)).filter(pk__in=[one.pk for one in proposals])
    joins = ("rule__item__base_unit", "rule__item__category", "rule__warehouse__place", "rule__cost_center__department")
    return list(rows.select_related(*joins).order_by("pk"))


def _levels(rules: Sequence[ReorderRule]) -> dict[tuple[int, int], StockLevel]:
    rows = StockLevel.objects.unscoped(WHY).filter(warehouse__in={rule.warehouse_id for rule in rules})
    wanted = {(rule.warehouse_id, rule.item_id) for rule in rules}
    return {key: row for row in rows if (key := (row.warehouse_id, row.item_id)) in wanted}


def _incoming(rules: Sequence[ReorderRule]) -> dict[int, Decimal]:
    """What the requests made of a rule's earlier proposals still bring: asked for, or bought and not come yet."""
    number = DecimalField(max_digits=24, decimal_places=4)
    line = "request_line__"
    coming = Case(
        When(Q(**{f"{line}state__in": ["draft", "submitted", "returned"]}), then=F(f"{line}base_quantity")),
        When(Q(**{f"{line}state__in": ["approved", "closed"]}), then=F(f"{line}open_quantity") + F(f"{line}coming_quantity")),
        default=Value(ZERO), output_field=number,
    )  # fmt: skip
    rows = Proposal.objects.unscoped(WHY).filter(rule__in=rules, request_line__isnull=False)
    return dict(rows.order_by().values_list("rule").annotate(total=Sum(coming, places=4)))


def _went_out(rules: Sequence[ReorderRule], day: dt.date) -> dict[tuple[int, int], list[Decimal]]:
    """What went out in each of the twelve months before `day`: a year ago first, as it is expected to come again."""
    begin = day - dt.timedelta(days=YEAR)
    found: dict[tuple[int, int], list[Decimal]] = {}
    rows = StockMove.objects.unscoped(WHY).filter(
        warehouse__in={rule.warehouse_id for rule in rules}, item__in={rule.item_id for rule in rules}, kind__in=GOES_OUT,
        moved_on__gt=begin, moved_on__lte=day,
    )  # fmt: skip
    sums = rows.order_by().values_list("warehouse", "item", "moved_on").annotate(total=Sum("quantity", places=4))
    for warehouse, item, moved_on, total in sums:
        months = found.setdefault((warehouse, item), [ZERO] * MONTHS)
        months[min((moved_on - begin).days * MONTHS // (YEAR + 1), MONTHS - 1)] -= total
    return {key: [max(one, ZERO) for one in months] for key, months in found.items()}


def _price(rule: ReorderRule, level: StockLevel) -> Decimal:
    if level.on_hand > 0 and level.value > 0:
        return level.value / level.on_hand
    return rule.item.reference_price or ZERO
