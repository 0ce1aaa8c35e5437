"""Which records can be linked, and finding one by kind and public id."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing
from srm.rest.fields import PUBLIC_ID, readable


def linkable() -> dict[str, type[models.Model]]:
    """label -> model of the records other systems may know: those that are followed in the change feed."""
    found = {model._meta.label_lower: model for model in apps.get_models() if getattr(model, "feed", "")}
    return dict(sorted(found.items()))


def record_of(kind: str, public_id: str, actor: Actor) -> models.Model:
    """The record of that kind and id, if the actor may see it.

    Raises:
        InvalidInput: no such kind. Missing: there is none, or it is not the actor's to see.
    """
    model = linkable().get(kind)
    if model is None:
        raise InvalidInput({"kind": [", ".join(linkable()) or "-"]})
    found = readable(model, actor).filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
    if found is None:
        raise Missing
    return found
