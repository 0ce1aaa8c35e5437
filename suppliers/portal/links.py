"""Magic links: a secret address that opens one document for one supplier, without an account.

The token has 192 random bits and is stored only as a hash. Opening the address puts a short signed cookie into the
browser, so that the secret leaves the address bar at once; every request asks again whether the link still holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.flow import uow
from srm.rest.authentication import client_address
from suppliers.portal.models import MagicLink
from suppliers.portal.scope import reaches, within  # noqa: F401 - one import for rooms that use links
from suppliers.registry.models import Contact, Supplier

WHY = "the link itself says which supplier it is for"
COOKIE = "portal-link"
COOKIE_PATH = "/portal/"
COOKIE_AGE = 12 * 3600
SALT = "suppliers.portal.link"
# Several invitations may be open in one browser at a time; more than this nobody works on.
MOST_OPEN = 10
TRIES_PER_MINUTE = 30

_purposes: dict[str, frozenset[str]] = {}


def link_purpose(name: str, permissions: Iterable[str]) -> None:
    """Declare what a link for `name` ("tender", "order") lets its holder do with the one document."""
    _purposes[name] = frozenset(permissions)


def create_link(
    *, actor: Actor, contact: Contact, purpose: str, document: models.Model, expires_at: dt.datetime
) -> str:
    """A new link for `contact`; returns its path. Nobody can read it again, so mail it as a secret at once."""
    uow.require()
    if purpose not in _purposes:
        raise ValueError(f"no room has declared links for {purpose!r}")
    token = secrets.token_urlsafe(24)
    link = MagicLink(
        token_hash=hash_of(token), supplier_id=contact.supplier_id, contact=contact, purpose=purpose,
        document_kind=document._meta.label_lower, document_id=audit.public_id_of(document), expires_at=expires_at,
    )  # fmt: skip
    link.save(force_insert=True)
    return reverse("portal:link", kwargs={"token": token})


def withdraw_links(document: models.Model, *, actor: Actor, supplier: Supplier | None = None) -> int:
    """No link to `document` works any more (only those of `supplier`, when given); how many did."""
    uow.require()
    return _of(document, supplier).filter(withdrawn_at=None).update(withdrawn_at=clock.now())


def extend_links(document: models.Model, *, actor: Actor, expires_at: dt.datetime) -> None:
    """Links to `document` hold until `expires_at`, if they would have ended before."""
    uow.require()
    _of(document).filter(withdrawn_at=None, expires_at__lt=expires_at).update(expires_at=expires_at)


def _of(document: models.Model, supplier: Supplier | None = None) -> models.QuerySet[MagicLink]:
    rows = MagicLink.objects.unscoped(WHY).filter(
        document_kind=document._meta.label_lower, document_id=audit.public_id_of(document)
    )
    return rows.filter(supplier=supplier) if supplier is not None else rows


# ---------------------------------------------------------------------------------------------------- following


def hash_of(token: str) -> str:
    """How a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> MagicLink | None:
    """The link of this token while it holds; a dead one and one that never was look the same."""
    return _holding().filter(token_hash=hash_of(token)).first()


def _holding() -> models.QuerySet[MagicLink]:
    rows = MagicLink.objects.unscoped(WHY).filter(withdrawn_at=None, expires_at__gt=clock.now())
    return rows.exclude(supplier__state="blocked").select_related("supplier", "contact")


def too_many(request: HttpRequest) -> bool:
    """Whether this address has tried too many links in this minute."""
    key = f"portal-link:{client_address(request)}:{int(clock.now().timestamp() // 60)}"
    cache.add(key, 0, 120)
    try:
        return cache.incr(key) > TRIES_PER_MINUTE
    except ValueError:
        return False


def remember(request: HttpRequest, response: HttpResponseBase, link: MagicLink) -> None:
    """Let this browser act through `link` for some hours, beside other links of the same supplier."""
    earlier = [one.pk for one in _links_of(request) if one.supplier_id == link.supplier_id and one.pk != link.pk]
    response.set_cookie(  # type: ignore[attr-defined]
        COOKIE, signing.dumps([link.pk, *earlier][:MOST_OPEN], salt=SALT), max_age=COOKIE_AGE, path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def actor_of(request: HttpRequest) -> Actor | None:
    """Who acts through the links this browser has opened; None without a living one."""
    links = _links_of(request)
    if not links:
        return None
    first = links[0]
    mine = [one for one in links if one.supplier_id == first.supplier_id]
    contact = first.contact
    return Actor(
        kind="link",
        person_id=f"link:{first.pk}",
        name=contact.name if contact else first.supplier.name,
        supplier_id=first.supplier_id,
        permissions=frozenset().union(*(_purposes.get(one.purpose, frozenset()) for one in mine)),
        scope=tuple((one.document_kind, one.document_id) for one in mine),
        request_id=getattr(request, "request_id", ""),
        language=contact.language if contact else first.supplier.language,
    )


def used(document: models.Model, actor: Actor) -> None:
    """Note that the link was followed to its document; called from a write, for reading changes nothing."""
    uow.require()
    if actor.kind == "link":
        keys = actor.person_id.removeprefix("link:")
        _of(document).filter(pk=int(keys)).update(last_used_at=clock.now())


def _links_of(request: HttpRequest) -> list[MagicLink]:
    """The living links in the browser's cookie, the one opened last first."""
    try:
        keys = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return []
    found = {one.pk: one for one in _holding().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]
