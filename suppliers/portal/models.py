"""Magic links."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.core.scoping import ScopedModel, scoped
from suppliers.registry.models import Contact, OfSupplierQuerySet, Supplier


class MagicLink(ScopedModel):
    """A secret address that lets one contact of a supplier do one thing without an account."""

    token_hash = models.CharField(max_length=64, unique=True)
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=20)
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    expires_at = models.DateTimeField(_("Ends"))
    withdrawn_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = scoped(OfSupplierQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Magic link")
        indexes = [models.Index(fields=["document_kind", "document_id"], name="magiclink_document")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.document_id}"
