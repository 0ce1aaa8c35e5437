"""Giving an item its picture and its data sheets."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.models import Item
from srm.catalog.pictures import selectors
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.files import services as files
from srm.files.models import Attachment
from srm.files.raster import Raster, measure
from srm.flow import uow

LARGEST = 5 << 20
LONGEST_SIDE = 4000
SHEET_LANGUAGES = ("en", "ru", "bg", "de")


def store_picture(upload: Any) -> files.Stored:
    """Check a picture and put it into the store, before the unit of work begins.

    Raises:
        InvalidInput: it is no picture of pixels, too large, or called something else. TooLarge
    """
    upload.seek(0)
    data = upload.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InvalidInput(
            {"file": [_("A picture has at most %(most)s MB. Make it smaller.") % {"most": LARGEST >> 20}]}
        )
    found = measure(data)
    if found is None:
        raise InvalidInput({"file": [_("This is no PNG, JPEG or WebP picture. Save it as one of them.")]})
    if not fits(found):
        words = {"most": LONGEST_SIDE}
        raise InvalidInput(
            {"file": [_("A picture is at most %(most)s pixels wide and high. Make it smaller.") % words]}
        )
    stored = files.store(upload)
    if stored.content_type != found.content_type:
        raise InvalidInput({"file": [_("The picture's name does not say what it is. Save it under the right ending.")]})
    return stored


def fits(raster: Raster) -> bool:
    """Whether a picture is of a size that pages can show."""
    return max(raster.width, raster.height) <= LONGEST_SIDE


def set_picture(item: Item, *, actor: Actor, picture: files.Stored) -> Attachment:
    """Make a checked picture the item's main one; a former one stays among its versions.

    Raises:
        NotAllowed: the right is missing.
    """
    uow.require()
    before = selectors.picture_of(item)
    if before is None:
        return files.attach(item, picture, actor=actor, purpose=selectors.PICTURE)
    return files.replace(before, picture, actor=actor)


def remove_picture(item: Item, *, actor: Actor) -> None:
    """The item has no picture any more.

    Raises:
        RuleBroken: it has none. NotAllowed
    """
    uow.require()
    before = selectors.picture_of(item)
    if before is None:
        raise RuleBroken([_("This item has no picture.")])
    files.remove(before, actor=actor)


def add_sheet(item: Item, *, actor: Actor, sheet: files.Stored, language: str) -> Attachment:
    """Attach a data sheet in one language; it is always a PDF.

    Raises:
        InvalidInput: another kind of file, or an unknown language. NotAllowed
    """
    uow.require()
    if sheet.content_type != "application/pdf":
        raise InvalidInput({"file": [_("A data sheet is a PDF. Attach other files under “Files”.")]})
    if language not in SHEET_LANGUAGES:
        raise InvalidInput({"language": [_("Choose one of the languages.")]})
    return files.attach(item, sheet, actor=actor, purpose=f"{selectors.SHEET}{language}")
