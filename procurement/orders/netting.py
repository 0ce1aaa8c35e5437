"""Needs against open orders: what was ordered for nobody serves the needs that it reaches in time, before more is bought.

Each need may take what comes to its own place by its day: the earliest need first, of one day the urgent one, then the
older request; what comes first goes first. Of needs and deliveries in the order of their days, the first i needs can get
N(i) + min(0, min over j <= i of S(j) - N(j)), where N sums what they want and S what has come by then: a window's
running minimum, so that whole documents cost a few statements.

Orders are locked first, by their keys, as every move of an order does; then needs.
"""

# Names of tables and columns in the SQL below are our own; every value is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from procurement.orders import money
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.planning.supply import Coming, Supply
from procurement.requests.ledger import greatest, least
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from srm.audit import services as audit
from srm.catalog.models import Item
from srm.core import clock, sql
from srm.core.actor import Actor
from srm.core.ids import new_public_id
from srm.people.models import LegalEntity

WHY = "what was ordered for nobody serves the needs of all departments"
KIND = money.KIND
LINE, REQUEST, ALLOCATION, ITEM, ORDER, ORDER_LINE = (
    model._meta.db_table for model in (RequestLine, PurchaseRequest, Allocation, Item, PurchaseOrder, OrderLine)
)
MEMORY = "128MB"
TABLES = ("open_pieces", "open_needs", "open_supply")


@dataclass(frozen=True)
class Piece:
    """`quantity` base units of an order's line for a need; `own` of the line were for nobody before."""

    need: int
    order: int
    line: int
    own: Decimal
    quantity: Decimal


class OpenOrders(Supply):
    """Lines of sent orders of which more is ordered than needs stand behind."""

    def hold(self, lines: QuerySet[RequestLine]) -> None:
        """Lock the orders that bring items of these needs."""
        items = lines.filter(item__isnull=False).order_by().values("item")
        wanted = _undelivered().filter(item__in=items).order_by().values("order")
        rows = PurchaseOrder.objects.unscoped(WHY).filter(pk__in=wanted)
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))

    def serve(self, *, actor: Actor, lines: QuerySet[RequestLine]) -> int:
        """See `Supply`. Money follows; a need whose budget has no room for the order's price stays open."""
        pieces = _net(lines)
        by_order: dict[int, list[Piece]] = defaultdict(list)
        for piece in pieces:
            by_order[piece.order].append(piece)
        left_open: set[int] = set()
        orders = PurchaseOrder.objects.unscoped(WHY).select_related("cost_center__owner", "legal_entity")
        for order in orders.filter(pk__in=by_order).order_by("pk"):
            parts = [(piece.line, piece.need, piece.own, piece.quantity) for piece in by_order[order.pk]]
            left_open |= money.taken_over(order, parts, actor=actor)
            changes = {"needs": [None, len({piece.need for piece in by_order[order.pk]})]}
            audit.record(actor=actor, verb="promised to needs", subject=order, changes=changes)
        return len({piece.need for piece in pieces} - left_open)

    def coming(self, entity: LegalEntity, items: Collection[int], places: Collection[int]) -> Coming:
        """See `Supply`."""
        rows = _undelivered().filter(item__in=items, order__place__in=places, order__legal_entity=entity)
        condition, params = sql.narrowed(rows, "o")
        found: Coming = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(f"{_supply(condition)} ORDER BY w.expected_on, w.id", [*params, KIND, KIND])
            for _id, item, place, _entity, _order, on, _own, free in cursor.fetchall():
                found[item, place].append((_day(on), _number(free)))
        return found


def _undelivered() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.unscoped(WHY).outstanding()
    return rows.filter(order__state__in=money.OPEN, item__is_service=False)


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)  # SQLite keeps days as text


