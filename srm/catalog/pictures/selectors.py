"""Finding pictures and data sheets of items."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from srm.catalog.models import Item
from srm.files.models import Attachment
from srm.files.raster import JPEG, PNG, WEBP

PICTURE, SHEET = "picture", "data sheet "
SHOWN_TYPES = (PNG, JPEG, WEBP)
WHY = "pictures and data sheets are as public inside the firm as the items"


def picture_of(item: Item) -> Attachment | None:
    """The item's main picture."""
    rows = Attachment.objects.unscoped(WHY).of(item).newest()
    return rows.filter(purpose=PICTURE, content_type__in=SHOWN_TYPES).order_by("-id").first()


def sheets_of(item: Item) -> list[Attachment]:
    """The item's data sheets, each with its `language`."""
    rows = Attachment.objects.unscoped(WHY).of(item).newest().filter(purpose__startswith=SHEET)
    found = list(rows.order_by("purpose", "-id"))
    for row in found:
        row.language = row.purpose.removeprefix(SHEET)  # type: ignore[attr-defined]
    return found


def with_pictures(rows: QuerySet, item: str = "") -> QuerySet:
    """Rows annotated with `picture`, the id of their item's picture; `item` is the path to the item, "" for itself."""
    path = f"{item}__public_id" if item else "public_id"
    found = Attachment.objects.unscoped(WHY).kept().newest().filter(
        document_kind=Item._meta.label_lower, document_id=OuterRef(path), purpose=PICTURE, content_type__in=SHOWN_TYPES
    )  # fmt: skip
    return rows.annotate(picture=Subquery(found.order_by("-id").values("public_id")[:1]))


def address_of(item: Any, picture: str) -> str:
    """Where a picture is shown from; the address changes with the picture, so that browsers may keep it."""
    return f"{reverse('catalog:item-show', args=[item.public_id])}?v={picture[:8]}" if picture else ""
