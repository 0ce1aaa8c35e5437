"""The state of a request, read from its lines: one rule, in Python for pages and in SQL for filters."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.db.models import Case, Exists, Q, Value, When
from django.utils.translation import gettext_lazy as _

from procurement.requests.lifecycle import LineState

Stand = tuple[str, Decimal, Decimal, Decimal]


class HeaderState(models.TextChoices):
    """Where a request stands as a whole: what waits for somebody comes first."""

    RETURNED = "returned", _("Returned")
    SUBMITTED = "submitted", _("Waiting for approval")
    DRAFT = "draft", _("Draft")
    PARTLY = "partly", _("Partly received")
    BUYING = "buying", _("Being bought")
    APPROVED = "approved", _("Approved")
    RECEIVED = "received", _("Received")
    REJECTED = "rejected", _("Rejected")
    CLOSED = "closed", _("Cut short")
    CANCELLED = "cancelled", _("Cancelled")


def derive(stands: Iterable[Stand]) -> HeaderState:
    """The request's state from (state, open, coming, done) of its lines; an empty one is a draft."""
    stands = list(stands)
    states = {state for state, *_quantities in stands}
    for waiting in (HeaderState.RETURNED, HeaderState.SUBMITTED, HeaderState.DRAFT):
        if waiting.value in states:
            return waiting
    is_open, is_coming, is_done = (any(quantities[part] > 0 for _state, *quantities in stands) for part in (0, 1, 2))
    if is_done:
        return HeaderState.PARTLY if is_open or is_coming else HeaderState.RECEIVED
    if is_coming or is_open:
        return HeaderState.BUYING if is_coming else HeaderState.APPROVED
    for ended in (HeaderState.REJECTED, HeaderState.CLOSED, HeaderState.CANCELLED):
        if ended.value in states:
            return ended
    return HeaderState.DRAFT


def state_expression(lines: models.QuerySet) -> Case:
    """`derive` as SQL; `lines` are the lines of the outer request (`request=OuterRef("pk")`)."""

    def some(**conditions: object) -> Exists:
        return Exists(lines.filter(**conditions))

    is_open, is_coming, is_done = (some(**{f"{part}_quantity__gt": 0}) for part in ("open", "coming", "done"))
    whens = [When(some(state=state), then=Value(state)) for state in ("returned", "submitted", "draft")]
    whens += [
        When(Q(is_done) & (Q(is_open) | Q(is_coming)), then=Value("partly")),
        When(is_done, then=Value("received")),
        When(is_coming, then=Value("buying")),
        When(is_open, then=Value("approved")),
    ]
    whens += [
        When(some(state=state), then=Value(state))
        for state in (LineState.REJECTED, LineState.CLOSED, LineState.CANCELLED)
    ]
    return Case(*whens, default=Value("draft"), output_field=models.CharField())
