"""Events that wait to be told, and their deliveries."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class EventQuerySet(ScopedQuerySet):
    """The change feed."""

    def visible_to(self, actor: Actor) -> EventQuerySet:
        """Numbered public events of the actor's legal entities, for holders of `integrations.view` only."""
        if not actor.may("integrations.view") or actor.is_supplier:
            return self.none()
        rows = self.filter(sequence__isnull=False)
        if actor.legal_entities:
            rows = rows.filter(Q(legal_entity_id=None) | Q(legal_entity_id__in=actor.legal_entities))
        return rows


class OutboxEvent(ScopedModel):
    """One thing that happened. `sequence` is null until the dispatcher has seen it, and for ever on private events."""

    public_id = fields.public_id()
    kind = models.CharField(_("Kind"), max_length=80)
    key = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    private = models.BooleanField(default=False)
    legal_entity_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("Time"), default=clock.now)
    dispatched_at = models.DateTimeField(null=True)
    sequence = models.PositiveBigIntegerField(_("Number"), null=True, unique=True)

    objects = scoped(EventQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Event")
        verbose_name_plural = _("Events")
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting", condition=Q(dispatched_at__isnull=True)),
            models.Index(fields=["created_at"], name="outbox_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class FeedCounter(models.Model):
    """The last number of the change feed. Its row lock makes the dispatcher one."""

    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class DeliveryQuerySet(ScopedQuerySet):
    """Deliveries, for those who look after them."""

    def visible_to(self, actor: Actor) -> DeliveryQuerySet:
        """All for the outbox's keeper; webhooks for those who see the integrations; nothing for others."""
        if actor.may("outbox.manage"):
            return self
        return self.filter(channel="webhook") if actor.may("integrations.view") else self.none()

    def due(self) -> DeliveryQuerySet:
        """What may be claimed now: waiting, its pause over, and nobody at work on it."""
        now = clock.now()
        return self.filter(state=Delivery.State.PENDING, next_at__lte=now).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )


class Delivery(ScopedModel):
    """One event on its way to one receiver over one channel.

    `fence` grows with each claim; whoever holds an older one can no longer write a result.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not needed")
        PARKED = "parked", _("Parked")

    public_id = fields.public_id()
    event = models.ForeignKey(OutboxEvent, models.CASCADE, related_name="deliveries", verbose_name=_("Event"))
    channel = models.CharField(_("Channel"), max_length=40)
    target = models.CharField(_("Receiver"), max_length=200, blank=True)
    state = models.CharField(_("State"), max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    next_at = models.DateTimeField(_("Next attempt"), default=clock.now)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(_("Answer"), null=True)
    last_error = models.CharField(_("Last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("Sent"), null=True)

    objects = scoped(DeliveryQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = pgettext_lazy("message", "Delivery")
        verbose_name_plural = _("Deliveries")
        constraints = [models.UniqueConstraint(fields=["event", "channel", "target"], name="delivery_once")]
        indexes = [
            models.Index(fields=["next_at", "id"], name="delivery_due", condition=Q(state="pending")),
            models.Index(fields=["state", "-id"], name="delivery_state"),
            models.Index(fields=["channel", "target", "-id"], name="delivery_target"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.target}"
