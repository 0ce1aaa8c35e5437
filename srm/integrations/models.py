"""References to other systems, and the addresses that want to be called."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.integrations.signing import matches


class IntegrationsQuerySet(ScopedQuerySet):
    """What belongs to the integrations."""

    def visible_to(self, actor: Actor) -> IntegrationsQuerySet:
        """All of it for who sees the integrations; nothing for others, suppliers never."""
        return self if actor.may("integrations.view") and not actor.is_supplier else self.none()


class ExternalRef(ScopedModel):
    """Our record `kind`/`object_id` is `external_id` in `system`. Unique both ways."""

    public_id = fields.public_id()
    system = models.SlugField(_("System"), max_length=40)
    kind = models.CharField(_("Kind"), max_length=80)
    object_id = models.CharField(_("Our id"), max_length=22)
    external_id = models.CharField(_("Id there"), max_length=200)
    created_at = models.DateTimeField(_("Linked"), default=clock.now, editable=False)
    seen_at = models.DateTimeField(_("Last news"), null=True, editable=False)

    objects = scoped(IntegrationsQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("External reference")
        verbose_name_plural = _("External references")
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "object_id"], name="externalref_ours"),
            models.UniqueConstraint(fields=["system", "kind", "external_id"], name="externalref_theirs"),
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="externalref_object")]

    def __str__(self) -> str:
        return f"{self.system}: {self.external_id}"


class WebhookEndpoint(ScopedModel):
    """An address that is called when something changes. It lives and dies with its owner's account and rights."""

    secret_fields = ("secret", "old_secret")

    public_id = fields.public_id()
    name = models.CharField(_("Name"), max_length=80, help_text=_("Who listens: “Warehouse”, “Accounting”."))
    url = models.URLField(_("Address"), max_length=500)
    kinds = models.JSONField(
        _("Events"), default=list, blank=True, help_text=_("For example item.* or order.changed. None chosen: all.")
    )
    active = models.BooleanField(_("Active"), default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("Owner")
    )
    secret = models.TextField(editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(_("Failures in a row"), default=0, editable=False)
    stopped_because = models.CharField(_("Stopped because"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(IntegrationsQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Webhook")
        verbose_name_plural = _("Webhooks")

    def __str__(self) -> str:
        return self.name

    def wants(self, kind: str) -> bool:
        """Whether events of `kind` are among those it listens to."""
        return not self.kinds or any(matches(pattern, kind) for pattern in self.kinds)

    def has_old_secret(self, now: dt.datetime) -> bool:
        """Whether the key before the present one still signs."""
        return bool(self.old_secret) and self.old_secret_until is not None and now < self.old_secret_until


class InboundSource(ScopedModel):
    """A system that calls us with signed messages. It acts as `account`, with that account's rights and no others."""

    secret_fields = ("secret",)

    public_id = fields.public_id()
    system = models.SlugField(_("System"), max_length=40, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Acts as"))
    secret = models.TextField(editable=False)
    active = models.BooleanField(_("Active"), default=True)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(IntegrationsQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Incoming connection")
        verbose_name_plural = _("Incoming connections")

    def __str__(self) -> str:
        return self.system


class InboundMessage(ScopedModel):
    """One message of another system, remembered by its id: the same one again has no second effect."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    public_id = fields.public_id()
    source = models.ForeignKey(
        InboundSource, models.CASCADE, related_name="+", verbose_name=pgettext_lazy("sender", "From")
    )
    message_id = models.CharField(_("Id there"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=80)
    payload = models.JSONField(default=dict)
    sent_at = models.DateTimeField(_("Sent"))
    received_at = models.DateTimeField(_("Received"), default=clock.now)
    outcome = models.CharField(_("State"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    error = models.TextField(_("Why not"), blank=True)
    handled_at = models.DateTimeField(_("Handled"), null=True)

    objects = scoped(IntegrationsQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Incoming message")
        verbose_name_plural = _("Incoming messages")
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="inbound_once")]
        indexes = [models.Index(fields=["outcome", "-id"], name="inbound_outcome")]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"
