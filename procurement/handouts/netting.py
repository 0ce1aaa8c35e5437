"""Needs against free stock, in one pass of SQL over all of them.

Each need takes from the stores of its own place what is free there: of one item and place the earliest need first, of
one day the urgent one, then the older request. The store that has most gives first. Both sides are laid end to end and
cut where either changes, so whole documents cost a few statements, however many needs there are.

Needs are locked in the order of their ids, then levels in theirs, as everybody does. What somebody else planned or
took while we waited for a lock is judged again and left out.
"""

# Names of tables and columns in the SQL below are our own; every value is a parameter.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from procurement.handouts.models import Promise
from procurement.replenishment.models import Proposal
from procurement.requests.ledger import greatest, least
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from srm.catalog.models import Item
from srm.core import clock, sql
from srm.core.ids import new_public_id
from srm.stock.models import StockLevel, Warehouse

LINE, REQUEST, ALLOCATION, PROMISE, PROPOSAL, ITEM, LEVEL, STORE = (
    model._meta.db_table
    for model in (RequestLine, PurchaseRequest, Allocation, Promise, Proposal, Item, StockLevel, Warehouse)
)
MEMORY = "128MB"


@dataclass(frozen=True)
class Netted:
    """What one pass found: how many needs get something, and how much of which stock level."""

    needs: int
    taken: list[tuple[int, Decimal]]


def net(lines: QuerySet[RequestLine]) -> Netted:
    """Write allocations, promises and roll-ups for what is free; the levels are left to the room of stock.

    `lines` only narrows; that they are approved, open and of an item is asked here, under the lock.
    """
    with connection.cursor() as cursor:
        _drop(cursor)
        if sql.on_postgres():
            cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL jit = off")
        condition, params = sql.narrowed(lines, "r")
        cursor.execute(_needs(condition), params)
        cursor.execute(_levels())
        if sql.on_postgres():
            cursor.execute("ANALYZE netting_needs; ANALYZE netting_levels")
        cursor.execute(_pieces())
        _write(cursor)
        cursor.execute("SELECT level_id, ROUND(SUM(quantity), 4) FROM netting GROUP BY 1 ORDER BY 1")
        taken = [(level, Decimal(str(quantity))) for level, quantity in cursor.fetchall()]
        cursor.execute("SELECT COUNT(DISTINCT need_id) FROM netting")
        (needs,) = cursor.fetchone()
        _drop(cursor)
    return Netted(needs, taken)


def _drop(cursor: Any) -> None:
    for table in ("netting", "netting_needs", "netting_levels"):
        cursor.execute(f"DROP TABLE IF EXISTS {table if sql.on_postgres() else f'temp.{table}'}")


def _lock(alias: str, strength: str = "NO KEY UPDATE") -> str:
    return f"FOR {strength} OF {alias}" if sql.on_postgres() else ""


def _needs(condition: str) -> str:
    """Open lines whose item lies free at their place; a store is not filled out of itself."""
    return f"""
        CREATE TEMP TABLE netting_needs AS
        SELECT r.id, r.item_id, r.place_id, r.need_by, r.open_quantity AS quantity,
               CASE WHEN h.route = 'urgent' THEN 0 ELSE 1 END AS urgency, h.created_at
        FROM {LINE} r JOIN {REQUEST} h ON h.id = r.request_id JOIN {ITEM} i ON i.id = r.item_id
        WHERE r.state = 'approved' AND r.open_quantity > 0 AND NOT i.is_service {condition}
          AND EXISTS (SELECT 1 FROM {LEVEL} l JOIN {STORE} w ON w.id = l.warehouse_id
                      WHERE l.item_id = r.item_id AND w.place_id = r.place_id AND w.is_active AND l.on_hand > l.reserved)
          AND NOT EXISTS (SELECT 1 FROM {PROPOSAL} p WHERE p.request_line_id = r.id)
        ORDER BY r.id {_lock("r")}"""


def _levels() -> str:
    return f"""
        CREATE TEMP TABLE netting_levels AS
        SELECT l.id, l.item_id, w.place_id, l.warehouse_id, ROUND(l.on_hand - l.reserved, 4) AS free
        FROM {LEVEL} l JOIN {STORE} w ON w.id = l.warehouse_id
        WHERE w.is_active AND l.on_hand > l.reserved
          AND (l.item_id, w.place_id) IN (SELECT item_id, place_id FROM netting_needs)
        ORDER BY l.id {_lock("l")}"""


def _pieces() -> str:
    """Both sides end to end, cut where either changes."""
    least_end, greatest_begin = least("n.to_q", "l.to_q"), greatest("n.from_q", "l.from_q")
    return f"""
        CREATE TEMP TABLE netting AS
        WITH n AS (SELECT id, item_id, place_id, need_by, SUM(quantity) OVER w - quantity AS from_q,
                          SUM(quantity) OVER w AS to_q
                   FROM netting_needs WINDOW w AS (PARTITION BY item_id, place_id
                        ORDER BY need_by, urgency, created_at, id ROWS UNBOUNDED PRECEDING)),
             l AS (SELECT id, item_id, place_id, warehouse_id, SUM(free) OVER w - free AS from_q, SUM(free) OVER w AS to_q
                   FROM netting_levels WINDOW w AS (PARTITION BY item_id, place_id ORDER BY free DESC, id
                        ROWS UNBOUNDED PRECEDING))
        SELECT n.id AS need_id, n.item_id, n.need_by, l.id AS level_id, l.warehouse_id,
               ROUND({least_end} - {greatest_begin}, 4) AS quantity
        FROM n JOIN l ON l.item_id = n.item_id AND l.place_id = n.place_id AND l.from_q < n.to_q AND n.from_q < l.to_q
        WHERE ROUND({least_end} - {greatest_begin}, 4) > 0"""


def _write(cursor: Any) -> None:
    today = clock.today().isoformat()
    # A bare parameter in a SELECT has no type yet on PostgreSQL.
    day, moment = ("%s::date", "%s::timestamptz") if sql.on_postgres() else ("%s", "%s")
    cursor.execute(
        f"""INSERT INTO {ALLOCATION} (request_line_id, stage, quantity, document_kind, document_id, document_number,
                line_id, expected_on, run, at)
            SELECT n.need_id, 'stock', n.quantity, %s, w.public_id, w.code, w.id, {day}, %s, {moment}
            FROM netting n JOIN {STORE} w ON w.id = n.warehouse_id ORDER BY n.need_id, n.level_id""",
        [Warehouse._meta.label_lower, today, new_public_id(), sql.now()],
    )
    # "WHERE true" lets SQLite tell the conflict clause from a join.
    cursor.execute(
        f"""INSERT INTO {PROMISE} (public_id, request_line_id, warehouse_id, item_id, quantity, handed_out, value, need_by,
                origin)
            SELECT {sql.public_id()}, need_id, warehouse_id, item_id, quantity, 0, 0, need_by, 'stock' FROM netting WHERE true
            ON CONFLICT (request_line_id, warehouse_id, origin)
            DO UPDATE SET quantity = ROUND({PROMISE}.quantity + excluded.quantity, 4)"""
    )
    cursor.execute(
        f"""UPDATE {LINE} SET open_quantity = ROUND({LINE}.open_quantity - n.quantity, 4),
                coming_quantity = ROUND({LINE}.coming_quantity + n.quantity, 4),
                next_on = {least(f"COALESCE({LINE}.next_on, {day})", day)}
            FROM (SELECT need_id, SUM(quantity) AS quantity FROM netting GROUP BY 1) n WHERE n.need_id = {LINE}.id""",
        [today, today],
    )
