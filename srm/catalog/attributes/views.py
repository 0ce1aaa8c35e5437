"""Attributes on pages: asked on the category's, answered on the item's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog import services as catalog
from srm.catalog.attributes import forms, selectors, services, tables
from srm.catalog.attributes.models import Attribute
from srm.catalog.models import Category, Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.ui.links import url_of
from srm.ui.pages import CreatePage, EditPage, routes
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

VIEW, EDIT = "catalog.view", "catalog.edit"


class _BackToCategory:
    """After saving and on Cancel: the tab of the category that asks."""

    object: Any
    request: HttpRequest

    def after(self, result: Any) -> str:
        return f"{url_of(result.category)}?tab=attributes"

    def back_url(self) -> str:
        asked = self.request.GET.get("category", "")
        category = self.object.category if self.object else Category.objects.filter(public_id=asked).first()
        return f"{url_of(category)}?tab=attributes" if category else url_of(Category, "list") or "/"


class AttributeCreate(_BackToCategory, CreatePage):
    model, permission, title = Attribute, EDIT, gettext_lazy("New attribute")
    form, service = forms.AttributeForm, services.create_attribute


class AttributeEdit(_BackToCategory, EditPage):
    model, permission = Attribute, EDIT
    form, service = forms.AttributeForm, services.update_attribute


class ItemAttributes(EditPage):
    """The answers of one item, in a form made of what its category asks."""

    model, permission, kind, name = Item, EDIT, "", "attributes"
    route = "<str:public_id>/attributes/"

    @cached_property
    def asked(self) -> list[Attribute]:
        return selectors.attributes_of(self.object.category)

    @cached_property
    def form(self) -> Any:  # type: ignore[override]
        return forms.form_for(self.asked)

    def queryset(self) -> Any:
        return super().queryset().select_related("category")

    def initial(self) -> dict[str, Any]:
        return forms.initial_of(self.object.attributes)

    def call(self, cleaned: dict[str, Any]) -> Item:
        """Only what is asked here is changed: values of closed attributes stay."""
        given = {
            **self.object.attributes,
            **{name.removeprefix(forms.PREFIX): value for name, value in cleaned.items()},
        }
        return catalog.update_item(self.object, actor=self.actor, version=self.seen_version, attributes=given)

    def mark(self, fault: InvalidInput) -> None:
        fault.errors = {
            forms.PREFIX + name.removeprefix("attributes.") if name.startswith("attributes.") else name: sentences
            for name, sentences in fault.errors.items()
        }
        super().mark(fault)


@panel(Item, gettext_lazy("Attributes"), order=5, permission=VIEW, place="main", key="attributes")
def item_attributes_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What the item's category asks and the item answers."""
    rows = selectors.in_words(document)
    asks = bool(rows) or bool(selectors.attributes_of(document.category))
    edit = Action("attributes", _("Fill in"), reverse("catalog:item-attributes", args=[document.public_id]))
    return ("srm/catalog/_attributes.html", {"rows": rows, "edit": edit if actor.may(EDIT) else None}) if asks else None


@panel(Category, gettext_lazy("Attributes"), order=30, permission=VIEW, key="attributes")
def category_attributes_panel(document: Category, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """What items of the category are asked, the questions of the categories above among them."""
    rows = selectors.attributes_of(document, all_of_them=True)
    new = f"{reverse('catalog:attribute-create')}?category={document.public_id}"

    def link(row: Attribute) -> str | None:
        return reverse("catalog:attribute-edit", args=[row.public_id]) if actor.may(EDIT) else None

    return "srm/catalog/_asked.html", {
        "table": render_ready(tables.AttributeTable, rows, actor, link=link), "rows": rows,
        "new": Action("new", _("New attribute"), new) if actor.may(EDIT) else None,
    }  # fmt: skip


ROUTES = [*routes(AttributeCreate, AttributeEdit, prefix="attributes/"), *routes(ItemAttributes, prefix="items/")]
