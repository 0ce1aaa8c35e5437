"""Attachments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.ids import new_public_id
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class AttachmentQuerySet(ScopedQuerySet):
    """Files of documents."""

    def visible_to(self, actor: Actor) -> AttachmentQuerySet:
        """Files of the documents this actor may see, of every kind that carries files."""
        from srm.files.rules import rules_for  # rules name models of all rooms

        if not actor.may("files.view"):
            return self.none()
        mine = Q(pk__in=[])
        for rule in rules_for(actor):
            mine |= Q(document_kind=rule.kind, document_id__in=rule.documents(actor).values("public_id"))
        return self.filter(mine).kept()

    def of(self, document: models.Model) -> AttachmentQuerySet:
        """Files of one document, removed ones left out."""
        kind = document._meta.concrete_model._meta.label_lower  # type: ignore[union-attr]
        return self.filter(document_kind=kind, document_id=document.public_id).kept()  # type: ignore[attr-defined]

    def kept(self) -> AttachmentQuerySet:
        """Files that nobody has removed."""
        return self.filter(removed_at=None)

    def newest(self) -> AttachmentQuerySet:
        """The newest version of each."""
        return self.filter(is_latest=True)


class Attachment(ScopedModel):
    """One version of a file of a document. `series` is shared by the versions of one file."""

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", _("Not scanned")
        CLEAN = "clean", _("Scanned, clean")
        INFECTED = "infected", _("Infected")
        ERROR = "error", _("Could not be scanned")

    public_id = fields.public_id()
    document_kind = models.CharField(max_length=80, editable=False)
    document_id = models.CharField(max_length=22, editable=False)
    series = models.CharField(max_length=22, default=new_public_id, editable=False)
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    is_latest = models.BooleanField(default=True, editable=False)
    name = models.CharField(_("Name"), max_length=150)
    purpose = models.CharField(_("Purpose"), max_length=60, blank=True)
    size = models.PositiveBigIntegerField(_("Size"))
    sha256 = models.CharField(max_length=64, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    storage_name = models.CharField(max_length=200, unique=True, editable=False)
    scan = models.CharField(_("Virus scan"), max_length=10, choices=Scan, default=Scan.UNSCANNED, editable=False)
    scanned_at = models.DateTimeField(null=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Uploaded by")
    )
    uploaded_by_name = models.CharField(_("Uploaded by"), max_length=150, blank=True)
    uploaded_at = models.DateTimeField(_("Uploaded"), default=clock.now, editable=False)
    expires_on = models.DateField(_("Valid until"), null=True, blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(AttachmentQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("File")
        verbose_name_plural = _("Files")
        indexes = [
            models.Index(fields=["document_kind", "document_id", "-id"], name="attachment_document"),
            models.Index(fields=["expires_on"], name="attachment_expiry", condition=Q(removed_at=None, is_latest=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="attachment_version"),
            models.UniqueConstraint(fields=["series"], condition=Q(is_latest=True), name="attachment_one_latest"),
        ]

    def __str__(self) -> str:
        return self.name if self.version == 1 else f"{self.name} ({self.version})"

    @property
    def can_be_fetched(self) -> bool:
        """Whether its content may leave the store."""
        return self.removed_at is None and self.scan != self.Scan.INFECTED
