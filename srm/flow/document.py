"""Base of all documents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.scoping import ScopedModel


class Document(ScopedModel):
    """A paper of the business: belongs to a legal entity, has a number, a maker and a version.

    `series` names its number series ("PR"); the number is given at the first move out of draft. `page` is the URL name
    of its page. `version` grows with every change and is what editors compare against.
    """

    series = ""
    page = ""

    public_id = fields.public_id()
    number = models.CharField(_("Number"), max_length=30, blank=True, editable=False, db_index=True)
    legal_entity = models.ForeignKey(
        "srm.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("Legal entity")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("Made by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(ScopedModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} ({_('draft')})"

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])


class Line(ScopedModel):
    """A line of a document: its scope is its header's."""

    public_id = fields.public_id()
    position = models.PositiveIntegerField(_("No."), default=1)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(ScopedModel.Meta):
        abstract = True
