"""The portal's own pages: start, magic link, profile, people."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from srm.core.errors import InvalidInput, Missing
from srm.ui.pages import Page
from suppliers.portal import home, links
from suppliers.portal.models import MagicLink
from suppliers.portal.pages import SupplierActionPage, SupplierEditPage, SupplierPage, portal_url
from suppliers.registry import members, selectors, services
from suppliers.registry.forms import ContactLines, MemberForm, ProfileForm
from suppliers.registry.models import Membership, Supplier


class PortalHome(SupplierPage):
    """What is asked of me, with deadlines; then what is done."""

    permission = "portal.view"
    title = _("What is asked of you")
    template = "suppliers/portal/home.html"
    name = "home"
    route = ""

    def context(self) -> dict[str, Any]:
        waiting, known = home.entries_for(self.actor)
        return {**super().context(), "waiting": waiting, "known": known, "links": home.links_below()}


class LinkPage(Page):
    """The address in a mail: lets the browser act through the link and goes to the document.

    An unknown, a withdrawn and an expired link answer alike, and so does a link of somebody else's for whoever is
    logged in as another.
    """

    public = True
    name = "link"
    route = "l/<str:token>/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if links.too_many(request):
            return dead_end(request, status=429)
        link = links.find(self.kwargs["token"])
        address = self.address_of(link) if link is not None and self.may_follow(link) else ""
        if not address:
            return dead_end(request)
        response = HttpResponseRedirect(address)
        if self.actor.is_anonymous:
            links.remember(request, response, link)  # type: ignore[arg-type]
        add_never_cache_headers(response)
        return response

    def may_follow(self, link: MagicLink) -> bool:
        """Whoever is logged in follows only links of his own firm; staff none."""
        return self.actor.is_anonymous or self.actor.supplier_id == link.supplier_id

    def address_of(self, link: MagicLink) -> str:
        """The portal page of the link's document."""
        model = apps.get_model(link.document_kind)
        manager: Any = model._default_manager
        document = manager.filter(public_id=link.document_id).first()
        return portal_url(document) if document is not None else ""


def dead_end(request: HttpRequest, status: int = 404) -> HttpResponse:
    """The one page for every link that leads nowhere."""
    return render(request, "suppliers/portal/dead_link.html", {"status": status}, status=status)


class Profile(SupplierPage):
    """What we keep about the supplier, as it may see it."""

    permission = "portal.view"
    title = _("Your firm")
    template = "suppliers/portal/profile.html"
    name = "profile"
    route = "profile/"
    for_links = False

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "contacts": self.supplier.contacts.order_by("name"),
            "people": selectors.members_of(self.supplier, self.actor), "may_edit": self.actor.may("portal.profile"),
            "may_invite": self.actor.may("portal.users"),
        }  # fmt: skip


class ProfileEdit(SupplierEditPage):
    """Change how the firm is reached, and its contacts."""

    model = Supplier
    permission = "portal.profile"
    title = _("Change your firm's details")
    form = ProfileForm
    lines = ContactLines
    service = services.update_profile
    name = "profile-edit"
    route = "profile/edit/"
    for_links = False

    def load(self) -> Supplier:
        """The actor's own firm; no address names another."""
        found = self.queryset().first()
        if found is None:
            raise Missing()
        return found

    def initial_lines(self) -> list[dict[str, Any]]:
        """The contacts."""
        names = list(ContactLines.form.base_fields)
        return [
            {**{name: getattr(one, name) for name in names}, "id": one.public_id} for one in self.object.contacts.all()
        ]

    def call(self, cleaned: dict[str, Any]) -> str:
        """The form's lines are the service's contacts."""
        contacts = cleaned.pop("lines")
        try:
            services.update_profile(
                self.object, actor=self.actor, version=self.seen_version, contacts=contacts, **cleaned
            )
        except InvalidInput as fault:
            raise InvalidInput(
                {name.replace("contacts.", "lines.", 1): text for name, text in fault.errors.items()}
            ) from fault
        return reverse("portal:profile")

    def back_url(self) -> str:
        """The profile."""
        return reverse("portal:profile")


class PeopleInvite(SupplierActionPage):
    """A colleague gets an account."""

    permission = "portal.users"
    title = _("Invite a colleague")
    form = MemberForm
    submit = _("Send the invitation")
    done = _("The invitation is on its way.")
    name = "people-invite"
    route = "people/new/"
    for_links = False

    def initial(self) -> dict[str, Any]:
        """The firm's language."""
        return {"language": self.supplier.language, "role": "supplier_user"}

    def act(self, form: MemberForm) -> str:
        """Make the account."""
        members.invite_member(actor=self.actor, supplier=self.supplier, **form.cleaned_data)
        return reverse("portal:profile")

    def back_url(self) -> str:
        """The profile."""
        return reverse("portal:profile")


class PeopleClose(SupplierActionPage):
    """A colleague has left."""

    permission = "portal.users"
    title = _("Close the account")
    form = None
    ask = _("This person can no longer log in here.")
    submit = _("Close the account")
    done = _("Closed.")
    tone = "danger"
    name = "people-close"
    route = "people/<str:member>/close/"
    for_links = False

    @property
    def membership(self) -> Membership:
        """The colleague in the address."""
        wanted = self.kwargs["member"]
        found = selectors.members_of(self.supplier, self.actor).filter(pk=wanted).first() if wanted.isdigit() else None
        if found is None:
            raise Missing()
        return found

    def heading(self) -> str:
        """Whose account."""
        return str(_("Close the account of %(name)s")) % {"name": self.membership.user.name}

    def act(self, form: Any) -> str:
        """Close it."""
        members.close_member(self.membership, actor=self.actor)
        return reverse("portal:profile")

    def back_url(self) -> str:
        """The profile."""
        return reverse("portal:profile")
