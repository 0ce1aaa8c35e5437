"""Suggestions: two items that may be one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.duplicates.words import reason_in_words
from srm.catalog.models import Item
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class DuplicateQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """All of them, for those who may merge."""
        return self if actor.may("catalog.merge") else self.none()


class DuplicatePair(ScopedModel):
    """Two items that may be the same thing, how sure that is (0 to 100), why, and what the steward said.

    The item with the smaller key stands first. A pair that a person put together stays even when no search finds it.
    """

    class Verdict(models.TextChoices):
        OPEN = "open", _("To be decided")
        DIFFERENT = "different", _("Not a duplicate")
        MERGED = "merged", _("Merged")

    page = "catalog:duplicatepair-detail"
    # A suggestion is no use of an item: it must not keep anybody from changing the item's unit.
    counts_as_use = False

    public_id = fields.public_id()
    first = models.ForeignKey(Item, models.CASCADE, related_name="+", verbose_name=_("First item"))
    second = models.ForeignKey(Item, models.CASCADE, related_name="+", verbose_name=_("Second item"))
    score = models.PositiveSmallIntegerField(_("Sure"), help_text=_("From 0 to 100."))
    reasons = models.JSONField(_("Why"), default=list)
    verdict = models.CharField(_("Decision"), max_length=10, choices=Verdict, default=Verdict.OPEN)
    by_hand = models.BooleanField(_("Put together by hand"), default=False)
    note = models.CharField(_("Note"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("Found"), default=clock.now, editable=False)
    decided_at = models.DateTimeField(_("Decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("By")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(DuplicateQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Possible duplicate")
        verbose_name_plural = _("Possible duplicates")
        ordering = ["-score", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_in_order"),
        ]
        indexes = [
            models.Index(fields=["verdict", "-score", "-id"], name="duplicate_verdict"),
            models.Index(fields=["-found_at", "-id"], name="duplicate_found"),
        ]

    def __str__(self) -> str:
        return f"{self.first.article} / {self.second.article}"

    @property
    def words(self) -> list[str]:
        """Why, in sentences of the reader's language."""
        return [reason_in_words(code, detail) for code, detail in self.reasons]

    def items(self) -> tuple[Any, Any]:
        """Both items, the older first."""
        return self.first, self.second
