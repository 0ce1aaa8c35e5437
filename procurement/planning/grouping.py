"""By what the board groups open needs: any of these, in this order; what is merged stays equal needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from procurement.planning import beside, routing
from procurement.requests.models import RequestLine

ITEM = ("item_id", "text_key", "key_category", "base_unit_id")
FIELDS: dict[str, tuple[str, ...]] = {
    "item": ITEM, "category": ("category_id",), "supplier": ("key_supplier",), "month": ("key_month",),
    "place": ("place_id",), "buyer": ("key_buyer",),
}  # fmt: skip
LABELS = {
    "item": _("Item"), "category": _("Category"), "supplier": _("Last supplier"), "month": _("Month"),
    "place": _("Delivery place"), "buyer": _("Buyer"),
}  # fmt: skip
USUAL = ("item", "place")


def clean_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Known keys in their order; the usual ones when none is left."""
    wanted = set(keys)
    return tuple(key for key in FIELDS if key in wanted) or USUAL


def fields_of(keys: Sequence[str]) -> list[str]:
    """The columns that rows of a group have in common."""
    return [name for key in keys for name in FIELDS[key]]


def keyed(lines: QuerySet[RequestLine], keys: Sequence[str] = USUAL) -> QuerySet[RequestLine]:
    """Lines with the values that their group's key needs; only words without an item are told apart by category."""
    found = lines.annotate(key_category=Case(When(item=None, then=F("category_id")), default=Value(None)))
    if "month" in keys:
        found = found.annotate(key_month=TruncMonth("need_by"))
    if "supplier" in keys:
        found = found.annotate(key_supplier=beside.last_supplier())
    if "buyer" in keys:
        found = found.annotate(key_buyer=routing.routing().expression())
    return found


def lines_of_groups(
    lines: QuerySet[RequestLine], marks: Iterable[str], keys: Sequence[str] = USUAL
) -> QuerySet[RequestLine]:
    """All of `lines` that belong to the groups named by one line each; a group that is gone selects nothing."""
    wanted = Q(pk=None)
    rows = keyed(lines, keys)
    for values in rows.filter(public_id__in=list(marks)).values(*fields_of(keys)):
        same = Q()
        for name, value in values.items():
            same &= _equals(name, value, values)
        wanted |= same
    return rows.filter(wanted)


def _equals(name: str, value: Any, values: dict[str, Any]) -> Q:
    if name == "key_category":
        # It belongs to the key of words alone; an item stands for itself.
        return Q() if values.get("item_id") else _is("category_id", value)
    if name == "key_month":
        return Q(need_by__gte=value, need_by__lt=(value + dt.timedelta(days=32)).replace(day=1))
    return _is(name, value)


def _is(name: str, value: Any) -> Q:
    return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
