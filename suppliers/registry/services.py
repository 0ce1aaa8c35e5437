"""Writing suppliers, their contacts and their accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput, Missing, NotAllowed, RuleBroken
from srm.core.numbering import Counter
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import due, effect
from suppliers.registry import taxids
from suppliers.registry.members import invite_member  # noqa: F401 - other rooms call it as a service of this one
from suppliers.registry.models import Contact, Supplier

WHY = "the supplier's own parts, inside its service"
# What a supplier may change about itself; its name, numbers and terms are the buyer's to check.
OWN_FIELDS = frozenset({"phone", "website", "address", "language", "email"})


def create_supplier(
    *, actor: Actor, name: str, code: str = "", contacts: Sequence[Mapping[str, Any]] = (),
    categories: Iterable[Category] = (), activate: bool = True, **values: Any,
) -> Supplier:  # fmt: skip
    """A new supplier with its contacts; active at once unless it is to be an applicant first.

    An empty `code` takes the next free one of our own series.

    Raises:
        NotAllowed: the role lacks the right. InvalidInput: sentences by field, contacts as "contacts.2.email".
    """
    _may_edit(actor)
    _check_numbers(values)
    supplier = records.create(Supplier, actor=actor, name=name, code=code or next_code(), **values)
    _set_categories(supplier, categories, actor=actor, first=True)
    _write_contacts(supplier, contacts, actor=actor)
    return perform(supplier, "accept", actor=actor) if activate else supplier


def update_supplier(
    supplier: Supplier, *, actor: Actor, version: int | None = None,
    contacts: Sequence[Mapping[str, Any]] | None = None, categories: Iterable[Category] | None = None, **changes: Any,
) -> Supplier:  # fmt: skip
    """Change a supplier; `contacts`, when given, is the whole list, each with its "id" or none for a new one.

    Raises:
        NotAllowed, Stale, InvalidInput.
    """
    _may_edit(actor)
    return _update(supplier, actor=actor, version=version, contacts=contacts, categories=categories, changes=changes)


def update_profile(
    supplier: Supplier, *, actor: Actor, version: int | None = None,
    contacts: Sequence[Mapping[str, Any]] | None = None, **changes: Any,
) -> Supplier:  # fmt: skip
    """The supplier's own account changes what is the supplier's to change.

    Raises:
        NotAllowed: another supplier's, or a field that only the buyer changes.
    """
    if not actor.may("portal.profile") or actor.supplier_id != supplier.pk or set(changes) - OWN_FIELDS:
        raise NotAllowed()
    return _update(supplier, actor=actor, version=version, contacts=contacts, categories=None, changes=changes)


def make_regular(supplier: Supplier, *, actor: Actor) -> Supplier:
    """A one-time supplier is one like any other from now on: invited, ordered from again, given access.

    Raises:
        NotAllowed: the role lacks the right. RuleBroken: it is one already.
    """
    _may_edit(actor)
    locked = records.locked_row(supplier)
    if not locked.once:
        raise RuleBroken([_("%(supplier)s is a regular supplier already.") % {"supplier": locked}])
    return records.update(locked, actor=actor, verb="made regular", once=False)


def set_segment(supplier: Supplier, *, segment: str, actor: Actor) -> Supplier:
    """Note where the matrix sees this supplier; written by the matrix, read by everybody.

    Raises:
        NotAllowed: the role may not approve assessments.
    """
    if not actor.may("kraljic.approve"):
        raise NotAllowed()
    return records.update(supplier, actor=actor, verb="segmented", segment=segment)


def next_code() -> str:
    """The next free code of our own series, S-1001 upwards; one series for the whole installation."""
    return next_codes(1)[0]


def next_codes(count: int) -> list[str]:
    """The next `count` free codes of our own series at once."""
    found: list[str] = []
    while missing := count - len(found):
        with transaction.atomic():
            counter, _new = Counter.objects.select_for_update().get_or_create(
                series="S", legal_entity_id=0, year=0, defaults={"last": 1000}
            )
            counter.last += missing
            counter.save(update_fields=["last"])
        offered = [f"S-{number}" for number in range(counter.last - missing + 1, counter.last + 1)]
        taken: set[str] = set()
        for start in range(0, len(offered), 500):
            some = Supplier.objects.unscoped("codes are unique over all").filter(code__in=offered[start : start + 500])
            taken |= set(some.values_list("code", flat=True))
        found += [code for code in offered if code not in taken]
    return found


# ------------------------------------------------------------------------------------------------------- moves


@effect(Supplier, "suspend")
def remember_until(supplier: Supplier, *, actor: Actor, until: dt.date | None = None, **_details: object) -> None:
    """A suspension has an end; the ticker brings the supplier back on that morning."""
    supplier.suspended_until = until
    supplier.next_check = _morning(until) if until else None
    supplier.save(update_fields=["suspended_until", "next_check"])


@effect(Supplier, "reinstate")
@effect(Supplier, "block")
def forget_until(supplier: Supplier, *, actor: Actor, **_details: object) -> None:
    """No suspension runs any more."""
    supplier.suspended_until = supplier.next_check = None
    supplier.save(update_fields=["suspended_until", "next_check"])


@due(Supplier)
def end_suspension(supplier: Supplier, *, actor: Actor = SYSTEM) -> None:
    """Bring a supplier back when its suspension is over; doing it twice does no harm."""
    locked = records.locked_row(supplier)
    if locked.state == "suspended" and locked.next_check and locked.next_check <= clock.now():
        perform(locked, "reinstate", actor=actor, reason=_("The suspension has ended."))
    elif locked.state != "suspended" and locked.next_check:
        forget_until(locked, actor=actor)


def _morning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


# ------------------------------------------------------------------------------------------------------- parts


def _may_edit(actor: Actor) -> None:
    if not actor.may("registry.edit"):
        raise NotAllowed()


def _update(
    supplier: Supplier, *, actor: Actor, version: int | None, contacts: Sequence[Mapping[str, Any]] | None,
    categories: Iterable[Category] | None, changes: dict[str, Any],
) -> Supplier:  # fmt: skip
    locked = records.locked_row(supplier, version=version)
    if not changes.get("code", locked.code):
        changes = {**changes, "code": locked.code}
    if any(name in changes and changes[name] != getattr(locked, name) for name in ("country", "tax_id", "vat_number")):
        now = {name: getattr(locked, name) for name in ("country", "tax_id", "vat_number")}
        _check_numbers({**now, **changes})
    fresh = records.update(locked, actor=actor, **changes)
    touched = contacts is not None and _write_contacts(fresh, contacts, actor=actor, replace=True)
    if categories is not None:
        touched = _set_categories(fresh, categories, actor=actor) or touched
    if touched and fresh.version == locked.version:
        fresh.version += 1
        fresh.save(update_fields=["version", "updated_at"])
    return fresh


def _check_numbers(values: Mapping[str, Any]) -> None:
    found = taxids.check(values.get("country", ""), values.get("tax_id", ""), values.get("vat_number", ""))
    if found.errors:
        raise InvalidInput(found.errors)


def _set_categories(supplier: Supplier, categories: Iterable[Category], *, actor: Actor, first: bool = False) -> bool:
    before, after = set() if first else set(supplier.categories.all()), set(categories)
    if before == after:
        return False
    supplier.categories.set(after)
    shown = [", ".join(sorted(map(str, rows))) for rows in (before, after)]
    audit.record(actor=actor, verb="changed", subject=supplier, changes={"categories": shown})
    return True


def _write_contacts(
    supplier: Supplier, lines: Sequence[Mapping[str, Any]], *, actor: Actor, replace: bool = False
) -> bool:
    """Bring the contacts in line with `lines`; whether anything changed."""
    kept = {one.public_id: one for one in Contact.objects.unscoped(WHY).filter(supplier=supplier)} if replace else {}
    gone = set(kept) - {line.get("id") for line in lines}
    for key in gone:
        records.remove(kept[key], actor=actor, root=supplier)
    changed = bool(gone)
    for position, line in enumerate(lines):
        values = {name: value for name, value in line.items() if name != "id"}
        try:
            changed = _write_contact(supplier, kept, line.get("id"), values, actor) or changed
        except InvalidInput as fault:
            raise InvalidInput(_placed(fault, position)) from fault
    return changed


def _write_contact(
    supplier: Supplier, kept: Mapping[str, Contact], key: str | None, values: dict[str, Any], actor: Actor
) -> bool:
    if not key:
        values.setdefault("language", supplier.language)
        records.create(Contact, actor=actor, root=supplier, supplier=supplier, **values)
        return True
    if key not in kept:
        raise InvalidInput(_("This contact was removed meanwhile."))
    before = kept[key].version
    return records.update(kept[key], actor=actor, root=supplier, **values).version != before


def _placed(fault: InvalidInput, position: int) -> dict[str, Any]:
    """A contact's faults under its position; a doubled address is the address's fault."""
    placed: dict[str, Any] = {}
    for name, sentences in fault.errors.items():
        doubled = name == "__all__" and len(sentences) == 1 and "Contact" in str(sentences[0])
        key = "email" if doubled else name
        placed[f"contacts.{position}.{key}" if key != "__all__" else f"contacts.{position}"] = sentences
    return placed


def contact_of(supplier: Supplier, public_id: str) -> Contact:
    """One contact of this supplier.

    Raises:
        Missing: it has no such contact.
    """
    found = Contact.objects.unscoped(WHY).filter(supplier=supplier, public_id=public_id).first()
    if found is None:
        raise Missing()
    return found
