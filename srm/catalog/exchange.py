"""Items as a sheet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category, Item
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class ItemSheet(Sheet):
    """What the list of items gives away."""

    model = Item
    columns = [
        Col("article"),
        Col("name_en"),
        Col("name_ru"),
        Col("name_bg"),
        Col("category", _("Category code"), source="category.code"),
        Col("category_name", _("Category"), source="category.name", way="out"),
        Col("base_unit", _("Unit code"), source="base_unit.code"),
        Col("unit", _("Unit"), source="base_unit.symbol", way="out"),
        Col("reference_price", kind="price"),
        Col("currency"),
        Col("is_service", kind="bool"),
        Col("description"),
        Col("state", kind="choice", way="out"),
    ]


class CategorySheet(Sheet):
    """What the tree of categories gives away."""

    model = Category
    columns = [
        Col("code"),
        Col("parent", _("Part of"), source="parent.code"),
        Col("name_en"),
        Col("name_ru"),
        Col("name_bg"),
        Col("segment", kind="choice", way="out"),
        Col("buyer", source="buyer.email"),
        Col("cpv"),
        Col("okpd2"),
        Col("unspsc"),
        Col("is_active", kind="bool"),
    ]
