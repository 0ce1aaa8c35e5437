"""What all pages share: the permission, the actor, the object, the template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views import View

from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.core.redirects import current_in
from srm.people.refusals import refusal
from srm.people.roles import ROLES
from srm.ui import links
from srm.ui.reading import visible
from srm.ui.slots import gather

PERMISSIONS = frozenset().union(*(granted for _label, granted in ROLES.values()))


class Page(View):
    """A page for those who hold `permission`; a class that names none cannot be imported.

    With `model` and `public_id` in its route the object is loaded through `visible_to`, so a foreign object and one
    that does not exist get the same answer. `public = True` opens the page to everyone, logged in or not.
    """

    abstract: ClassVar[bool] = True
    permission: str = ""
    public: bool = False
    model: type[Model] | None = None
    title: Any = ""
    template: str = ""
    kind: str = ""
    name: str = ""
    route: str | None = None
    room: str = ""
    loads_object: bool = False
    frame: str = "base.html"
    narrow: bool = False

    registered: ClassVar[dict[tuple[type[Model], str], type[Page]]] = {}
    actor: Actor
    object: Any = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.abstract = cls.__dict__.get("abstract", False)
        if cls.abstract:
            return
        if not cls.permission and not cls.public:
            raise ImproperlyConfigured(f"{cls.__qualname__} names no permission; say public = True if all may open it.")
        cls.room = cls.__dict__.get("room") or links.room_of(cls.__module__)
        if cls.model is not None and cls.kind:
            Page.registered.setdefault((cls.model, cls.kind), cls)
            if cls.kind == "detail":
                links.pages_live_in(cls.model, cls.room, cls.permission)

    # -- addresses ---------------------------------------------------------

    @classmethod
    def url_name(cls) -> str:
        """`<room>:<model>-<kind>`, or `<room>:<name>` of a page without model."""
        last = cls.name or cls.kind or cls.__name__.lower()
        return f"{cls.room}:{cls.model._meta.model_name}-{last}" if cls.model else f"{cls.room}:{last}"

    @classmethod
    def default_route(cls) -> str:
        """The path below the room's address when `route` names none."""
        last = cls.name or cls.__name__.lower()
        return f"<str:public_id>/{last}/" if cls.model else f"{last}/"

    @classmethod
    def pattern(cls, prefix: str = "") -> URLPattern:
        """The URL pattern of this page."""
        return path(
            prefix + (cls.default_route() if cls.route is None else cls.route),
            cls.as_view(),
            name=cls.url_name().partition(":")[2],
        )

    # -- the way in --------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        if not self.public:
            if self.actor.is_anonymous:
                return login_redirect(request)
            self.admit()
        if self.model is not None and (self.loads_object or "public_id" in kwargs):
            self.object = self.load()
            if self.kind == "detail" and "old" not in request.GET and (lead := self.lead()) is not None:
                return HttpResponseRedirect(lead)
        if request.method not in ("GET", "HEAD"):
            return super().dispatch(request, *args, **kwargs)
        with links.read_by(self.actor):
            return super().dispatch(request, *args, **kwargs)

    def admit(self) -> None:
        """Refuse whoever lacks the right; rooms narrow it further. For suppliers the pages of the staff do not exist."""
        if not self.actor.may(self.permission):
            raise refusal(self.actor, self.permission)

    def queryset(self) -> QuerySet:
        """The rows this actor may know of."""
        assert self.model is not None
        return visible(self.model, self.actor)

    def load(self) -> Model:
        """The object of the address, or the same 404 for what is missing and what is not the actor's to see."""
        found = self.queryset().filter(public_id=self.kwargs["public_id"]).first()
        if found is None:
            raise Missing()
        return found

    def lead(self) -> str | None:
        """The address of what the object became, None when it stands for itself; `?old=1` shows it all the same."""
        if (found := current_in(self.queryset(), self.object)) in (None, self.object):
            return None
        words = {"old": self.object, "new": found}
        messages.info(self.request, _("%(old)s was merged into %(new)s, which you see here.") % words)
        return links.url_of(found)

    # -- the answer --------------------------------------------------------

    def heading(self) -> Any:
        """The h1."""
        return self.title

    def eyebrow(self) -> list[Any]:
        """Small words above the heading."""
        return []

    def context(self) -> dict[str, Any]:
        """What the template gets; extend with `{**super().context(), ...}`."""
        return {"page": self, "object": self.object, "actor": self.actor, "frame_template": self.frame}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.show()

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        """Render the page's template."""
        with links.read_by(self.actor):
            return render(self.request, self.template, {**self.context(), **more}, status=status)


Page.abstract = True


def login_redirect(request: HttpRequest) -> HttpResponse:
    """To the log-in page and back; a partial request makes the whole browser window go there."""
    htmx = getattr(request, "htmx", None)
    back = (htmx.current_url_abs_path or "/") if htmx else request.get_full_path()
    address = f"{reverse('account_login')}?{urlencode({'next': back})}"
    if htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def routes(*pages: type[Page], prefix: str = "") -> list[URLPattern]:
    """URL patterns of pages, fixed paths before those with an id, and what upper kits add (moves)."""
    patterns: list[URLPattern] = []
    for page in _fixed_first(pages):
        patterns += list(gather("routes", page, prefix))
        patterns.append(page.pattern(prefix))
    return patterns


def _fixed_first(pages: Iterable[type[Page]]) -> list[type[Page]]:
    return sorted(pages, key=lambda page: (page.route or page.default_route()).startswith("<"))