def _number(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def _net(lines: QuerySet[RequestLine]) -> list[Piece]:
    with connection.cursor() as cursor:
        _drop(cursor)
        if sql.on_postgres():
            cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL jit = off")
        condition, params = sql.narrowed(lines, "r")
        today = clock.today().isoformat()
        cursor.execute(_needs(condition), [today, today, *params])
        asked = (
            "AND (o.item_id, p.place_id, p.legal_entity_id) IN (SELECT item_id, place_id, entity_id FROM open_needs)"
        )
        cursor.execute(f"CREATE TEMP TABLE open_supply AS {_supply(asked)}", [KIND, KIND])
        if sql.on_postgres():
            cursor.execute("ANALYZE open_needs; ANALYZE open_supply")
        cursor.execute(_pieces())
        _write(cursor)
        cursor.execute("SELECT need_id, order_id, line_id, own, quantity FROM open_pieces ORDER BY line_id, need_id")
        rows = cursor.fetchall()
        found = [Piece(need, order, line, _number(own), _number(part)) for need, order, line, own, part in rows]
        _drop(cursor)
    return found


def _drop(cursor: Any) -> None:
    for table in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS {table if sql.on_postgres() else f'temp.{table}'}")


def _dated(mark: str = "%s") -> str:
    # A bare parameter in a SELECT has no type yet on PostgreSQL.
    return f"{mark}::date" if sql.on_postgres() else mark


def _needs(condition: str) -> str:
    """Open lines for which something undelivered comes to their place in time; what is late may take what comes today."""
    lock = "FOR NO KEY UPDATE OF r" if sql.on_postgres() else ""
    until = greatest("r.need_by", _dated())
    return f"""
        CREATE TEMP TABLE open_needs AS
        SELECT r.id, r.item_id, r.place_id, h.legal_entity_id AS entity_id, r.need_by, {until} AS until,
               r.open_quantity AS quantity, CASE WHEN h.route = 'urgent' THEN 0 ELSE 1 END AS urgency, h.created_at
        FROM {LINE} r JOIN {REQUEST} h ON h.id = r.request_id
        WHERE r.state = 'approved' AND r.open_quantity > 0
          AND EXISTS (SELECT 1 FROM {ORDER_LINE} o JOIN {ORDER} p ON p.id = o.order_id
                      WHERE o.item_id = r.item_id AND p.place_id = r.place_id AND p.legal_entity_id = h.legal_entity_id
                        AND {_ON_ITS_WAY} AND COALESCE(o.confirmed_on, o.need_by) <= {until})
          {condition}
        ORDER BY r.id {lock}"""


_ON_ITS_WAY = "p.state IN ('sent', 'confirmed') AND o.received_quantity < o.base_quantity - o.cut_quantity"


def _supply(condition: str) -> str:
    """Lines with what comes of them for nobody: `own`, and `free`, the part of it that the supplier has not refused."""
    free = f"ROUND({least('w.outstanding', 'w.sure')} - COALESCE(live.quantity, 0) + COALESCE(came.quantity, 0), 4)"
    return f"""
        WITH wanted AS (
            SELECT o.id, o.item_id, p.place_id, p.legal_entity_id AS entity_id, o.order_id,
                   COALESCE(o.confirmed_on, o.need_by) AS expected_on,
                   o.base_quantity - o.cut_quantity - o.received_quantity AS outstanding,
                   COALESCE(o.confirmed_quantity, o.base_quantity - o.cut_quantity) - o.received_quantity AS sure
            FROM {ORDER_LINE} o JOIN {ORDER} p ON p.id = o.order_id JOIN {ITEM} i ON i.id = o.item_id
            WHERE {_ON_ITS_WAY} AND NOT i.is_service AND p.place_id IS NOT NULL
              AND COALESCE(o.confirmed_on, o.need_by) IS NOT NULL {condition}),
        live AS (SELECT a.line_id, SUM(a.quantity) AS quantity FROM {ALLOCATION} a
                 WHERE a.document_kind = %s AND a.stage = 'ordered' AND a.line_id IN (SELECT id FROM wanted) GROUP BY 1),
        came AS (SELECT a.line_id, SUM(c.quantity + COALESCE((SELECT SUM(t.quantity) FROM {ALLOCATION} t
                        WHERE t.parent_id = c.id AND t.stage = c.stage), 0)) AS quantity
                 FROM {ALLOCATION} a JOIN {ALLOCATION} c ON c.parent_id = a.id AND c.stage = 'received' AND c.quantity > 0
                 WHERE a.document_kind = %s AND a.stage = 'ordered' AND a.line_id IN (SELECT id FROM wanted) GROUP BY 1)
        SELECT w.id, w.item_id, w.place_id, w.entity_id, w.order_id, w.expected_on,
               ROUND(w.outstanding - COALESCE(live.quantity, 0) + COALESCE(came.quantity, 0), 4) AS own, {free} AS free
        FROM wanted w LEFT JOIN live ON live.line_id = w.id LEFT JOIN came ON came.line_id = w.id WHERE {free} > 0"""


def _pieces() -> str:
    """Needs and deliveries in the order of their days; then both end to end, cut where either changes."""
    never = "NULL::timestamptz" if sql.on_postgres() else "NULL"
    served = f"ROUND(n_to + {least('0', 'MIN(s_to - n_to) OVER w')}, 4)"
    least_end, greatest_begin = least("n.to_q", "s.to_q"), greatest("n.from_q", "s.from_q")
    order = "PARTITION BY item_id, place_id, entity_id ORDER BY day, kind, need_by, urgency, created_at, id"
    return f"""
        CREATE TEMP TABLE open_pieces AS
        WITH days AS (
            SELECT 0 AS kind, id, item_id, place_id, entity_id, expected_on AS day, expected_on AS need_by, 0 AS urgency,
                   {never} AS created_at, free AS comes, 0 AS wanted FROM open_supply
            UNION ALL
            SELECT 1, id, item_id, place_id, entity_id, until, need_by, urgency, created_at, 0, quantity FROM open_needs),
        sums AS (SELECT days.*, SUM(comes) OVER w AS s_to, SUM(wanted) OVER w AS n_to
                 FROM days WINDOW w AS ({order} ROWS UNBOUNDED PRECEDING)),
        got AS (SELECT sums.*, {served} AS to_q FROM sums WHERE kind = 1
                WINDOW w AS ({order} ROWS UNBOUNDED PRECEDING)),
        n AS (SELECT got.*, LAG(to_q, 1) OVER ({order}) AS before FROM got),
        needs AS (SELECT id, item_id, place_id, entity_id, COALESCE(before, 0) AS from_q, to_q FROM n),
        s AS (SELECT open_supply.*, SUM(free) OVER w - free AS from_q, SUM(free) OVER w AS to_q FROM open_supply
              WINDOW w AS (PARTITION BY item_id, place_id, entity_id ORDER BY expected_on, id ROWS UNBOUNDED PRECEDING))
        SELECT n.id AS need_id, s.id AS line_id, s.order_id, s.expected_on, s.own,
               ROUND({least_end} - {greatest_begin}, 4) AS quantity
        FROM needs n JOIN s ON s.item_id = n.item_id AND s.place_id = n.place_id AND s.entity_id = n.entity_id
         AND s.from_q < n.to_q AND n.from_q < s.to_q
        WHERE ROUND({least_end} - {greatest_begin}, 4) > 0"""


def _write(cursor: Any) -> None:
    moment = "%s::timestamptz" if sql.on_postgres() else "%s"
    run = new_public_id()
    cursor.execute(
        f"""INSERT INTO {ALLOCATION} (request_line_id, stage, quantity, document_kind, document_id, document_number,
                line_id, expected_on, run, at)
            SELECT n.need_id, 'ordered', n.quantity, %s, p.public_id, p.number, n.line_id, n.expected_on, %s, {moment}
            FROM open_pieces n JOIN {ORDER} p ON p.id = n.order_id ORDER BY n.need_id, n.line_id""",
        [KIND, run, sql.now()],
    )
    # What the supplier confirmed already is confirmed to those who get it now.
    cursor.execute(
        f"""INSERT INTO {ALLOCATION} (request_line_id, stage, parent_id, quantity, document_kind, document_id,
                document_number, line_id, expected_on, run, at)
            SELECT a.request_line_id, 'confirmed', a.id, a.quantity, a.document_kind, a.document_id, a.document_number,
                   a.line_id, a.expected_on, a.run, a.at
            FROM {ALLOCATION} a JOIN {ORDER_LINE} o ON o.id = a.line_id AND o.confirmed_quantity IS NOT NULL
            WHERE a.run = %s AND a.stage = 'ordered' ORDER BY a.id""",
        [run],
    )
    cursor.execute(
        f"""UPDATE {LINE} SET open_quantity = ROUND({LINE}.open_quantity - n.quantity, 4),
                coming_quantity = ROUND({LINE}.coming_quantity + n.quantity, 4),
                next_on = {least(f"COALESCE({LINE}.next_on, n.first_on)", "n.first_on")}
            FROM (SELECT need_id, SUM(quantity) AS quantity, MIN(expected_on) AS first_on FROM open_pieces GROUP BY 1) n
            WHERE n.need_id = {LINE}.id"""
    )
