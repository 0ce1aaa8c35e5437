"""Merges of items, and the journal of what each moved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

SYSTEM_READS = "where a merged item leads is the same for everybody"


class MergeQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """All of them, for those who may view the catalog."""
        return self if actor.may("catalog.view") and not actor.is_supplier else self.none()

    def live(self):
        """Those that were not undone."""
        return self.filter(undone_at=None)


class ItemMerge(ScopedModel):
    """`loser` became part of `winner`. One base unit of the loser is `factor` base units of the winner.

    `changed` keeps the winner's fields that were taken from the loser: name -> [before, after], as text.
    """

    page = "catalog:itemmerge-detail"

    public_id = fields.public_id()
    loser = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item that went"))
    winner = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item that stayed"))
    factor = models.DecimalField(
        _("Conversion"), max_digits=15, decimal_places=6, default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.000001"))],
    )  # fmt: skip
    state_before = models.CharField(max_length=20, editable=False)
    changed = models.JSONField(default=dict, editable=False)
    note = models.CharField(_("Note"), max_length=300, blank=True)
    merged_at = models.DateTimeField(_("Merged"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("By")
    )
    undone_at = models.DateTimeField(_("Undone"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("Undone by"),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(MergeQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Merge of items")
        verbose_name_plural = _("Merges of items")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at=None), name="itemmerge_once"),
            models.CheckConstraint(condition=~Q(loser=F("winner")), name="itemmerge_of_two"),
            models.CheckConstraint(condition=Q(factor__gt=0), name="itemmerge_factor_positive"),
        ]
        indexes = [models.Index(fields=["-merged_at", "-id"], name="itemmerge_merged")]

    def __str__(self) -> str:
        return f"{self.loser.article} → {self.winner.article}"

    def kept(self, reference: str) -> list[Any]:
        """What the journal says of one reference ("procurement.lotline.item"), empty when it moved nothing."""
        step = MergeStep.objects.unscoped(SYSTEM_READS).filter(merge=self, reference=reference).first()
        return step.kept if step else []


class StepQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """The journal of the merges the actor sees."""
        return self.filter(merge__in=ItemMerge.objects.visible_to(actor))


class MergeStep(ScopedModel):
    """What one kind of reference had to move: `kept` is what its `restore` needs, usually the rows' keys."""

    merge = models.ForeignKey(ItemMerge, models.CASCADE, related_name="steps")
    reference = models.CharField(max_length=120)
    count = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list)

    objects = scoped(StepQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Step of a merge")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merge", "reference"], name="mergestep_once")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.count}"
