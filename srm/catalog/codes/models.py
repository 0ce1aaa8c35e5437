"""A code of a public or an own list."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import CatalogQuerySet
from srm.core import fields
from srm.core.names import Named
from srm.core.search import Searchable

# What most firms use; a list of one's own may have any other short name.
SYSTEMS = {"cpv": "CPV", "okpd2": "ОКПД2", "unspsc": "UNSPSC"}


class CodeQuerySet(CatalogQuerySet):
    """Codes of all lists: common knowledge inside the firm."""


class Code(Named, Searchable):
    """One line of a code list."""

    public_id = fields.public_id()
    system = models.CharField(_("List"), max_length=20)
    code = models.CharField(_("Code"), max_length=30)

    search_fields = ("code", "name_en", "name_ru", "name_bg")
    indexed_search = True
    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Code")
        verbose_name_plural = _("Codes")
        ordering = ["system", "code"]
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="code_once")]

    def __str__(self) -> str:
        return f"{self.list_name} {self.code}"

    @property
    def list_name(self) -> str:
        """What the list is called."""
        return SYSTEMS.get(self.system, self.system)
