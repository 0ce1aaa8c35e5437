"""Staff pages of suppliers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready
from suppliers.registry import members, selectors, services
from suppliers.registry.countries import country_name
from suppliers.registry.exchange import SupplierSheet
from suppliers.registry.filters import SupplierFilter
from suppliers.registry.forms import ContactLines, MemberForm, SupplierForm
from suppliers.registry.models import Membership, Supplier
from suppliers.registry.tables import ContactTable, MemberTable, SupplierTable


@menu("suppliers", _("Directory"), order=10, key="s")
class SupplierList(ListPage):
    """All suppliers."""

    model = Supplier
    permission = "registry.view"
    title = _("Suppliers")
    table = SupplierTable
    filterset = SupplierFilter
    sorts = {
        "name": ("name", "id"), "-name": ("-name", "-id"), "-created": ("-created_at", "-id"), "created": ("created_at", "id"),
    }  # fmt: skip
    create_label = _("New supplier")
    empty = (_("No suppliers yet."), _("Enter one, or import the list you have."))
    sheet = SupplierSheet
    views = [
        ("active", _("Active"), {"state": "active"}),
        ("applicants", _("Applicants"), {"state": "applicant"}),
        ("suspended", _("Suspended"), {"state": "suspended"}),
        ("once", _("One-time"), {"once": "1"}),
    ]

    def decorate(self, rows: QuerySet) -> QuerySet:
        """Categories of the page's rows in one query."""
        return rows.prefetch_related("categories")


class SupplierDetail(DetailPage):
    """One supplier."""

    model = Supplier
    permission = "registry.view"
    facts = [
        "legal_name", "country", "tax_id", "vat_number", "categories", "email", "phone", "website", "address", "language",
        "currency", "incoterm", "payment_days", "suspended_until",
    ]  # fmt: skip
    lines = ("contacts", ContactTable)
    lines_title = _("Contacts")

    def heading(self) -> str:
        """The firm's name."""
        return self.object.name

    def eyebrow(self) -> list[Any]:
        """Code, then the kind of document."""
        return [self.object.code, *super().eyebrow()]

    def quadrant(self) -> str:
        """Its segment."""
        return self.object.segment

    def fact_country(self) -> str:
        """Its name in the reader's language."""
        return country_name(self.object.country)

    def actions(self) -> list[Action]:
        """A one-time supplier can become a regular one."""
        found = super().actions()
        if self.object.once and self.actor.may("registry.edit"):
            found.insert(0, Action("regular", _("Make it a regular supplier"), url_of(self.object, "regular") or ""))
        return found

    def warnings(self) -> list[Any]:
        """Unusual numbers, twins."""
        return selectors.warnings_of(self.object, self.actor)


class _WithContacts:
    """The form's lines are the service's contacts, and its faults come back onto the lines."""

    def call(self, cleaned: dict[str, Any]) -> Any:
        """Call the service with the lines under their own name."""
        cleaned["contacts"] = cleaned.pop("lines")
        try:
            return super().call(cleaned)  # type: ignore[misc]
        except InvalidInput as fault:
            renamed = {
                f"lines.{name.removeprefix('contacts.')}" if name.startswith("contacts.") else name: sentences
                for name, sentences in fault.errors.items()
            }
            raise InvalidInput(renamed) from fault


class SupplierCreate(_WithContacts, CreatePage):
    """A new supplier."""

    model = Supplier
    permission = "registry.edit"
    title = _("New supplier")
    form = SupplierForm
    lines = ContactLines
    service = services.create_supplier
    submit = _("Save supplier")


class SupplierEdit(_WithContacts, EditPage):
    """Change a supplier."""

    model = Supplier
    permission = "registry.edit"
    form = SupplierForm
    lines = ContactLines
    service = services.update_supplier

    def initial_lines(self) -> list[dict[str, Any]]:
        """Its contacts."""
        names = list(ContactLines.form.base_fields)
        return [
            {**{name: getattr(one, name) for name in names}, "id": one.public_id} for one in self.object.contacts.all()
        ]


class SupplierRegular(ActionPage):
    """A one-time supplier becomes one like any other."""

    model = Supplier
    permission = "registry.edit"
    name = "regular"
    title = _("Make it a regular supplier")
    submit = _("Make it a regular supplier")
    done = _("It can be invited and ordered from like any other. Complete what is known about it.")
    ask = _("It is offered everywhere from now on, and may be invited to tenders and to the portal.")

    def act(self, form: Any) -> Any:
        """Make it regular, and go on to what is known about it."""
        services.make_regular(self.object, actor=self.actor)
        return url_of(self.object, "edit")


class SupplierInvite(ActionPage):
    """An account for somebody at the supplier."""

    model = Supplier
    permission = "registry.edit"
    name = "invite"
    title = _("Invite to the portal")
    form = MemberForm
    submit = _("Send the invitation")
    done = _("The invitation is on its way.")

    def initial(self) -> dict[str, Any]:
        """The supplier's language; a contact named in the address."""
        return {"language": self.object.language, **super().initial()}

    def act(self, form: MemberForm) -> str:
        """Make the account and send the mail."""
        members.invite_member(actor=self.actor, supplier=self.object, **form.cleaned_data)
        return f"{self.object.get_absolute_url()}?tab=accounts"


class MemberPage(ActionPage):
    """Shared by what is done to one account."""

    abstract = True
    model = Supplier
    permission = "registry.edit"
    form = None

    @property
    def membership(self) -> Membership:
        """The account in the address; only of the supplier in the address."""
        wanted = self.kwargs["member"]
        if not wanted.isdigit():
            raise BadRequest
        found = selectors.members_of(self.object, self.actor).filter(pk=wanted).first()
        if found is None:
            raise Missing()
        return found

    def heading(self) -> str:
        """What is done, and to whose account."""
        return f"{self.title}: {self.membership.user.name}"

    def back_url(self) -> str:
        """The accounts of the supplier."""
        return f"{self.object.get_absolute_url()}?tab=accounts"


class MemberRemind(MemberPage):
    """Send the invitation once more."""

    name = "remind"
    route = "<str:public_id>/accounts/<str:member>/remind/"
    title = _("Send the invitation again")
    ask = _("A new link is sent; the one before it stops working only when it is used or too old.")
    submit = _("Send again")
    done = _("Sent.")

    def act(self, form: Any) -> None:
        """Mail a new link."""
        members.send_invitation(self.membership, actor=self.actor)


class MemberClose(MemberPage):
    """Close an account."""

    name = "close-account"
    route = "<str:public_id>/accounts/<str:member>/close/"
    title = _("Close the account")
    ask = _("This person can no longer log in. What he did stays in the history.")
    submit = _("Close the account")
    tone = "danger"
    done = _("Closed.")

    def act(self, form: Any) -> None:
        """Close it."""
        members.close_member(self.membership, actor=self.actor)


@panel(Supplier, _("Accounts"), order=40, permission="registry.view", key="accounts")
def accounts_panel(supplier: Supplier, actor: Actor, _request: object) -> tuple[str, dict]:
    """Who may act for the supplier in the portal."""
    rows = list(selectors.members_of(supplier, actor))
    may = actor.may("registry.edit")
    invite = Action("invite", _("Invite to the portal"), url_of(supplier, "invite") or "") if may else None
    return "suppliers/registry/_accounts.html", {
        "table": render_ready(MemberTable, rows, actor, link=None), "rows": rows, "invite": invite, "may": may,
    }  # fmt: skip
