"""The one way pages read rows."""

from __future__ import annotations

from django.db.models import Model, QuerySet

from srm.core.actor import Actor


def visible(model: type[Model], actor: Actor) -> QuerySet:
    """Rows of `model` for `actor`; models without a scope of their own (units, departments) are open to who may ask."""
    manager = getattr(model, "objects", model._default_manager)
    return manager.visible_to(actor) if hasattr(manager, "visible_to") else manager.all()
