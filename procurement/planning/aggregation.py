"""Equal needs into one line each, by one pass of SQL; every link is kept.

Equal: one legal entity, item (or the same folded words in the same category), base unit, place, and need-by dates in
one window. Windows are the fewest there can be: the first opens at the earliest date, takes all that lie within
`window_days` of it, and the next opens at the earliest date left (greedy interval partition). `lot_start` says it: an
aggregate over dates in their order whose value is the date at which the current window opened. Or windows are the
calendar's weeks or months.

On PostgreSQL all is one statement, in which the lines are locked in the order of their ids; a line that somebody else
planned while we waited for its lock is judged again and left out. On SQLite the writer is alone, and the picked lines
pass through a temporary table.
"""

# Names of tables and columns in the SQL below are our own; every value is a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.db.models.signals import post_migrate

from procurement.planning.models import Demand, DemandLine
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from srm.core import sql

LINE, REQUEST, ALLOCATION, DEMAND_LINE = (
    model._meta.db_table for model in (RequestLine, PurchaseRequest, Allocation, DemandLine)
)
KEY = "item, text_key, cat, unit, place"
# Sorting a million lines in memory instead of on the disk; given back at the end of the transaction.
MEMORY = "128MB"


@dataclass(frozen=True)
class Merged:
    """What one pass did."""

    lines: int
    needs: int
    departments: int


def merge(demand: Demand, open_lines: QuerySet[RequestLine]) -> Merged:
    """Write demand lines and allocations for `open_lines` of the demand's legal entity, and roll up what is open.

    `open_lines` only narrows; that lines are approved, open and of this legal entity is asked here, under the lock.
    """
    narrowed, params = sql.narrowed(open_lines, "r")
    run = _on_postgres if sql.on_postgres() else _on_sqlite
    return run(demand, narrowed, [demand.legal_entity_id, *params])


def _picked(narrowed: str) -> str:
    """The needs with their key. Without an item words and category stand for it, and nulls would not compare equal."""
    fold = ' COLLATE "C"' if sql.on_postgres() else ""
    return f"""
        SELECT r.id, COALESCE(r.item_id, 0) AS item, r.text_key{fold} AS text_key,
               CASE WHEN r.item_id IS NULL THEN COALESCE(r.category_id, 0) ELSE 0 END AS cat,
               r.base_unit_id AS unit, r.place_id AS place, r.need_by, r.open_quantity AS quantity,
               CASE WHEN r.amount > 0 THEN r.amount * 1.0 * r.open_quantity / r.base_quantity END AS worth,
               r.category_id, h.department_id, CASE WHEN r.item_id IS NULL THEN r.description END AS description
        FROM {LINE} r JOIN {REQUEST} h ON h.id = r.request_id
        WHERE r.state = 'approved' AND r.open_quantity > 0 AND r.held_reason = '' AND h.legal_entity_id = %s {narrowed} ORDER BY r.id"""


# The calendar's windows: weeks begin on Monday, and 1900-01-01 was one.
_CALENDAR = {
    ("postgresql", "week"): "(need_by - DATE '1900-01-01') / 7",
    ("postgresql", "month"): "CAST(EXTRACT(YEAR FROM need_by) * 12 + EXTRACT(MONTH FROM need_by) AS int)",
    ("sqlite", "week"): "CAST(julianday(need_by) - julianday('1900-01-01') AS INTEGER) / 7",
    ("sqlite", "month"): "CAST(strftime('%%Y', need_by) AS INTEGER) * 12 + CAST(strftime('%%m', need_by) AS INTEGER)",
}  # fmt: skip


def _in_lots(demand: Demand) -> tuple[str, list[int]]:
    """The picked lines with the day at which their window opened, or the number of its week or month."""
    if demand.window != Demand.Window.DAYS:
        return f"SELECT picked.*, {_CALENDAR[connection.vendor, demand.window]} AS lot FROM picked", []
    day = "need_by - DATE '2000-01-01'" if sql.on_postgres() else "CAST(julianday(need_by) AS INTEGER)"
    lot = f"lot_start({day}, %s) OVER (PARTITION BY {KEY} ORDER BY need_by)"
    return f"SELECT picked.*, {lot} AS lot FROM picked", [demand.window_days]


_SUMS = """item, MIN(description) AS description, MIN(category_id) AS category_id, unit, place,
    ROUND(SUM(quantity), 4) AS quantity, MIN(need_by) AS need_from, MAX(need_by) AS need_to, COUNT(*) AS needs,
    ROUND(SUM(worth) / SUM(CASE WHEN worth IS NOT NULL THEN quantity END), 6) AS estimate"""
_INTO_LINES = f"""INSERT INTO {DEMAND_LINE} (id, public_id, demand_id, item_id, description, category_id, unit_id,
    quantity, open_quantity, place_id, need_from, need_to, need_count, estimate, currency)"""
_LINE_VALUES = """%s, NULLIF(item, 0), COALESCE(description, ''), category_id, unit, quantity, quantity, place,
    need_from, need_to, needs, estimate, %s"""
_INTO_LINKS = f"""INSERT INTO {ALLOCATION} (request_line_id, stage, quantity, document_kind, document_id,
    document_number, line_id, run, at)"""
