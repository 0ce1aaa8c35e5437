"""Pages of the kit itself: look-ups, saved views, chosen columns, theme, language."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.errors import InvalidInput, NotAllowed
from srm.people.models import User
from srm.ui import lookups, preferences
from srm.ui.context import THEMES
from srm.ui.pages.base import Page

MOST_PASTED = 500


def back(request: HttpRequest, fallback: str = "/") -> str:
    """The page the request came from, if it is one of ours."""
    target = request.POST.get("next") or request.headers.get("Referer") or fallback
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return fallback
    parts = urlsplit(target)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _LoggedIn(Page):
    """For whoever has an account, whatever the role."""

    abstract = True
    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.actor.is_anonymous:  # type: ignore[attr-defined]
            raise NotAllowed(_("Please log in."))
        return super().dispatch(request, *args, **kwargs)


class LookupView(_LoggedIn):
    """What a picker offers. Each look-up names the right it needs."""

    route, name = "lookup/<slug:lookup>/", "lookup"
    public = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        found = lookups.get(kwargs["lookup"]).search(self.actor, request.GET.get("q", ""))
        return JsonResponse({"options": [option.as_json() for option in found]})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        """Texts pasted from a sheet -> for each the one thing it means, or null."""
        source = lookups.get(kwargs["lookup"])
        try:
            texts = [str(text) for text in json.loads(request.body)["texts"]][:MOST_PASTED]
        except (ValueError, KeyError, TypeError) as fault:
            raise InvalidInput(_("This is not a list of texts.")) from fault
        answers = {}
        for text in dict.fromkeys(texts):
            offers = source.exactly(self.actor, text) if text.strip() else []
            answers[text] = offers[0].as_json() if len(offers) == 1 else None
        return JsonResponse({"options": answers})


class SaveView(_LoggedIn):
    """Keep a list's filters under a name, or forget them."""

    route, name, public = "views/save/", "save-view", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page, query = request.POST.get("page", "")[:100], request.POST.get("query", "").lstrip("?")
        view = preferences.save_view(request.user, page=page, name=request.POST.get("name", ""), query=query)
        path = urlsplit(back(request)).path
        return HttpResponseRedirect(f"{path}?{view.query}")


class RemoveView(_LoggedIn):
    """Forget a saved view."""

    route, name, public = "views/<str:view>/remove/", "remove-view", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        preferences.remove_view(request.user, kwargs["view"])
        return HttpResponseRedirect(urlsplit(back(request)).path)


class ChooseColumns(_LoggedIn):
    """Remember which columns of a list are shown, in which order."""

    route, name, public = "columns/", "columns", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        columns = [] if "reset" in request.POST else request.POST.getlist("column")
        preferences.choose_columns(request.user, request.POST.get("page", "")[:100], columns)
        return HttpResponseRedirect(back(request))


class SetTheme(Page):
    """Light, dark, or as the system says; kept on the account, or in this browser before log-in."""

    route, name, public = "theme/", "theme", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        theme = request.POST.get("theme", "auto")
        if theme not in THEMES:
            raise InvalidInput({"theme": _("Choose light, dark or automatic.")})
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(theme=theme)
        return _with_cookie(_done(request), "theme", theme)


class SetLanguage(Page):
    """The language of the pages, and of the mails to this account."""

    route, name, public = "language/", "language", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise InvalidInput({"language": _("There is no such language here.")})
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
        return _with_cookie(HttpResponseRedirect(back(request)), settings.LANGUAGE_COOKIE_NAME, language)


class Shortcuts(Page):
    """The keys: the content of the dialog that `?` opens, or a page of its own."""

    route, name, public = "shortcuts/", "shortcuts", True
    template = "ui/shortcuts.html"
    title = gettext_lazy("Keyboard")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, "ui/_keys.html") if request.htmx else self.show()  # type: ignore[attr-defined]


def _done(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(back(request, reverse("account_login")))


def _with_cookie(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(name, value, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response
