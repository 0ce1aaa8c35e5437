"""Whether something is referred to: asked before what others have counted with is changed."""

from __future__ import annotations

from django.db.models import ForeignObjectRel, Model


def is_used(row: Model, apart_from: tuple[type[Model], ...] = ()) -> bool:
    """Whether any row of any room refers to `row`; rows of the models in `apart_from` do not count.

    Neither do rows that only talk about it: models with `counts_as_use = False`.
    """
    pointing = [
        relation
        for relation in row._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)
    ]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists()
        for relation in pointing
        if relation.related_model not in apart_from and getattr(relation.related_model, "counts_as_use", True)
    )