_ROLL_UP = f"""UPDATE {LINE} SET open_quantity = 0, coming_quantity = ROUND({LINE}.coming_quantity + p.quantity, 4)"""


def _link_words(demand: Demand) -> list[Any]:
    return [demand._meta.label_lower, demand.public_id, demand.number]


# ------------------------------------------------------------------------------------------------ PostgreSQL

LOCK = "FOR NO KEY UPDATE OF r"


def _on_postgres(demand: Demand, narrowed: str, params: Sequence[Any]) -> Merged:
    lots, span = _in_lots(demand)
    sequence = f"pg_get_serial_sequence('{DEMAND_LINE}', 'id')"
    statement = f"""
        WITH picked AS MATERIALIZED ({_picked(narrowed)} {LOCK}),
        needs AS ({lots}),
        groups AS MATERIALIZED (
            SELECT nextval({sequence}) AS id, {_SUMS}, array_agg(id) AS ids, array_agg(quantity) AS quantities
            FROM needs GROUP BY {KEY}, lot),
        merged AS ({_INTO_LINES} SELECT id, {sql.public_id()}, {_LINE_VALUES} FROM groups RETURNING 1),
        linked AS ({_INTO_LINKS}
            SELECT u.need, 'planned', u.quantity, %s, %s, %s, groups.id, %s, %s
            FROM groups, unnest(groups.ids, groups.quantities) AS u (need, quantity) RETURNING 1),
        rolled AS ({_ROLL_UP} FROM picked p WHERE p.id = {LINE}.id RETURNING 1)
        SELECT (SELECT COUNT(*) FROM merged), (SELECT COUNT(*) FROM linked),
               (SELECT COUNT(DISTINCT department_id) FROM picked), (SELECT COUNT(*) FROM rolled)"""
    words = [demand.pk, demand.legal_entity.currency, *_link_words(demand), demand.run, sql.now()]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL jit = off")
        cursor.execute(statement, [*params, *span, *words])
        merged, linked, departments, _rolled = cursor.fetchone()
        cursor.execute("SET LOCAL work_mem TO DEFAULT; SET LOCAL jit TO DEFAULT")
    return Merged(merged, linked, departments)


def install(**_options: object) -> None:
    """Put `lot_start` into a PostgreSQL database; SQLite gets it with each connection that needs it."""
    if sql.on_postgres():
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION lot_next(opened int, day int, span int) RETURNS int LANGUAGE plpgsql "
                "IMMUTABLE PARALLEL SAFE AS $$ BEGIN IF opened IS NULL OR day > opened + span THEN RETURN day; "
                "END IF; RETURN opened; END $$"
            )
            cursor.execute("CREATE OR REPLACE AGGREGATE lot_start(int, int) (SFUNC = lot_next, STYPE = int)")


post_migrate.connect(install, sender=apps.get_app_config("kraljic"), dispatch_uid="planning_lot_start")


# ------------------------------------------------------------------------------------------------ SQLite


class LotStart:
    """The same aggregate for SQLite: days come in order, the value is where the current window opened."""

    def __init__(self) -> None:
        self.opened: int | None = None

    def step(self, day: int, span: int) -> None:
        """One more day."""
        if self.opened is None or day > self.opened + span:
            self.opened = day

    def inverse(self, _day: int, _span: int) -> None:
        """Never called: the frame only grows."""

    def value(self) -> int | None:
        """Where the window of the last day opened."""
        return self.opened

    finalize = value


def _on_sqlite(demand: Demand, narrowed: str, params: Sequence[Any]) -> Merged:
    lots, span = _in_lots(demand)
    with connection.cursor() as cursor:
        database = connection.connection
        database.create_window_function("lot_start", 2, LotStart)
        cursor.execute("DROP TABLE IF EXISTS temp.merging")
        cursor.execute(
            f"CREATE TEMP TABLE merging AS WITH picked AS ({_picked(narrowed)}), needs AS ({lots}) "
            f"SELECT needs.*, DENSE_RANK() OVER (ORDER BY {KEY}, lot) AS no FROM needs",
            [*params, *span],
        )
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM " + DEMAND_LINE)
        (last,) = cursor.fetchone()
        cursor.execute(
            f"{_INTO_LINES} SELECT %s + no, {sql.public_id()}, {_LINE_VALUES} FROM (SELECT no, {_SUMS} FROM merging GROUP BY no)",
            [last, demand.pk, demand.legal_entity.currency],
        )
        merged = cursor.rowcount
        cursor.execute(
            f"{_INTO_LINKS} SELECT id, 'planned', quantity, %s, %s, %s, %s + no, %s, %s FROM merging ORDER BY no, id",
            [*_link_words(demand), last, demand.run, sql.now()],
        )
        linked = cursor.rowcount
        cursor.execute(f"{_ROLL_UP} FROM merging p WHERE p.id = {LINE}.id")
        cursor.execute("SELECT COUNT(DISTINCT department_id) FROM merging")
        (departments,) = cursor.fetchone()
        cursor.execute("DROP TABLE temp.merging")
    return Merged(merged, linked, departments)
