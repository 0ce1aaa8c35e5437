"""Sanity before refusal: what looks odd about a need, as sentences. Nothing here stops anybody.

The same questions are asked of lines that are saved and of lines somebody is still typing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.budget.accounts import Account
from srm.core import clock
from srm.ui import formats

if TYPE_CHECKING:
    from srm.catalog.models import Category, Item, Unit
    from srm.people.models import CostCenter, Department, Place

HISTORY = "the largest quantity ever asked for, and who else asks, without names of amounts"
STEEP = 10
SOON = dt.timedelta(days=3)
RECENT = dt.timedelta(days=30)
FAR = dt.timedelta(days=2 * 365)


@dataclass(frozen=True)
class Need:
    """A line, saved or typed, with what is known of it so far."""

    no: int
    item: Item | None
    what: str
    quantity: Decimal
    base_quantity: Decimal
    base_unit: Unit
    need_by: dt.date | None
    place: Place | None
    cost_center: CostCenter | None
    category: Category | None
    amount: Decimal

    @classmethod
    def of(cls, line: RequestLine) -> Need:
        """A saved line."""
        return cls(
            line.position, line.item, line.what, line.quantity, line.base_quantity, line.base_unit, line.need_by,
            line.place, line.cost_center, line.category, line.amount,
        )  # fmt: skip

    @property
    def account(self) -> Account | None:
        """Whose money it takes, as soon as that is known."""
        if self.cost_center is None or self.need_by is None:
            return None
        return Account(self.cost_center, self.category, self.need_by)


def oddities(needs: Sequence[Need], *, department: Department | None, route: str, own: str = "") -> list[str]:
    """What to look at twice, most important first. `own` is the public id of the request itself."""
    found: list[str] = []
    found += _prices(needs)
    found += _quantities(needs, own)
    found += _dates(needs, route)
    found += _twice(needs)
    found += asked_already(needs, department, own)
    return found


def _prices(needs: Sequence[Need]) -> list[str]:
    found = []
    for need in needs:
        last = need.item.reference_price if need.item else None
        if not last or not need.amount or not need.base_quantity:
            continue
        times = need.amount / need.base_quantity / last
        if times >= STEEP:
            found.append(_("%(what)s: %(times)s times the last price (%(price)s). Sure?") % _said(need, times, last))
        elif times <= Decimal(1) / STEEP:
            found.append(_("%(what)s: far below the last price (%(price)s). Sure?") % _said(need, times, last))
    return found


def _said(need: Need, times: Decimal, last: Decimal) -> dict[str, str]:
    assert need.item is not None
    return {
        "what": need.what, "times": formats.number(times, 0),
        "price": f"{formats.price(last, need.item.currency)} / {need.base_unit}",
    }  # fmt: skip


def _quantities(needs: Sequence[Need], own: str) -> list[str]:
    items = {need.item.pk for need in needs if need.item}
    lines = RequestLine.objects.unscoped(HISTORY).filter(item__in=items).exclude(request__public_id=own)
    lines = lines.exclude(state__in=[LineState.DRAFT, LineState.REJECTED, LineState.CANCELLED])
    largest = dict(lines.order_by().values_list("item").annotate(Max("base_quantity"))) if items else {}
    found = []
    for need in needs:
        most = largest.get(need.item.pk) if need.item else None
        if most and need.base_quantity >= most * STEEP:
            words = {"what": need.what, "times": formats.number(need.base_quantity / most, 0),
                     "most": formats.quantity(most, need.base_unit)}  # fmt: skip
            found.append(_("%(what)s: %(times)s times the largest quantity ever asked for (%(most)s). Sure?") % words)
    return found


def _dates(needs: Sequence[Need], route: str) -> list[str]:
    today = clock.today()
    dates = [need.need_by for need in needs if need.need_by]
    if not dates:
        return []
    found = []
    if route == PurchaseRequest.Route.NORMAL and today <= min(dates) < today + SOON:
        found.append(
            _("Needed by %(day)s: the normal route takes longer. Is it urgent?") % {"day": formats.day(min(dates))}
        )
    if max(dates) > today + FAR:
        found.append(_("Needed only by %(day)s. Is the year right?") % {"day": formats.day(max(dates))})
    return found


def _twice(needs: Sequence[Need]) -> list[str]:
    counted = Counter((need.what, need.place.pk if need.place else 0, need.need_by) for need in needs)
    return [
        _("%(what)s stands here %(n)s times. Is that meant?") % {"what": what, "n": count}
        for (what, _place, _day), count in counted.items()
        if count > 1
    ]


def asked_already(needs: Sequence[Need], department: Department | None, own: str = "") -> list[str]:
    """The department's other requests of the last weeks for the same items that are not fulfilled yet."""
    items = {need.item.pk: need for need in needs if need.item}
    if not items or department is None:
        return []
    lines = (
        RequestLine.objects.unscoped(HISTORY)
        .filter(item__in=items, request__department=department, request__created_at__gte=clock.now() - RECENT)
        .filter(state__in=[LineState.SUBMITTED, LineState.APPROVED])
        .exclude(request__public_id=own)
        .select_related("request", "base_unit")
        .order_by("-pk")[:50]
    )
    by_item: dict[int, list[RequestLine]] = defaultdict(list)
    for line in lines:
        if line.state == LineState.SUBMITTED or line.done_quantity < line.base_quantity:
            by_item[line.item_id or 0].append(line)
    found = []
    for item, others in by_item.items():
        numbers = ", ".join(dict.fromkeys(line.request.number for line in others if line.request.number))
        total = formats.quantity(sum(line.base_quantity for line in others), others[0].base_unit)
        words = {"what": items[item].what, "n": total, "numbers": numbers}
        text = ngettext(
            "%(what)s: your department already asks for %(n)s (%(numbers)s).",
            "%(what)s: your department already asks for %(n)s (%(numbers)s).", len(others),
        )  # fmt: skip
        found.append(text % words)
    return found
