"""Merging approved request lines into demand, against the bare SQL on the same tables, indexes and foreign keys.

    TEST_DATABASE_URL=postgres://... python -m tests.bench.aggregation [--large]

Ours is the whole service: rights, number, locks in order, exact need-by windows, public ids, estimates, every link,
roll-ups, the audit event, commit with its deferred foreign keys. Bare is one statement without locks and windows
(grouped by calendar week): the rows of groups and links, and the same roll-up. Each run has a fresh copy of one
database. Figures are seconds of CPU of server process and client where the server runs here, else of the wall clock;
the best of several rounds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BOUND = 1.5
GROWTH = 1.5
ROUNDS = 3
SIZES, LARGE = (100_000,), (100_000, 1_000_000)
SPREAD_DAYS = 10
NAME = f"bench_{os.getpid()}"


class Missing:
    """No migrations: tables come straight from the models."""

    def __contains__(self, _app: str) -> bool:
        return True

    def __getitem__(self, _app: str) -> None:
        return None


def prepare() -> None:
    """Django on a database of our own name."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    django.setup()
    settings.MIGRATION_MODULES = Missing()


@contextmanager
def server() -> Iterator[Any]:
    """A connection that makes and drops databases."""
    import psycopg

    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as connection:
        yield connection


def connect_to(name: str) -> None:
    """Point Django at another database of the same server."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def build(size: int) -> None:
    """The template: `size` approved lines in requests of ten, of 200 departments and 30 places, five to a group."""
    from django.core.management import call_command
    from django.db import connection

    from tests.personas import found_firm

    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {NAME}")
        admin.execute(f"CREATE DATABASE {NAME}")
    connect_to(NAME)
    call_command("migrate", run_syncdb=True, verbosity=0)
    firm = found_firm()
    words = {
        "entity": firm.entity.pk, "user": firm.users.requester.pk, "unit": firm.unit("C62").pk,
        "category": firm.fasteners.pk, "center": firm.cc_assembly.pk, "items": size // 200, "requests": size // 10,
        "size": size, "spread": SPREAD_DAYS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SELECT setseed(0.5)")
        for statement in FILL:
            cursor.execute(statement, words)
        cursor.execute("VACUUM ANALYZE")
    connection.close()


FILL = (
    """INSERT INTO srm_item (public_id, article, category_id, base_unit_id, description, is_service, currency, name_en,
           name_ru, name_bg, search_text, state, created_at, updated_at, version, attributes, also_known)
       SELECT 'i' || g, 'A' || g, %(category)s, %(unit)s, '', false, 'EUR', 'Item ' || g, '', '', '', 'active', now(),
              now(), 1, '{}', '' FROM generate_series(1, %(items)s) g""",
    """INSERT INTO srm_place (public_id, code, legal_entity_id, country, address, is_active, version, name_en, name_ru,
           name_bg, search_text)
       SELECT 'p' || g, 'P' || g, %(entity)s, 'BG', '', true, 1, 'P' || g, '', '', '' FROM generate_series(1, 28) g""",
    """INSERT INTO srm_department (public_id, code, path, legal_entity_id, is_active, version, name_en, name_ru, name_bg,
           search_text)
       SELECT 'd' || g, 'D' || g, '/D' || g || '/', %(entity)s, true, 1, 'D' || g, '', '', '' FROM generate_series(1, 200) g""",
    """INSERT INTO procurement_purchaserequest (public_id, number, legal_entity_id, created_by_id, created_at, updated_at,
           version, search_text, title, requester_id, department_id, route, route_reason, note, currency, total, line_count)
       SELECT 'r' || g, 'PR-' || g, %(entity)s, %(user)s, now(), now(), 1, '', 'T', %(user)s, d.id, 'normal', '', '',
              'EUR', 0, 10
       FROM generate_series(1, %(requests)s) g JOIN srm_department d ON d.code = 'D' || (1 + g %% 200)""",
    """INSERT INTO procurement_requestline (public_id, position, version, state, request_id, item_id, description,
           text_key, category_id, quantity, unit_id, base_quantity, base_unit_id, open_quantity, coming_quantity,
           done_quantity, need_by, place_id, cost_center_id, estimate, currency, amount, note)
       SELECT 'l' || g, g %% 10 + 1, 1, 'approved', r.id, i.ids[1 + floor(random() * array_length(i.ids, 1))::int], '', '',
              %(category)s, q, %(unit)s, q, %(unit)s, q, 0, 0, current_date + 10 + floor(random() * %(spread)s)::int,
              p.ids[1 + floor(random() * array_length(p.ids, 1))::int], %(center)s, 1.5, 'EUR', q * 1.5, ''
       FROM (SELECT g, (1 + floor(random() * 500))::numeric q FROM generate_series(1, %(size)s) g) x
       JOIN procurement_purchaserequest r ON r.public_id = 'r' || (1 + (g - 1) / 10),
            (SELECT array_agg(id ORDER BY id) ids FROM srm_item) i, (SELECT array_agg(id ORDER BY id) ids FROM srm_place) p""",
)

GROUPS = """WITH lines AS (
        SELECT r.id, r.item_id, r.base_unit_id, r.place_id, r.need_by, r.open_quantity AS quantity,
               (r.need_by - DATE '2000-01-01') / 8 AS week
        FROM procurement_requestline r JOIN procurement_purchaserequest h ON h.id = r.request_id
        WHERE r.state = 'approved' AND r.open_quantity > 0 AND h.legal_entity_id = %(entity)s),
    groups AS MATERIALIZED (
        SELECT nextval('procurement_demandline_id_seq') AS id, item_id, base_unit_id, place_id, SUM(quantity) AS quantity,
               MIN(need_by) AS first, MAX(need_by) AS last, COUNT(*) AS needs, array_agg(id) AS ids,
               array_agg(quantity) AS quantities
        FROM lines GROUP BY item_id, base_unit_id, place_id, week),
    merged AS (
        INSERT INTO procurement_demandline (id, public_id, demand_id, item_id, description, unit_id, quantity,
            open_quantity, place_id, need_from, need_to, need_count, currency)
        SELECT id, 'x' || id, %(demand)s, item_id, '', base_unit_id, quantity, quantity, place_id, first, last, needs, 'EUR'
        FROM groups RETURNING 1),
    linked AS (
        INSERT INTO procurement_allocation (request_line_id, stage, quantity, document_kind, document_id, document_number,
            line_id, run, at)
        SELECT u.id, 'planned', u.quantity, 'procurement.demand', 'abcdefghijklmnopqrstuv', 'D-2026-00001', groups.id,
               'abcdefghijklmnopqrstuv', now()
        FROM groups, unnest(groups.ids, groups.quantities) AS u (id, quantity) RETURNING 1)"""
ROLL_UP = """, rolled AS (
        UPDATE procurement_requestline r SET open_quantity = 0, coming_quantity = r.coming_quantity + p.quantity
        FROM lines p WHERE p.id = r.id RETURNING 1)"""
COUNTED = " SELECT (SELECT COUNT(*) FROM merged), (SELECT COUNT(*) FROM linked)"


def ours() -> tuple[int, int]:
    """The service, from its unit of work to the commit."""
    from procurement.planning.services import aggregate
    from srm.flow.uow import unit_of_work
    from srm.people.actors import actor_for
    from srm.people.models import LegalEntity, User

    actor = actor_for(User.objects.get(email="buyer@quadrant.example"))
    with unit_of_work():
        demand = aggregate(actor=actor, legal_entity=LegalEntity.objects.get(code="QD"), window_days=7)
    return demand.line_count, demand.need_count


def bare(statement: str) -> tuple[int, int]:
    """One statement and its commit."""
    from django.db import connection, transaction

    from srm.people.models import LegalEntity

    entity = LegalEntity.objects.get(code="QD").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        cursor.execute(
            "INSERT INTO procurement_demand (public_id, number, legal_entity_id, created_at, updated_at, version, title, "
            "window_days, line_count, need_count, department_count, run) "
            "VALUES ('d', 'D', %s, now(), now(), 1, '', 7, 0, 0, 0, '') RETURNING id",
            [entity],
        )
        (demand,) = cursor.fetchone()
        cursor.execute(statement, {"entity": entity, "demand": demand})
        return cursor.fetchone()


WAYS: dict[str, Callable[[], tuple[int, int]]] = {
    "ours": ours,
    "bare": lambda: bare(GROUPS + ROLL_UP + COUNTED),
    "bare, no roll-up": lambda: bare(GROUPS + COUNTED),
}


def measured(way: Callable[[], tuple[int, int]]) -> tuple[float, float, tuple[int, int]]:
    """(CPU or wall seconds, wall seconds, counts) of one way on a fresh copy."""
    from django.db import connection

    copy = f"{NAME}_copy"
    connection.close()
    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {copy}")
        admin.execute(f"CREATE DATABASE {copy} TEMPLATE {NAME} STRATEGY FILE_COPY")
        admin.execute("CHECKPOINT")
    connect_to(copy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    before, client, started = server_cpu(pid), time.process_time(), time.monotonic()
    counts = way()
    wall, used = time.monotonic() - started, time.process_time() - client
    after = server_cpu(pid)
    connection.close()
    return (after - before + used if before is not None and after is not None else wall), wall, counts


def server_cpu(pid: int) -> float | None:
    """Seconds of CPU of a server process of this machine; None when it runs elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compare(size: int, rounds: int) -> dict[str, float]:
    """The best figure of each way."""
    build(size)
    best: dict[str, float] = {}
    for _round in range(rounds):
        for name, way in WAYS.items():
            cpu, wall, (groups, links) = measured(way)
            assert links == size, f"{name} linked {links} of {size} lines"
            best[name] = min(best.get(name, cpu), cpu)
            print(f"  {size:>9,} lines  {name:<17} {cpu:7.2f} CPU s  {wall:7.2f} s  {groups:,} groups", flush=True)
    return best


def main() -> int:
    """Print the figures; 1 when a bound is broken."""
    if not os.environ.get("TEST_DATABASE_URL"):
        print("needs PostgreSQL: set TEST_DATABASE_URL")
        return 0
    prepare()
    sizes = LARGE if "--large" in sys.argv else SIZES
    found: dict[int, dict[str, float]] = {}
    try:
        for size in sizes:
            found[size] = compare(size, ROUNDS if size <= SIZES[0] else 2)
    finally:
        connect_to("postgres")
        with server() as admin:
            for name in (f"{NAME}_copy", NAME):
                admin.execute(f"DROP DATABASE IF EXISTS {name}")
    good = True
    for size, best in found.items():
        ratio = best["ours"] / best["bare"]
        good &= ratio <= BOUND
        print(f"{size:>9,} lines: {ratio:.2f} x the bare SQL (bound {BOUND}); "
              f"{best['ours'] / best['bare, no roll-up']:.2f} x the bare inserts alone")  # fmt: skip
    if len(found) > 1:
        small, large = (found[size]["ours"] / size for size in sizes)
        good &= large / small <= GROWTH
        print(f"cost of a line at {sizes[1]:,}: {large / small:.2f} x that at {sizes[0]:,} (bound {GROWTH})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
