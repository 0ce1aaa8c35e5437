"""The review of a request that was sent after the fact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

REVIEW = "requests.review"


class ReviewOutcome(models.TextChoices):
    OPEN = "open", _("Waiting for review")
    JUSTIFIED = "justified", _("Justified")
    UNJUSTIFIED = "unjustified", _("Not justified")
    DROPPED = "dropped", _("Not needed any more")


class ReviewQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Reviews follow their request."""
        return self.filter(request__in=PurchaseRequest.objects.visible_to(actor).order_by().values("pk"))

    def open(self):
        """Those that wait for a reviewer."""
        return self.filter(outcome=ReviewOutcome.OPEN)


class RouteReview(ScopedModel):
    """One for each request; sent once more it waits again, and the log keeps what was decided before."""

    public_id = fields.public_id()
    request = models.OneToOneField(PurchaseRequest, models.CASCADE, related_name="+", verbose_name=_("Request"))
    outcome = models.CharField(
        _("Review"), max_length=12, choices=ReviewOutcome, default=ReviewOutcome.OPEN, editable=False
    )
    note = models.CharField(_("Note"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("Sent"), default=clock.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("Reviewed by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("Reviewed"), null=True, editable=False)

    objects = scoped(ReviewQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Review after the fact")
        verbose_name_plural = _("Reviews after the fact")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="routereview_created"),
            models.Index(fields=["created_at"], condition=Q(outcome="open"), name="routereview_open"),
        ]

    def __str__(self) -> str:
        return self.request.title
