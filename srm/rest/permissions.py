"""May this caller do this, and how often."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from srm.core.errors import Concealed, NotAllowed
from srm.people.refusals import conceals
from srm.rest.authentication import client_address

if TYPE_CHECKING:  # REST framework imports this module while it makes APIView
    from rest_framework.views import APIView


class ActorPermission(BasePermission):
    """Every view names the permission that each of its actions needs; one that does not is closed to everybody."""

    message = NotAllowed.default

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the actor holds what `view.needed_permission()` names.

        Raises:
            Concealed: a supplier asks for what only the staff has.
        """
        if getattr(view, "public", False):
            return True
        ask = getattr(view, "needed_permission", None)
        if ask is None:
            raise ImproperlyConfigured(f"{type(view).__name__} names no permission")
        if request.user is None:
            return False
        needed = ask()
        if needed and conceals(request.actor, needed):
            raise Concealed()
        return needed == "" or (needed is not None and request.actor.may(needed))


class ActorThrottle(SimpleRateThrottle):
    """At most `rate` calls an actor (an address, for callers without a log-in) per window, over all processes.

    REST framework's own throttle rewrites a list of times on every call. The cache may be our database, so each process
    counts by itself and adds its count to the shared one every `_step` calls; the limit may be overrun by that much.
    """

    scope = "actor"
    _counted: dict[str, int] = {}
    _shared: dict[str, int] = {}

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """One counter per actor and window."""
        user = getattr(request, "user", None)
        ident = f"u{user.pk}" if user is not None else f"a{client_address(request._request)}"
        return f"rate:{ident}:{int(self.timer() // self.duration)}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this call; False when there were too many in this window."""
        if self.rate is None:
            return True
        key = self.get_cache_key(request, view)
        step = max(1, self.num_requests // 100)
        self._forget_old_windows()
        mine = self._counted.get(key, 0) + 1
        if mine >= step or key not in self._shared:
            self._shared[key] = _add(key, mine, self.duration * 2)
            mine = 0
        self._counted[key] = mine
        return self._shared[key] + mine <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next window."""
        return self.duration - time.time() % self.duration

    def _forget_old_windows(self) -> None:
        if len(self._counted) < 10_000:
            return
        current = f":{int(self.timer() // self.duration)}"
        for key in [key for key in self._counted if not key.endswith(current)]:
            self._counted.pop(key, None)
            self._shared.pop(key, None)


def _add(key: str, count: int, lifetime: int) -> int:
    """Add to the shared counter; the sum."""
    cache.add(key, 0, lifetime)
    try:
        return cache.incr(key, count)
    except ValueError:
        cache.set(key, count, lifetime)
        return count
