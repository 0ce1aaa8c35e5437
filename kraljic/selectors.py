"""Measured inputs of the matrix, from the orders and deliveries in the system."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
from django.db.models import QuerySet

from kraljic.models import Assessment
from procurement.orders.models import OrderLine
from srm.catalog.models import Item
from srm.core.actor import Actor
from suppliers.performance.models import PerformanceFact

ORDERED = ("sent", "confirmed", "closed")
LEAST_MONTHS = 3
LEAST_DELIVERIES = 5


def measure(actor: Actor, subject: str, since: dt.date, until: dt.date) -> tuple[dict[int, dict], dict[int, float]]:
    """(inputs by id, spend by id) of every category or supplier with orders between two days, both included.

    Args:
        subject: "category" or "supplier". Spend is net, in base currency.
    """
    key = f"{subject}_id"
    lines, facts = _lines(actor, since, until), _facts(actor, since, until)
    if lines.empty:
        return {}, {}
    margins = _margins(lines)
    total_margin = _total_margin()
    single = _single_source_items(lines)
    spend = lines.groupby(key)["net"].sum()
    inputs: dict[int, dict] = {}
    deliveries = dict(tuple(facts.groupby(key))) if not facts.empty else {}
    for identity, rows in lines.groupby(key):
        found = _deliveries(deliveries.get(identity))
        found["single_source"] = _share(rows, single)
        found["margin"] = _margin_share(rows, margins, total_margin)
        if subject == "category":
            found |= _market(rows)
        inputs[_whole(identity)] = found
    return inputs, {_whole(identity): float(value) for identity, value in spend.items()}


def _whole(identity: object) -> int:
    """A group's key as the id it is: beside lines without a category pandas keeps the others' ids as 8.0."""
    return int(float(str(identity)))


def _lines(actor: Actor, since: dt.date, until: dt.date) -> pd.DataFrame:
    rows = (
        OrderLine.objects.visible_to(actor)
        .filter(order__state__in=ORDERED, order__ordered_on__gte=since, order__ordered_on__lte=until)
        .values_list("order__supplier_id", "category_id", "item_id", "order__ordered_on", "base_net", "base_quantity")
    )
    columns = ["supplier_id", "category_id", "item_id", "on", "net", "quantity"]
    frame = pd.DataFrame.from_records(list(rows.iterator(chunk_size=10000)), columns=columns)
    return frame.astype({"net": float, "quantity": float})


def _facts(actor: Actor, since: dt.date, until: dt.date) -> pd.DataFrame:
    rows = (
        PerformanceFact.objects.visible_to(actor)
        .filter(actual_on__gte=since, actual_on__lte=until)
        .values_list(
            "supplier_id", "item__category_id", "ordered_on", "planned_on", "actual_on", "received", "rejected"
        )
    )
    columns = ["supplier_id", "category_id", "ordered_on", "planned_on", "actual_on", "received", "rejected"]
    frame = pd.DataFrame.from_records(list(rows.iterator(chunk_size=10000)), columns=columns)
    return frame.astype({"received": float, "rejected": float})


def _single_source_items(lines: pd.DataFrame) -> set[int]:
    """Items that only one supplier delivered in the period."""
    counts = lines.dropna(subset=["item_id"]).groupby("item_id")["supplier_id"].nunique()
    return set(counts[counts == 1].index.astype(int))


def _share(rows: pd.DataFrame, items: set[int]) -> float | None:
    """Share of the spend that went on `items`."""
    total = rows["net"].sum()
    return float(rows.loc[rows["item_id"].isin(items), "net"].sum() / total) if total > 0 else None


def _margins(lines: pd.DataFrame) -> pd.DataFrame:
    """Margin that depends on each item, and the item's whole spend, for sharing it among its suppliers."""
    wanted = [int(item) for item in lines["item_id"].dropna().unique()]
    known: dict[int, float] = {}
    for start in range(0, len(wanted), 900):
        rows = Item.objects.filter(pk__in=wanted[start : start + 900], margin_dependent__isnull=False)
        known |= {pk: float(margin) for pk, margin in rows.values_list("pk", "margin_dependent")}
    frame = pd.DataFrame({"margin": pd.Series(known, dtype=float)})
    frame["spend"] = lines.groupby("item_id")["net"].sum()
    return frame


def _total_margin() -> float:
    values = Item.objects.filter(margin_dependent__isnull=False).values_list("margin_dependent", flat=True)
    return float(sum(values))


def _margin_share(rows: pd.DataFrame, margins: pd.DataFrame, total: float) -> float | None:
    """Share of the firm's margin that depends on these rows; an item's margin is shared by spend."""
    if not total:
        return None
    mine = rows.groupby("item_id")["net"].sum()
    known = margins.loc[margins.index.intersection(mine.index)]
    spend = known["spend"].where(known["spend"] > 0)
    return float((known["margin"] * mine.reindex(known.index) / spend).fillna(0).sum() / total)


def _market(rows: pd.DataFrame) -> dict[str, float | None]:
    """Suppliers, concentration (Herfindahl-Hirschman index of spend) and price volatility of a category."""
    by_supplier = rows.groupby("supplier_id")["net"].sum()
    total = by_supplier.sum()
    return {
        "scarcity": float(rows["supplier_id"].nunique()),
        "concentration": float(((by_supplier / total) ** 2).sum()) if total > 0 else None,
        "price_volatility": _volatility(rows),
    }


def _volatility(rows: pd.DataFrame) -> float | None:
    """Yearly volatility of the monthly price index: deviation of its log changes times the square root of 12.

    The index of a month is the spend-weighted mean of each item's price over its own mean, so that a changed mix of
    items is not taken for a changed price.
    """
    known = rows.dropna(subset=["item_id"])
    known = known[(known["quantity"] > 0) & (known["net"] > 0)]
    if known.empty:
        return None
    price = known["net"] / known["quantity"]
    relative = price / price.groupby(known["item_id"]).transform("mean")
    month = pd.to_datetime(known["on"]).dt.to_period("M")
    index = (relative * known["net"]).groupby(month).sum() / known["net"].groupby(month).sum()
    changes = index.map(math.log).diff().dropna()
    return float(changes.std(ddof=1) * math.sqrt(12)) if len(changes) >= LEAST_MONTHS else None


def _deliveries(rows: pd.DataFrame | None) -> dict[str, float | None]:
    """On-time rate, rejects, lead time and its variation; missing below five deliveries."""
    empty = dict.fromkeys(("late", "rejected", "lead_time", "lead_variation"))
    if rows is None or len(rows) < LEAST_DELIVERIES:
        return empty
    planned = rows.dropna(subset=["planned_on"])
    came = rows["received"].sum() + rows["rejected"].sum()
    ordered = rows.dropna(subset=["ordered_on"])
    leads = (pd.to_datetime(ordered["actual_on"]) - pd.to_datetime(ordered["ordered_on"])).dt.days
    leads = leads[leads >= 0]
    enough = len(leads) >= LEAST_DELIVERIES and leads.mean() > 0
    return {
        "late": float((planned["actual_on"] <= planned["planned_on"]).mean()) if len(planned) else None,
        "rejected": float(rows["rejected"].sum() / came) if came > 0 else None,
        "lead_time": float(leads.mean()) if len(leads) else None,
        "lead_variation": float(leads.std(ddof=1) / leads.mean()) if enough else None,
    }


def newest(rows: QuerySet[Assessment], subject: str) -> Assessment | None:
    """The newest assessment of a subject among rows the actor may see, approved or not."""
    return rows.filter(subject=subject).order_by("-created_at", "-pk").first()
