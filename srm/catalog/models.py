"""Units, categories, items, packs."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.lifecycle import ItemLifecycle, ItemState
from srm.core import clock, fields
from srm.core.names import Named, pick_name
from srm.core.redirects import current
from srm.core.search import Searchable, SearchMixin


def paths_down_to(path: str) -> list[str]:
    """Every path from the root down to `path`: "/A/B/" -> ["/A/", "/A/B/"]."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[: depth + 1])}/" for depth in range(len(codes))]


class UnitQuerySet(SearchMixin, models.QuerySet):
    """A code list: every member of staff may know it."""


class Unit(Named, Searchable):
    """A unit of measure by its UN/ECE Recommendation 20 code (packages by Recommendation 21 with an X before it).

    `factor` says how many of the dimension's base unit it holds: piece, kilogram, metre, square metre, litre, second,
    kilowatt hour. Units of the dimension "other" (a box, a month) convert only by an item's own pack.
    """

    class Dimension(models.TextChoices):
        COUNT = "count", _("Pieces")
        MASS = "mass", _("Mass")
        LENGTH = "length", _("Length")
        AREA = "area", _("Area")
        VOLUME = "volume", _("Volume")
        TIME = "time", _("Time")
        ENERGY = "energy", _("Energy")
        OTHER = "other", _("Other")

    code = models.CharField(
        _("Code"), max_length=3, unique=True, help_text=_("UN/ECE Recommendation 20, like KGM."),
        error_messages={"unique": _("There is already a unit with this code.")},
    )  # fmt: skip
    symbol_en = models.CharField(_("Symbol, English"), max_length=20)
    symbol_ru = models.CharField(_("Symbol, Russian"), max_length=20, blank=True)
    symbol_bg = models.CharField(_("Symbol, Bulgarian"), max_length=20, blank=True)
    okei = models.CharField(_("ОКЕИ code"), max_length=4, blank=True)
    dimension = models.CharField(_("Dimension"), max_length=10, choices=Dimension, default=Dimension.OTHER)
    factor = models.DecimalField(
        _("Factor"), max_digits=15, decimal_places=9, default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.000000001"))],
        help_text=_("How many kilograms, metres, litres, seconds, pieces it holds."),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = (
        "code", "okei", "symbol_en", "symbol_ru", "symbol_bg", "name_en", "name_ru", "name_bg",
    )  # fmt: skip
    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("Unit")
        verbose_name_plural = _("Units")
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(factor__gt=0), name="unit_factor_positive")]

    def __str__(self) -> str:
        return self.symbol

    @property
    def symbol(self) -> str:
        """The symbol in the reader's language."""
        return pick_name(self.symbol_en, self.symbol_ru, self.symbol_bg)


class CatalogQuerySet(SearchMixin, models.QuerySet):
    """The catalog is common knowledge inside the firm; suppliers reach items through tenders and orders only."""

    def visible_to(self, actor):
        """All rows for those who may view the catalog."""
        return self if actor.may("catalog.view") else self.none()


class CategoryQuerySet(CatalogQuerySet):
    def below(self, category: Category):
        """`category` and everything under it."""
        return self.filter(path__startswith=category.path)


class ItemQuerySet(CatalogQuerySet):
    def below(self, category: Category):
        """Items of `category` and of everything under it."""
        return self.filter(category__in=Category.objects.below(category))


class Category(Named, Searchable):
    """A node of the item tree, and the unit that the Kraljic matrix segments.

    `segment` is written by the matrix; `path` lists the codes from the root.
    """

    class Segment(models.TextChoices):
        STRATEGIC = "strategic", _("Strategic")
        LEVERAGE = "leverage", _("Leverage")
        BOTTLENECK = "bottleneck", _("Bottleneck")
        NONCRITICAL = "noncritical", _("Non-critical")

    page = "catalog:category-detail"

    public_id = fields.public_id()
    code = models.CharField(
        _("Code"), max_length=20, unique=True, error_messages={"unique": _("Another category already has this code.")}
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Part of")
    )
    path = models.CharField(max_length=250, unique=True, editable=False)
    cpv = models.CharField(_("CPV code"), max_length=10, blank=True)
    okpd2 = models.CharField(_("ОКПД2 code"), max_length=20, blank=True)
    unspsc = models.CharField(_("UNSPSC code"), max_length=12, blank=True)
    codes = models.ManyToManyField("srm.Code", blank=True, related_name="+", verbose_name=_("Codes of lists"))
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("Responsible buyer"),
    )  # fmt: skip
    segment = models.CharField(_("Segment"), max_length=12, choices=Segment, blank=True, editable=False)
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg", "cpv", "okpd2", "unspsc")
    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Category")
        verbose_name_plural = _("Categories")
        ordering = ["path"]

    @property
    def depth(self) -> int:
        """0 at the root."""
        return self.path.count("/") - 2

    def ancestor_paths(self) -> list[str]:
        """Paths from the root down to this category's own."""
        return paths_down_to(self.path)


