"""What every page's frame needs: menu, user, languages, bell, search."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language

from srm.core import clock
from srm.core.actor import ANONYMOUS, Actor
from srm.ui.links import address_of
from srm.ui.menu import Item, menu_for
from srm.ui.slots import gather
from srm.ui.words import script_words

THEMES = ("auto", "light", "dark")


class Frame:
    """Computed only by templates that draw the frame; mails and partial answers pay nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def actor(self) -> Actor:
        return getattr(self.request, "actor", ANONYMOUS)

    @cached_property
    def user(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def menu(self) -> list[tuple[Any, list[Item]]]:
        return menu_for(self.actor, self.request.path) if self.user else []

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """(code, own name, active) of the languages there are."""
        now = (get_language() or "en")[:2]
        return [(code, name, code == now) for code, name in settings.LANGUAGES]

    @property
    def theme(self) -> str:
        """light, dark, or auto: the account's choice, else this browser's."""
        chosen = self.user.theme if self.user else self.request.COOKIES.get("theme", "auto")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def bells(self) -> list[tuple[int, str]]:
        """(count, address) of what is unread."""
        return list(gather("bell", self.actor)) if self.user else []

    @property
    def search_url(self) -> str:
        return address_of("home:search") or ""

    @property
    def words(self) -> dict[str, str]:
        """Sentences of our scripts in the reader's language."""
        return script_words()

    @property
    def server_time(self) -> str:
        """For countdowns: they trust this clock, not the browser's."""
        return clock.now().isoformat()

    @property
    def initials(self) -> str:
        """One or two letters for the user's circle."""
        words = (self.user.name or self.user.email).split() if self.user else []
        return "".join(word[0] for word in words[:2]).upper()


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"frame": Frame(request), "brand": settings.BRAND}
