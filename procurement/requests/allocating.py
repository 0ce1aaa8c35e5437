"""Writing the allocation ledger: lock the request lines in the order of their ids, write, check, roll up.

Upper rooms reach this through `procurement.requests.services`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests import dealing, ledger
from procurement.requests.ledger import Carry
from procurement.requests.lifecycle import LineState
from procurement.requests.models import Allocation, RequestLine
from procurement.requests.sharing import SMALLEST
from srm.budget import selectors as budgets
from srm.budget import services as budget
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.core.ids import new_public_id
from srm.flow import uow
from srm.people.sharing import ShareRule

LEDGER = "the ledger is kept for all departments"
CHUNK = 5000
ZERO = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A new root, or a child of one known row: `quantity` base units of `request_line_id` at `stage` of a document."""

    request_line_id: int
    stage: str
    quantity: Decimal
    document: Any
    line_id: int
    parent_id: int | None = None
    expected_on: dt.date | None = None


def allocate(*, actor: Actor, entries: Sequence[Entry], run: str = "") -> str:
    """Write rows for known request lines; returns the run that groups them.

    Raises:
        RuleBroken: a line is not approved, or more would be promised than is open or the parent holds.
    """
    uow.require()
    run = run or new_public_id()
    lines = lock({entry.request_line_id for entry in entries})
    for entry in entries:
        _refuse_nonsense(entry, lines)
    rows = [_row(entry, run) for entry in entries]
    Allocation.objects.unscoped(LEDGER).bulk_create(rows, batch_size=CHUNK)
    settle(lines)
    return run


def carry_lines(
    *, actor: Actor, source_kind: str, source_stage: str, stage: str, document: Any, moves: Iterable[Carry],
    run: str = "", rule: str = "", request_line_id: int | None = None,
) -> dict[int, Decimal]:  # fmt: skip
    """Move on what stands behind lines of one document to lines of another: {line_id: carried}.

    Who gets what where it is less than the needs: by `rule`, which is kept with the rows; by need-by date without one. With
    `request_line_id` that need alone gets it.
    A source line that serves no request (bought for stock) carries nothing; the answer then is less than was asked.
    """
    uow.require()
    moves = [move for move in moves if move.quantity > 0]
    if source_stage not in ledger.SOURCES[stage]:
        raise ValueError(f"{stage} continues {' or '.join(ledger.SOURCES[stage])}, not {source_stage}")
    sources = sorted({move.source_line_id for move in moves})
    lines = lock(behind_lines(source_kind, sources, source_stage))
    if not lines:  # bought for stock: nobody stands behind it
        return {move.line_id: ZERO for move in moves}
    words = {
        "source_kind": source_kind, "source_stage": source_stage, "stage": stage, "document": document,
        "run": run or new_public_id(),
    }  # fmt: skip
    shared = bool(rule) and request_line_id is None
    written = (
        dealing.carry(moves, rule=rule, **words)
        if shared
        else ledger.carry(moves, request_line_id=request_line_id, **words)
    )
    settle({pk: lines[pk] for pk, _line, _quantity in written})
    if stage == "received":
        free_money(lines, document=document, actor=actor)
    carried: dict[int, Decimal] = {move.line_id: ZERO for move in moves}
    for _pk, line_id, quantity in written:
        carried[line_id] += quantity
    return carried


def carry(
    *, actor: Actor, source_kind: str, source_line_id: int, source_stage: str, stage: str, quantity: Decimal,
    document: Any, line_id: int, expected_on: dt.date | None = None, run: str = "", rule: str = "",
    portion: Decimal = SMALLEST, request_line_id: int | None = None,
) -> Decimal:  # fmt: skip
    """`carry_lines` for one line; returns the quantity carried."""
    move = Carry(source_line_id, line_id, quantity, expected_on, portion)
    carried = carry_lines(
        actor=actor, source_kind=source_kind, source_stage=source_stage, stage=stage, document=document, moves=[move],
        run=run, rule=rule, request_line_id=request_line_id,
    )  # fmt: skip
    return carried.get(line_id, ZERO)


def take_back(
    *, actor: Actor, document_kind: str, line_id: int | Sequence[int], stage: str, quantity: Decimal | None = None,
    run: str = "", request_line_id: int | None = None,
) -> Decimal:  # fmt: skip
    """Undo what stands at `stage` of a document's line (or lines) and has not moved on: newest need first.

    What is taken back is free again one step before: an order's quantity in its tender, a plan's on the request line.
    Returns how much; less than `quantity` when part of the line served no request, or has moved on. With
    `request_line_id` only that need's share is touched.
    """
    uow.require()
    line_ids = [line_id] if isinstance(line_id, int) else list(line_id)
    if not line_ids or (quantity is not None and quantity <= 0):
        return ZERO
    lines = lock(behind_lines(document_kind, line_ids, stage) if request_line_id is None else [request_line_id])
    if not lines:
        return ZERO
    taken = ledger.take_back(
        document_kind=document_kind, line_ids=line_ids, stage=stage, quantity=quantity, run=run or new_public_id(),
        request_line_id=request_line_id,
    )  # fmt: skip
    settle({pk: lines[pk] for pk, _quantity in taken})
    return sum((part for _pk, part in taken), ZERO)


