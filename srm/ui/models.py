"""What a user keeps about the looks of his lists."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core import fields


class SavedView(models.Model):
    """Filters of one list under a name; its owner's alone."""

    public_id = fields.public_id()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=100)
    name = models.CharField(_("Name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("Saved view")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """One remembered choice of a user: the columns of a list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    value = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="preference_once")]

    def __str__(self) -> str:
        return self.key
