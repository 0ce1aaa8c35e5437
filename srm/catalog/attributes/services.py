"""Writing attributes, and keeping items true to them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.attributes import values
from srm.catalog.attributes.models import Attribute
from srm.catalog.attributes.selectors import attributes_of, lacking
from srm.catalog.models import Category, Item
from srm.catalog.structure import require_name
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.flow import records
from srm.flow.registry import guard

MEANING = ("category", "code", "kind")


def create_attribute(*, actor: Actor, category: Category, code: str, **fields: Any) -> Attribute:
    """A new question about the items of `category` and of all below it.

    Raises:
        InvalidInput: sentences by field; a code stands once from the root down to the leaf.
    """
    require_name(fields)
    code = (code or "").strip()
    # One at a time in the whole tree: two new attributes above and below each other must see each other.
    list(Category.objects.select_for_update().order_by("pk").values_list("pk"))
    near = Attribute.objects.filter(code=code, category__path__startswith=category.path) | Attribute.objects.filter(
        code=code, category__path__in=category.ancestor_paths()
    )
    if other := near.select_related("category").first():
        sentence = _("“%(category)s” already has an attribute with this code.") % {"category": other.category}
        raise InvalidInput({"code": sentence})
    row = Attribute(category=category, code=code, **fields)
    _check(row)
    return records.create(Attribute, actor=actor, root=category, category=category, code=code, **fields)


def update_attribute(row: Attribute, *, actor: Actor, version: int | None = None, **changes: Any) -> Attribute:
    """`row` with `changes`. What it means stays: close it and make another.

    Raises:
        InvalidInput: sentences by field. Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(row, version=version)
    for name in MEANING:
        if changes.get(name, getattr(locked, name)) != getattr(locked, name):
            raise InvalidInput({name: _("Items may have values of it already. Close it, and make another.")})
    require_name({name: changes.get(name, getattr(locked, name)) for name in ("name_en", "name_ru", "name_bg")})
    for name, value in changes.items():
        setattr(locked, name, value)
    _check(locked)
    return records.update(row, actor=actor, root=locked.category, **changes)


def _check(row: Attribute) -> None:
    """A choice offers something, and only a number has a unit."""
    if row.kind == Attribute.Kind.CHOICE and len(row.offered()) < 2:
        raise InvalidInput({"choices": _("Write at least two choices, one on each line.")})
    if row.unit_id and row.kind != Attribute.Kind.NUMBER:
        raise InvalidInput({"unit": _("Only a number has a unit.")})


def cleaned(category: Category, given: dict[str, Any], *, in_use: bool) -> dict[str, Any]:
    """Values for an item of `category`; an item in use keeps what is required.

    Raises:
        InvalidInput: sentences by "attributes.<code>".
    """
    asked = attributes_of(category, all_of_them=True)
    kept = values.clean(asked, given)
    missing = [one for one in asked if in_use and one.is_active and one.is_required and one.code not in kept]
    if missing:
        raise InvalidInput({f"attributes.{one.code}": _("This must be filled in.") for one in missing})
    return kept


@guard(Item, "activate")
def required_attributes_are_given(item: Item, _actor: Actor) -> str | None:
    """An item comes into use with everything that its category requires."""
    names = [one.name or one.code for one in lacking(item)]
    return _("Fill in first: %(names)s.") % {"names": ", ".join(names)} if names else None
