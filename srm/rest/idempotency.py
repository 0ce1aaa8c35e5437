"""A write repeated with the same `Idempotency-Key` has one effect and one answer.

The record is stored in the transaction of the effect: after a kill both are there or neither, and a repeat that comes
while the first still runs waits at the unique index (on SQLite at the one writer's lock) and then finds the answer.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core import clock
from srm.core.errors import DomainError
from srm.rest.models import ApiToken, IdempotencyRecord
from srm.rest.renderers import dumps

HEADER = "Idempotency-Key"
KEPT_FOR = dt.timedelta(days=30)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("ETag", "Location")


class KeyReused(DomainError):
    """The key belongs to another request."""

    status = 422
    code = "key-reused"

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used for another request. Make a new key for each new request."))


@dataclass(frozen=True)
class Claim:
    """A key, and whose it is. `digest` is keyed: the stored hash of a short body would otherwise give the body away."""

    scope: str
    route: str
    key: str
    digest: str

    @classmethod
    def of(cls, request: Request, said: bytes | None = None) -> Claim | None:
        """The claim that `request` makes; None when it makes none. `said` stands for a body that is read as a stream.

        Raises:
            DomainError: the key is not 1 to 200 plain characters.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not _KEY.fullmatch(key):
            raise DomainError(_("Idempotency-Key must be 1 to 200 plain characters without spaces."), code="bad-key")
        body = request._request.body if said is None else said
        return cls(
            scope=f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else f"user:{request.user.pk}",
            route=f"{request.method} {request.path}"[:200],
            key=key,
            digest=salted_hmac("srm.rest.idempotency", body, algorithm="sha256").hexdigest(),
        )


def claim(wanted: Claim) -> IdempotencyRecord | HttpResponse:
    """Take the key, inside the transaction of the effect; or, when it was taken, the answer given then.

    Raises:
        KeyReused: it was taken for another body.
    """
    record = IdempotencyRecord(scope=wanted.scope, route=wanted.route, key=wanted.key, digest=wanted.digest)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
        return record
    except IntegrityError:
        rows = IdempotencyRecord.objects.unscoped("the caller's own earlier answer, found by his own key")
        kept = rows.get(scope=wanted.scope, route=wanted.route, key=wanted.key)
        return replay(kept, wanted)


def replay(kept: IdempotencyRecord, wanted: Claim) -> HttpResponse:
    """The stored answer, marked as such."""
    if kept.digest != wanted.digest:
        raise KeyReused
    answer = HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=kept.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def keep(record: IdempotencyRecord, answer: Response, body: object) -> None:
    """Store the answer with the effect; `body` is what a repeat is told, which sealed routes cut short."""
    record.status = answer.status_code
    record.body = dumps(body).decode() if body is not None else ""
    record.headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    record.save(update_fields=["status", "body", "headers"])


def forget_old(most: int = 5000) -> int:
    """Delete answers kept long enough, at most so many at once, for a long delete keeps other writers out; how many."""
    rows = IdempotencyRecord.objects.unscoped("housekeeping")
    old = rows.filter(created_at__lt=clock.now() - KEPT_FOR).order_by("created_at").values_list("pk", flat=True)[:most]
    return rows.filter(pk__in=list(old)).delete()[0]
