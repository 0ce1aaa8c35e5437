"""The start page and the search page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.home import inbox, search
from srm.ui.menu import menu
from srm.ui.pages import Page


@menu("work", _("Inbox"), order=1, key="i")
class Inbox(Page):
    """What waits for me."""

    permission = "home.view"
    title = _("Inbox")
    template = "srm/home/inbox.html"
    name = "inbox"
    route = ""

    def admit(self) -> None:
        """A supplier's start page is the portal."""
        if not self.actor.is_supplier:
            super().admit()

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.actor.is_supplier:
            return HttpResponseRedirect(reverse("portal:home"))
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        found = list(inbox.sections(self.actor))
        return {**super().context(), "sections": found, "may_request": self.actor.may("requests.create")}


class Search(Page):
    """A few hits of each kind."""

    permission = "home.view"
    title = _("Search")
    template = "srm/home/search.html"
    name = "search"
    route = "search/"

    def context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "")[:100]
        return {**super().context(), "text": text, "found": search.find(self.actor, text)}
