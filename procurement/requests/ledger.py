"""The allocation ledger's SQL: whole documents at a time, on PostgreSQL and SQLite, without a row in Python.

Every statement speaks of *live* quantities: a row's own, less what negative rows have taken back from it. Callers hold
the locks of the request lines; nothing here is called from outside this room but by `services`.
"""

# Names of tables and columns in the SQL below are our own; every value is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from srm.core import clock

# What continues what. "ordered" may also be a root: a call-off without tender and plan.
SOURCES: dict[str, tuple[str, ...]] = {
    "stock": (), "planned": (), "issued": ("stock",), "tendered": ("planned",), "ordered": ("tendered", "planned"),
    "confirmed": ("ordered",), "shipped": ("ordered",), "received": ("ordered",), "invoiced": ("ordered", "received"),
}  # fmt: skip
ROOTS = frozenset({"stock", "planned", "ordered"})
# Stages that move a quantity on share one pool under their parent; each kind of progress has a pool of its own.
FLOW = ("tendered", "ordered", "issued")
# Promises go with the order they belong to; facts do not.
PROMISES = ("confirmed", "shipped")

ALLOCATION, LINE, REQUEST = (model._meta.db_table for model in (Allocation, RequestLine, PurchaseRequest))
CHUNK = 1000


@dataclass(frozen=True)
class Carry:
    """`quantity` of what stands behind line `source_line_id` of one document moves on to line `line_id` of another.

    `portion` is what of it is not split where it is shared by a rule.
    """

    source_line_id: int
    line_id: int
    quantity: Decimal
    expected_on: dt.date | None = None
    portion: Decimal = Decimal("0.0001")


def pool(stage: str) -> tuple[str, ...]:
    """The stages that together may not exceed their parent."""
    return FLOW if stage in FLOW else (stage,)


def least(*terms: str) -> str:
    """The smallest of several SQL terms."""
    return f"{'LEAST' if _postgres() else 'MIN'}({', '.join(terms)})"


def greatest(*terms: str) -> str:
    """The greatest of several SQL terms."""
    return f"{'GREATEST' if _postgres() else 'MAX'}({', '.join(terms)})"


def _postgres() -> bool:
    return connection.vendor == "postgresql"


def _marks(values: Iterable[object]) -> str:
    return ", ".join("%s" for _value in values)


