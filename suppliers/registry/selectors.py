"""Reading suppliers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.core.search import fold
from suppliers.registry import taxids
from suppliers.registry.models import Contact, Membership, Supplier

WHY = "the receivers of what we send to a supplier"
MOST_TWINS = 50


def warnings_of(supplier: Supplier, actor: Actor) -> list[str]:
    """What a reader should know: unusual numbers, and other suppliers with the same tax number."""
    found = taxids.check(supplier.country, supplier.tax_id, supplier.vat_number)
    sentences = [*found.errors.values(), *found.warnings]
    if supplier.tax_id:
        same = Supplier.objects.visible_to(actor).filter(tax_id=supplier.tax_id, country=supplier.country)
        names = list(same.exclude(pk=supplier.pk).values_list("name", flat=True)[:3])
        if names:
            sentences.append(_("The same tax number is kept for %(names)s.") % {"names": ", ".join(names)})
    if supplier.once:
        sentences.append(
            _("A one-time supplier: it was entered in short for a single order. Make it a regular one to buy more.")
        )
    return sentences


def twins_of(actor: Actor, *, name: str, country: str = "", tax_id: str = "") -> list[Supplier]:
    """Suppliers that are probably the same firm: of the same tax number, or of the same name in the same country."""
    rows = Supplier.objects.visible_to(actor)
    numbers = {tax_id.strip(), taxids.compact(tax_id)} - {""}
    found = list(rows.filter(country=country, tax_id__in=numbers)) if numbers else []
    named = rows.filter(country=country).search(name)[:MOST_TWINS] if name.strip() else []
    found += [one for one in named if one not in found and fold(name) in {fold(one.name), fold(one.legal_name)}]
    return found


def members_of(supplier: Supplier, actor: Actor) -> QuerySet[Membership]:
    """The supplier's accounts, open ones first."""
    rows = Membership.objects.visible_to(actor).filter(supplier=supplier).select_related("user", "supplier")
    return rows.order_by("-user__is_active", "user__name")


def receivers(suppliers: Iterable[Supplier], *, of: str) -> dict[int, list[Contact]]:
    """Contacts to write to, by supplier: those marked for `of` ("gets_tenders", "gets_orders"), else all it has."""
    ids = [supplier.pk for supplier in suppliers]
    found: dict[int, list[Contact]] = {key: [] for key in ids}
    others: dict[int, list[Contact]] = {key: [] for key in ids}
    for contact in Contact.objects.unscoped(WHY).filter(supplier_id__in=ids).order_by("pk"):
        (found if getattr(contact, of) else others)[contact.supplier_id].append(contact)
    return {key: found[key] or others[key] for key in ids}


def users_of(suppliers: Iterable[Supplier]) -> dict[int, list]:
    """Open accounts by supplier, for notices in the portal."""
    rows = Membership.objects.unscoped(WHY).filter(supplier__in=list(suppliers), user__is_active=True)
    found: dict[int, list] = {}
    for row in rows.select_related("user").order_by("pk"):
        found.setdefault(row.supplier_id, []).append(row.user)
    return found


def pickable(actor: Actor, text: str) -> QuerySet[Supplier]:
    """Active suppliers for pickers, without one-time ones: those that `text` names, else the first by name."""
    rows = Supplier.objects.visible_to(actor).filter(state="active", once=False)
    return (rows.search(text) if text else rows).order_by("name")


def contacts_matching(actor: Actor, text: str) -> QuerySet[Contact]:
    """Contacts of active suppliers whose name, address or firm holds `text`."""
    rows = (
        Contact.objects.visible_to(actor)
        .filter(supplier__state="active", supplier__once=False)
        .select_related("supplier")
    )
    if text:
        rows = rows.search(text) | rows.filter(supplier__search_text__contains=fold(text))
    return rows.order_by("name")
