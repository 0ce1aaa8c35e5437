"""Bases of the suppliers' own pages.

    class OfferPage(SupplierPage):
        model = Tender; permission = "portal.bid"; name = "offer"; template = "procurement/bids/portal/offer.html"

They take a supplier's account or the holder of a magic link, and nobody else: for staff the address does not exist.
What the holder of a link did not get by mail does not exist for him either. Dates are in the reader's time zone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from babel.dates import get_timezone_location
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.ui import links as staff_links
from srm.ui.pages import ActionPage, CreatePage, EditPage, Page
from suppliers.portal import links
from suppliers.registry.models import Supplier

WHY = "the supplier the actor acts for"


class _ForSuppliers(Page):
    """What all supplier pages share; `main = True` marks the page that a document's links lead to."""

    abstract = True
    frame = "portal/base.html"
    kind = ""
    main: ClassVar[bool] = False
    for_links: ClassVar[bool] = True
    main_pages: ClassVar[dict[type[models.Model], str]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        if "room" not in cls.__dict__:
            room = staff_links.room_of(cls.__module__)
            cls.room = room if room == "portal" else f"portal-{room}"
        super().__init_subclass__(**options)
        if cls.main and cls.model is not None and not cls.abstract:
            _ForSuppliers.main_pages[cls.model] = cls.url_name()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = supplier_actor(request)
        if actor is None and not request.actor.is_anonymous:  # type: ignore[attr-defined]
            raise Missing()
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
            if actor.kind == "link" and not self.for_links:
                raise Missing()
            _speak(request, actor)
        with timezone.override(zone_of(request)):
            response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def load(self) -> models.Model:
        """The object of the address; for a link's holder only the one he was sent."""
        found = super().load()
        if not links.reaches(self.actor, found):
            raise Missing()
        return found

    @property
    def supplier(self) -> Supplier:
        """The firm the actor acts for."""
        if not hasattr(self, "_supplier"):
            self._supplier = Supplier.objects.unscoped(WHY).get(pk=self.actor.supplier_id)
        return self._supplier

    def after(self, result: Any) -> str:
        """Where to go then: an address, or the portal page of a document."""
        if isinstance(result, str):
            return result
        return (portal_url(result) if isinstance(result, models.Model) else "") or self.back_url()

    def back_url(self) -> str:
        """The document's portal page, else the start page."""
        return (portal_url(self.object) if self.object is not None else "") or reverse("portal:home")

    def context(self) -> dict[str, Any]:
        by_link = self.actor.kind == "link"
        return {
            **super().context(), "supplier": self.supplier, "supplier_name": self.supplier.name, "by_link": by_link,
            "portal_home": reverse("portal:home"), "zone": zone_name(),
        }  # fmt: skip


class SupplierPage(_ForSuppliers):
    """A page of the portal that shows something: `template`, `context()`."""

    abstract = True


class SupplierActionPage(_ForSuppliers, ActionPage):
    """A question or a form, then `act(form)`."""

    abstract = True


class SupplierCreatePage(_ForSuppliers, CreatePage):
    """A form that makes something new."""

    abstract = True
    kind = ""


class SupplierEditPage(_ForSuppliers, EditPage):
    """A form that changes something."""

    abstract = True
    kind = ""


def supplier_actor(request: HttpRequest) -> Actor | None:
    """The supplier's side of this request: its account, else the magic links its browser opened."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.is_supplier and actor.kind == "supplier":
        return actor
    return links.actor_of(request) if actor.is_anonymous else None


def portal_url(document: models.Model) -> str:
    """The portal page of a document, "" when no room has made one."""
    name = _ForSuppliers.main_pages.get(type(document))
    return reverse(name, kwargs={"public_id": document.public_id}) if name else ""  # type: ignore[attr-defined]


def zone_of(request: HttpRequest) -> str:
    """The account's time zone; the installation's for the holder of a link."""
    user = request.user
    return user.time_zone if user.is_authenticated and user.time_zone else timezone.get_default_timezone_name()


def zone_name() -> str:
    """The city by which the active time zone is known, in the reader's language."""
    language = (translation.get_language() or "en")[:2]
    return get_timezone_location(timezone.get_current_timezone_name(), locale=language, return_city=True)


def _speak(request: HttpRequest, actor: Actor) -> None:
    """A link's holder reads his contact's language unless he has chosen another in this browser."""
    if actor.kind == "link" and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(actor.language)
        request.LANGUAGE_CODE = actor.language  # type: ignore[attr-defined]
