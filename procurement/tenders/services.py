"""Writing tenders: drafts, invitations, the key, deadlines, what comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.planning.models import DemandLine
from procurement.tenders import deciding, letters, sealing
from procurement.tenders.lifecycle import UNPUBLISHED, TenderState
from procurement.tenders.lines import add_demand, give_back, write_lines
from procurement.tenders.models import Invitation, LotLine, Tender, TenderKey
from procurement.tenders.policy import method_for
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing, NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import give_number
from srm.flow.registry import effect
from srm.people.models import LegalEntity, User
from suppliers.portal import links
from suppliers.registry.models import Contact, Supplier

WHY = "the tender's own parts, inside its service"
USUAL_DAYS = 7
USUAL_HOUR = 10


def create_tender(
    *, actor: Actor, title: str, legal_entity: LegalEntity | None = None, lines: Sequence[Mapping[str, Any]] = (),
    suppliers: Iterable[Supplier] = (), **values: Any,
) -> Tender:  # fmt: skip
    """A draft, with its lines (see `lines.write_lines`) and the suppliers to ask.

    Raises:
        NotAllowed: the role lacks the right. InvalidInput: sentences by field.
    """
    _may_edit(actor)
    values.setdefault("buyer", User.objects.filter(pk=actor.user_id).first())
    entity = legal_entity or default_entity(actor)
    values.setdefault("currency", entity.currency)
    chosen = {name: value for name, value in values.items() if name != "method" or value}
    tender = records.create(Tender, actor=actor, title=title, legal_entity=entity, **chosen)
    write_lines(tender, lines, actor=actor)
    _adopt_category(tender, values)
    invite(tender, actor=actor, suppliers=suppliers)
    return tender


def create_from_demand(
    *, actor: Actor, demand_lines: Iterable[DemandLine | tuple[DemandLine, Decimal]], title: str = "", **values: Any
) -> Tender:
    """A draft that asks for what is open of these demand lines; (line, quantity) asks for a part.

    Raises:
        InvalidInput: nothing is chosen or open, or needs of two legal entities would be mixed.
    """
    entries = [entry if isinstance(entry, tuple) else (entry, entry.open_quantity) for entry in demand_lines]
    entries = [(need, quantity) for need, quantity in entries if quantity > 0]
    if not entries:
        raise InvalidInput(_("Nothing of this demand is open any more."))
    entities = {need.demand.legal_entity for need, _quantity in entries}
    if len(entities) > 1:
        raise InvalidInput(_("These needs belong to different legal entities. Make a tender for each."))
    values.setdefault("deadline", usual_deadline())
    tender = create_tender(actor=actor, title=title or _title_of(entries), legal_entity=entities.pop(), **values)
    add_demand(tender, entries, actor=actor)
    _adopt_category(tender, values)
    return tender


def update_tender(
    tender: Tender, *, actor: Actor, version: int | None = None, lines: Sequence[Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Tender:  # fmt: skip
    """Change what is not published yet; `lines`, when given, is the whole list. What others approved goes back to them.

    Raises:
        NotAllowed, Stale. InvalidInput: it is published, or sentences by field. RuleBroken: see `deciding.edited`.
    """
    _may_edit(actor)
    locked = records.locked_row(tender, version=version)
    if locked.state not in UNPUBLISHED:
        records.refuse_unless_draft(locked, TenderState.DRAFT)
    fresh = records.update(locked, actor=actor, **changes)
    touched = lines is not None and write_lines(fresh, lines, actor=actor)
    if touched and fresh.version == locked.version:
        fresh.version += 1
        fresh.save(update_fields=["version", "updated_at"])
    return deciding.edited(fresh, actor=actor)


def default_entity(actor: Actor) -> LegalEntity:
    """The firm of the actor's department, else the only one there is.

    Raises:
        InvalidInput: there are several, and nothing says which.
    """
    user = User.objects.filter(pk=actor.user_id).select_related("department__legal_entity").first()
    if user is not None and user.department is not None:
        return user.department.legal_entity
    found = list(LegalEntity.objects.filter(is_active=True)[:2])
    if len(found) != 1:
        raise InvalidInput({"legal_entity": _("Choose the firm that buys.")})
    return found[0]


def usual_deadline() -> dt.datetime:
    """In a week, in the morning, on a working day."""
    day = clock.today() + dt.timedelta(days=USUAL_DAYS)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(USUAL_HOUR)))


# -------------------------------------------------------------------------------------------------- invitations


def invite(
    tender: Tender, *, actor: Actor, suppliers: Iterable[Supplier], contact: Contact | None = None
) -> list[Invitation]:
    """Ask these suppliers; those already asked stay as they are. A published tender writes to the new ones at once.

    Raises:
        RuleBroken: a supplier cannot be invited, or the time for it is over. InvalidInput: a contact of another firm.
    """
    _may_edit(actor)
    wanted = list(suppliers)
    if not wanted:
        return []
    locked = records.locked_row(tender)
    _still_open_for_invitations(locked)
    asked = set(locked.invited().values_list("supplier_id", flat=True))
    fresh = [_invitation(locked, one, contact, actor) for one in wanted if one.pk not in asked]
    if locked.state == TenderState.PUBLISHED and fresh:
        _send(locked, fresh, actor=actor)
    elif fresh:
        deciding.edited(locked, actor=actor)
    return fresh


def uninvite(invitation: Invitation, *, actor: Actor) -> None:
    """Take a supplier off the list of what is not published yet.

    Raises:
        RuleBroken: it has been asked already.
    """
    _may_edit(actor)
    locked = records.locked_row(invitation.tender)
    if locked.state not in UNPUBLISHED:
        raise RuleBroken([_("%(supplier)s has been asked already.") % {"supplier": invitation.supplier}])
    records.remove(invitation, actor=actor, root=locked)
    deciding.edited(locked, actor=actor)


def _still_open_for_invitations(tender: Tender) -> None:
    if tender.state not in (*UNPUBLISHED, TenderState.PUBLISHED):
        raise RuleBroken(
            [_("Nobody can be invited any more: this is already “%(state)s”.") % {"state": tender.state_label}]
        )
    if tender.state == TenderState.PUBLISHED and tender.over_at(clock.db_now()):
        raise RuleBroken([_("The deadline has passed.")])


def _invitation(tender: Tender, supplier: Supplier, contact: Contact | None, actor: Actor) -> Invitation:
    if supplier.once:
        raise RuleBroken(
            [_("%(supplier)s is a one-time supplier. Make it a regular one first.") % {"supplier": supplier}]
        )
    if not supplier.usable:
        raise RuleBroken(
            [_("%(supplier)s cannot be invited: %(state)s.") % {"supplier": supplier, "state": supplier.state_label}]
        )
    if contact is not None and contact.supplier_id != supplier.pk:
        raise InvalidInput({"contact": _("This person works for another firm.")})
    row = Invitation(tender=tender, supplier=supplier, contact=contact)
    records.check(row)
    row.save(force_insert=True)
    audit.record(actor=actor, verb="invited", subject=row, root=tender)
    return row


def _send(tender: Tender, invitations: Sequence[Invitation], *, actor: Actor) -> None:
    for row in invitations:
        row.sent_at = clock.now()
        row.save(update_fields=["sent_at"])
    letters.invite_by_mail(tender, invitations, actor=actor)


def own_invitation(tender: Tender, actor: Actor) -> Invitation:
    """The invitation of the actor's firm, locked.

    Raises:
        Missing: it was not invited; to it the tender does not exist.
    """
    rows = Invitation.objects.visible_to(actor).filter(tender=tender, supplier_id=actor.supplier_id)
    found = rows.select_for_update(of=("self",)).first() if actor.is_supplier else None
    if found is None:
        raise Missing()
    return found


def mark_seen(tender: Tender, *, actor: Actor) -> None:
    """The supplier has opened the tender; noted once."""
    invitation = own_invitation(tender, actor)
    links.used(tender, actor)
    if invitation.seen_at is None:
        invitation.seen_at = clock.now()
        invitation.save(update_fields=["seen_at"])


def decline(tender: Tender, *, actor: Actor, reason: str = "") -> Invitation:
    """The supplier will not make an offer; it may think again until the deadline.

    Raises:
        NotAllowed, Missing. RuleBroken: the deadline has passed.
    """
    return _answer(tender, actor, verb="declined", declined_at=clock.now(), decline_reason=reason)


def take_part(tender: Tender, *, actor: Actor) -> Invitation:
    """The supplier takes its refusal back.

    Raises:
        NotAllowed, Missing. RuleBroken: the deadline has passed.
    """
    return _answer(tender, actor, verb="takes_part", declined_at=None, decline_reason="")


def _answer(tender: Tender, actor: Actor, *, verb: str, **values: Any) -> Invitation:
    if not actor.may("portal.bid"):
        raise NotAllowed()
    locked = records.locked_row(tender)
    invitation = own_invitation(locked, actor)
    if locked.state != TenderState.PUBLISHED or locked.over_at(clock.db_now()):
        raise RuleBroken([_("The deadline has passed. Offers are no longer taken.")])
    for name, value in values.items():
        setattr(invitation, name, value)
    invitation.save(update_fields=list(values))
    audit.record(actor=actor, verb=verb, subject=invitation, root=locked, reason=values["decline_reason"])
    return invitation


# ----------------------------------------------------------------------------------------------------- deadline


def set_deadline(
    tender: Tender, *, actor: Actor, deadline: dt.datetime, version: int | None = None, reason: str = ""
) -> Tender:
    """Another deadline: any before it is published; later only, and only before the present one, once it is published.

    Raises:
        NotAllowed, Stale, RuleBroken: see above. InvalidInput: the time is not later.
    """
    if not actor.may("tenders.publish"):
        raise NotAllowed()
    locked = records.locked_row(tender, version=version)
    if locked.state in UNPUBLISHED:
        return records.update(locked, actor=actor, deadline=deadline)
    if locked.state != TenderState.PUBLISHED or locked.over_at(clock.db_now()):
        raise RuleBroken([_("The deadline has passed; it cannot be moved any more.")])
    if not (locked.deadline and deadline > locked.deadline):
        raise InvalidInput({"deadline": _("A published deadline can only be moved to a later time.")})
    changed = records.update(
        locked, actor=actor, verb="deadline_moved", reason=reason, deadline=deadline, next_check=deadline
    )
    links.extend_links(changed, actor=actor, expires_at=letters.links_end(changed))
    letters.tell_deadline(changed, actor=actor)
    return changed


# -------------------------------------------------------------------------------------------------------- moves


@effect(Tender, "publish")
def open_for_offers(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """The key is made, the clock is set, the invitations go out."""
    pair = sealing.new_key_pair()
    TenderKey.objects.unscoped(WHY).create(
        tender=tender, public_key=pair.public, fingerprint=pair.fingerprint, wrapped_private=pair.wrapped_private
    )
    tender.published_at = clock.now()
    tender.next_check = tender.deadline
    tender.save(update_fields=["published_at", "next_check"])
    give_number(tender)
    _send(tender, list(tender.invited().select_related("supplier", "contact")), actor=actor)


@effect(Tender, "open_bids")
def note_opening(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """From now on offers may be known."""
    tender.opened_at = clock.db_now()
    tender.next_check = None
    tender.save(update_fields=["opened_at", "next_check"])


@effect(Tender, "fail")
def reopen_demand(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """What was asked for is open in the demand again."""
    release(tender, actor=actor)
    tender.next_check = None
    tender.save(update_fields=["next_check"])


@effect(Tender, "cancel")
def end_tender(tender: Tender, *, actor: Actor, reason: str = "", **_details: object) -> None:
    """The demand is open again, and whoever was asked is told."""
    reopen_demand(tender, actor=actor)
    if tender.opened_at is None:
        # Offers nobody has read, nobody will.
        TenderKey.objects.unscoped(WHY).filter(tender=tender).update(wrapped_private=b"")
    if tender.published_at is not None:
        letters.tell_cancelled(tender, actor=actor, reason=reason)


def release(tender: Tender, *, actor: Actor, kept: Mapping[int, Decimal] | None = None) -> None:
    """Give back to the demand what the tender does not buy; `kept` says how much of each line (by pk) it does."""
    for line in tender.all_lines().filter(demand_line__isnull=False).select_related("demand_line"):
        rest = line.quantity - min(line.quantity, (kept or {}).get(line.pk, Decimal(0)))
        if rest > 0:
            give_back(tender, line, actor=actor, quantity=None if rest == line.quantity else rest)


# -------------------------------------------------------------------------------------------------------- small


def key_of(tender: Tender) -> TenderKey | None:
    """The tender's key; drafts have none."""
    return (
        TenderKey.objects.unscoped("sealing and opening, and the fingerprint in the notice")
        .filter(tender=tender)
        .first()
    )


