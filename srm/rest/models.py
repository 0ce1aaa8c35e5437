"""Tokens of programs, and the answers kept for repeated writes."""

from __future__ import annotations

import datetime as dt
import ipaddress

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class ApiTokenQuerySet(ScopedQuerySet):
    """Tokens: one's own; who manages accounts sees all of them."""

    def visible_to(self, actor: Actor) -> ApiTokenQuerySet:
        if actor.may("org.manage"):
            return self
        return self.filter(user_id=actor.user_id) if actor.user_id and actor.may("rest.tokens") else self.none()


class ApiToken(ScopedModel):
    """A secret by which a program acts as `user`; only its digest is stored, so a stolen database opens nothing."""

    public_id = fields.public_id()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Account"))
    name = models.CharField(_("Name"), max_length=80, help_text=_("What uses it: “Warehouse scanner”, “1C exchange”."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("Begins with"), max_length=12, editable=False)
    scopes = models.JSONField(
        _("Rights"), default=list, blank=True, help_text=_("None chosen: all rights of the account.")
    )
    networks = models.JSONField(_("Allowed addresses"), default=list, blank=True)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("Created by"),
    )
    expires_at = models.DateTimeField(_("Valid until"))
    last_used_at = models.DateTimeField(_("Last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("Revoked"), null=True, editable=False)

    objects = scoped(ApiTokenQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="apitoken_of_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> str:
        """In one word, whether it still works."""
        if self.revoked_at is not None:
            return str(_("withdrawn"))
        return str(_("works") if clock.now() < self.expires_at else _("out of date"))

    def is_live(self, at: dt.datetime) -> bool:
        """Whether it opens the door at `at`; the account must live too."""
        return self.revoked_at is None and at < self.expires_at and self.user.is_active

    def allows(self, address: str) -> bool:
        """Whether a call may come from `address`; without a list, from everywhere."""
        if not self.networks:
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(ip, "ipv4_mapped", None) or ip
        return any(mapped in ipaddress.ip_network(network) for network in self.networks)


class IdempotencyQuerySet(ScopedQuerySet):
    """Kept answers are read by the kit alone: they hold what somebody was told."""

    def visible_to(self, actor: Actor) -> IdempotencyQuerySet:
        return self.none()


class IdempotencyRecord(ScopedModel):
    """One write and its answer, stored in the transaction of the effect: neither can exist without the other."""

    scope = models.CharField(max_length=60)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = scoped(IdempotencyQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Kept answer")
        verbose_name_plural = _("Kept answers")
        constraints = [models.UniqueConstraint(fields=["scope", "route", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
