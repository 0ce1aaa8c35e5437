"""Notices of people, and how each wants to hear of what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class NoticeQuerySet(ScopedQuerySet):
    """Inboxes."""

    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """One's own, and nobody else's, whatever the role."""
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class Notice(ScopedModel):
    """One thing somebody was told, in his language at the time."""

    public_id = fields.public_id()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(_("Kind"), max_length=80)
    title = models.CharField(_("Notice"), max_length=250)
    body = models.TextField(_("Text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("Time"), default=clock.now)
    read_at = models.DateTimeField(_("Read"), null=True)
    in_digest = models.BooleanField(default=False)
    digested_at = models.DateTimeField(null=True)

    objects = scoped(NoticeQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_inbox"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["user", "id"], name="notice_digest", condition=Q(in_digest=True, digested_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class Subscription(models.Model):
    """How one user hears of one kind of notice; without a row the kind's own default holds."""

    class Channel(models.TextChoices):
        APP = "app", _("In Quadrant only")
        MAIL = "mail", _("By mail at once")
        DIGEST = "digest", _("In the daily summary")
        NONE = "none", _("Not at all")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=80)
    channel = models.CharField(max_length=6, choices=Channel)

    class Meta:
        verbose_name = _("Subscription")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.channel}"
