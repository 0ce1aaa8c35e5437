"""Whether something is referred to: asked before what others have counted with is changed."""

from __future__ import annotations

from django.db.models import Model


def is_used(row: Model, apart_from: tuple[type[Model], ...] = ()) -> bool:
    """Whether any row of any room refers to `row`; rows of the models in `apart_from` do not count."""
    for relation in row._meta.get_fields(include_hidden=True):
        pointing = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if pointing and relation.related_model not in apart_from:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: row.pk})
            if rows.exists():
                return True
    return False
