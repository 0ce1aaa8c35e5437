"""Jobs, named leases, and when the ticker's tasks ran last."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

WHY = "the worker serves the system, not a reader"


class JobQuerySet(ScopedQuerySet):
    """Jobs of people."""

    def visible_to(self, actor: Actor) -> JobQuerySet:
        """One's own; all of them for who manages jobs."""
        if actor.may("jobs.manage"):
            return self
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class Job(ScopedModel):
    """One piece of background work. `fence` grows with each claim; an older holder can write nothing more."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Refused")
        PARKED = "parked", _("Stopped after errors")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.QUEUED, State.RUNNING)

    public_id = fields.public_id()
    kind = models.CharField(_("Kind"), max_length=80)
    title = models.CharField(_("Title"), max_length=200, blank=True)
    args = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("Started by")
    )
    actor = models.JSONField(default=dict, editable=False)
    state = models.CharField(_("State"), max_length=9, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(_("Progress"), max_length=200, blank=True)
    result = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    error = models.TextField(_("Error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=clock.now)
    woken_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("Created"), default=clock.now)
    started_at = models.DateTimeField(_("Started"), null=True)
    finished_at = models.DateTimeField(_("Finished"), null=True)

    objects = scoped(JobQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")
        indexes = [
            models.Index(fields=["user", "-id"], name="job_mine"),
            models.Index(fields=["state", "not_before"], name="job_open", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["state", "-id"], name="job_state"),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100, or None when the size of the work is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def share(self) -> float | None:
        """The same as a share of 1; done work is done whatever was counted."""
        if self.state == self.State.DONE:
            return 1.0
        return None if self.percent is None else self.percent / 100

    @property
    def standing(self) -> str:
        """What there is to say of it now: where it is, or what came of it."""
        if self.state == self.State.DONE:
            return str((self.result or {}).get("text", ""))
        return self.error or self.message

    def seconds_left(self, now: dt.datetime) -> int | None:
        """Time left at the speed so far; None before there is anything to judge by."""
        if self.state != self.State.RUNNING or not self.total or not self.done or not self.started_at:
            return None
        spent = (now - self.started_at).total_seconds()
        return int(spent * (self.total - self.done) / self.done) if spent >= 2 else None


class Lease(models.Model):
    """Something only one process may do at a time, e.g. tick. `fence` tells a new holder from the one before."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=40, blank=True)
    fence = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"

    @classmethod
    def take(cls, name: str, holder: str, seconds: int) -> bool:
        """Take or keep the lease; False while another holder's has not run out."""
        now = clock.now()
        cls.objects.get_or_create(name=name)
        rows = cls.objects.filter(Q(holder__in=[holder, ""]) | Q(until=None) | Q(until__lt=now), name=name)
        return bool(
            rows.update(holder=holder, until=now + dt.timedelta(seconds=seconds), beat_at=now, fence=F("fence") + 1)
        )

    @classmethod
    def release(cls, name: str, holder: str) -> None:
        """Give the lease back, so that the next process need not wait for it to run out."""
        cls.objects.filter(name=name, holder=holder).update(holder="", until=None)


class TickerTask(models.Model):
    """When a task of the ticker runs next, and how its last run went."""

    name = models.CharField(_("Task"), max_length=80, primary_key=True)
    next_at = models.DateTimeField(_("Next run"), null=True)
    last_at = models.DateTimeField(_("Last run"), null=True)
    last_seconds = models.FloatField(_("Took, seconds"), default=0)
    last_error = models.CharField(_("Last error"), max_length=500, blank=True)
    failures = models.PositiveIntegerField(_("Failures in a row"), default=0)

    class Meta:
        verbose_name = _("Ticker task")
        verbose_name_plural = _("Ticker tasks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