class Item(ItemLifecycle, Named, Searchable):
    """One thing the firm buys, under its own internal article.

    `reference_price` is the last known price per base unit in `currency`; `margin_dependent` is the yearly gross
    margin of the firm's products that cannot be made or sold without it, in base currency. `also_known` holds the articles
    and names of the items that were merged into it.
    """

    feed = "item"
    page = "catalog:item-detail"
    stages = (ItemState.DRAFT, ItemState.ACTIVE)

    public_id = fields.public_id()
    article = models.CharField(
        _("Article"), max_length=40, unique=True, error_messages={"unique": _("Another item already has this article.")}
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="items", verbose_name=_("Category"))
    base_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Base unit"))
    description = models.TextField(_("Description"), blank=True, max_length=4000)
    is_service = models.BooleanField(_("Service"), default=False)
    reference_price = fields.price(_("Last price"), null=True, blank=True)
    currency = fields.currency(default="EUR")
    margin_dependent = fields.amount(
        _("Margin that depends on it"), null=True, blank=True, validators=[MinValueValidator(0)],
        help_text=_("Yearly gross margin of our products that need this item, in the base currency."),
    )  # fmt: skip
    attributes = models.JSONField(_("Attributes"), default=dict, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("Replaced by")
    )
    also_known = models.TextField(_("Also known as"), blank=True, max_length=2000, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("article", "name_en", "name_ru", "name_bg", "also_known", "attribute_words", "description")
    indexed_search = True
    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("Item")
        verbose_name_plural = _("Items")
        ordering = ["article"]
        constraints = [
            models.CheckConstraint(condition=~Q(article=""), name="item_article_given"),
        ]
        indexes = [
            models.Index(fields=["category", "article"], name="item_category"),
            models.Index(fields=["-created_at", "-id"], name="item_created"),
            models.Index(fields=["-updated_at", "-id"], name="item_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.article} {self.name}".strip()

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse(self.page, args=[self.public_id])

    @property
    def attribute_words(self) -> str:
        """The words and numbers among its attributes, for the search."""
        return " ".join(str(value) for value in self.attributes.values() if not isinstance(value, bool))

    def feed_payload(self) -> dict:
        """What followers of items are told; of a merged one, which item it is part of now."""
        lead = {"merged_into": current(self).public_id} if self.state == ItemState.MERGED else {}
        return {
            "article": self.article, "name_en": self.name_en, "name_ru": self.name_ru, "name_bg": self.name_bg,
            "category": self.category.code, "unit": self.base_unit.code, "is_service": self.is_service,
            "state": self.state, **lead,
        }  # fmt: skip


class ItemUnit(models.Model):
    """A pack of an item: one `unit` holds `factor` base units (a box of 200 pieces)."""

    public_id = fields.public_id()
    item = models.ForeignKey(Item, models.CASCADE, related_name="packs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    factor = models.DecimalField(
        _("Base units in it"), max_digits=15, decimal_places=6, validators=[MinValueValidator(Decimal("0.000001"))]
    )

    class Meta:
        verbose_name = _("Pack")
        verbose_name_plural = _("Packs")
        ordering = ["factor", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"],
                name="item_unit_once",
                violation_error_message=_("This item already has a pack of this unit."),
            ),
            models.CheckConstraint(condition=Q(factor__gt=0), name="item_unit_factor_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} = {self.factor}"
