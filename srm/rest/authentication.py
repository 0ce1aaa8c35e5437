"""Who calls: a program with a token, or a page of ours with its session."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as PlainSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from srm.core import clock, logs
from srm.people.actors import actor_for
from srm.people.models import User
from srm.rest.models import ApiToken

log = logging.getLogger(__name__)
PREFIX = "qd_"
USED_EVERY = dt.timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """What is stored of a secret. It has 256 random bits, so one plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def client_address(request: HttpRequest) -> str:
    """The caller's address; of X-Forwarded-For only what our own proxies have written is believed."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(chain) >= proxies:
        return chain[-proxies]
    return request.META.get("REMOTE_ADDR", "")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer qd_...`. Every reason to refuse has the same answer; the log knows which it was."""

    refusal = _("This token does not work: it is wrong, out of date, withdrawn, or not for this address.")

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The account and its token; None when the caller shows no token at all."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        secret = words[1].decode("latin-1") if len(words) == 2 else ""
        token = self._find(secret)
        if token is None:
            raise AuthenticationFailed(self.refusal)
        self._check(token, request)
        _note_use(token)
        logs.user.set(token.user.public_id)
        actor = actor_for(token.user, request_id=getattr(request, "request_id", ""))
        request._request.actor = actor.narrowed(frozenset(token.scopes)) if token.scopes else actor
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes refusals 401 and tells how to log in."""
        return 'Bearer realm="api"'

    def _find(self, secret: str) -> ApiToken | None:
        if not secret.startswith(PREFIX):
            return None
        tokens = ApiToken.objects.unscoped("the secret itself is the right to be found")
        return tokens.select_related("user").filter(digest=digest_of(secret)).first()

    def _check(self, token: ApiToken, request: Request) -> None:
        address = client_address(request._request)
        if token.is_live(clock.now()) and token.allows(address):
            return
        from srm.rest.edge import report_dead_token  # the edge is above: it speaks to the audit's hook

        report_dead_token(request, token, address)
        raise AuthenticationFailed(self.refusal)


class SessionAuthentication(PlainSessionAuthentication):
    """The session of our own pages, with Django's CSRF check; tokens need none, for browsers do not send them."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a write that another site's page could have caused.

        Raises:
            PermissionDenied: the CSRF token is missing or wrong.
        """
        try:
            super().enforce_csrf(request)
        except PermissionDenied as fault:
            raise PermissionDenied(_("The CSRF token is missing or out of date. Load the page again.")) from fault

    def authenticate_header(self, request: Request) -> str:
        """As for tokens: a missing log-in is 401."""
        return 'Bearer realm="api"'


def _note_use(token: ApiToken) -> None:
    """Remember the use, at most once a minute: reading must not cost a write each time."""
    now = clock.now()
    if token.last_used_at is not None and now - token.last_used_at < USED_EVERY:
        return
    rows = ApiToken.objects.unscoped("bookkeeping of the door").filter(pk=token.pk)
    try:
        rows.filter(Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)).update(last_used_at=now)
    except DatabaseError:
        log.warning("the use of token %s was not noted", token.public_id, exc_info=True)
