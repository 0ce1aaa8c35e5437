"""Comments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

LONGEST = 4000


class CommentQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> CommentQuerySet:
        """Comments on the documents this actor may see; a supplier sees none."""
        from srm.discussion.rules import rules_for  # rules name models of all rooms

        mine = Q(pk__in=[])
        for rule in rules_for(actor):
            mine |= Q(document_kind=rule.kind, document_id__in=rule.documents(actor).values("public_id"))
        return self.filter(mine)

    def of(self, document: models.Model) -> CommentQuerySet:
        """Comments on one document."""
        kind = document._meta.concrete_model._meta.label_lower  # type: ignore[union-attr]
        return self.filter(document_kind=kind, document_id=document.public_id)  # type: ignore[attr-defined]


class Comment(ScopedModel):
    """What somebody said about a document. Only added, never changed."""

    append_only = True

    public_id = fields.public_id()
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Author"))
    text = models.TextField(_("Comment"), max_length=LONGEST)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("For"))
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)

    objects = scoped(CommentQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Comment")
        verbose_name_plural = _("Comments")
        ordering = ["pk"]
        indexes = [models.Index(fields=["document_kind", "document_id", "id"], name="comment_document")]

    def __str__(self) -> str:
        return self.text[:60]
