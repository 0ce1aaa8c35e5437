"""Pages of reviews: what waits, what was decided, and the decision."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from procurement.requests.models import PurchaseRequest
from procurement.requests.reviews import exchange, filters, forms, selectors, services, tables
from procurement.requests.reviews.models import REVIEW, ReviewOutcome, RouteReview
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, ListPage
from srm.ui.slots import Action

VIEW = "requests.view"
SHOWN = 5


def review_actions(request: PurchaseRequest, actor: Actor) -> list[Action]:
    """Reviewing it, for those who may and while it waits; nothing is looked up for requests of other routes."""
    row = selectors.review_of(request) if actor.may(REVIEW) else None
    if row is None or row.outcome != ReviewOutcome.OPEN:
        return []
    reason = services.why_not(row, actor)
    address = reverse("requests:routereview-decide", args=[row.public_id])
    return [
        Action("review", pgettext("move", "Review"), address, allowed=not reason, reasons=[reason] if reason else [])
    ]


@menu(
    "work", gettext_lazy("Reviews after the fact"), order=32, permission=REVIEW, count=selectors.waiting_count
)  # fmt: skip
class ReviewList(ListPage):
    """What was bought before it was asked for, and what was thought of it."""

    model, permission, title = RouteReview, VIEW, gettext_lazy("Reviews after the fact")
    table, filterset, sheet = tables.ReviewTable, filters.ReviewFilter, exchange.ReviewSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    views = [
        (one.value, one.label, {"outcome": one.value}) for one in ReviewOutcome if one != ReviewOutcome.DROPPED
    ]  # fmt: skip
    empty = (
        gettext_lazy("Nothing was bought after the fact yet."),
        gettext_lazy("A request that is sent by the route “After the fact” waits here for its review."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)

    def row_url(self, row: RouteReview) -> str | None:
        """To the decision while it is his to take, else to the request."""
        if self.actor.may(REVIEW) and services.why_not(row, self.actor) is None:
            return reverse("requests:routereview-decide", args=[row.public_id])
        return url_of(row.request)


class ReviewDecide(ActionPage):
    """Justified or not, on a phone as at a desk."""

    model, permission, name, form = RouteReview, REVIEW, "decide", forms.ReviewForm
    template = "procurement/requests/review.html"
    title, submit, done = gettext_lazy("Review"), gettext_lazy("Save the review"), gettext_lazy("Reviewed.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN, "request__created_by", "request__legal_entity")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if reason := services.why_not(self.object, self.actor):
            raise RuleBroken([reason])
        return super().get(request, *args, **kwargs)

    def heading(self) -> Any:
        return self.object.request.title

    def eyebrow(self) -> list[Any]:
        return [self.object.request.number, _("Review after the fact")]

    @property
    def ask(self) -> str:  # type: ignore[override]
        """Who bought what without asking first, and why."""
        request = self.object.request
        words = {
            "who": request.requester, "department": request.department, "why": request.route_reason,
            "amount": formats.money(request.total, request.currency),
        }  # fmt: skip
        return (
            _("%(who)s (%(department)s) bought this before it was asked for, for about %(amount)s: “%(why)s”") % words
        )

    def context(self) -> dict[str, Any]:
        request = self.object.request
        lines = list(request.lines.select_related("item", "unit")[: SHOWN + 1])
        rest = request.line_count - SHOWN
        more = ngettext("and %(n)d line more", "and %(n)d lines more", rest) % {"n": rest} if rest > 0 else ""
        return {
            **super().context(), "lines": lines[:SHOWN], "more": more, "request_url": url_of(request) or "",
            "request_document": request,
        }  # fmt: skip

    def back_url(self) -> str:
        return reverse("requests:routereview-list")

    def act(self, form: Any) -> Any:
        values = form.cleaned_data
        justified = values["decision"] == ReviewOutcome.JUSTIFIED
        services.decide(self.object, actor=self.actor, justified=justified, note=values["note"])
        return self.back_url()
