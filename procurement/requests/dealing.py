"""Writing the ledger where a rule says who gets what: the pure shares of `sharing` become rows.

A delivery, a confirmation or a cut of one order touches few needs, so they are dealt one line after the other; what
merges and moves needs by the hundred thousand is in `ledger`. Callers hold the locks of the request lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from procurement.requests import ledger
from procurement.requests.ledger import Carry
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from procurement.requests.sharing import Claim, left_out, share

LEDGER = "the ledger is kept for all departments"
URGENT, USUAL = 0, 1
Free = tuple[int, int, int, Decimal]


def carry(
    moves: Sequence[Carry], *, source_kind: str, source_stage: str, stage: str, document: Any, run: str, rule: str
) -> list[tuple[int, int, Decimal]]:
    """`ledger.carry` by a rule: (request line, line, quantity) of each row written."""
    free = ledger.free_behind(source_kind, sorted({move.source_line_id for move in moves}), source_stage, stage)
    claims, need_of = _claims(free)
    rows: list[Allocation] = []
    for move in moves:
        waiting = claims[move.source_line_id]
        for pk, part in share(move.quantity, waiting, rule, move.portion).items():
            rows.append(
                Allocation(
                    request_line_id=need_of[pk], stage=stage, parent_id=pk, quantity=part, line_id=move.line_id,
                    document_kind=document._meta.label_lower, document_id=document.public_id,
                    document_number=str(document.number or ""), expected_on=move.expected_on, run=run, rule=rule,
                )
            )  # fmt: skip
        # A second move from the same line finds what the first one left.
        claims[move.source_line_id] = _rest(waiting, rows)
    Allocation.objects.unscoped(LEDGER).bulk_create(rows)
    return [(row.request_line_id, row.line_id, row.quantity) for row in rows]


def cut(
    *, document_kind: str, line_id: int, stage: str, quantity: Decimal, rule: str, portion: Decimal, run: str
) -> dict[int, Decimal]:
    """Take back `quantity` from those whom the rest does not reach: {request line: how much}."""
    free = ledger.free_behind(document_kind, [line_id], stage)
    claims, need_of = _claims(free)
    missing = left_out(quantity, claims[line_id], rule, portion)
    parents = Allocation.objects.unscoped(LEDGER).in_bulk(list(missing))
    rows = [
        Allocation(
            request_line_id=need_of[pk], stage=stage, parent_id=pk, quantity=-part, run=run, rule=rule,
            document_kind=document_kind, document_id=parents[pk].document_id,
            document_number=parents[pk].document_number, line_id=line_id,
        )
        for pk, part in missing.items()
    ]  # fmt: skip
    Allocation.objects.unscoped(LEDGER).bulk_create(rows)
    if stage == "ordered" and rows:
        ledger.drop_promises(list(missing), run)
    missed: dict[int, Decimal] = defaultdict(Decimal)
    for pk, part in missing.items():
        missed[need_of[pk]] += part
    return dict(missed)


def _claims(free: Sequence[Free]) -> tuple[dict[int, list[Claim]], dict[int, int]]:
    """By document line the claims of the rows behind it, by row the request line it serves."""
    needs = RequestLine.objects.unscoped(LEDGER).filter(pk__in={need for _pk, _line, need, _quantity in free})
    known = {
        pk: (day, USUAL if route != PurchaseRequest.Route.URGENT else URGENT, made)
        for pk, day, route, made in needs.values_list("pk", "need_by", "request__route", "request__created_at")
    }
    found: dict[int, list[Claim]] = defaultdict(list)
    for pk, line_id, need, quantity in free:
        found[line_id].append(Claim(pk, quantity, *known[need]))
    return found, {pk: need for pk, _line, need, _quantity in free}


def _rest(claims: Iterable[Claim], rows: Iterable[Allocation]) -> list[Claim]:
    taken: dict[int | None, Decimal] = defaultdict(Decimal)
    for row in rows:
        taken[row.parent_id] += row.quantity
    left = [(claim, claim.quantity - taken[claim.key]) for claim in claims]
    return [Claim(one.key, rest, one.need_by, one.rank, one.since) for one, rest in left if rest > 0]
