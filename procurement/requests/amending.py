"""Changing a request after it was sent: what is different is decided again, what was only made less or noted is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests import allocating, notices
from procurement.requests.deciding import ask_about_change
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import FIELDS, STORED, Defaults, clean_some, differences, refuse_strange_ids
from procurement.requests.lowvalue import limits
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.spreading import spread
from procurement.requests.substitutes import closing
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.units import to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import cents
from srm.core.quantities import clean_quantity
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.ui import formats

LINES = "the lines of a request that its requester amends"
AMENDABLE = (LineState.RETURNED, LineState.SUBMITTED, LineState.APPROVED)
# Left empty these stay what they are; an empty price means the item's last one.
KEPT_IF_EMPTY = ("unit", "need_by", "place", "cost_center")
# What an approved line may change without being decided again, as long as the quantity does not grow.
HARMLESS = {"quantity", "note"}


def why_not_amendable(request: PurchaseRequest, actor: Actor) -> str | None:
    """Why a sent request cannot be amended now; None when it can."""
    if actor.user_id not in {request.requester_id, request.created_by_id}:
        return _("Only %(who)s can change this request.") % {"who": request.requester.name}
    states = {line.state for line in request.lines.all()}
    if states <= {LineState.DRAFT, LineState.RETURNED}:
        return _("It is not with anybody. Edit it.")
    if not states & set(AMENDABLE):
        return _("Nothing of it can be changed any more. Copy it to ask for something else.")
    return None


def amendable_lines(request: PurchaseRequest) -> list[RequestLine]:
    """Its lines that may still change, with all that a form shows of them."""
    rows = RequestLine.objects.unscoped(LINES).filter(request=request, state__in=AMENDABLE).order_by("position", "pk")
    return list(rows.select_related("item", "unit", "category", "place", "cost_center"))


def amend_request(
    request: PurchaseRequest, *, actor: Actor, lines: Sequence[Mapping[str, Any]], reason: str, version: int | None = None
) -> PurchaseRequest:  # fmt: skip
    """Change what was sent or approved; `lines` is the whole new list of those that may still change.

    A line with an `id` takes the values named and keeps the others; one without is added; one left out is cancelled.
    An approved line that asks for something else, or for more, goes back to the approvers and frees its money; less of
    the same stays approved, down to what is planned, and frees the difference. A note asks nobody.

    Raises:
        InvalidInput: sentences by field. RuleBroken: it is being bought, is not the actor's, or grows beyond what the
        low-value route allows. Stale
    """
    uow.require()
    reason = reason.strip()
    if not 3 <= len(reason) <= 500:
        raise InvalidInput({"reason": [_("Say why it changes, in 3 to 500 characters.")]})
    locked = records.locked_row(request, version=version)
    if sentence := why_not_amendable(locked, actor):
        raise RuleBroken([sentence])
    allocating.lock(line.pk for line in amendable_lines(locked))
    work = _Amendment(locked, actor, reason, {line.public_id: line for line in amendable_lines(locked)})
    needs = spread(lines, work.known, keep=FIELDS)
    with needs.faults_told():
        work.take(needs.lines)
    if not work.changes:
        raise InvalidInput(_("Nothing is different from what was asked for."))
    return work.finish()


class _Amendment:
    """One amendment under way; `changes` is what the log tells of it."""

    def __init__(self, request: PurchaseRequest, actor: Actor, reason: str, known: dict[str, RequestLine]) -> None:
        self.request, self.actor, self.reason, self.known = request, actor, reason, known
        self.changes: dict[str, list] = {}
        self.approved_before = any(line.state == LineState.APPROVED for line in known.values())
        self.before = limits.standing(request)

    def take(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write every line as it is wanted now."""
        if not lines:
            raise InvalidInput({"lines": [_("Keep at least one line, or cancel the request.")]})
        ids = [str(line.get("id") or "") for line in lines]
        refuse_strange_ids(ids, self.known)
        wanted = {no: self._wanted(self.known.get(ids[no]), line) for no, line in enumerate(lines)}
        fewer = {
            no: base for no in wanted if (base := self._fewer(no, self.known.get(ids[no]), wanted[no])) is not None
        }
        touched = {no: line for no, line in wanted.items() if no not in fewer and self._differs(ids[no], line)}
        cleaned = clean_some(touched, self._defaults())
        for no, base in fewer.items():
            self._lessen(self.known[ids[no]], wanted[no], base)
        for no, values in cleaned.items():
            if ids[no]:
                self._replace(self.known[ids[no]], values)
        for public_id in self.known.keys() - set(ids):
            self._drop(self.known[public_id])
        for no, values in cleaned.items():
            if not ids[no]:
                self._add(values)

    def finish(self) -> PurchaseRequest:
        """Totals, the log, the approvers, and those who have to know."""
        rows = RequestLine.objects.unscoped(LINES).filter(request=self.request)
        live = list(rows.filter(state__in=AMENDABLE))
        self.request.total = sum((line.amount for line in live), Decimal(0))
        self.request.need_by = min((line.need_by for line in live), default=self.request.need_by)
        self.request.line_count = rows.count()
        self.request.version += 1
        self.request.save()
        audit.record(
            actor=self.actor, verb="amended", subject=self.request, changes=self.changes, reason=self.reason
        )  # fmt: skip
        limits.refuse_growth(self.request, self.before)
        ask_about_change(self.request, actor=self.actor)
        if self.approved_before:
            notices.tell_amended(self.request, actor=self.actor, reason=self.reason)
        return self.request

    # -- inside ------------------------------------------------------------

    def _defaults(self) -> Defaults:
        header = self.request
        return Defaults(
            legal_entity=header.legal_entity, route=header.route, need_by=header.need_by,
            place=header.place or header.department.place, cost_center=header.cost_center,
        )  # fmt: skip

    def _wanted(self, line: RequestLine | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """All values of a line: what is given, else what is stored."""
        names = (*FIELDS, "delivery_of")
        if line is None:
            return {name: given.get(name) for name in names}
        values = {name: given.get(name, getattr(line, name)) for name in names}
        for name in KEPT_IF_EMPTY:
            values[name] = values[name] or getattr(line, name)
        values["note"] = str(values["note"] or "").strip()
        values["description"] = " ".join(str(values["description"] or "").split())
        if values["item"]:
            values["category"] = values["item"].category
            if values["item"] == line.item:
                values["category"] = line.category
        return values

    def _differs(self, public_id: str, wanted: Mapping[str, Any]) -> bool:
        return not public_id or bool(differences(self.known[public_id], wanted))

    def _fewer(self, no: int, line: RequestLine | None, wanted: Mapping[str, Any]) -> Decimal | None:
        """The new quantity in base units of an approved line that asks for less of the same, or only notes something."""
        if line is None or line.state != LineState.APPROVED:
            return None
        names = {name for name in FIELDS if getattr(line, name) != wanted[name]}
        if not names or not names <= HARMLESS:
            return None
        if len(wanted["note"]) > 300:
            raise InvalidInput({f"lines.{no}.note": [_("At most %(n)d characters, please.") % {"n": 300}]})
        if "quantity" not in names:
            return line.base_quantity
        try:
            base = to_base(line.item, clean_quantity(wanted["quantity"]), line.unit)
        except InvalidInput as fault:
            sentences = [sentence for some in fault.errors.values() for sentence in some]
            raise InvalidInput({f"lines.{no}.quantity": sentences}) from fault
        if base >= line.base_quantity:
            return None
        if base < (planned := line.base_quantity - line.open_quantity):
            words = {"n": formats.quantity(planned, line.base_unit)}
            raise InvalidInput(
                {f"lines.{no}.quantity": [_("%(n)s are being bought already. It cannot be less.") % words]}
            )
        return base

    def _lessen(self, line: RequestLine, wanted: Mapping[str, Any], base: Decimal) -> None:
        self.changes |= differences(line, wanted)
        closing.expire([line.pk] if base != line.base_quantity else [], actor=self.actor)
        amount = cents(line.amount * base / line.base_quantity)
        freed, line.amount = line.amount - amount, amount
        line.open_quantity -= line.base_quantity - base
        line.quantity, line.base_quantity, line.note = wanted["quantity"], base, wanted["note"]
        line.delivery_of = wanted["delivery_of"]
        line.save(update_fields=["quantity", "base_quantity", "open_quantity", "amount", "note", "delivery_of"])
        if freed:
            budget.release(actor=self.actor, request_line_id=line.public_id, document=self.request, amount=freed)

    def _replace(self, line: RequestLine, values: Mapping[str, Any]) -> None:
        """Other values for a line; an approved one is decided again."""
        found = differences(line, values)
        if not found:
            return
        if line.state == LineState.APPROVED:
            if line.open_quantity != line.base_quantity:
                words = {"no": line.position}
                raise RuleBroken(
                    [_("Part of line %(no)s is already being bought. Only its quantity can be lowered.") % words]
                )  # fmt: skip
            line = perform(line, "ask_anew", actor=self.actor, reason=self.reason)
        self.changes |= found
        for name, value in values.items():
            setattr(line, name, value)
        line.save(update_fields=list(STORED))

    def _drop(self, line: RequestLine) -> None:
        self.changes[f"{line.position}. {_('line')}"] = [line.what, None]
        perform(line, "cancel", actor=self.actor, reason=self.reason)

    def _add(self, values: Mapping[str, Any]) -> None:
        """One more line, sent at once."""
        last = RequestLine.objects.unscoped(LINES).filter(request=self.request).order_by("position").last()
        line = RequestLine(request=self.request, position=last.position + 1 if last else 1, **values)
        line.save()
        self.changes[f"{line.position}. {_('line')}"] = [None, line.what]
        perform(line, "submit", actor=self.actor)
