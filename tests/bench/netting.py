"""Netting approved request lines against free stock, against the bare SQL on the same tables, indexes and foreign keys.

    TEST_DATABASE_URL=postgres://... python -m tests.bench.netting

Ours is the whole service: rights, locks in order, who comes first, links, promises, roll-ups, levels, the audit events,
commit with its deferred foreign keys. Bare is one statement without locks, rights and events that writes the same rows.
The database and the measuring are those of the aggregation; half of the items lie at each place, for about half of what
is needed there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from tests.bench import aggregation
from tests.bench.aggregation import NAME, connect_to, measured, server

BOUND = 2.0
ROUNDS = 3
SIZE = 100_000

STORES = """INSERT INTO srm_warehouse (public_id, code, place_id, legal_entity_id, is_active, version, name_en, name_ru,
        name_bg, search_text)
    SELECT 'w' || p.id, 'S' || p.id, p.id, p.legal_entity_id, true, 1, 'S', '', '', '' FROM srm_place p"""
LEVELS = """INSERT INTO srm_stocklevel (public_id, warehouse_id, item_id, on_hand, reserved, value)
    SELECT 's' || w.id || '-' || n.item_id, w.id, n.item_id, ceil(n.wanted * random()), 0, 0
    FROM (SELECT item_id, place_id, SUM(open_quantity) AS wanted FROM procurement_requestline GROUP BY 1, 2) n
    JOIN srm_warehouse w ON w.place_id = n.place_id AND w.code = 'S' || n.place_id WHERE (n.item_id + n.place_id) %% 2 = 0"""

BARE = """
    WITH needs AS MATERIALIZED (
        SELECT r.id, r.item_id, r.place_id, r.need_by, r.open_quantity AS quantity, h.created_at
        FROM procurement_requestline r JOIN procurement_purchaserequest h ON h.id = r.request_id
        JOIN srm_item i ON i.id = r.item_id
        WHERE r.state = 'approved' AND r.open_quantity > 0 AND NOT i.is_service AND h.legal_entity_id = %(entity)s),
    n AS (SELECT *, SUM(quantity) OVER w - quantity AS from_q, SUM(quantity) OVER w AS to_q FROM needs
          WINDOW w AS (PARTITION BY item_id, place_id ORDER BY need_by, created_at, id ROWS UNBOUNDED PRECEDING)),
    l AS (SELECT l.id, l.item_id, w.place_id, l.warehouse_id, w.public_id, w.code,
                 SUM(l.on_hand - l.reserved) OVER x - (l.on_hand - l.reserved) AS from_q,
                 SUM(l.on_hand - l.reserved) OVER x AS to_q
          FROM srm_stocklevel l JOIN srm_warehouse w ON w.id = l.warehouse_id
          WHERE w.is_active AND l.on_hand > l.reserved
          WINDOW x AS (PARTITION BY l.item_id, w.place_id ORDER BY l.on_hand - l.reserved DESC, l.id
                       ROWS UNBOUNDED PRECEDING)),
    pieces AS MATERIALIZED (
        SELECT n.id AS need_id, n.item_id, n.need_by, l.id AS level_id, l.warehouse_id, l.public_id, l.code,
               LEAST(n.to_q, l.to_q) - GREATEST(n.from_q, l.from_q) AS quantity
        FROM n JOIN l ON l.item_id = n.item_id AND l.place_id = n.place_id
         AND l.from_q < n.to_q AND n.from_q < l.to_q),
    linked AS (
        INSERT INTO procurement_allocation (request_line_id, stage, quantity, document_kind, document_id, document_number,
            line_id, expected_on, run, at)
        SELECT need_id, 'stock', quantity, 'srm.warehouse', public_id, code, warehouse_id, current_date,
               'abcdefghijklmnopqrstuv', now() FROM pieces RETURNING 1),
    kept AS (
        INSERT INTO procurement_promise (public_id, request_line_id, warehouse_id, item_id, quantity, handed_out, value,
            need_by)
        SELECT 'x' || need_id || '-' || warehouse_id, need_id, warehouse_id, item_id, quantity, 0, 0, need_by FROM pieces
        RETURNING 1),
    rolled AS (
        UPDATE procurement_requestline r SET open_quantity = r.open_quantity - p.quantity,
            coming_quantity = r.coming_quantity + p.quantity, next_on = current_date
        FROM (SELECT need_id, SUM(quantity) AS quantity FROM pieces GROUP BY 1) p WHERE p.need_id = r.id RETURNING 1),
    taken AS (
        UPDATE srm_stocklevel l SET reserved = l.reserved + p.quantity
        FROM (SELECT level_id, SUM(quantity) AS quantity FROM pieces GROUP BY 1) p WHERE p.level_id = l.id RETURNING 1)
    SELECT (SELECT COUNT(*) FROM taken), (SELECT COUNT(*) FROM rolled)"""


def fill() -> None:
    """The template of the aggregation, and stores with something in them."""
    from django.db import connection

    aggregation.build(SIZE)
    connect_to(NAME)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(STORES)
        cursor.execute(LEVELS, {})
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def ours() -> tuple[int, int]:
    """The service, from its unit of work to the commit: (levels, needs)."""
    from procurement.planning.services import cover
    from srm.flow.uow import unit_of_work
    from srm.people.actors import actor_for
    from srm.people.models import LegalEntity, User
    from srm.stock.models import StockLevel

    actor = actor_for(User.objects.get(email="buyer@quadrant.example"))
    with unit_of_work():
        needs = cover(actor=actor, legal_entity=LegalEntity.objects.get(code="QD")).from_stock
    return StockLevel.objects.unscoped("measuring").filter(reserved__gt=0).count(), needs


def bare() -> tuple[int, int]:
    """One statement and its commit."""
    from django.db import connection, transaction

    from srm.people.models import LegalEntity

    entity = LegalEntity.objects.get(code="QD").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        cursor.execute(BARE, {"entity": entity})
        return cursor.fetchone()


WAYS: dict[str, Callable[[], tuple[int, int]]] = {"ours": ours, "bare": bare}


def main() -> int:
    """Print the figures; 1 when the bound is broken."""
    if not os.environ.get("TEST_DATABASE_URL"):
        print("needs PostgreSQL: set TEST_DATABASE_URL")
        return 0
    aggregation.prepare()
    best: dict[str, float] = {}
    told: set[tuple[int, int]] = set()
    try:
        fill()
        for _round in range(ROUNDS):
            for name, way in WAYS.items():
                cpu, wall, counts = measured(way)
                told.add(tuple(counts))
                best[name] = min(best.get(name, cpu), cpu)
                print(
                    f"  {SIZE:,} lines  {name:<5} {cpu:6.2f} CPU s  {wall:6.2f} s  {counts[1]:,} needs from {counts[0]:,} levels",
                    flush=True,
                )
    finally:
        connect_to("postgres")
        with server() as admin:
            for name in (f"{NAME}_copy", NAME):
                admin.execute(f"DROP DATABASE IF EXISTS {name}")
    assert len(told) == 1, f"both ways must find the same: {told}"
    ratio = best["ours"] / best["bare"]
    print(f"netting of {SIZE:,} lines: {ratio:.2f} x the bare SQL (bound {BOUND})")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
