"""The attributes that categories ask their items for."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import CatalogQuerySet, Category, Unit
from srm.core import fields
from srm.core.names import Named
from srm.core.search import Searchable


class Attribute(Named, Searchable):
    """A question about every item of a category and of all below it. `choices` has one on each line."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Words")
        NUMBER = "number", _("Number")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One of several")
        DATE = "date", _("Date")

    public_id = fields.public_id()
    category = models.ForeignKey(Category, models.PROTECT, related_name="attributes", verbose_name=_("Category"))
    code = models.CharField(
        _("Code"), max_length=30, help_text=_("Small letters, digits and _, like diameter."),
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small Latin letters, digits and _."))],
    )  # fmt: skip
    kind = models.CharField(_("Kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Unit"),
        help_text=_("Of a number."),
    )  # fmt: skip
    choices = models.TextField(_("Choices"), blank=True, max_length=4000, help_text=_("One on each line."))
    is_required = models.BooleanField(_("Required"), default=False)
    is_active = models.BooleanField(_("Active"), default=True)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg")
    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("Attribute")
        verbose_name_plural = _("Attributes")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "code"], name="attribute_once",
                violation_error_message=_("This category already has an attribute with this code."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["code", "id"], name="attribute_code")]

    def offered(self) -> list[str]:
        """Its choices."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]