def cut(
    *, actor: Actor, document_kind: str, line_id: int, stage: str, quantity: Decimal, rule: str, portion: Decimal,
    run: str = "",
) -> dict[int, Decimal]:  # fmt: skip
    """`quantity` of what stands at `stage` of a document's line does not come: {request line: how much it misses}.

    What still comes is shared by `rule`; whom it does not reach goes without. Otherwise like `take_back`.
    """
    uow.require()
    lines = lock(behind_lines(document_kind, [line_id], stage))
    if not lines or quantity <= 0:
        return {}
    missed = dealing.cut(
        document_kind=document_kind, line_id=line_id, stage=stage, quantity=quantity, rule=rule, portion=portion,
        run=run or new_public_id(),
    )  # fmt: skip
    settle({pk: lines[pk] for pk in missed})
    return missed


def move_planned(
    *, actor: Actor, document: Any, source_line_id: int, line_id: int, quantity: Decimal, run: str = ""
) -> None:
    """`quantity` of what is planned on one line of a document is planned on another: the latest needs move.

    Raises:
        RuleBroken: so much is not free on the source line.
    """
    run = run or new_public_id()
    moved = cut(
        actor=actor, document_kind=document._meta.label_lower, line_id=source_line_id, stage="planned",
        quantity=quantity, rule=ShareRule.NEED_BY, portion=SMALLEST, run=run,
    )  # fmt: skip
    if sum(moved.values(), ZERO) != quantity:
        raise RuleBroken([_("So much is not open any more.")])
    # No new promise: a need that was cut short meanwhile keeps what was planned for it.
    rows = [_row(Entry(need, "planned", part, document, line_id), run) for need, part in moved.items()]
    Allocation.objects.unscoped(LEDGER).bulk_create(rows)
    settle(lock(moved))


def lock(request_lines: Iterable[int]) -> dict[int, RequestLine]:
    """The lines, locked until the transaction ends; always in the order of their ids, so that nobody waits in a ring."""
    wanted = sorted(set(request_lines))
    rows = RequestLine.objects.unscoped(LEDGER).order_by("pk").select_for_update(no_key=True)
    found: dict[int, RequestLine] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= {line.pk: line for line in rows.filter(pk__in=wanted[start : start + CHUNK])}
    return found


def behind_lines(document_kind: str, line_ids: Sequence[int], stage: str) -> list[int]:
    """Ids of the request lines that stand behind lines of a document."""
    rows = Allocation.objects.unscoped(LEDGER).filter(document_kind=document_kind, stage=stage, line_id__in=line_ids)
    return list(rows.order_by().values_list("request_line_id", flat=True).distinct())


def settle(lines: dict[int, RequestLine]) -> None:
    """Check the invariants of these lines and write their roll-ups.

    Raises:
        RuleBroken: more would be promised than was asked for, or a child exceeds its parent.
    """
    wanted = sorted(lines)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        if broken := ledger.faults(part):
            raise RuleBroken([_too_much(lines[pk]) for pk in broken[:5]])
        ledger.roll_up(part)


def free_money(lines: Iterable[int], *, document: Any, actor: Actor) -> None:
    """Lines of which nothing is open or coming any more need nothing reserved, not even cents."""
    done = RequestLine.objects.unscoped(LEDGER).filter(
        pk__in=list(lines), open_quantity=0, coming_quantity=0, state__in=[LineState.APPROVED, LineState.CLOSED]
    )  # fmt: skip
    for need in sorted(budgets.with_reserve(done.values_list("public_id", flat=True))):
        budget.release(actor=actor, request_line_id=need, document=document)


def live_behind(document_kind: str, line_ids: Sequence[int], stage: str) -> dict[int, list[tuple[int, Decimal]]]:
    """{document line: [(request line, live quantity)]}: for whom a document's lines are."""
    rows = Allocation.objects.unscoped(LEDGER).filter(document_kind=document_kind, stage=stage, line_id__in=line_ids)
    sums: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for line_id, request_line, quantity in rows.order_by("pk").values_list("line_id", "request_line_id", "quantity"):
        sums[line_id, request_line] += quantity
    found: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for (line_id, request_line), quantity in sums.items():
        if quantity > 0:
            found[line_id].append((request_line, quantity))
    return dict(found)


def _refuse_nonsense(entry: Entry, lines: dict[int, RequestLine]) -> None:
    if entry.quantity <= 0 or (entry.parent_id is None and entry.stage not in ledger.ROOTS):
        raise ValueError(f"{entry.stage} of {entry.quantity} cannot begin here")
    line = lines[entry.request_line_id]
    if entry.parent_id is None and line.state != LineState.APPROVED:
        raise RuleBroken(
            [_("“%(line)s” is not approved: it is “%(state)s”.") % {"line": line, "state": line.state_label}]
        )


def _row(entry: Entry, run: str) -> Allocation:
    return Allocation(
        request_line_id=entry.request_line_id, stage=entry.stage, parent_id=entry.parent_id, quantity=entry.quantity,
        document_kind=entry.document._meta.label_lower, document_id=entry.document.public_id,
        document_number=str(getattr(entry.document, "number", "") or getattr(entry.document, "code", "")),
        line_id=entry.line_id, expected_on=entry.expected_on, run=run,
    )  # fmt: skip


def _too_much(line: RequestLine) -> str:
    return _("More of “%(line)s” would be bought than is open.") % {"line": line}
