"""Saved views and chosen columns: each user's own, read and written here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput, Missing
from srm.ui.models import Preference, SavedView

MOST_VIEWS = 20


def saved_views(user: Any, page: str) -> list[SavedView]:
    """The user's own views of one list."""
    if not getattr(user, "is_authenticated", False):
        return []
    return list(SavedView.objects.filter(user_id=user.pk, page=page)[:MOST_VIEWS])


def save_view(user: Any, *, page: str, name: str, query: str) -> SavedView:
    """Keep `query` under `name`; the same name again replaces it.

    Raises:
        InvalidInput: no name, or too many views already.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise InvalidInput({"name": _("Give the view a name.")})
    mine = SavedView.objects.filter(user_id=user.pk, page=page)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise InvalidInput({"name": _("You have 20 views here already. Remove one first.")})
    view, _made = SavedView.objects.update_or_create(
        user_id=user.pk, page=page, name=name, defaults={"query": query[:2000]}
    )
    return view


def remove_view(user: Any, public_id: str) -> SavedView:
    """Forget one of the user's own views.

    Raises:
        Missing: it is not his, or not there.
    """
    view = SavedView.objects.filter(user_id=user.pk, public_id=public_id).first()
    if view is None:
        raise Missing()
    view.delete()
    return view


def columns_of(user: Any, page: str) -> list[str] | None:
    """The columns the user chose for a list; None for the list's own choice."""
    if not getattr(user, "is_authenticated", False):
        return None
    found = Preference.objects.filter(user_id=user.pk, key=f"columns:{page}").values_list("value", flat=True).first()
    return list(found["columns"]) if found and found.get("columns") else None


def choose_columns(user: Any, page: str, columns: list[str]) -> None:
    """Remember the columns; an empty list goes back to the list's own choice."""
    key = f"columns:{page}"
    if columns:
        Preference.objects.update_or_create(user_id=user.pk, key=key, defaults={"value": {"columns": columns[:60]}})
    else:
        Preference.objects.filter(user_id=user.pk, key=key).delete()


def remembered(user: Any, key: str) -> list[str]:
    """A choice the user made on a page and that is kept for him; empty when he made none."""
    if not getattr(user, "is_authenticated", False):
        return []
    found = Preference.objects.filter(user_id=user.pk, key=key).values_list("value", flat=True).first()
    return [str(one) for one in found.get("chosen", [])] if found else []


def remember(user: Any, key: str, chosen: list[str]) -> None:
    """Keep a choice; an empty one is forgotten."""
    if chosen:
        Preference.objects.update_or_create(user_id=user.pk, key=key, defaults={"value": {"chosen": chosen[:60]}})
    else:
        Preference.objects.filter(user_id=user.pk, key=key).delete()
