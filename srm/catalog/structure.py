"""Writing the tree of categories and the list of units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.codes.models import Code
from srm.catalog.models import Category, Unit
from srm.catalog.usage import is_used
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.flow import records

LONGEST_PATH = 250
_CODE = re.compile(r"[\w.\-]{1,20}")
_UNIT_CODE = re.compile(r"[A-Z0-9]{1,3}")
_MEANING = ("code", "dimension", "factor")


def require_name(names: Mapping[str, str]) -> None:
    """Refuse a thing that has no name in any language.

    Raises:
        InvalidInput
    """
    if not any((names.get(name) or "").strip() for name in ("name_en", "name_ru", "name_bg")):
        raise InvalidInput({"name_en": _("Give it a name in at least one language.")})


# -- categories --------------------------------------------------------------


def create_category(
    *, actor: Actor, code: str, parent: Category | None = None, codes: Iterable[Code] = (), **fields: Any
) -> Category:
    """A new node of the item tree under `parent`, or a root.

    Raises:
        InvalidInput: sentences by field.
    """
    require_name(fields)
    code = _clean_code(code)
    parent = Category.objects.select_for_update().get(pk=parent.pk) if parent else None
    row = records.create(Category, actor=actor, code=code, parent=parent, path=_path(parent, code), **fields)
    if codes:
        _set_codes(row, codes, actor)
    return row


def update_category(
    category: Category, *, actor: Actor, version: int | None = None, codes: Iterable[Code] | None = None, **changes: Any
) -> Category:
    """`category` with `changes`, and with `codes` of lists as the whole of its codes; when its code or its place changes, the paths of all below follow.

    Raises:
        InvalidInput: sentences by field; a category cannot be moved under itself.
        Stale: somebody changed it since `version`.
    """
    moves = "code" in changes or "parent" in changes
    if moves:
        # Two moves at once could each be harmless and together close a circle: the tree is moved by one at a time.
        list(Category.objects.select_for_update().order_by("pk").values_list("pk"))
    locked = records.locked_row(category, version=version)
    require_name({name: changes.get(name, getattr(locked, name)) for name in ("name_en", "name_ru", "name_bg")})
    if moves:
        _place(locked, changes)
    fresh = records.update(locked, actor=actor, **changes)
    if codes is not None and _set_codes(fresh, codes, actor) and fresh.version == locked.version:
        fresh.version += 1
        fresh.save(update_fields=["version"])
    return fresh


def _place(locked: Category, changes: dict[str, Any]) -> None:
    """Complete `changes` of its code or of what it is part of, and take along what is below."""
    code = changes["code"] = _clean_code(changes.get("code", locked.code), apart_from=locked)
    parent = changes.get("parent", locked.parent)
    if parent is not None:
        parent = changes["parent"] = Category.objects.get(pk=parent.pk)
        if parent.path.startswith(locked.path):
            raise InvalidInput({"parent": _("A category cannot be part of itself.")})
    old, new = locked.path, _path(parent, code)
    if new != old:
        _move_below(locked, old, new)
        changes["path"] = new


def _set_codes(category: Category, codes: Iterable[Code], actor: Actor) -> bool:
    """Make its codes of lists what `codes` says; whether anything changed."""
    before, after = set(category.codes.all()), set(codes)
    if before == after:
        return False
    category.codes.set(after)
    shown = [", ".join(sorted(map(str, rows))) for rows in (before, after)]
    audit.record(actor=actor, verb="changed", subject=category, changes={"codes": shown})
    return True


def set_segment(category: Category, *, segment: str, actor: Actor) -> Category:
    """The category's place on the matrix; written by the Kraljic room alone, empty when nothing is known.

    Raises:
        InvalidInput: there is no such segment.
    """
    if segment and segment not in Category.Segment.values:
        raise InvalidInput({"segment": _("There is no such segment.")})
    return records.update(category, actor=actor, segment=segment)


def _clean_code(code: str, apart_from: Category | None = None) -> str:
    code = (code or "").strip()
    if not _CODE.fullmatch(code):
        raise InvalidInput({"code": _("Use up to 20 letters, digits, points, hyphens.")})
    # Paths are compared as prefixes, and SQLite compares them without regard to case.
    others = Category.objects.filter(code__iexact=code)
    if (others.exclude(pk=apart_from.pk) if apart_from else others).exists():
        raise InvalidInput({"code": _("Another category already has this code.")})
    return code


def _path(parent: Category | None, code: str) -> str:
    path = f"{parent.path if parent else '/'}{code}/"
    if len(path) > LONGEST_PATH:
        raise InvalidInput({"parent": _("The tree is too deep here.")})
    return path


def _move_below(category: Category, old: str, new: str) -> None:
    """Give everything under `category` its new path."""
    below = Category.objects.filter(path__startswith=old).exclude(pk=category.pk)
    deepest = max((len(path) for path in below.values_list("path", flat=True)), default=0)
    if deepest - len(old) + len(new) > LONGEST_PATH:
        raise InvalidInput({"parent": _("The tree is too deep here.")})
    below.update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))


# -- units -------------------------------------------------------------------


def create_unit(*, actor: Actor, code: str, symbol_en: str, **fields: Any) -> Unit:
    """A unit that the list does not have yet.

    Raises:
        InvalidInput: sentences by field.
    """
    code = (code or "").strip().upper()
    if not _UNIT_CODE.fullmatch(code):
        raise InvalidInput({"code": _("A unit's code is one to three capital letters or digits, like KGM.")})
    return records.create(Unit, actor=actor, code=code, symbol_en=symbol_en.strip(), **fields)


def update_unit(unit: Unit, *, actor: Actor, version: int | None = None, **changes: Any) -> Unit:
    """`unit` with `changes`; what it means (code, dimension, factor) stays once something is counted in it.

    Raises:
        InvalidInput: sentences by field. Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(unit, version=version)
    for name in _MEANING:
        if changes.get(name, getattr(locked, name)) != getattr(locked, name) and is_used(locked):
            raise InvalidInput({name: _("Something is already counted in this unit. Make a new one.")})
    return records.update(locked, actor=actor, **changes)
