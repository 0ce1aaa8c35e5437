"""References to other systems, and the addresses that want to be called."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

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
