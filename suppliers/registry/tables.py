"""Tables of suppliers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.ui import tables
from suppliers.registry.countries import country_name
from suppliers.registry.models import Contact, Membership, Supplier


class SupplierTable(tables.Table):
    """The directory."""

    name = tables.TextColumn(hint="code")
    state = tables.StateColumn()
    country = tables.TextColumn(accessor=lambda row: country_name(row.country))
    supplies = tables.TextColumn(
        _("Supplies"), accessor=lambda row: ", ".join(str(one) for one in row.categories.all()[:3])
    )
    segment = tables.QuadrantColumn()
    once = tables.FlagColumn(yes=_("one-time"), no="")
    email = tables.TextColumn()
    phone = tables.TextColumn()
    tax_id = tables.TextColumn()
    vat_number = tables.TextColumn()
    payment_days = tables.NumberColumn()
    incoterm = tables.TextColumn()
    created_at = tables.DateColumn(sort="created")

    class Meta:
        model = Supplier
        hidden = ("once", "phone", "tax_id", "vat_number", "payment_days", "incoterm", "created_at")


class ContactTable(tables.Table):
    """The supplier's people."""

    name = tables.TextColumn(hint="position")
    email = tables.TextColumn()
    phone = tables.TextColumn()
    language = tables.ChoiceColumn()
    gets_tenders = tables.FlagColumn(_("Invitations"))
    gets_orders = tables.FlagColumn(_("Orders"))

    class Meta:
        model = Contact


class MemberTable(tables.Table):
    """The supplier's accounts."""

    name = tables.TextColumn(pgettext_lazy("person", "Name"), accessor="user.name", hint="user.email")
    role = tables.ChoiceColumn()
    status = tables.TextColumn(_("Access"), accessor="status")

    class Meta:
        model = Membership
