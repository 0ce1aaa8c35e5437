"""Absences: who is away, and who decides for him. And when the firm works."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.people.models import LegalEntity


class AbsenceQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """One's own and those one stands in for; all for who may look at the firm's people."""
        if actor.is_supplier or not actor.may("home.view"):
            return self.none()
        if actor.may("org.view"):
            return self
        return self.filter(Q(user_id=actor.user_id) | Q(stand_in_id=actor.user_id))

    def on(self, day):
        """Those that hold on `day`."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, withdrawn=False)


class Absence(ScopedModel):
    """`user` is away from `starts_on` to `ends_on`, both included; `stand_in` decides for him in that time."""

    public_id = fields.public_id()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Who is away"), db_index=False
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Stand-in"), db_index=False
    )
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    note = models.CharField(_("Note"), max_length=200, blank=True)
    withdrawn = models.BooleanField(_("Withdrawn"), default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "org:absence-detail"
    objects = scoped(AbsenceQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Absence")
        verbose_name_plural = _("Absences")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_in_order"),
            models.CheckConstraint(condition=~Q(user=F("stand_in")), name="absence_stand_in_is_another"),
        ]
        indexes = [
            models.Index(fields=["stand_in", "ends_on"], name="absence_of_stand_in"),
            models.Index(fields=["user", "ends_on"], name="absence_of_user"),
            models.Index(fields=["-starts_on", "-id"], name="absence_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.stand_in}"


class FirmQuerySet(models.QuerySet):
    """Working time is no secret inside the firm."""

    def visible_to(self, actor):
        """All rows for the firm's own people and programs."""
        return self if actor.kind in {"staff", "service", "system"} else self.none()


class WorkingWeek(models.Model):
    """When a firm works; without one, Monday to Friday from 9 to 18. `days` are ISO weekdays: "12345"."""

    public_id = fields.public_id()
    legal_entity = models.OneToOneField(
        LegalEntity, models.CASCADE, related_name="+", verbose_name=_("Legal entity"),
        error_messages={"unique": _("This firm has its working time already. Change that one instead.")},
    )  # fmt: skip
    days = models.CharField(_("Working days"), max_length=7, default="12345")
    begins = models.TimeField(_("Begins"), default=dt.time(9))
    ends = models.TimeField(_("Ends"), default=dt.time(18))
    time_zone = models.CharField(_("Time zone"), max_length=50, default="Europe/Sofia")
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "org:workingweek-detail"
    objects = FirmQuerySet.as_manager()

    class Meta:
        verbose_name = _("Working time")
        verbose_name_plural = _("Working time")
        ordering = ["legal_entity__code"]
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="workingweek_in_order")]

    def __str__(self) -> str:
        return str(self.legal_entity)


class SpecialDay(models.Model):
    """A day that differs from the week and the public holidays: a working Saturday, a day the plant is closed."""

    public_id = fields.public_id()
    legal_entity = models.ForeignKey(
        LegalEntity, models.CASCADE, related_name="+", verbose_name=_("Legal entity"), db_index=False
    )
    day = models.DateField(_("Day"))
    works = models.BooleanField(_("Working day"), default=False)
    name = models.CharField(_("What is it"), max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "org:specialday-detail"
    objects = FirmQuerySet.as_manager()

    class Meta:
        verbose_name = _("Special day")
        verbose_name_plural = _("Special days")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "day"], name="specialday_once",
                violation_error_message=_("This day is in the calendar already. Change that one instead."),
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["-day", "-id"], name="specialday_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
