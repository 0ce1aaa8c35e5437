"""Showing and setting an item's picture, its data sheets, and the card of both on its page."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.models import Item
from srm.catalog.pictures import forms, selectors, services
from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.files import services as files
from srm.files.models import Attachment
from srm.files.raster import measure
from srm.files.selectors import may_change
from srm.files.serving import SAFE_HEADERS
from srm.ui.pages import ActionPage, Page, routes
from srm.ui.panels import panel
from srm.ui.slots import Action

VIEW, EDIT = "catalog.view", "catalog.edit"
KEPT = "private, max-age=86400"


class ItemShow(Page):
    """The item's picture itself."""

    permission, name, route = VIEW, "show", "<str:public_id>/picture/"
    model = Item
    title = gettext_lazy("Picture")
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = Item.objects.visible_to(self.actor).filter(public_id=kwargs["public_id"]).first()
        found = selectors.picture_of(item) if item is not None else None
        if found is None or not found.can_be_fetched:
            raise Missing
        return shown(found)


def shown(picture: Attachment) -> HttpResponse:
    """The only answer that shows an upload: measured once more, under a type of ours, and good for nothing else.

    Raises:
        Missing: it is not what a picture has to be; somebody attached it by another way.
    """
    with default_storage.open(picture.storage_name) as file:
        data = file.read(services.LARGEST + 1)
    raster = measure(data)
    if len(data) > services.LARGEST or raster is None or not services.fits(raster):
        raise Missing
    response = HttpResponse(data, content_type=raster.content_type)
    for header, value in {**SAFE_HEADERS, "Cache-Control": KEPT, "Content-Disposition": "inline"}.items():
        response.headers[header] = value
    return response


class ItemSetPicture(ActionPage):
    model, permission, name, form = Item, EDIT, "set-picture", forms.PictureForm
    title, submit, done = gettext_lazy("Set the picture"), gettext_lazy("Save"), gettext_lazy("Saved.")
    ask = gettext_lazy(
        "It is shown on the item's page, in lists and in the shop. A former one stays among its versions."
    )

    def act(self, form: Any) -> Any:
        picture = services.store_picture(form.cleaned_data["file"])
        services.set_picture(self.object, actor=self.actor, picture=picture)
        return self.object


class ItemRemovePicture(ActionPage):
    model, permission, name = Item, EDIT, "remove-picture"
    title, submit, tone = gettext_lazy("Remove the picture"), gettext_lazy("Remove"), "danger"
    done = gettext_lazy("Removed.")

    def act(self, form: Any) -> Any:
        services.remove_picture(self.object, actor=self.actor)
        return self.object


class ItemAddSheet(ActionPage):
    model, permission, name, form = Item, EDIT, "add-sheet", forms.DataSheetForm
    title, submit, done = gettext_lazy("New data sheet"), gettext_lazy("Save"), gettext_lazy("Saved.")

    def act(self, form: Any) -> Any:
        values = form.cleaned_data
        services.add_sheet(
            self.object, actor=self.actor, sheet=files.store(values["file"]), language=values["language"]
        )
        return self.object


@panel(Item, gettext_lazy("Picture and data sheets"), order=4, permission=VIEW, place="side", key="picture")
def picture_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What it looks like, and what its maker says of it."""
    picture, sheets = selectors.picture_of(document), selectors.sheets_of(document)
    change = actor.may(EDIT) and may_change(document, actor)
    if picture is None and not sheets and not change:
        return None
    names = dict(forms.LANGUAGES)
    return "srm/catalog/_picture.html", {
        "item": document, "address": selectors.address_of(document, picture.public_id) if picture else "",
        "sheets": [(row, names.get(row.language, row.language)) for row in sheets],  # type: ignore[attr-defined]
        "buttons": _buttons(document, picture is not None) if change else [],
    }  # fmt: skip


def _buttons(item: Item, has_one: bool) -> list[Action]:
    def address(name: str) -> str:
        return reverse(f"catalog:item-{name}", args=[item.public_id])

    found = [Action("set-picture", _("Another picture") if has_one else _("Set the picture"), address("set-picture"))]
    if has_one:
        found.append(Action("remove-picture", _("Remove the picture"), address("remove-picture")))
    return [*found, Action("add-sheet", _("New data sheet"), address("add-sheet"))]


ROUTES = routes(ItemShow, ItemSetPicture, ItemRemovePicture, ItemAddSheet, prefix="items/")
