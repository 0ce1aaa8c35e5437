"""Two items, one of which may stand in for the other."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import CatalogQuerySet, Item
from srm.core import clock, fields
from srm.core.search import Searchable


class EquivalentQuerySet(CatalogQuerySet):
    """Equivalents are as public inside the firm as the items."""

    def search(self, text: str):
        """By whatever finds one of the two items."""
        found = Item.objects.search(text)
        return self.filter(Q(item__in=found) | Q(equivalent__in=found))

    def holding(self, day):
        """Those that hold on `day`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class ItemEquivalent(Searchable):
    """`equivalent` may replace `item`: `factor` base units of it for one of the item's. With `both_ways`, also back."""

    public_id = fields.public_id()
    item = models.ForeignKey(Item, models.PROTECT, related_name="equivalents", verbose_name=_("Item"))
    equivalent = models.ForeignKey(
        Item, models.PROTECT, related_name="equivalent_of", verbose_name=_("May be replaced by")
    )
    factor = models.DecimalField(
        _("How many replace one"), max_digits=15, decimal_places=6, default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=_("Base units of the second item that take the place of one of the first."),
    )  # fmt: skip
    both_ways = models.BooleanField(
        _("Both ways"), default=True, help_text=_("For our purposes they are the same: either may replace the other.")
    )
    note = models.CharField(_("Note"), max_length=300, blank=True)
    valid_from = models.DateField(_("Valid from"), default=clock.today)
    valid_to = models.DateField(_("Valid until"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("note",)
    objects = EquivalentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Equivalent")
        verbose_name_plural = _("Equivalents")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "equivalent"], name="equivalent_once",
                violation_error_message=_("These two items are equivalents already. Change that entry."),
            ),
            models.CheckConstraint(condition=~Q(item=F("equivalent")), name="equivalent_of_another"),
            models.CheckConstraint(condition=Q(factor__gt=0), name="equivalent_factor_positive"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="equivalent_days_in_order"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item.article} {'=' if self.both_ways else '←'} {self.equivalent.article}"