def _may_edit(actor: Actor) -> None:
    if not actor.may("tenders.edit"):
        raise NotAllowed()


def _adopt_category(tender: Tender, given: Mapping[str, Any]) -> None:
    """A tender whose lines are all of one category is of that category, and is run as its policy says."""
    before = (tender.category_id, tender.method)
    if tender.category_id is None:
        found = {line.item.category_id if line.item else None for line in tender.all_lines()}
        if len(found) == 1 and (only := found.pop()) is not None:
            tender.category_id = only
    for name, value in method_for(tender.category, given).items():
        setattr(tender, name, value)
    if before != (tender.category_id, tender.method):
        tender.save(update_fields=["category", "method"])


def _title_of(entries: Sequence[tuple[DemandLine, Decimal]]) -> str:
    categories = {need.category for need, _quantity in entries}
    if len(categories) == 1 and len(entries) > 1 and (only := categories.pop()) is not None:
        return str(only)[:150]
    first, more = str(entries[0][0].what)[:100], len(entries) - 1
    if not more:
        return first
    return ngettext("%(first)s and %(more)d more", "%(first)s and %(more)d more", more) % {"first": first, "more": more}


def lines_by_id(tender: Tender) -> dict[str, LotLine]:
    """The tender's lines by their public ids."""
    return {line.public_id: line for line in tender.all_lines()}
