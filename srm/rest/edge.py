"""What this kit needs from the rooms above it: the transaction, the log, the record of refused attempts.

The first and the last come through the page kit's slots; the log's writer is handed down by `srm.flow.services`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from rest_framework.request import Request

from srm.core.actor import ANONYMOUS, Actor
from srm.ui import slots

if TYPE_CHECKING:
    from srm.rest.errors import Problem
    from srm.rest.models import ApiToken

unit_of_work = slots.unit_of_work
_recorders: list[Callable[..., None]] = []


def records_with(function: Callable[..., None]) -> Callable[..., None]:
    """Let the audit log take this kit's events: `fn(actor=, verb=, subject=, changes=)`."""
    _recorders.append(function)
    return function


def record(*, actor: Actor, verb: str, subject: models.Model, changes: dict[str, Any] | None = None) -> None:
    """Note an event in the open unit of work.

    Raises:
        ImproperlyConfigured: nobody takes it; a write without its event must not happen.
    """
    if not _recorders:
        raise ImproperlyConfigured("No room records events; is srm.flow started?")
    for recorder in _recorders:
        recorder(actor=actor, verb=verb, subject=subject, changes=changes or {})


def report_refusal(request: Request, problem: Problem) -> None:
    """Leave a trace of a refused call; what was refused has been rolled back by now."""
    actor = getattr(request, "actor", None) or ANONYMOUS
    slots.tell_security(actor, "api.forbidden", f"{request.method}: {problem.detail}", request.path)


def report_dead_token(request: Request, token: ApiToken, address: str) -> None:
    """Somebody uses a token that is out of date, withdrawn, of a closed account, or from elsewhere: it may be stolen.

    Once a minute per token is enough: a forgotten program keeps knocking day and night.
    """
    if not cache.add(f"dead-token:{token.pk}", 1, 60):
        return
    detail = {"token": token.public_id, "name": token.name, "address": address}
    slots.tell_security(ANONYMOUS, "api.dead-token", detail, request.path)