def _run(sql: str, params: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _live(which: str) -> str:
    """Rows with what is left of them; `which` narrows alias `a`."""
    return f"""
        SELECT a.id, a.parent_id, a.stage, a.request_line_id, a.document_kind, a.document_id, a.document_number, a.line_id,
               ROUND(a.quantity + COALESCE((SELECT SUM(t.quantity) FROM {ALLOCATION} t
                                            WHERE t.parent_id = a.id AND t.stage = a.stage), 0), 4) AS quantity
        FROM {ALLOCATION} a WHERE a.quantity > 0 AND {which}"""


def _children(stages: Sequence[str] | None = None) -> str:
    """Live quantities of the children of `live`, by parent and pool; `stages` are trusted words."""
    only = f"AND c.stage IN ({', '.join(repr(stage) for stage in stages)})" if stages else ""
    return f"""
        SELECT c.parent_id, CASE WHEN c.stage IN {FLOW!r} THEN 'flow' ELSE c.stage END AS pool,
               SUM(c.quantity + COALESCE((SELECT SUM(t.quantity) FROM {ALLOCATION} t
                                          WHERE t.parent_id = c.id AND t.stage = c.stage), 0)) AS quantity
        FROM live p JOIN {ALLOCATION} c ON c.parent_id = p.id AND c.stage <> p.stage {only}
        WHERE c.quantity > 0 GROUP BY 1, 2"""


_INTO = f"""INSERT INTO {ALLOCATION} (request_line_id, stage, parent_id, quantity, document_kind, document_id,
    document_number, line_id, expected_on, run, at)"""


def carry(
    moves: Sequence[Carry],
    *,
    source_kind: str,
    source_stage: str,
    stage: str,
    document: Any,
    run: str,
    request_line_id: int | None = None,
) -> list[tuple[int, int, Decimal]]:
    """Write children of the live rows behind the moves' source lines: (request line, line, quantity) of each.

    What is available is shared by need-by date, then by the request's age. Several moves from one source line follow
    each other: as pieces of one cut, row by row. With `request_line_id` only that need gets anything.
    """
    only = "" if request_line_id is None else "AND a.request_line_id = %s"
    narrowed = [] if request_line_id is None else [request_line_id]
    written: list[tuple[int, int, Decimal]] = []
    for start in range(0, len(moves), CHUNK):
        part = moves[start : start + CHUNK]
        values, params = _values(part)
        sql = f"""
            WITH wanted (no, source_id, line_id, quantity, expected_on) AS ({values}),
            asked AS (SELECT no, source_id, line_id, expected_on,
                             SUM(quantity) OVER w - quantity AS from_q, SUM(quantity) OVER w AS to_q
                      FROM wanted WINDOW w AS (PARTITION BY source_id ORDER BY no ROWS UNBOUNDED PRECEDING)),
            live AS ({_live(f"a.document_kind = %s AND a.stage = %s AND a.line_id IN (SELECT source_id FROM wanted) {only}")}),
            used AS ({_children(pool(stage))}),
            free AS (SELECT live.id, live.line_id, live.request_line_id, r.need_by, h.created_at,
                            ROUND(live.quantity - COALESCE(used.quantity, 0), 4) AS quantity
                     FROM live JOIN {LINE} r ON r.id = live.request_line_id JOIN {REQUEST} h ON h.id = r.request_id
                     LEFT JOIN used ON used.parent_id = live.id),
            cut AS (SELECT id, line_id AS source_id, request_line_id,
                           SUM(quantity) OVER w - quantity AS from_q, SUM(quantity) OVER w AS to_q
                    FROM free WHERE quantity > 0
                    WINDOW w AS (PARTITION BY line_id ORDER BY need_by, created_at, request_line_id, id
                                 ROWS UNBOUNDED PRECEDING)),
            pieces AS (SELECT cut.request_line_id, cut.id, asked.line_id, asked.expected_on,
                              ROUND({least("cut.to_q", "asked.to_q")} - {greatest("cut.from_q", "asked.from_q")}, 4)
                              AS quantity
                       FROM cut JOIN asked ON asked.source_id = cut.source_id
                        AND asked.from_q < cut.to_q AND cut.from_q < asked.to_q)
            {_INTO}
            SELECT request_line_id, %s, id, quantity, %s, %s, %s, line_id, expected_on, %s, {_moment()}
            FROM pieces WHERE quantity > 0 ORDER BY request_line_id, id
            RETURNING request_line_id, line_id, quantity"""
        words = [stage, *_name(document), run, _now()]
        rows = _run(sql, [*params, source_kind, source_stage, *narrowed, *words])
        written += [(line, target, _number(quantity)) for line, target, quantity in rows]
    return written


def take_back(
    *, document_kind: str, line_ids: Sequence[int], stage: str, quantity: Decimal | None, run: str,
    request_line_id: int | None = None,
) -> list[tuple[int, Decimal]]:  # fmt: skip
    """Write negative rows against what is live and not moved on: (request line, quantity) of each; newest need first.

    `quantity` limits the sum per document line. What was confirmed or announced of a taken-back order goes with it.
    """
    limit = "b.to_q" if quantity is None else least("b.to_q", "CAST(%s AS numeric)")
    only = "" if request_line_id is None else "AND a.request_line_id = %s"
    sql = f"""
        WITH live AS ({_live(f"a.document_kind = %s AND a.stage = %s AND a.line_id IN ({_marks(line_ids)}) {only}")}),
        used AS (SELECT parent_id, MAX(quantity) AS quantity
                 FROM ({_children()}) u WHERE pool NOT IN {PROMISES!r} GROUP BY 1),
        free AS (SELECT live.*, r.need_by, h.created_at, ROUND(live.quantity - COALESCE(used.quantity, 0), 4) AS rest
                 FROM live JOIN {LINE} r ON r.id = live.request_line_id JOIN {REQUEST} h ON h.id = r.request_id
                 LEFT JOIN used ON used.parent_id = live.id),
        b AS (SELECT free.*, SUM(rest) OVER w - rest AS from_q, SUM(rest) OVER w AS to_q FROM free WHERE rest > 0
              WINDOW w AS (PARTITION BY line_id ORDER BY need_by DESC, created_at DESC, request_line_id DESC, id DESC
                           ROWS UNBOUNDED PRECEDING))
        {_INTO}
        SELECT request_line_id, stage, id, -ROUND({limit} - from_q, 4), document_kind, document_id, document_number,
               line_id, NULL, %s, {_moment()}
        FROM b WHERE ROUND({limit} - from_q, 4) > 0 ORDER BY request_line_id, id
        RETURNING request_line_id, quantity, parent_id"""
    limits = [] if quantity is None else [str(quantity)]
    which = [document_kind, stage, *line_ids, *([] if request_line_id is None else [request_line_id])]
    rows = _run(sql, [*which, *limits, run, _now(), *limits])
    if stage == "ordered" and rows:
        drop_promises([parent for _line, _quantity, parent in rows], run)
    return [(line, -_number(taken)) for line, taken, _parent in rows]


def drop_promises(parents: Sequence[int], run: str) -> None:
    """Take back what was confirmed or announced beyond what is still ordered, newest first."""
    sql = f"""
        WITH ordered AS ({_live(f"a.id IN ({_marks(parents)})")}),
        live AS ({_live(f"a.parent_id IN ({_marks(parents)}) AND a.stage IN {PROMISES!r}")}),
        b AS (SELECT live.*, SUM(live.quantity) OVER w - live.quantity AS from_q, SUM(live.quantity) OVER w AS to_q,
                     SUM(live.quantity) OVER (PARTITION BY live.parent_id, live.stage) - ordered.quantity AS excess
              FROM live JOIN ordered ON ordered.id = live.parent_id WHERE live.quantity > 0
              WINDOW w AS (PARTITION BY live.parent_id, live.stage ORDER BY live.id DESC ROWS UNBOUNDED PRECEDING))
        {_INTO}
        SELECT request_line_id, stage, id, -ROUND({least("to_q", "excess")} - from_q, 4), document_kind, document_id,
               document_number, line_id, NULL, %s, {_moment()}
        FROM b WHERE ROUND({least("to_q", "excess")} - from_q, 4) > 0 ORDER BY request_line_id, id"""
    _run(sql, [*parents, *parents, run, _now()])


def free_behind(
    document_kind: str, line_ids: Sequence[int], source_stage: str, stage: str = ""
) -> list[tuple[int, int, int, Decimal]]:
    """What of the live rows behind lines may still move on to `stage`: (row, line, request line, quantity) of each.

    Without a stage: what may be taken back, because nothing but promises was made of it.
    """
    used = (
        _children(pool(stage)) if stage
        else f"SELECT parent_id, MAX(quantity) AS quantity FROM ({_children()}) u WHERE pool NOT IN {PROMISES!r} GROUP BY 1"
    )  # fmt: skip
    sql = f"""
        WITH live AS ({_live(f"a.document_kind = %s AND a.stage = %s AND a.line_id IN ({_marks(line_ids)})")}),
        used AS ({used})
        SELECT live.id, live.line_id, live.request_line_id, ROUND(live.quantity - COALESCE(used.quantity, 0), 4)
        FROM live LEFT JOIN used ON used.parent_id = live.id
        WHERE ROUND(live.quantity - COALESCE(used.quantity, 0), 4) > 0 ORDER BY live.id"""
    rows = _run(sql, [document_kind, source_stage, *line_ids])
    return [(pk, line, need, _number(quantity)) for pk, line, need, quantity in rows]


def loose(request_line_id: int, document_kind: str, stage: str) -> list[tuple[int, Decimal]]:
    """What of a need stands at a stage of documents of one kind and may be taken back, written last first.

    (document's line, quantity) of each row of which nothing but promises was made.
    """
    sql = f"""
        WITH live AS ({_live("a.request_line_id = %s AND a.document_kind = %s AND a.stage = %s")}),
        used AS (SELECT parent_id, MAX(quantity) AS quantity
                 FROM ({_children()}) u WHERE pool NOT IN {PROMISES!r} GROUP BY 1)
        SELECT live.line_id, ROUND(live.quantity - COALESCE(used.quantity, 0), 4)
        FROM live LEFT JOIN used ON used.parent_id = live.id
        WHERE ROUND(live.quantity - COALESCE(used.quantity, 0), 4) > 0 ORDER BY live.id DESC"""
    return [(line, _number(quantity)) for line, quantity in _run(sql, [request_line_id, document_kind, stage])]


def roll_up(request_lines: Sequence[int]) -> None:
    """Write what is open, coming, done and next expected on the request lines."""
    marks = _marks(request_lines)
    sql = f"""
        WITH sums AS (
            SELECT a.request_line_id AS id,
                   SUM(CASE WHEN a.parent_id IS NULL OR (a.quantity < 0 AND p.parent_id IS NULL)
                            THEN a.quantity ELSE 0 END) AS promised,
                   SUM(CASE WHEN a.stage IN ('received', 'issued') THEN a.quantity ELSE 0 END) AS done
            FROM {ALLOCATION} a LEFT JOIN {ALLOCATION} p ON p.id = a.parent_id
            WHERE a.request_line_id IN ({marks}) GROUP BY 1),
        live AS ({_live(f"a.request_line_id IN ({marks}) AND a.stage IN ('ordered', 'stock')")}),
        came AS ({_children(("received", "issued"))}),
        due AS (SELECT live.request_line_id AS id, MIN(COALESCE(
                    (SELECT c.expected_on FROM {ALLOCATION} c WHERE c.parent_id = live.id AND c.quantity > 0
                      AND c.stage IN {PROMISES!r} AND c.expected_on IS NOT NULL ORDER BY c.id DESC LIMIT 1),
                    (SELECT o.expected_on FROM {ALLOCATION} o WHERE o.id = live.id))) AS next_on
                FROM live LEFT JOIN came ON came.parent_id = live.id
                WHERE ROUND(live.quantity - COALESCE(came.quantity, 0), 4) > 0 GROUP BY 1)
        UPDATE {LINE} SET
            open_quantity = CASE WHEN state = 'approved' THEN ROUND(base_quantity - sums.promised, 4) ELSE 0 END,
            coming_quantity = ROUND(sums.promised - sums.done, 4), done_quantity = ROUND(sums.done, 4),
            next_on = (SELECT next_on FROM due WHERE due.id = sums.id)
        FROM sums WHERE sums.id = {LINE}.id"""
    _run(sql, [*request_lines, *request_lines])


def faults(request_lines: Sequence[int] | None = None) -> list[int]:
    """Request lines whose ledger breaks an invariant: more promised than asked, or children beyond their parent.

    One query, over the given lines or the whole table; joined and grouped, so that it stays linear.
    """
    only = f"AND a.request_line_id IN ({_marks(request_lines)})" if request_lines is not None else ""
    sql = f"""
        WITH back AS (SELECT a.parent_id, SUM(a.quantity) AS quantity FROM {ALLOCATION} a
                      WHERE a.quantity < 0 {only} GROUP BY 1),
        live AS (SELECT a.id, a.parent_id, a.stage, a.request_line_id,
                        ROUND(a.quantity + COALESCE(back.quantity, 0), 4) AS quantity
                 FROM {ALLOCATION} a LEFT JOIN back ON back.parent_id = a.id WHERE a.quantity > 0 {only}),
        used AS (SELECT parent_id, CASE WHEN stage IN {FLOW!r} THEN 'flow' ELSE stage END AS pool,
                        ROUND(SUM(quantity), 4) AS quantity
                 FROM live WHERE parent_id IS NOT NULL GROUP BY 1, 2),
        roots AS (SELECT request_line_id, ROUND(SUM(quantity), 4) AS quantity
                  FROM live WHERE parent_id IS NULL GROUP BY 1)
        SELECT request_line_id FROM live WHERE quantity < 0
        UNION SELECT live.request_line_id FROM used JOIN live ON live.id = used.parent_id
              WHERE used.quantity > live.quantity
        UNION SELECT roots.request_line_id FROM roots JOIN {LINE} r ON r.id = roots.request_line_id
              WHERE roots.quantity > r.base_quantity
        ORDER BY 1"""
    lines = list(request_lines or [])
    return [line for (line,) in _run(sql, [*lines, *lines])]


def _values(moves: Sequence[Carry]) -> tuple[str, list[Any]]:
    """The moves as a VALUES list; PostgreSQL wants to know the types."""
    row = (
        "(%s::bigint, %s::bigint, %s::bigint, %s::numeric, %s::date)"
        if _postgres()
        else "(%s, %s, %s, CAST(%s AS numeric), %s)"
    )
    params: list[Any] = []
    for no, move in enumerate(moves):
        date = move.expected_on.isoformat() if move.expected_on else None
        params += [no, move.source_line_id, move.line_id, str(move.quantity), date]
    return f"VALUES {', '.join(row for _move in moves)}", params


def _moment() -> str:
    return "%s::timestamptz" if _postgres() else "%s"


def _now() -> object:
    """The time as the database's column keeps it."""
    return connection.ops.adapt_datetimefield_value(clock.now())


def _name(document: Any) -> tuple[str, str, str]:
    return document._meta.label_lower, document.public_id, str(document.number or "")


def _number(value: object) -> Decimal:
    """A quantity as SQLite returns it (a float of at most 15 digits) or PostgreSQL (exact)."""
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def stale() -> list[int]:
    """Request lines whose kept quantities differ from what the ledger says."""
    sql = f"""
        WITH sums AS (
            SELECT a.request_line_id AS id,
                   SUM(CASE WHEN a.parent_id IS NULL OR (a.quantity < 0 AND p.parent_id IS NULL)
                            THEN a.quantity ELSE 0 END) AS promised,
                   SUM(CASE WHEN a.stage IN ('received', 'issued') THEN a.quantity ELSE 0 END) AS done
            FROM {ALLOCATION} a LEFT JOIN {ALLOCATION} p ON p.id = a.parent_id GROUP BY 1)
        SELECT r.id FROM {LINE} r LEFT JOIN sums ON sums.id = r.id
        WHERE ROUND(r.done_quantity - COALESCE(sums.done, 0), 4) <> 0
           OR ROUND(r.coming_quantity - COALESCE(sums.promised, 0) + COALESCE(sums.done, 0), 4) <> 0
           OR ROUND(r.open_quantity - CASE WHEN r.state = 'approved' THEN r.base_quantity - COALESCE(sums.promised, 0)
                                           ELSE 0 END, 4) <> 0
        ORDER BY 1"""
    return [line for (line,) in _run(sql, [])]
