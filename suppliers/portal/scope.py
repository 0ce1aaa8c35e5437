"""What the holder of a magic link may touch: the documents he was sent, and nothing else of his firm's."""

from __future__ import annotations

from django.db import models

from srm.core.actor import Actor


def reaches(actor: Actor, document: models.Model) -> bool:
    """Whether a link's holder may touch `document`; everybody else is judged by `visible_to` alone."""
    if actor.kind != "link":
        return True
    return (document._meta.label_lower, str(document.public_id)) in actor.scope  # type: ignore[attr-defined]


def within(actor: Actor, rows: models.QuerySet, path: str = "public_id") -> models.QuerySet:
    """`rows` narrowed to what a link's holder was sent; whole for everybody else.

    `path` leads from the rows to the public id of their document, the last model on the way being its kind.
    """
    if actor.kind != "link":
        return rows
    model = rows.model
    for part in path.split("__")[:-1]:
        model = model._meta.get_field(part).related_model  # type: ignore[assignment]
    kind = model._meta.label_lower
    return rows.filter(**{f"{path}__in": [key for label, key in actor.scope if label == kind]})
