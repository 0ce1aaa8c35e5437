"""Making and withdrawing tokens."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from collections.abc import Iterable

from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.people.actors import actor_for
from srm.people.models import User
from srm.rest import edge
from srm.rest.authentication import PREFIX, digest_of
from srm.rest.models import ApiToken

DEFAULT_DAYS = 90
MAX_DAYS = 366
MAX_NETWORKS = 20


def create_token(
    *, actor: Actor, user: User, name: str, scopes: Iterable[str] = (), days: int = DEFAULT_DAYS,
    networks: Iterable[str] = (),
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token by which a program acts as `user`, and its secret, which is not kept and cannot be shown again.

    Everybody makes tokens for himself; who manages accounts makes them for programs (accounts of kind "service").

    Raises:
        NotAllowed: the account is somebody else's.
        InvalidInput: no name, too long a life, rights the account does not have, addresses that are none.
    """
    _may_make(actor, user)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=_clean_name(name),
        scopes=_clean_scopes(scopes, actor, user),
        networks=_clean_networks(networks),
        digest=digest_of(secret),
        hint=secret[: len(PREFIX) + 4] + "…",
        created_by_id=actor.user_id,
        expires_at=clock.now() + dt.timedelta(days=_clean_days(days)),
    )
    token.save(force_insert=True)
    shown = {
        "name": token.name,
        "scopes": token.scopes,
        "networks": token.networks,
        "expires_at": token.expires_at.isoformat(),
    }
    edge.record(actor=actor, verb="created", subject=token, changes={"user": user.email, **shown})
    return token, secret


def revoke_token(token: ApiToken, *, actor: Actor) -> ApiToken:
    """Withdraw a token that the actor may see; doing it twice does no harm."""
    locked = ApiToken.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at = clock.now()
        locked.save(update_fields=["revoked_at"])
        edge.record(actor=actor, verb="revoked", subject=locked)
    return locked


def _may_make(actor: Actor, user: User) -> None:
    own = user.pk == actor.user_id and actor.may("rest.tokens")
    program = user.kind == User.Kind.SERVICE and actor.may("org.manage")
    if not (own or program):
        raise NotAllowed(_("You can make tokens for yourself only."))


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise InvalidInput({"name": [_("Say what will use this token, in at most 80 letters.")]})
    return name


def _clean_scopes(scopes: Iterable[str], actor: Actor, user: User) -> list[str]:
    """Rights out of those the account has; of one's own token, out of those one has just now."""
    granted = actor.permissions if user.pk == actor.user_id else actor_for(user).permissions
    wanted = sorted(set(scopes))
    if strange := [scope for scope in wanted if scope not in granted]:
        raise InvalidInput(
            {"scopes": [_("This account does not have: %(rights)s.") % {"rights": ", ".join(strange)[:200]}]}
        )
    return wanted


def _clean_days(days: int) -> int:
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput({"days": [_("A token lives 1 to %(most)d days.") % {"most": MAX_DAYS}]})
    return days


def _clean_networks(networks: Iterable[str]) -> list[str]:
    cleaned: list[str] = []
    for text in networks:
        try:
            cleaned.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError as fault:
            message = _("“%(text)s” is no address. Write 203.0.113.7 or 203.0.113.0/24.") % {"text": text[:60]}
            raise InvalidInput({"networks": [message]}) from fault
    if len(cleaned) > MAX_NETWORKS:
        raise InvalidInput({"networks": [_("At most %(most)d addresses.") % {"most": MAX_NETWORKS}]})
    return sorted(set(cleaned))
