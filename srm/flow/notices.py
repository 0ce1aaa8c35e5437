"""Moves tell people what rooms have declared with `@notice`."""

from django.db import models

from srm.core.actor import Actor
from srm.flow.lifecycle import Move
from srm.flow.registry import announces
from srm.notify.services import tell_about


@announces
def tell_people(document: models.Model, move: Move, actor: Actor, details: dict) -> None:
    """After the move, in its transaction."""
    tell_about(document, move.name, actor=actor, details=details)
