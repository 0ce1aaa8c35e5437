"""Writing requests; and the door to the allocation ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.requests.allocating import Entry, allocate, carry, carry_lines, cut, move_planned, take_back
from procurement.requests.amending import amend_request, amendable_lines, why_not_amendable
from procurement.requests.cancelling import cancel_quantity
from procurement.requests.correcting import give_back, split_line
from procurement.requests.deciding import ask_again
from procurement.requests.deliveries import Delivery
from procurement.requests.ledger import Carry
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import FIELDS, STORED, Defaults, clean_lines, differences, refuse_strange_ids
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.naming import can_be_named, name_item
from procurement.requests.spreading import gathered, spread
from procurement.requests.work import moved
from srm.audit import services as audit
from srm.catalog.lifecycle import ItemState
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.people.models import Department, User

__all__ = [
    "Carry",
    "Entry",
    "allocate",
    "amend_request",
    "amendable_lines",
    "can_be_named",
    "cancel_part",
    "cancel_quantity",
    "carry",
    "carry_lines",
    "copy_request",
    "create_request",
    "cut",
    "give_back",
    "may_ask_for",
    "move_planned",
    "name_item",
    "split_line",
    "take_back",
    "update_request",
    "why_not_amendable",
]  # fmt: skip

LINES = "the lines of a request the actor writes"
HEADER = ("title", "department", "requester", "route", "route_reason", "note", "seller", "place", "cost_center")
FOLLOWED = ("need_by", "place", "cost_center")
EDITABLE = frozenset({LineState.DRAFT, LineState.RETURNED})
AGAIN = dt.timedelta(days=14)


def create_request(
    *, actor: Actor, title: str, department: Department, lines: Sequence[Mapping[str, Any]],
    requester: User | None = None, need_by: dt.date | None = None, **header: Any,
) -> PurchaseRequest:  # fmt: skip
    """A draft of what a department asks for.

    Args:
        lines: one with `deliveries` (spreading.py) becomes a line for each of them.
        need_by, place, cost_center: for lines that do not say otherwise.
        requester: who asks, when a buyer writes it down for him; the actor by default.

    Raises:
        InvalidInput: sentences by field ("lines.3.quantity").
    """
    uow.require()
    requester = requester or User.objects.filter(pk=actor.user_id).first()
    values = {**header, "title": title, "department": department, "requester": requester}
    _check_header(values, actor)
    entity = department.legal_entity
    needs = spread(lines)
    with needs.faults_told():
        cleaned = clean_lines(needs.lines, _defaults(values, department, need_by))
    # Numbers of lines are positions on paper: they follow the order in which the lines were typed.
    totals = _totals(cleaned)
    request = records.create(
        PurchaseRequest, actor=actor, legal_entity=entity, currency=entity.currency, **values, **totals
    )
    rows = [RequestLine(request=request, position=no, **line) for no, line in enumerate(cleaned, 1)]
    RequestLine.objects.unscoped(LINES).bulk_create(rows)
    return request


def update_request(
    request: PurchaseRequest, *, actor: Actor, version: int | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None, need_by: dt.date | None = None, **header: Any,
) -> PurchaseRequest:  # fmt: skip
    """Change a draft or a returned request; `lines`, when given, is the whole new list.

    Raises:
        InvalidInput: sentences by field. RuleBroken: it is with an approver or further. Stale
    """
    uow.require()
    locked = records.locked_row(request, version=version)
    if reason := why_not_editable(locked, actor):
        raise RuleBroken([reason])
    values = {name: header.get(name, getattr(locked, name)) for name in HEADER}
    values["requester"] = values["requester"] or locked.requester
    _check_header(values, actor)
    old = list(locked.lines.select_related("item", "unit", "category", "place", "cost_center", "accepts_by"))
    if lines is None:
        new = {name: value for name, value in {**values, "need_by": need_by}.items() if name in FOLLOWED and value}
        lines = [_following(line, locked, new) for line in old]
    needs = spread(lines, {line.public_id: line for line in old})
    with needs.faults_told():
        cleaned = clean_lines(needs.lines, _defaults(values, values["department"], need_by))
        changes = _write_lines(locked, old, [str(line.get("id") or "") for line in needs.lines], cleaned)
    entity = values["department"].legal_entity
    saved = records.update(
        locked, actor=actor, legal_entity=entity, currency=entity.currency, **values, **_totals(cleaned)
    )
    if changes:
        # The lines share the header's version: whoever edits sees all of it or none.
        if saved.version == locked.version:
            PurchaseRequest.objects.unscoped(LINES).filter(pk=saved.pk).update(version=saved.version + 1)
            saved.version += 1
        audit.record(actor=actor, verb="changed", subject=saved, changes=changes)
    return saved


def copy_request(request: PurchaseRequest, *, actor: Actor) -> PurchaseRequest:
    """A new draft with the same lines, needed as far ahead as the old one was, at least two weeks.

    Lines whose item is not in use any more take its successor, or are left out.

    Raises:
        RuleBroken: no line is left.
    """
    uow.require()
    lines, left_out = [], []
    asked_on = timezone.localdate(request.created_at)
    old = request.lines.select_related("item__replaced_by", "unit", "category", "place", "cost_center", "accepts_by")
    for line, deliveries in gathered(old, FIELDS):
        item = line.item
        if item is not None and item.state != ItemState.ACTIVE:
            item = item.replaced_by if item.replaced_by and item.replaced_by.state == ItemState.ACTIVE else None
        if line.item is not None and item is None:
            left_out.append(line.what)
            continue
        ahead = max(line.need_by - asked_on, AGAIN)
        later = clock.today() + ahead - line.need_by
        parts = [Delivery(one.need_by + later, one.quantity) for one in deliveries]
        unit = line.unit if item == line.item else None
        price = None if item is not None else line.estimate
        lines.append(
            {**{name: getattr(line, name) for name in FIELDS}, "item": item, "unit": unit, "estimate": price,
             **moved(line.work_values, later), "need_by": line.need_by + later, "deliveries": parts,
             "quantity": sum((one.quantity for one in parts), Decimal(0)) if parts else line.quantity,
             "accepts_by": line.accepts_by if line.accepts_by and line.accepts_by.is_active else None}
        )  # fmt: skip
    if not lines:
        raise RuleBroken([_("None of its items is in use any more. There is nothing to copy.")])
    note = request.note
    if left_out:
        note = f"{note}\n{_('Left out, not in use any more: %(what)s') % {'what': ', '.join(left_out)}}".strip()[:2000]
    department = request.department if may_ask_for(request.department, actor) else _own_department(actor)
    return create_request(
        actor=actor, title=request.title, department=department or request.department, lines=lines, note=note,
        place=request.place, cost_center=request.cost_center,
    )  # fmt: skip


def cancel_part(
    request: PurchaseRequest, *, actor: Actor, lines: Sequence[RequestLine], reason: str
) -> PurchaseRequest:
    """Withdraw some lines: what nothing was bought for is cancelled, of the rest what is still open is given up.

    What waits for approval is laid out anew, for it is not what the approver read any more.

    Raises:
        RuleBroken: a line cannot be withdrawn, with the reason.
    """
    uow.require()
    locked = records.locked_row(request)
    if not lines:
        raise InvalidInput({"lines": [_("Tick what you do not need any more.")]})
    for line in sorted(lines, key=lambda line: line.pk):
        begun = line.state == LineState.APPROVED and line.open_quantity != line.base_quantity
        perform(line, "close_short" if begun else "cancel", actor=actor, reason=reason)
    ask_again(locked, actor=actor)
    return locked


def why_not_editable(request: PurchaseRequest, actor: Actor) -> str | None:
    """Why a request cannot be edited now; None when it can."""
    mine = actor.user_id in {request.requester_id, request.created_by_id} or actor.may("requests.process")
    if not mine:
        return _("Only %(who)s can change this request.") % {"who": request.requester.name}
    states = {line.state for line in request.lines.all()}
    if states <= EDITABLE:
        return None
    if LineState.SUBMITTED in states:
        return _("It is with the approver. Amend it, ask for it to be returned, or cancel it.")
    if LineState.RETURNED in states:
        return _("Part of it is decided. Amend it to change the rest.")
    return _("It was decided already. Copy it to ask for something else.")


def may_ask_for(department: Department, actor: Actor, requester: User | None = None) -> bool:
    """Whether `actor` may make requests of a department: a buyer of any, everybody else of his own."""
    if actor.may("requests.process"):
        return True
    own = actor.departments or ((requester.department.path,) if requester and requester.department else ())
    return any(department.path.startswith(path) for path in own)


# ------------------------------------------------------------------------------------------------ inside


def _check_header(values: dict[str, Any], actor: Actor) -> None:
    """What the model's own rules do not say.

    Raises:
        InvalidInput
    """
    errors: dict[str, list[str]] = {}
    values["title"] = " ".join(str(values.get("title") or "").split())
    values["route_reason"] = str(values.get("route_reason") or "").strip()
    values["route"] = values.get("route") or PurchaseRequest.Route.NORMAL
    department, requester = values.get("department"), values.get("requester")
    if not values["title"]:
        errors["title"] = [_("What is it for? A few words are enough.")]
    if values["route"] != PurchaseRequest.Route.NORMAL and len(values["route_reason"]) < 3:
        errors["route_reason"] = [_("Say why it does not take the normal route.")]
    if department is None or not department.is_active or not may_ask_for(department, actor, requester):
        errors["department"] = [_("Choose a department you belong to.")]
    if requester is None or not requester.is_active or requester.kind != User.Kind.STAFF:
        errors["requester"] = [_("Choose who asks for it.")]
    elif requester.pk != actor.user_id and not actor.may("requests.on_behalf"):
        errors["requester"] = [_("You can only ask for yourself.")]
    if errors:
        raise InvalidInput(errors)


def _own_department(actor: Actor) -> Department | None:
    user = User.objects.filter(pk=actor.user_id).select_related("department").first()
    return user.department if user else None


def _defaults(values: Mapping[str, Any], department: Department, need_by: dt.date | None) -> Defaults:
    return Defaults(
        legal_entity=department.legal_entity, route=values["route"], need_by=need_by,
        place=values.get("place") or department.place, cost_center=values.get("cost_center"),
    )  # fmt: skip


def _totals(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    total = sum((line["amount"] for line in lines), Decimal(0))
    return {"need_by": min(line["need_by"] for line in lines), "total": total, "line_count": len(lines)}


def _following(line: RequestLine, request: PurchaseRequest, moved: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is, except for what it had from the header: that follows the header's new value."""
    values = {name: getattr(line, name) for name in FIELDS}
    follows = {name: None for name in moved if values[name] == getattr(request, name)}
    return {**values, **follows, "id": line.public_id}


def _write_lines(
    request: PurchaseRequest, old: list[RequestLine], ids: list[str], cleaned: list[dict[str, Any]]
) -> dict[str, list]:
    """Make the stored lines what was sent: changed, added, removed; returns what the log says."""
    known = {line.public_id: line for line in old}
    refuse_strange_ids(ids, known)
    changes: dict[str, list] = {}
    added, kept = [], []
    for no, (public_id, values) in enumerate(zip(ids, cleaned, strict=True), 1):
        line = known.pop(public_id, None)
        if line is None:
            added.append(RequestLine(request=request, position=no, **values))
            changes[f"{no}. {_('line')}"] = [None, added[-1].what]
            continue
        found = differences(line, values)
        changes |= found
        if found or line.position != no:
            for name, value in {**values, "position": no}.items():
                setattr(line, name, value)
            kept.append(line)
    for line in known.values():
        changes[f"{line.position}. {_('line')}"] = [line.what, None]
    rows = RequestLine.objects.unscoped(LINES)
    rows.filter(pk__in=[line.pk for line in known.values()]).delete()
    rows.bulk_update(kept, [*STORED, "position"], batch_size=200)
    rows.bulk_create(added)
    return changes
