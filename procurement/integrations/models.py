"""Ledger exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.integrations.ledger.lifecycle import LedgerLifecycle
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document


class LedgerQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Finance and audit."""
        return self if actor.may("ledger.view") else self.none()


class LedgerExport(LedgerLifecycle, Document):
    """One numbered batch of a period's postings for the accounting system.

    `control` holds counts and totals per currency; `sha256` is over the sealed CSV body, `previous_sha256` chains the
    batches of a ledger; both files are stored and repeat byte for byte.
    """

    series = "LE"
    page = "ledger:ledgerexport-detail"

    ledger = models.CharField(_("Ledger"), max_length=20, default="purchases")
    period_from = models.DateField(_("From"))
    period_to = models.DateField(_("To"))
    control = models.JSONField(_("Control totals"), default=dict, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    xlsx_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    previous_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    csv_name = models.CharField(max_length=120, blank=True, editable=False)
    xlsx_name = models.CharField(max_length=120, blank=True, editable=False)

    objects = scoped(LedgerQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Ledger export")
        verbose_name_plural = _("Ledger exports")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="ledger_created")]


class LedgerEntry(ScopedModel):
    """One document in one batch; a document enters a ledger once."""

    export = models.ForeignKey(LedgerExport, models.CASCADE, related_name="entries")
    ledger = models.CharField(max_length=20)
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=40)

    objects = scoped(LedgerQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Exported document")
        constraints = [
            models.UniqueConstraint(fields=["ledger", "document_kind", "document_id"], name="ledgerentry_once")
        ]

    def __str__(self) -> str:
        return f"{self.document_kind} {self.document_id}"
